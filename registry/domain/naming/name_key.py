"""The comparable key of a Chinese name: what two spellings of the same registered name share."""

import unicodedata


def key(name: str) -> str:
    """Letters, digits and characters only, width folded, lower case: brackets, spaces and dots do not count.

    Containment of one key in another is the public name search; equality is the by-name match of a check.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))
