"""Group rows of records that stand by the terms that find them: what one row has is made once for all that share it.

Rows that agree in columns agree in the terms of these, as names do that share neighbouring characters. A row alone has
some hundred and fifty terms.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from registry.domain.naming import pinyin
from registry.queries.publication import record_terms
from registry.queries.publication.record_terms import StandingRow

Terms = defaultdict[str, list[int]]
"""Terms with the entries that they get or lose; an entry may come twice."""
_COLUMNS = (
    "entry",
    *record_terms.FACETS.values(),
    *record_terms.CODES.values(),
    *record_terms.DAYS.values(),
)
_read_columns = attrgetter(*_COLUMNS)


def facets_and_codes(rows: Sequence[StandingRow], dimensions: dict[str, str]) -> Terms:
    """The terms of rows that are neither parts nor sounds of names, with their entries; notes in ``dimensions`` of
    which facet each is a value."""
    terms = Terms(list)
    if not rows:
        return terms
    columns = dict(zip(_COLUMNS, zip(*map(_read_columns, rows), strict=True), strict=True))
    terms[record_terms.ALL] += columns["entry"]
    for dimension, column in record_terms.FACETS.items():
        for value, entries in _group(columns, column):
            for part in record_terms.facet_values(dimension, value):
                term = record_terms.term(dimension, part)
                dimensions[term] = dimension
                terms[term] += entries
    for name, column in record_terms.CODES.items():
        for value, entries in _group(columns, column):
            if value:
                terms[record_terms.term(name, value)] += entries
    for side, column in record_terms.DAYS.items():
        for day, entries in _group(columns, column):
            for term in record_terms.day_terms(side, day):
                terms[term] += entries
    return terms


def sounds(rows: Sequence[StandingRow]) -> Terms:
    """The sounds of the names of rows, as terms, with their entries."""
    parts, terms = defaultdict[str, list[int]](list), Terms(list)
    for row in rows:
        for part in pinyin.parts_of(record_terms.sounding_name(row)):
            parts[part].append(row.entry)
    for part, entries in parts.items():
        for term in pinyin.terms_of_part(part):
            terms[term] += entries
    return terms


def _group(columns: Mapping[str, Sequence[Any]], column: str) -> Iterable[tuple[Any, list[int]]]:
    """The values of a column, each with the entries of the rows that have it."""
    groups = defaultdict[Any, list[int]](list)
    for value, entry in zip(columns[column], columns["entry"], strict=True):
        groups[value].append(entry)
    return groups.items()
