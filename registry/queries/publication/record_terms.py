"""Terms by which the public search finds a record: values of its facets, codes, days, and parts of its names."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, select

from registry.domain.filing.parse import document_key
from registry.domain.naming import name_key, pinyin
from registry.domain.naming.fold import fold
from registry.domain.publication.publication import projection
from registry.domain.records import HIDDEN_KINDS
from registry.models import Standing

StandingRow = Standing | Row[Any]
ROWS = select(Standing.__table__)
"""Rows of ``Standing``, as rows and not as objects: many are read."""
FACETS = {
    "kind": "kind",
    "sector": "sectors",
    "behaviour": "behaviour",
    "district": "district",
    "authority": "authority",
    "year": "year",
    "state": "state",
}
"""What results are counted by and narrowed to, and the column of ``Standing`` that has it."""
CODES = {"authority_code": "authority_code", "document": "document", "subject": "subject_kind", "uscc": "uscc"}
"""What else records are found by exactly, and its column."""
DAYS = {"from": "visible_from", "until": "visible_until"}
"""The sides of the time in which a record is visible, and their columns."""
ALL = "all.2"
"""The term of every record. Its number is raised when records are found by other terms than before: an index without it
is built again (``services.publication.standing.build_missing``)."""
SHORT = 2
"""Parts of names of up to so many characters always have a posting."""
DAY_BITS = 17
NATURAL_PERSON = "natural_person"
_FIRST_DAY = dt.date(1949, 1, 1)
_DISTRICT_OF_CODE = slice(2, 8)


def standing_row(body: Mapping[str, Any], entry: int) -> dict[str, Any] | None:
    """The columns of ``Standing`` for a version, from its body alone; None when the public search does not find it."""
    columns = projection(body)
    if columns["state"] != "published" or columns["audience"] != "public" or columns["kind"] in HIDDEN_KINDS:
        return None
    return {
        "entry": entry,
        "record": columns["record"],
        "revision": columns["revision"],
        "kind": columns["kind"],
        "state": "disputed" if body.get("disputed_on") else "undisputed",
        "subject_kind": body["subject"]["kind"],
        "sectors": " ".join(sorted(set(body["sectors"]))),
        "behaviour": columns["behaviour"],
        "district": columns["district"] or derived_district(body),
        "authority_code": columns["authority_code"],
        "authority": body["authority"]["name"],
        "year": body["decided_on"][:4],
        "uscc": columns["uscc"],
        "document": document_key(body["document_number"]),
        "names": "\n".join(dict.fromkeys((columns["name_key"], fold(columns["name"])))),
        "visible_from": columns["visible_from"],
        "visible_until": columns["visible_until"],
        "has_left": False,
    }


def derived_district(body: Mapping[str, Any]) -> str | None:
    """The region of the subject's code, where the body names no district itself; None when neither is known.

    Source: GB 32100-2015 4.3, characters 3 to 8 are the division of the registration authority (GB/T 2260).
    """
    if body["district"] or not body["subject"]["uscc"]:
        return None
    code = body["subject"]["uscc"][_DISTRICT_OF_CODE]
    return code if code.isdigit() else None


def facet_values(dimension: str, column: str | None) -> Sequence[str]:
    """The values of a facet that a record has by its column; a sub-behaviour (N1-2) has its category (N1) as well."""
    if not column:
        return ()
    if dimension == "sector":
        return column.split()
    if dimension == "behaviour":
        parts = column.split("-")
        return ["-".join(parts[: count + 1]) for count in range(len(parts))]
    return (column,)


def term(dimension: str, value: str) -> str:
    """The term of a value of a facet, or of another column."""
    return f"{dimension}:{value}"


def exact_terms(row: StandingRow) -> Iterator[str]:
    """The terms of a record that are not parts of its names."""
    yield ALL
    for dimension, column in FACETS.items():
        yield from (term(dimension, value) for value in facet_values(dimension, getattr(row, column)))
    yield from (term(name, value) for name, column in CODES.items() if (value := getattr(row, column)))
    for side, column in DAYS.items():
        yield from day_terms(side, getattr(row, column))
    yield from pinyin.terms_of(sounding_name(row))


def sounding_name(row: StandingRow) -> str:
    """The name by whose sounds a record is found, folded; empty of a natural person: nobody is guessed from a sound."""
    return "" if row.subject_kind == NATURAL_PERSON else row.names.rpartition("\n")[2]


@lru_cache(maxsize=4096)
def day_terms(side: str, day: dt.date) -> tuple[str, ...]:
    """The terms of a record that is visible from, or until, a day."""
    number = day_number(day)
    return tuple(day_term(side, bit) for bit in range(DAY_BITS) if number >> bit & 1)


def day_number(day: dt.date) -> int:
    """A day as a number of ``DAY_BITS`` bits; days that lie beyond count as the first or last of them."""
    return min(max((day - _FIRST_DAY).days, 0), (1 << DAY_BITS) - 1)


def day_term(side: str, bit: int) -> str:
    """The term of records whose ``visible_from`` or ``visible_until`` has this bit in its number."""
    return f"{side}.{bit}"


def text_term(text: str) -> str:
    """The term of a part of a name."""
    return f"={text}"


def texts_of(terms: Iterable[str], length: int) -> Iterator[str]:
    """The parts of names of so many characters among some terms."""
    return (term[1:] for term in terms if is_text_term(term, length))


def is_text_term(term: str, length: int) -> bool:
    """Whether a term is a part of a name of so many characters."""
    return len(term) == length + 1 and term.startswith("=")


def parts_of(names: str, length: int) -> set[str]:
    """All texts of so many characters within the spellings of a name."""
    return {name[start : start + length] for name in names.split("\n") for start in range(len(name) - length + 1)}


def halves(part: str) -> set[str]:
    """The terms of the two parts of a text that are one character shorter."""
    return {text_term(part[:-1]), text_term(part[1:])}


def spellings(text: str) -> tuple[str, ...]:
    """The forms in which a typed text is looked for: as typed, and in simplified characters."""
    return tuple(dict.fromkeys((name_key.key(text), fold(text))))


def contains(names: str, alternatives: Iterable[str]) -> bool:
    """Whether one of the texts is within one of the spellings of a name; no text has a line break."""
    return any(text in names for text in alternatives)
