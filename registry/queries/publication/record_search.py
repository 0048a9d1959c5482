"""Search published records: a page of them, how many there are, and how they divide, exactly and for any day.

Everything is an intersection of postings (``postings``), so that the cost does not depend on how rare a combination
of filters is. A request reads at most ``postings.TAIL_MAX`` rows, one per term and segment, ``postings.COMMON`` names
per segment and text, and the page itself.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from pyroaring import BitMap
from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from registry.domain.naming.matching import POSSIBLE_MIN, Match, NamedParty, judge, judge_parts
from registry.models import Publication, Standing
from registry.queries.any_of import any_of, numbers, texts
from registry.queries.publication import name_search, postings, punctuality, record_terms, word_search
from registry.queries.publication.ledger_state import head
from registry.queries.publication.postings import Memory, Source
from registry.queries.publication.publications import Filter, Moment, body, visible
from registry.queries.store_cache import StoreCache
from registry.refusals.acts import NarrowTheQuestion

NEAR_MAX = 20
"""At most so many records of similar names are offered beside a page of results, the likest first."""
NEAR_READ_MAX = 200
SLIPS_READ_MAX = 60
SUGGESTED_MAX = 8
SUGGESTION_READ_MAX = 40
CHANGED_MAX = 1_000
"""A look into the past reads at most so many records that have changed since; beyond, it is refused."""


@dataclass(frozen=True)
class Found:
    """A page of results, newest entry first. ``total``: all that match; ``first``: the place of the page's first
    among them, counted from 1. ``has_newer``, ``has_older``: whether there are others before and after the page."""

    publications: Sequence[Publication]
    total: int
    first: int
    has_newer: bool
    has_older: bool


@dataclass(frozen=True)
class _Conditions:
    """The entries of a source that match all but the words and the facets; of these, those that match the words; and
    those that have a wanted value of each facet."""

    unworded: BitMap
    unnarrowed: BitMap
    narrowed: Mapping[str, BitMap]

    def entries(self, without: str = "") -> BitMap:
        """The entries that match; ``without``: as if one facet were not narrowed."""
        facets = (entries for dimension, entries in self.narrowed.items() if dimension != without)
        return reduce(BitMap.intersection, facets, self.unnarrowed)


class Search:
    """One question for records, answered as a page, a total and facets from the same entries."""

    def __init__(self, session: Session, wanted: Filter, at: Moment) -> None:
        self.session, self.wanted, self.at = session, wanted, at
        days = (record_terms.day_number(min(at.on, at.today)), record_terms.day_number(max(at.on, at.today)))
        sources = postings.sources(session, at.entry if at.is_now else head(session))
        # Each source has its own entries: what a fold has moved meanwhile is not counted twice.
        self._scopes: list[tuple[Source, BitMap, tuple[int, int]]] = [
            (sources.folded, BitMap(range(min(sources.folded.upto, at.entry) + 1)) - sources.left, days),
            (sources.tail, BitMap(range(sources.folded.upto + 1, at.entry + 1)) - sources.left, days),
        ]
        if not at.is_now and (past := _changed_since(session, at)):
            on = record_terms.day_number(at.on)
            self._scopes.append((past, BitMap(past.names), (on, on)))
        self._conditions = [_conditions(*scope, wanted) for scope in self._scopes]
        self._matches = [conditions.entries() for conditions in self._conditions]
        self.entries = reduce(BitMap.union, self._matches, BitMap())

    def total(self) -> int:
        """How many records match."""
        return len(self.entries)

    def page(self, limit: int, before: int | None = None, after: int | None = None) -> Found:
        """At most ``limit`` records with entries below ``before``, or the nearest ones above ``after``."""
        total = len(self.entries)
        if after is not None:
            start = self.entries.rank(after)
            end = min(start + limit, total)
        else:
            end = total if before is None else self.entries.rank(before - 1) if before > 0 else 0
            start = max(end - limit, 0)
        return Found(self.read(self.entries[start:end]), total, total - end + 1, end < total, start > 0)

    def slips(self) -> BitMap:
        """The entries that match but for a short word, which may be a slip for a part of their names."""
        found = BitMap()
        for (source, *_), conditions in zip(self._scopes, self._conditions, strict=True):
            entries = reduce(BitMap.intersection, conditions.narrowed.values(), conditions.unworded)
            for word in self.wanted.words:
                entries &= word_search.entries(source, word) | word_search.slips(source, word)
            found |= entries
        return found - self.entries

    def read(self, entries: BitMap) -> list[Publication]:
        """The records of some entries, newest entry first."""
        statement = select(Publication).where(any_of(Publication.from_entry, numbers("entries")))
        rows = {row.from_entry: row for row in self.session.scalars(statement, {"entries": list(entries)})}
        return [rows[entry] for entry in reversed(list(entries))]

    def punctual(self) -> tuple[BitMap, BitMap]:
        """Of the entries found: those that had a limit for their publication, and those that met it."""
        (folded, _, _), matches = self._scopes[0], self._matches[0]
        unfolded = reduce(BitMap.union, self._matches[1:], BitMap())
        known = punctuality.terms(self.session, list(unfolded))
        timed, on_time = (
            (folded.entries(term) & matches) | BitMap(known.get(term, ()))
            for term in (punctuality.TIMED, punctuality.ON_TIME)
        )
        return timed, on_time

    def shown_since(self, day: dt.date) -> int:
        """How many of the entries found began to be shown on a day or later."""
        bound = record_terms.day_number(day) - 1
        scopes = zip(self._scopes, self._matches, strict=True)
        return sum(
            entries.intersection_cardinality(postings.later_than(source, "from", bound))
            for (source, *_), entries in scopes
        )

    def new_since(self, entry: int, day: dt.date) -> BitMap:
        """The entries found that are above an entry, or began to be shown after a day."""
        bound = record_terms.day_number(day)
        scopes = zip(self._scopes, self._matches, strict=True)
        shown = (entries & postings.later_than(source, "from", bound) for (source, *_), entries in scopes)
        return reduce(BitMap.union, shown, self.entries - BitMap(range(entry + 1)))

    def without(self, term: str) -> BitMap:
        """The entries found that do not have a term."""
        scopes = zip(self._scopes, self._matches, strict=True)
        return reduce(BitMap.union, (entries - source.entries(term) for (source, *_), entries in scopes), BitMap())

    def divided(self, dimension: str) -> dict[str, BitMap]:
        """The entries found, by each value of a facet."""
        found: dict[str, BitMap] = {}
        for (source, *_), entries in zip(self._scopes, self._matches, strict=True):
            values = source.values(dimension)
            word_search.load(source, (record_terms.term(dimension, value) for value in values))
            for value in values:
                own = entries & word_search.any_term(source, (record_terms.term(dimension, value),))
                found[value] = found.get(value, BitMap()) | own
        return found

    def facets(self) -> Mapping[str, Mapping[str, int]]:
        """How many records each value of each facet finds; a facet counts as if it were not narrowed itself."""
        counts: dict[str, dict[str, int]] = {}
        for dimension in record_terms.FACETS:
            counts[dimension] = {}
            for (source, *_), conditions in zip(self._scopes, self._conditions, strict=True):
                _add_counts(counts[dimension], source, conditions.entries(without=dimension), dimension)
        return counts


def near(search: Search) -> list[tuple[Publication, Match]]:
    """Publications whose name does not contain the name searched for but may mean it, the likest first.

    At most ``NEAR_MAX``; what ``search`` finds is left out. Each comes with what differs, for a person to decide. None
    by its characters where they are so common that only an arbitrary few of the names like it could be compared.
    """
    session, wanted = search.session, search.wanted
    if wanted.name is None:
        return []
    hits = name_search.search(session, wanted.name)
    keys = [hit.name_key for hit in hits if hit.match.score >= POSSIBLE_MIN]
    matched = {**_slips(search), **(_alike(search, keys) if keys else {})}
    return sorted(matched.values(), key=lambda pair: (-pair[1].score, -pair[0].from_entry))[:NEAR_MAX]


def _alike(search: Search, keys: Sequence[str]) -> dict[int, tuple[Publication, Match]]:
    """What is shown under some names, by entry, each with how its name differs from the one searched for."""
    wanted = search.wanted
    others = Search(search.session, replace(wanted, name=None), search.at).entries - search.entries
    of_name = select(Publication).where(any_of(Publication.name_key, texts("keys")), visible(search.at))
    statement = of_name.order_by(Publication.from_entry.desc()).limit(NEAR_READ_MAX)
    party = NamedParty(wanted.name or "", wanted.uscc)
    return {
        publication.from_entry: (publication, judge(party, NamedParty(publication.name, publication.uscc)))
        for publication in search.session.scalars(statement, {"keys": keys})
        if publication.from_entry in others
    }


def _slips(search: Search) -> dict[int, tuple[Publication, Match]]:
    """Records of names with a part that may be meant by a short word, by entry; looked for while few are found."""
    if search.total() >= NEAR_MAX:
        return {}
    found: dict[int, tuple[Publication, Match]] = {}
    for publication in search.read(search.slips()[-SLIPS_READ_MAX:]):
        match = judge_parts(search.wanted.words, publication.name)
        if match is not None and match.score >= POSSIBLE_MIN:
            found[publication.from_entry] = (publication, match)
    return found


def suggestions(session: Session, wanted: Filter, at: Moment) -> list[str]:
    """Names of shown records that ``wanted`` may mean, at most ``SUGGESTED_MAX``: those that contain what was typed,
    the newest first, then those like it, the likest first. Pinyin finds by its sound. Natural persons are suggested to
    nobody: their names are found by whoever knows them."""
    search = Search(session, wanted, at)
    likely = near(search)
    search.entries = search.without(record_terms.term("subject", record_terms.NATURAL_PERSON))
    found = search.page(SUGGESTION_READ_MAX).publications
    names = [publication.name for publication in found]
    if len(set(names)) < SUGGESTED_MAX:
        names += [publication.name for publication, _ in likely if not _is_of_person(publication)]
    return list(dict.fromkeys(names))[:SUGGESTED_MAX]


def _is_of_person(publication: Publication) -> bool:
    return bool(json.loads(publication.body)["subject"]["kind"] == record_terms.NATURAL_PERSON)


def _add_counts(counts: dict[str, int], source: Source, entries: BitMap, dimension: str) -> None:
    if not entries:
        return
    values = source.values(dimension)
    word_search.load(source, (record_terms.term(dimension, value) for value in values))
    for value in values:
        number = entries.intersection_cardinality(source.entries(record_terms.term(dimension, value)))
        if number:
            counts[value] = counts.get(value, 0) + number


def _conditions(source: Source, scope: BitMap, days: tuple[int, int], wanted: Filter) -> _Conditions:
    """What is wanted, of the entries of a scope that are visible on both days."""
    unworded = postings.visible(source, *days) & scope
    for terms in _exact(wanted):
        unworded &= word_search.any_term(source, terms)
    words = (word_search.entries(source, word) for word in wanted.words)
    entries = reduce(BitMap.intersection, words, unworded)
    narrowed = {
        dimension: word_search.any_term(source, _values(source, dimension, alternatives))
        for dimension in record_terms.FACETS
        if (alternatives := _alternatives(wanted, dimension))
    }
    return _Conditions(unworded, entries, narrowed)


def _alternatives(wanted: Filter, dimension: str) -> Sequence[str]:
    """The values of a facet that are wanted; none do not narrow."""
    one = {
        "sector": wanted.sector,
        "behaviour": wanted.behaviour,
        "district": wanted.district,
        "authority": wanted.authority_name,
        "year": wanted.year,
        "state": wanted.state,
    }
    if dimension == "kind":
        return wanted.kinds
    value = one[dimension]
    return (value,) if value else ()


def _values(source: Source, dimension: str, alternatives: Sequence[str]) -> Iterator[str]:
    """The terms of wanted values. An authority is named in full or in part, however it is written."""
    if dimension == "authority":
        alternatives = word_search.authority_values(source, alternatives)
    return (record_terms.term(dimension, value) for value in alternatives)


def _exact(wanted: Filter) -> Iterator[tuple[str, ...]]:
    exact = (("authority_code", wanted.authority), ("uscc", wanted.uscc), ("document", wanted.document))
    return ((record_terms.term(name, value),) for name, value in exact if value)


def _changed_since(session: Session, at: Moment) -> Memory | None:
    """The versions, known at the entry, of records that stand and have changed since; None when none has.

    Refuses ``NarrowTheQuestion`` when there are too many.
    """
    changed = (
        select(Standing.record)
        .where(Standing.entry > at.entry, Standing.revision > 1, ~Standing.has_left)
        .where(Standing.visible_from <= at.today, at.today < Standing.visible_until)
        .limit(CHANGED_MAX + 1)
    )
    records = list(session.scalars(changed))
    if len(records) > CHANGED_MAX:
        raise NarrowTheQuestion()
    if not records:
        return None
    statement = (
        select(Publication)
        .where(any_of(Publication.record, texts("records")))
        .where(Publication.from_entry <= at.entry, Publication.until_entry > at.entry)
        .options(load_only(Publication.from_entry, Publication.body))
    )
    publications = session.scalars(statement, {"records": records})
    rows = (record_terms.standing_row(body(publication), publication.from_entry) for publication in publications)
    past = Memory()
    past.add([Standing(**row) for row in rows if row is not None])
    return past


def counts(session: Session, at: Moment) -> dict[tuple[str, str], int]:
    """Visible publications per sector and kind; counted once per entry and day, because every visitor asks for it."""

    def count() -> dict[tuple[str, str], int]:
        kinds = Search(session, Filter(), at).facets()["kind"]
        return {
            (sector, kind): number
            for kind in kinds
            for sector, number in Search(session, Filter(kinds=(kind,)), at).facets()["sector"].items()
        }

    return _counts.get_or_compute(session, at, count)


def punctuality_counts(session: Session, at: Moment) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Per sector and kind: how many records are visible, how many of them had a limit for their publication, and how
    many met it."""
    timed, on_time = Search(session, Filter(), at).punctual()
    found = {
        (sector, kind): Search(session, Filter(kinds=(kind,), sector=sector), at).entries
        for sector, kind in counts(session, at)
    }
    return {
        key: (len(entries), entries.intersection_cardinality(timed), entries.intersection_cardinality(on_time))
        for key, entries in found.items()
    }


