"""Look up penalties, listings, commendations, filed records, relations and reliefs, their steps and documents."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.cases import procedures
from registry.domain.filing.parse import document_key
from registry.errors import NotFound
from registry.models import (
    AdoptedListing,
    CaseStep,
    Commendation,
    Document,
    FiledRecord,
    Listing,
    Penalty,
    Relation,
    Relief,
)
from registry.queries.cases import penalties
from registry.refusals.acts import PenaltyUnknown, RecordUnknown
from registry.refusals.procedure import (
    AdoptedListingUnknown,
    CommendationUnknown,
    DocumentUnknown,
    FiledRecordUnknown,
    ListingUnknown,
    RelationUnknown,
    ReliefUnknown,
)

Proceeding = Penalty | Listing | AdoptedListing | Commendation | FiledRecord | Relation | Relief
"""A record with a procedure."""
Ending = Listing | AdoptedListing | Commendation | FiledRecord | Relation
"""A record that ends with its publication."""
LastStep = tuple[int, str]
"""Position and digest of a step, to which the next step is chained."""
C = TypeVar("C", Listing, AdoptedListing, Commendation, FiledRecord, Relation, Relief)
CaseTable = (
    type[Listing] | type[AdoptedListing] | type[Commendation] | type[FiledRecord] | type[Relation] | type[Relief]
)
_SHARED = (FiledRecord, Relief)
"""Tables that hold cases of more than one noun."""
TABLES: dict[str, CaseTable] = {
    "listing": Listing,
    "adopted_listing": AdoptedListing,
    "commendation": Commendation,
    "relation": Relation,
    "dispute": Relief,
    "repair": Relief,
    **dict.fromkeys(procedures.FILED, FiledRecord),
}
UNKNOWN: dict[str, type[NotFound]] = {
    "penalty": PenaltyUnknown,
    "listing": ListingUnknown,
    "adopted_listing": AdoptedListingUnknown,
    "commendation": CommendationUnknown,
    "relation": RelationUnknown,
    "dispute": ReliefUnknown,
    "repair": ReliefUnknown,
    **dict.fromkeys(procedures.FILED, FiledRecordUnknown),
}
"""The refusal for a record that does not exist, by noun."""


_UNKNOWN_IN = {table: UNKNOWN[noun] for noun, table in TABLES.items()}


def by_record(session: Session, table: type[C], record: str, *, lock: bool = False) -> C:
    """The case of this record id; refuses ``ListingUnknown`` and its like. ``lock`` keeps other acts off it."""
    statement = select(table).where(table.record == record)
    case = session.scalars(statement.with_for_update() if lock else statement).first()
    if case is None:
        raise _UNKNOWN_IN[table]()
    return case


def holder(session: Session, record: str) -> Penalty | Listing:
    """The penalty or listing behind a record decided here, locked; refuses ``RecordUnknown``."""
    penalty = penalties.by_records(session, [record], lock=True).get(record)
    row = penalty or session.scalars(select(Listing).where(Listing.record == record).with_for_update()).first()
    if row is None:
        raise RecordUnknown()
    return row


def suspendable(session: Session, record: str) -> Penalty | Listing | AdoptedListing:
    """The penalty, listing or adopted listing behind a record of this node, locked; refuses ``RecordUnknown``."""
    statement = select(AdoptedListing).where(AdoptedListing.record == record)
    return session.scalars(statement.with_for_update()).first() or holder(session, record)


def ending(session: Session, noun: str, record: str, *, lock: bool = False) -> Ending:
    """The case of a record id that ends with its publication: any but penalties and reliefs."""
    if noun in procedures.FILED:
        return by_record(session, FiledRecord, record, lock=lock)
    if noun == AdoptedListing.noun:
        return by_record(session, AdoptedListing, record, lock=lock)
    if noun == Listing.noun:
        return by_record(session, Listing, record, lock=lock)
    if noun == Relation.noun:
        return by_record(session, Relation, record, lock=lock)
    return by_record(session, Commendation, record, lock=lock)


def endings(session: Session, records: Collection[str]) -> dict[str, Ending]:
    """The cases of these record ids that end with their publication, by record id."""
    cases: dict[str, Ending] = {}
    for table in (Listing, AdoptedListing, Commendation, FiledRecord, Relation):
        rows: Iterable[Ending] = session.scalars(select(table).where(table.record.in_(records)))
        cases |= {case.record: case for case in rows}
    return cases


def by_records(session: Session, records: Collection[str]) -> dict[str, Proceeding]:
    """The cases of these record ids, of any kind, by record id."""
    reliefs = session.scalars(select(Relief).where(Relief.record.in_(records)))
    return {
        **penalties.by_records(session, records),
        **endings(session, records),
        **{relief.record: relief for relief in reliefs},
    }


def of_department(
    session: Session, noun: str, department_id: int | None, states: Collection[str], after: int, limit: int
) -> list[Ending | Relief]:
    """A department's cases in these states (all when empty), oldest first, above row number ``after``."""
    table = TABLES[noun]
    statement = select(table).where(table.department_id == department_id, table.id > after)
    if table in _SHARED:
        statement = statement.where(table.noun == noun)
    if states:
        statement = statement.where(table.state.in_(states))
    return list(session.scalars(statement.order_by(table.id).limit(limit)))


