"""Group rows of records that stand by the terms that find them: what one row has is made once for all that share it.

Rows that agree in columns agree in the terms of these, as names do that share neighbouring characters. A row alone has
some hundred and fifty terms.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from registry.domain.naming import pinyin
from registry.queries.publication import record_terms
from registry.queries.publication.record_terms import StandingRow

Terms = defaultdict[str, list[int]]
"""Terms with the entries that they get or lose; an entry may come twice."""
_FACETS = attrgetter("kind", "state", "year", "authority", "district", "sectors", "behaviour")
"""The columns from which ``record_terms.facet_values`` reads."""


def facets_and_codes(rows: Sequence[StandingRow], dimensions: dict[str, str]) -> Terms:
    """The terms of rows that are neither parts nor sounds of names, with their entries; notes in ``dimensions`` of
    which facet each is a value."""
    terms = Terms(list)
    for row, entries in _group_rows(rows, _FACETS):
        for dimension, value in record_terms.facet_values(row):
            term = record_terms.term(dimension, value)
            dimensions[term] = dimension
            terms[term] += entries
    for side, column in (("from", "visible_from"), ("until", "visible_until")):
        for row, entries in _group_rows(rows, attrgetter(column)):
            for term in record_terms.day_terms(side, getattr(row, column)):
                terms[term] += entries
    for row in rows:
        for term in record_terms.code_terms(row):
            terms[term].append(row.entry)
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


def _group_rows(
    rows: Sequence[StandingRow], key_of: Callable[[StandingRow], Any]
) -> Iterator[tuple[StandingRow, list[int]]]:
    """One row of each key, and the entries of all that have it."""
    groups: dict[Any, tuple[StandingRow, list[int]]] = {}
    for row in rows:
        key = key_of(row)
        if key in groups:
            groups[key][1].append(row.entry)
        else:
            groups[key] = (row, [row.entry])
    return iter(groups.values())
