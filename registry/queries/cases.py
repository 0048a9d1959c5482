"""Questions about records with a procedure: the record itself, and its file of steps."""

from collections.abc import Collection
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.errors import NotFound
from registry.models import CaseStep, Commendation, Listing, Penalty, Relief
from registry.queries import penalties
from registry.refusals.acts import PenaltyUnknown, RecordUnknown
from registry.refusals.procedure import CommendationUnknown, ListingUnknown, ReliefUnknown

Proceeding = Penalty | Listing | Commendation | Relief
"""A record with a procedure."""
C = TypeVar("C", Listing, Commendation, Relief)
UNKNOWN: dict[str, type[NotFound]] = {
    "penalty": PenaltyUnknown,
    "listing": ListingUnknown,
    "commendation": CommendationUnknown,
    "dispute": ReliefUnknown,
    "repair": ReliefUnknown,
}
"""How a record reads as absent, by noun."""


def by_record(session: Session, table: type[C], record: str, *, lock: bool = False) -> C:
    """The case of this record id; refuses ``ListingUnknown`` and its like. ``lock`` keeps other acts off it."""
    question = select(table).where(table.record == record)
    found = session.scalars(question.with_for_update() if lock else question).first()
    if found is None:
        raise (ReliefUnknown if table is Relief else UNKNOWN[str(table.noun)])()
    return found


def holder(session: Session, record: str) -> Penalty | Listing:
    """The penalty or listing behind a record decided here, locked; refuses ``RecordUnknown``."""
    penalty = penalties.by_records(session, [record], lock=True).get(record)
    found = (
        penalty or session.scalars(select(Listing).where(Listing.record == record).with_for_update()).first()
    )
    if found is None:
        raise RecordUnknown()
    return found


def ending(session: Session, noun: str, record: str) -> Listing | Commendation:
    """The listing or commendation of a record that ends with its publication, locked."""
    if noun == Listing.noun:
        return by_record(session, Listing, record, lock=True)
    return by_record(session, Commendation, record, lock=True)


def of_department(
    session: Session,
    table: type[C],
    department_id: int | None,
    states: Collection[str],
    after: int,
    limit: int,
) -> list[C]:
    """A department's cases in these states (all when empty), in the order begun, above row number ``after``."""
    question = select(table).where(table.department_id == department_id, table.id > after)
    if states:
        question = question.where(table.state.in_(states))
    return list(session.scalars(question.order_by(table.id).limit(limit)))


def commended(session: Session, authority_code: str, document_number: str, subject_key: str) -> bool:
    """Whether this very commendation is held and not withdrawn."""
    question = select(Commendation.id).where(
        Commendation.authority_code == authority_code,
        Commendation.document_number == document_number,
        Commendation.subject_key == subject_key,
        Commendation.state != "withdrawn",
    )
    return session.scalars(question.limit(1)).first() is not None


def steps(session: Session, record: str) -> list[CaseStep]:
    """The file of a record, oldest step first."""
    question = select(CaseStep).where(CaseStep.record == record)
    return list(session.scalars(question.order_by(CaseStep.position)))
