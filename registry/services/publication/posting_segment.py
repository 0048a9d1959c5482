"""Write the postings of one segment: bitmaps of entries by term, and longer parts of names where shorter are common."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap
from sqlalchemy import ARRAY, Insert, Integer, LargeBinary, Text, bindparam, cast, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from registry.models import Posting, Standing
from registry.queries.any_of import any_of, numbers, texts
from registry.queries.publication import postings, punctuality, record_terms, term_groups
from registry.queries.publication.record_terms import StandingRow
from registry.queries.publication.term_groups import Terms


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
        dimensions = dict[str, str]()
        added, removed = _terms_of(fresh, dimensions), _terms_of(left, dimensions)
        for term, entries in punctuality.terms(self._session, [row.entry for row in fresh]).items():
            added[term].extend(entries)
        if left:
            removed |= {term: [row.entry for row in left] for term in (punctuality.TIMED, punctuality.ON_TIME)}
        new, gone = _Parts(fresh), _Parts(left)
        for length in range(1, record_terms.SHORT + 1):
            new.group(length, added)
            gone.group(length, removed)
        sizes = self._write(added, removed, dimensions)
        self._apply_longer_parts(new, gone, sizes)

    def _apply_longer_parts(self, new: "_Parts", gone: "_Parts", sizes: _Sizes) -> None:
        """Length by length: a part longer than ``record_terms.SHORT`` is written where both its halves are common."""
        length = record_terms.SHORT + 1
        while True:
            added, removed = Terms(list), Terms(list)
            new.group(length, added, sizes.common())
            gone.group(length, removed, sizes.before.keys())
            self._add_extensions(added, length, sizes)
            if not added and not removed:
                return
            sizes = self._write(added, removed, {})
            length += 1

    def _add_extensions(self, added: Terms, length: int, sizes: _Sizes) -> None:
        """Add the parts that are written from now on, because a half of theirs became common, for all names of it."""
        became = {term for term in sizes.became_common() if record_terms.is_text_term(term, length - 1)}
        if not became:
            return
        common = sizes.common()
        entries = BitMap.union(BitMap(), *(bitmap for bitmap in self._read(became).values()))
        statement = select(Standing.entry, Standing.names).where(
            any_of(Standing.entry, numbers("entries")), ~Standing.has_left
        )
        became_texts, half = frozenset(record_terms.texts_of(became, length - 1)), length - 1
        found = defaultdict[str, set[int]](set)
        for entry, names in self._session.connection().execute(statement, {"entries": list(entries)}).tuples():
            for name in names.split("\n"):
                for at in [at for at in range(len(name) - half + 1) if name[at : at + half] in became_texts]:
                    for start in (at - 1, at):
                        if 0 <= start <= len(name) - length:
                            found[name[start : start + length]].add(entry)
        halves = {part: record_terms.halves(part) for part in found}
        unknown = set[str]().union(*halves.values()) - sizes.after.keys()
        common |= {term for term, size in self._read_sizes(unknown).items() if size > postings.COMMON}
        for part, entries_of_part in found.items():
            if halves[part] <= common:
                term = record_terms.text_term(part)
                added[term] = list(entries_of_part | set(added[term]))

    def _write(self, added: Terms, removed: Terms, dimensions: Mapping[str, str]) -> _Sizes:
        stored = self._read(added.keys() | removed.keys())
        sizes = _Sizes({term: len(bitmap) for term, bitmap in stored.items()}, {})
        for term, entries in added.items():
            if term in stored:
                stored[term].update(entries)
            else:
                stored[term] = BitMap(entries)
        for term, entries in removed.items():
            if term in stored:
                stored[term].difference_update(BitMap(entries))
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


def _terms_of(rows: Sequence[StandingRow], dimensions: dict[str, str]) -> Terms:
    """The terms of rows that are not parts of names, with their entries; notes of which facet each is a value."""
    terms = term_groups.facets_and_codes(rows, dimensions)
    terms.update(term_groups.sounds(rows))
    return terms


class _Parts:
    """The names of rows, and where in each a part of the length grouped last starts that has a posting.

    Names in which no such part is left are not looked at again: most have none longer than a few characters.
    """

    def __init__(self, rows: Sequence[StandingRow]) -> None:
        self._places: list[tuple[int, str, Sequence[int]]] = [
            (row.entry, name, range(len(name))) for row in rows for name in row.names.split("\n")
        ]

    def group(self, length: int, terms: Terms, known: Collection[str] | None = None) -> None:
        """Add the parts of one length, as terms with their entries; with ``known`` only those of which it has both
        parts that are one character shorter."""
        # Spelled out where names are taken apart: this runs a hundred times for each record.
        texts = frozenset(record_terms.texts_of(known or (), length - 1))
        places = []
        for entry, name, before in self._places:
            if known is None:
                starts: Sequence[int] = range(len(name) - length + 1)
            else:
                end = length - 1
                halves = {at for at in before if name[at : at + end] in texts}
                starts = [at for at in halves if at + 1 in halves]
            for at in starts:
                terms["=" + name[at : at + length]].append(entry)
            if starts:
                places.append((entry, name, starts))
        self._places = places


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
