"""Search and read public records as of a day and a ledger size; never shows what has been taken away since."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from registry.domain.cases import penalty
from registry.domain.naming import name_key
from registry.domain.naming.fold import fold
from registry.domain.naming.matching import POSSIBLE_MIN, Match, NamedParty, judge
from registry.domain.records import HIDDEN_KINDS
from registry.models import LedgerEntry, Publication, PublicationSector
from registry.queries.publication import name_search
from registry.queries.publication.ledger_state import head
from registry.queries.store_cache import StoreCache
from registry.refusals.acts import EntryAhead, RecordUnknown

COUNT_MAX = 1000
"""Totals are counted up to this number; beyond it the answer is that there are more."""

NEAR_MAX = 20
"""At most so many records of similar names are offered beside a page of results, the likest first."""


BEARING = ("published", "expired", "suspended")
"""States that bear on a verdict: a ban runs to its own end even when its publication has ended before, and held
until it was suspended."""


@dataclass(frozen=True)
class Moment:
    """As of when to read: ``on`` legal day, ``entry`` ledger size, ``today`` the reader's own day.

    ``is_now``: the newest entry and today, so that nothing can have been taken away since.
    """

    on: dt.date
    entry: int
    today: dt.date
    is_now: bool = False


@dataclass(frozen=True)
class Filter:
    """Search filters; empty fields do not narrow. ``name`` matches anywhere in the normalised name, a category such as
    N1 matches its sub-behaviours."""

    kinds: Sequence[str] = ()
    sector: str | None = None
    behaviour: str | None = None
    district: str | None = None
    authority: str | None = None
    name: str | None = None
    uscc: str | None = None


def known_at(entry: int | BindParameter[int]) -> ColumnElement[bool]:
    """The versions that were the newest of their records when the ledger had ``entry`` entries."""
    return (Publication.from_entry <= entry) & or_(Publication.until_entry.is_(None), Publication.until_entry > entry)


def moment(session: Session, today: dt.date, on: dt.date | None = None, entry: int | None = None) -> Moment:
    """The moment to read at, by default today and the ledger's head; refuses ``EntryAhead``."""
    size = head(session)
    if entry is not None and entry > size:
        raise EntryAhead()
    at = Moment(on or today, size if entry is None else entry, today)
    return replace(at, is_now=at.on == today and at.entry == size)


def _is_shown(table: type[Publication], day: dt.date) -> ColumnElement[bool]:
    return (
        (table.state == "published")
        & (table.audience == "public")
        & table.kind.not_in(HIDDEN_KINDS)
        & (table.visible_from <= day)
        & (day < table.visible_until)
    )


def visible(at: Moment) -> ColumnElement[bool]:
    """Condition: shown on the day, as known at the entry, and not taken away or ended by today.

    A look into the past never brings back what was withdrawn, repaired or expired since.
    """
    if at.is_now:
        return known_at(at.entry) & _is_shown(Publication, at.on)
    now = aliased(Publication)
    still = exists().where(now.record == Publication.record, now.until_entry.is_(None), _is_shown(now, at.today))
    return known_at(at.entry) & _is_shown(Publication, at.on) & still


def search(session: Session, wanted: Filter, at: Moment, *, before: int | None, limit: int) -> list[Publication]:
    """At most ``limit`` visible publications that match, newest entry first, below entry ``before``."""
    statement = _apply_filter(select(Publication).where(visible(at)), wanted)
    if before is not None:
        statement = statement.where(Publication.from_entry < before)
    return list(session.scalars(statement.order_by(Publication.from_entry.desc()).limit(limit)))


def near(session: Session, wanted: Filter, at: Moment) -> list[tuple[Publication, Match]]:
    """Publications whose name does not contain ``wanted.name`` but may mean it, the likest first.

    At most ``NEAR_MAX``; what ``search`` finds is left out. Each comes with what differs, for a person to decide.
    """
    if wanted.name is None:
        return []
    hits = name_search.search(session, wanted.name)
    likely = [hit.name_key for hit in hits if hit.match.score >= POSSIBLE_MIN]
    if not likely:
        return []
    statement = _apply_filter(select(Publication).where(visible(at)), replace(wanted, name=None))
    statement = statement.where(Publication.name_key.in_(likely), ~_name_contains(wanted.name))
    party = NamedParty(wanted.name, wanted.uscc)
    matched = [
        (publication, judge(party, NamedParty(publication.name, publication.uscc)))
        for publication in session.scalars(statement)
    ]
    return sorted(matched, key=lambda pair: (-pair[1].score, -pair[0].from_entry))[:NEAR_MAX]


def count(session: Session, wanted: Filter, at: Moment) -> int:
    """How many publications the filter finds, counted no further than one above ``COUNT_MAX``."""
    matching = _apply_filter(select(Publication.id).where(visible(at)), wanted).limit(COUNT_MAX + 1).subquery()
    return session.execute(select(func.count()).select_from(matching)).scalar_one()


