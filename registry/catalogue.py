"""The English words of what is shown to the public: texts of pages and printed sheets, from one catalogue.

It is read from ``web/translations/en.po`` itself, so that no compiled file has to be made or committed.
"""

import functools
import io
from pathlib import Path
from typing import Any

from babel.messages import mofile, pofile
from babel.support import Translations

from registry.phrases import Phrase

CATALOGUE = Path(__file__).parent / "web" / "translations" / "en.po"
LOCALE = "en"


def in_english(value: Any) -> Any:
    """A text in English where the catalogue has words for it, the values of a phrase likewise; else as it is."""
    if isinstance(value, Phrase):
        return Phrase(message(value.message), **{name: in_english(part) for name, part in value.values.items()})
    return message(value) if isinstance(value, str) and value else value


def message(text: str) -> str:
    """A message of the catalogue in English, its placeholders as they are."""
    return str(_read().gettext(text)) if text else text


@functools.cache
def _read() -> Translations:
    with CATALOGUE.open("rb") as file:
        catalogue = pofile.read_po(file, locale=LOCALE)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
