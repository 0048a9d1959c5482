"""Format days, money, codes and text for pages; invisible characters are spelled out."""

import datetime as dt
import unicodedata
from collections.abc import Iterable
from typing import Any

from registry.domain import labels
from registry.domain.filing.amounts import FEN_PER_WAN
from registry.domain.law.publicity import NO_END
from registry.domain.law.reference import Reference
from registry.phrases import Phrase
from registry.unit_of_work import SHANGHAI
from registry.web.language import joined, phrase

_ONE_DAY = dt.timedelta(days=1)


def plain(value: Any) -> Any:
    """Spell out control and formatting characters: they can turn a name around or hide a part of it."""
    if isinstance(value, Phrase):
        return value.with_values(plain)
    if isinstance(value, str):
        # All that is printable is shown as it is; so is most text, which Python tells at once.
        return value if value.isprintable() else "".join(_spell_out(character) for character in value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


def money(fen: int | None) -> str:
    """Format an amount as filed, in 万元 with six decimals, and in yuan."""
    if fen is None:
        return ""
    wan, rest = divmod(fen, FEN_PER_WAN)
    yuan = f"{fen // 100:,}.{fen % 100:02d}"
    return phrase("%(wan)s 万元（%(yuan)s 元）", wan=f"{wan}.{rest:06d}", yuan=yuan)


def last_day(first_day_after: str) -> str:
    """The last day of a half-open span; 长期 where it has no end."""
    day = dt.date.fromisoformat(first_day_after)
    if day >= NO_END:
        return phrase("长期")
    return (day if day == dt.date.min else day - _ONE_DAY).isoformat()  # no day lies before the first


def beijing_time(instant: dt.datetime) -> str:
    """An instant in Beijing time, to the minute."""
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def names_of(reference: Reference, kind: str, codes: Iterable[str]) -> list[str]:
    """The names of codes of a kind of reference row."""
    known = reference.names(kind)
    return [labels.label_for(known, code) for code in codes]


def joined_names(reference: Reference, kind: str, codes: Iterable[str | None]) -> str:
    """The names of codes in one line; empty codes are left out."""
    return joined(names_of(reference, kind, (code for code in codes if code)))


def _spell_out(character: str) -> str:
    if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs") and character not in "\n\t":
        return f"[U+{ord(character):04X}]"
    return character