def _apply_filter(statement: Select[tuple[Publication]] | Select[tuple[int]], wanted: Filter):  # type: ignore[no-untyped-def]
    equal = (
        (Publication.district, wanted.district),
        (Publication.authority_code, wanted.authority),
        (Publication.uscc, wanted.uscc),
    )
    for column, value in equal:
        if value:
            statement = statement.where(column == value)
    if wanted.behaviour:
        own = Publication.behaviour == wanted.behaviour
        statement = statement.where(own | Publication.behaviour.startswith(f"{wanted.behaviour}-", autoescape=True))
    if wanted.kinds:
        statement = statement.where(Publication.kind.in_(wanted.kinds))
    if wanted.sector:
        filed = select(PublicationSector.from_entry).where(PublicationSector.sector == wanted.sector)
        statement = statement.where(Publication.from_entry.in_(filed))
    if wanted.name is not None:
        statement = statement.where(_name_contains(wanted.name))
    return statement


def _name_contains(name: str) -> ColumnElement[bool]:
    """Condition: the name contains the typed text, as typed or in simplified characters."""
    written = sorted({name_key.key(name), fold(name)})
    return or_(*(Publication.name_key.contains(text, autoescape=True) for text in written))


def record(session: Session, record_id: str, at: Moment) -> Publication:
    """The visible version of one record; refuses ``RecordUnknown``."""
    publication = session.scalars(select(Publication).where(Publication.record == record_id, visible(at))).first()
    if publication is None:
        raise RecordUnknown()
    return publication


def visible_records(session: Session, records: Sequence[str], at: Moment) -> set[str]:
    """Which of these records are visible."""
    if not records:
        return set()
    statement = select(Publication.record).where(Publication.record.in_(records), visible(at))
    return set(session.scalars(statement))


def body(publication: Publication) -> dict[str, Any]:
    """The public body of a version."""
    return json.loads(publication.body)  # type: ignore[no-any-return]


def bearing(session: Session, record_id: str) -> Publication | None:
    """The newest version of a record that still bears on a verdict, shown or no longer shown; None otherwise."""
    statement = select(Publication).where(
        Publication.record == record_id, Publication.until_entry.is_(None), Publication.state.in_(BEARING)
    )
    return session.scalars(statement).first()


def subject_key(publication: Publication) -> str:
    """Key of the subject of a publication, equal to that of the penalties of the same subject."""
    return penalty.subject_key(publication.uscc, publication.id_index, publication.name_key)


def withdrawn(session: Session, record_id: str) -> Publication:
    """The closing version of a record that was public and was withdrawn: its reason is public, its facts are not.

    Source: 行政处罚法 48 (公开说明理由). Refuses ``RecordUnknown``.
    """
    publication = session.scalars(
        select(Publication).where(
            Publication.record == record_id,
            Publication.until_entry.is_(None),
            Publication.state == "withdrawn",
            Publication.audience == "public",
        )
    ).first()
    if publication is None:
        raise RecordUnknown()
    return publication


def history(session: Session, record_id: str, at: Moment) -> list[Publication]:
    """All public versions, oldest first, of a record that is visible now; refuses ``RecordUnknown`` otherwise."""
    record(session, record_id, at)
    statement = select(Publication).where(
        Publication.record == record_id,
        Publication.from_entry <= at.entry,
        Publication.state == "published",
        Publication.audience == "public",
    )
    return list(session.scalars(statement.order_by(Publication.revision)))


def changes(session: Session, *, after: int, limit: int) -> list[LedgerEntry]:
    """Ledger entries above ``after`` in order: what happened to which record, not about whom."""
    statement = select(LedgerEntry).where(LedgerEntry.number > after)
    return list(session.scalars(statement.order_by(LedgerEntry.number).limit(limit)))


def counts(session: Session, at: Moment) -> dict[tuple[str, str], int]:
    """Visible publications per sector and kind; counted once per entry and day, because every visitor asks for it."""
    return _cached_counts.get_or_compute(session, at, lambda: _count_visible(session, at))


def _count_visible(session: Session, at: Moment) -> dict[tuple[str, str], int]:
    statement = (
        select(PublicationSector.sector, Publication.kind, func.count())
        .join(Publication, Publication.from_entry == PublicationSector.from_entry)
        .where(visible(at))
        .group_by(PublicationSector.sector, Publication.kind)
    )
    return {(sector, kind): number for sector, kind, number in session.execute(statement)}


def sector_counts(session: Session, at: Moment) -> dict[str, int]:
    """Visible publications per sector, of all kinds."""
    totals: dict[str, int] = {}
    for (sector, _), number in counts(session, at).items():
        totals[sector] = totals.get(sector, 0) + number
    return totals


_cached_counts: StoreCache[Moment, dict[tuple[str, str], int]] = StoreCache(1)
