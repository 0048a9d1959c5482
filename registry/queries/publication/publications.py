"""Read public records as of a day and a ledger size; never shows what has been taken away since."""

import datetime as dt
import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, aliased

from registry.domain.cases import penalty
from registry.domain.naming import name_key
from registry.domain.publication import erasure
from registry.domain.records import HIDDEN_KINDS
from registry.models import LedgerEntry, Publication
from registry.queries.publication.ledger_state import head
from registry.refusals.acts import EntryAhead, RecordUnknown

BEARING = ("published", "expired", "suspended")
"""States that bear on a verdict: a ban runs to its own end even when its publication has ended before, and held
until it was suspended."""

_APART = re.compile(r"[\s、，,；;]+")
"""What stands between parts of a name that were typed apart: none of it counts in a name."""


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
    """Search filters; empty fields do not narrow.

    Each word of ``name`` matches anywhere in the name; a category such as N1 matches its sub-behaviours;
    ``authority`` is a code, ``authority_name`` a name or a part of one; ``document`` is the key of a document number,
    ``year`` that of the decision.
    """

    kinds: Sequence[str] = ()
    sector: str | None = None
    behaviour: str | None = None
    district: str | None = None
    authority: str | None = None
    name: str | None = None
    uscc: str | None = None
    authority_name: str | None = None
    document: str | None = None
    year: str | None = None
    state: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The parts of ``name`` that were typed apart; each has to be in the name."""
        return tuple(word for word in _APART.split(self.name or "") if name_key.key(word))


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
    """The closing version of a record that was public and was withdrawn or erased: its reason is public, its facts are
    not.

    Source: 行政处罚法 48 (公开说明理由). Refuses ``RecordUnknown``.
    """
    publication = session.scalars(
        select(Publication).where(
            Publication.record == record_id,
            Publication.until_entry.is_(None),
            (Publication.state == "withdrawn") | (Publication.act == erasure.ACT),
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


def public_entries(session: Session, entries: Sequence[int]) -> set[int]:
    """Which of these entries published something to everybody."""
    statement = select(Publication.from_entry).where(
        Publication.from_entry.in_(entries), Publication.audience == "public"
    )
    return set(session.scalars(statement))


def erased(session: Session, entry: int, records: Collection[str] | None = None) -> list[str]:
    """The records (of these, or of all) whose versions known at an entry were erased since."""
    statement = select(Publication.record).where(Publication.erased_by.is_not(None), known_at(entry))
    if records is not None:
        statement = statement.where(Publication.record.in_(records))
    return list(session.scalars(statement.order_by(Publication.record)))
