"""Comparable key of a Chinese name, equal for two spellings of the same registered name."""

import unicodedata


def key(name: str) -> str:
    """Comparable key of a name: letters, digits and characters only, width folded, lower case.

    Brackets, spaces and dots do not count. Containment of one key in another is the public name search; equality is
    the by-name match of a check.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))
