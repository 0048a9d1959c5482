"""Write the postings of one segment: bitmaps of entries by term, and longer parts of names where shorter are common."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap
from sqlalchemy import ARRAY, Insert, Integer, LargeBinary, Text, bindparam, cast, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from registry.models import Posting, Standing
from registry.queries.any_of import any_of, numbers, texts
from registry.queries.publication import postings, record_terms
from registry.queries.publication.record_terms import StandingRow

Names = Mapping[int, str]
"""Entries with the spellings of their names."""
Terms = defaultdict[str, list[int]]
"""Terms with the entries that they get or lose."""


@dataclass
class _Sizes:
    """How many entries the terms of one writing found before and after it; none where a term had no posting."""

    before: dict[str, int]
    after: dict[str, int]

    def common(self) -> set[str]:
        return {term for term, size in self.after.items() if size > postings.COMMON}

    def became_common(self) -> set[str]:
        return {term for term in self.common() if self.before.get(term, 0) <= postings.COMMON}


class PostingSegment:
    """The postings of one segment, for the act that holds the ledger's lock."""

    def __init__(self, session: Session, number: int) -> None:
        self._session = session
        self._number = number

    def apply(self, fresh: Sequence[StandingRow], left: Sequence[StandingRow]) -> None:
        """Add the entries of some rows and take out those of others."""
        added, removed, dimensions = Terms(list), Terms(list), dict[str, str]()
        for rows, terms in ((fresh, added), (left, removed)):
            for row in rows:
                for dimension, value in record_terms.facet_values(row):
                    term = record_terms.term(dimension, value)
                    dimensions[term] = dimension
                    terms[term].append(row.entry)
                for term in record_terms.exact_terms(row):
                    terms[term].append(row.entry)
        self._write(added, removed, dimensions)
        self._apply_names({row.entry: row.names for row in fresh}, {row.entry: row.names for row in left})

    def _apply_names(self, new: Names, gone: Names) -> None:
        """Length by length: a part longer than ``record_terms.SHORT`` is written where both its halves are common."""
        sizes, length = _Sizes({}, {}), 1
        while True:
            common = sizes.common()
            added = _group(new, length, common)
            removed = _group(gone, length, set(sizes.before))
            if length > record_terms.SHORT:
                self._add_extensions(added, length, sizes)
            if not added and not removed:
                return
            sizes = self._write(added, removed, {})
            length += 1

    def _add_extensions(self, added: Terms, length: int, sizes: _Sizes) -> None:
        """Add the parts that are written from now on, because a half of theirs became common, for all names of it."""
        became = sizes.became_common()
        if not became:
            return
        common = sizes.common()
        entries = BitMap.union(BitMap(), *(bitmap for bitmap in self._read(became).values()))
        statement = select(Standing.entry, Standing.names).where(
            any_of(Standing.entry, numbers("entries")), ~Standing.has_left
        )
        found = defaultdict[str, set[int]](set)
        for entry, names in self._session.execute(statement, {"entries": list(entries)}).tuples():
            for part in record_terms.parts_of(names, length):
                if record_terms.halves(part) & became:
                    found[part].add(entry)
        unknown = {half for part in found for half in record_terms.halves(part)} - sizes.after.keys()
        common |= {term for term, size in self._read_sizes(unknown).items() if size > postings.COMMON}
        for part, of_part in found.items():
            if record_terms.halves(part) <= common:
                added[record_terms.text_term(part)] = list(of_part | set(added[record_terms.text_term(part)]))

    def _write(self, added: Terms, removed: Terms, dimensions: Mapping[str, str]) -> _Sizes:
        stored = self._read(added.keys() | removed.keys())
        sizes = _Sizes({term: len(bitmap) for term, bitmap in stored.items()}, {})
        for term, entries in added.items():
            bitmap = stored.setdefault(term, BitMap())
            bitmap |= BitMap(entries)
        for term, entries in removed.items():
            if term in stored:
                bitmap = stored[term]
                bitmap -= BitMap(entries)
        sizes.after.update((term, len(bitmap)) for term, bitmap in stored.items())
        empty = [term for term, bitmap in stored.items() if not bitmap]
        if empty:
            statement = delete(Posting).where(Posting.segment == self._number, any_of(Posting.term, texts("terms")))
            self._session.connection().execute(statement, {"terms": empty})
        rows = [
            {
                "segment": self._number,
                "term": term,
                "dimension": dimensions.get(term),
                "size": len(bitmap),
                "bits": bitmap.serialize(),
            }
            for term, bitmap in sorted(stored.items())
            if bitmap
        ]
        if rows:
            _upsert(self._session, rows)
        return sizes

    def _read(self, terms: Iterable[str]) -> dict[str, BitMap]:
        statement = select(Posting.term, Posting.bits).where(
            Posting.segment == self._number, any_of(Posting.term, texts("terms"))
        )
        rows = self._session.connection().execute(statement, {"terms": list(terms)}).tuples()
        return {term: BitMap.deserialize(bits) for term, bits in rows}

    def _read_sizes(self, terms: Iterable[str]) -> dict[str, int]:
        statement = select(Posting.term, Posting.size).where(
            Posting.segment == self._number, any_of(Posting.term, texts("terms"))
        )
        return dict(self._session.connection().execute(statement, {"terms": list(terms)}).tuples().all())


def _group(names: Names, length: int, known: set[str]) -> Terms:
    """The parts of names of one length, as terms with their entries; longer ones only where ``known`` has both
    halves."""
    terms = Terms(list)
    for entry, spellings in names.items():
        for part in record_terms.parts_of(spellings, length):
            if length <= record_terms.SHORT or record_terms.halves(part) <= known:
                terms[record_terms.text_term(part)].append(entry)
    return terms


def _upsert(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace postings; tens of thousands come with every fold, so PostgreSQL gets them as arrays."""
    columns = ("segment", "term", "dimension", "size", "bits")
    if session.get_bind().dialect.name == "postgresql":
        types: tuple[TypeEngine[Any], ...] = (Integer(), Text(), Text(), Integer(), LargeBinary())
        arrays = [cast(bindparam(f"all_{name}"), ARRAY(kind)) for name, kind in zip(columns, types, strict=True)]
        unnested = func.unnest(*arrays).table_valued(*columns).render_derived()
        into = postgresql.insert(Posting).from_select(columns, select(*(unnested.c[name] for name in columns)))
        session.connection().execute(_replacing(into), {f"all_{name}": [row[name] for row in rows] for name in columns})
    else:
        session.connection().execute(_replacing(sqlite.insert(Posting)), rows)


def _replacing(into: postgresql.Insert | sqlite.Insert) -> Insert:
    return into.on_conflict_do_update(
        index_elements=["segment", "term"], set_={"size": into.excluded.size, "bits": into.excluded.bits}
    )