def is_commended(session: Session, authority_code: str, document_number: str, subject_key: str) -> bool:
    """Whether this commendation (authority, document, subject) is filed already and not withdrawn."""
    statement = select(Commendation.document_number).where(
        Commendation.authority_code == authority_code,
        Commendation.subject_key == subject_key,
        Commendation.state != "withdrawn",
    )
    # Numbers may be stored under an earlier rule of their key: the key of a key is the key.
    return document_number in map(document_key, session.scalars(statement))


def is_filed(session: Session, noun: str, authority_key: str, document_key: str, subject_key: str) -> bool:
    """Whether this document about this subject is filed already as this kind, and not withdrawn."""
    statement = select(FiledRecord.id).where(
        FiledRecord.noun == noun,
        FiledRecord.authority_key == authority_key,
        FiledRecord.document_key == document_key,
        FiledRecord.subject_key == subject_key,
        FiledRecord.state != "withdrawn",
    )
    return session.scalars(statement.limit(1)).first() is not None


def is_related(session: Session, kind: str, subject_uscc: str, other_key: str, since: dt.date) -> bool:
    """Whether this relation (kind, parties, first day) is filed already and not withdrawn."""
    statement = select(Relation.id).where(
        Relation.kind == kind,
        Relation.subject_uscc == subject_uscc,
        Relation.other_key == other_key,
        Relation.since == since,
        Relation.state != "withdrawn",
    )
    return session.scalars(statement.limit(1)).first() is not None


def documents(session: Session, step_ids: Collection[int]) -> dict[int, list[Document]]:
    """The documents handed in with these steps, by step id."""
    by_step: dict[int, list[Document]] = {}
    for document in session.scalars(select(Document).where(Document.step_id.in_(step_ids)).order_by(Document.id)):
        by_step.setdefault(document.step_id, []).append(document)
    return by_step


def of_document(session: Session, number: int) -> tuple[Document, Proceeding]:
    """A document and the record it was handed in for; refuses ``DocumentUnknown``."""
    document = session.get(Document, number)
    step = session.get(CaseStep, document.step_id) if document else None
    if document is None or step is None:
        raise DocumentUnknown()
    if step.noun == "penalty":
        return document, penalties.by_record(session, step.record)
    if step.noun in procedures.RELIEFS:
        return document, by_record(session, Relief, step.record)
    return document, ending(session, step.noun, step.record)


def steps(session: Session, record: str) -> list[CaseStep]:
    """All steps of a record, oldest first."""
    statement = select(CaseStep).where(CaseStep.record == record)
    return list(session.scalars(statement.order_by(CaseStep.position)))


def last_steps(session: Session, records: Collection[str]) -> dict[str, LastStep]:
    """Position and digest of the last step of each record that has any."""
    statement = (
        select(CaseStep.record, CaseStep.position, CaseStep.digest)
        .where(CaseStep.record.in_(records))
        .order_by(CaseStep.position)
    )
    return {record: (position, digest) for record, position, digest in session.execute(statement)}
