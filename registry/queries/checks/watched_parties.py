"""Look up watches and their events, watches behind the ledger, and the watched parties an entry is about."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from registry.domain.checks.watch import ACTIVE
from registry.models import FurtherKey, LedgerEntry, Publication, Watch, WatchedParty, WatchEvent
from registry.queries.any_of import any_of, texts
from registry.refusals.award import WatchUnknown


@dataclass(frozen=True)
class EntrySubject:
    """One entry and one subject of it: a correction may be about two."""

    entry: int
    day: dt.date
    act: str
    record: str
    uscc: str | None
    id_index: str | None
    name_key: str


def own(session: Session, department_id: int | None, watch: str, *, lock: bool = False) -> Watch:
    """The watch of this id if it is this department's; refuses ``WatchUnknown``."""
    statement = select(Watch).where(Watch.id == watch)
    row = session.scalars(statement.with_for_update() if lock else statement).first()
    if row is None or row.department_id != department_id:
        raise WatchUnknown()
    return row


def list_watches(session: Session, department_id: int | None, *, after: int, limit: int) -> list[Watch]:
    """A department's watches, oldest first, above number ``after``."""
    statement = select(Watch).where(Watch.department_id == department_id, Watch.number > after)
    return list(session.scalars(statement.order_by(Watch.number).limit(limit)))


def events(session: Session, watch: str, *, after: int, limit: int) -> list[WatchEvent]:
    """Events of a watch in order, above sequence number ``after``."""
    statement = select(WatchEvent).where(WatchEvent.watch_id == watch, WatchEvent.sequence > after)
    return list(session.scalars(statement.order_by(WatchEvent.sequence).limit(limit)))


def newest_events(session: Session, department_id: int | None, *, limit: int) -> list[tuple[Watch, WatchEvent]]:
    """The newest events of all watches of a department, newest first."""
    statement = (
        select(Watch, WatchEvent)
        .join(WatchEvent, WatchEvent.watch_id == Watch.id)
        .where(Watch.department_id == department_id)
        .order_by(WatchEvent.id.desc())
        .limit(limit)
    )
    return list(session.execute(statement).tuples())


def waiting(session: Session, watch: str) -> int:
    """How many events of a watch are not delivered yet."""
    statement = select(func.count()).where(WatchEvent.watch_id == watch, WatchEvent.state == "pending")
    return session.execute(statement).scalar_one()


def watches_behind(session: Session, head: int, today: dt.date, limit: int) -> list[Watch]:
    """Active watches not advanced to the ledger's head and to today, the furthest behind first, locked."""
    is_behind = or_(Watch.seen_entry < head, Watch.seen_day < today, Watch.until <= today)
    statement = select(Watch).where(Watch.state == ACTIVE, is_behind)
    return list(session.scalars(statement.order_by(Watch.seen_entry, Watch.number).limit(limit).with_for_update()))


def entries_of_further_keys(session: Session, after: int, upto: int) -> dict[str, set[int]]:
    """By further key: the entries in (``after``, ``upto``] about whoever is found by it, or was until then."""
    old = aliased(Publication)
    entries = (Publication.from_entry > after, Publication.from_entry <= upto)
    new_keys = select(FurtherKey.key, Publication.from_entry).where(FurtherKey.from_entry == Publication.from_entry)
    replaced = (old.record == Publication.record) & (old.until_entry == Publication.from_entry)
    old_keys = select(FurtherKey.key, Publication.from_entry).join(old, FurtherKey.from_entry == old.from_entry)
    entries_by_key: dict[str, set[int]] = {}
    for statement in (new_keys, old_keys.join(Publication, replaced)):
        for key, entry in session.execute(statement.where(*entries)).tuples():
            entries_by_key.setdefault(key, set()).add(entry)
    return entries_by_key


def entry_subjects(session: Session, after: int, upto: int) -> list[EntrySubject]:
    """Subjects of the entries in (``after``, ``upto``], in order, and of the versions that those entries replaced."""
    old = aliased(Publication)
    replaced = (old.record == Publication.record) & (old.until_entry == Publication.from_entry)
    entries = (Publication.from_entry > after, Publication.from_entry <= upto)
    is_entry = LedgerEntry.number == Publication.from_entry
    entry_columns = (Publication.from_entry, LedgerEntry.day, Publication.act, Publication.record)
    new = select(*entry_columns, Publication.uscc, Publication.id_index, Publication.name_key).join(
        LedgerEntry, is_entry
    )
    gone = select(*entry_columns, old.uscc, old.id_index, old.name_key).join(LedgerEntry, is_entry).join(old, replaced)
    rows = [
        EntrySubject(*row) for statement in (new, gone) for row in session.execute(statement.where(*entries)).tuples()
    ]
    return sorted(set(rows), key=lambda subject: subject.entry)


def watches_of_keys(
    session: Session, watches: Collection[str], column: str, values: Sequence[str]
) -> list[tuple[str, str]]:
    """(watch, value) of the parties whose ``column`` has one of the values."""
    key = getattr(WatchedParty, column)
    statement = select(WatchedParty.watch_id, key).where(
        any_of(WatchedParty.watch_id, texts("watches")), any_of(key, texts("values"))
    )
    return list(session.execute(statement, {"watches": watches, "values": values}).tuples())


def watches_to_notify(session: Session, now: dt.datetime) -> list[str]:
    """Ids of the watches with events to be delivered now."""
    is_time = or_(Watch.retry_at.is_(None), Watch.retry_at <= now)
    pending = select(WatchEvent.watch_id).where(WatchEvent.state == "pending")
    statement = select(Watch.id).where(Watch.webhook_sealed.is_not(None), is_time, Watch.id.in_(pending))
    return list(session.scalars(statement.order_by(Watch.number)))