def punctuality_by_authority(session: Session, at: Moment) -> dict[str, tuple[int, int]]:
    """Per authority whose records are visible: how many had a limit for their publication, and how many met it."""
    search = Search(session, Filter(), at)
    timed, on_time = search.punctual()
    counts = {
        name: (entries.intersection_cardinality(timed), entries.intersection_cardinality(on_time))
        for name, entries in search.divided("authority").items()
    }
    return {name: (limits, met) for name, (limits, met) in counts.items() if limits}


def monthly_counts(session: Session, at: Moment, months: int) -> dict[str, int]:
    """How many of the records shown began to be shown in each of the last months, the latest last."""
    search, first = Search(session, Filter(), at), at.on.replace(day=1)
    counts: dict[str, int] = {}
    later = search.shown_since(_month_after(first))
    for _ in range(months):
        since = search.shown_since(first)
        counts[f"{first:%Y-%m}"] = since - later
        first, later = (first - dt.timedelta(days=1)).replace(day=1), since
    return dict(reversed(counts.items()))


def _month_after(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=31)).replace(day=1)


def listable_records(session: Session, at: Moment, start: int, end: int) -> list[str]:
    """The records shown, with entries from ``start`` and below ``end``, that are not about natural persons."""
    entries = Search(session, Filter(), at).without(record_terms.term("subject", "natural_person"))
    first, last = (entries.rank(bound - 1) if bound else 0 for bound in (start, end))
    statement = select(Standing.record).where(any_of(Standing.entry, numbers("entries"))).order_by(Standing.entry)
    return list(session.connection().execute(statement, {"entries": list(entries[first:last])}).scalars())


def sector_counts(session: Session, at: Moment) -> dict[str, int]:
    """Visible publications per sector, of all kinds."""
    totals: dict[str, int] = {}
    for (sector, _), number in counts(session, at).items():
        totals[sector] = totals.get(sector, 0) + number
    return totals


_counts: StoreCache[Moment, dict[tuple[str, str], int]] = StoreCache(1)
