"""Erase the content of a published record of this node: an act of two persons, on a legal ground.

Salt and content go: of every version, of the case behind it, its filings, steps and documents, of the applications
about it and of what was proposed about it. The ledger keeps its entries; the last one says that the record was erased.
Receipts of earlier checks stay sealed as they are: they are the tender's own evidence (docs/personal_data.md).
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from registry.domain.cases import procedures
from registry.domain.law.reference_kinds import ErasureGround
from registry.domain.permissions import Permission
from registry.domain.publication import canonical, erasure
from registry.models import (
    AdoptedListing,
    CaseStep,
    Clock,
    ConfirmationCode,
    Document,
    ImportFinding,
    ListAdoption,
    Penalty,
    PenaltyImport,
    Proposal,
    Publication,
    Relief,
    SubjectContact,
)
from registry.queries.cases import penalties, procedure_records
from registry.queries.cases.procedure_records import Proceeding
from registry.queries.law import reference_data
from registry.queries.node import store_role
from registry.refusals.acts import (
    ErasureBlocked,
    ErasureGroundUnknown,
    ErasureOfForeignRecord,
    ErasureRoleNeeded,
    RecordErased,
    RecordUnknown,
)
from registry.services.cases import drafts, import_rows, revisions
from registry.services.node import audit, proposals
from registry.services.node.proposals import Holder, ProposedAct
from registry.services.publication.erasure import clear_versions
from registry.services.publication.publishing import Version, publish
from registry.unit_of_work import UnitOfWork

STATE = "erased"
"""The state of a case whose content was erased; nothing leads out of it."""


def propose(work: UnitOfWork, record: str, ground: str, reason: str) -> Proposal:
    """Propose to erase the content of a record; it is done when another person confirms it.

    ``ground`` is a code of ``erasure_grounds`` and public with the record, ``reason`` is kept sealed. Refuses
    ``RecordUnknown``, ``ErasureOfForeignRecord``, ``RecordErased``, ``ErasureBlocked``, ``ErasureGroundUnknown`` and
    what ``proposals.propose`` refuses.
    """
    return proposals.propose(work, ERASE, record, {"ground": ground, "reason": reason})


def _examine(work: UnitOfWork, record: str, arguments: Mapping[str, Any]) -> None:
    # Not tried: a process whose database role may only append still proposes.
    holder = _find_holder(work.session, record)
    if holder.department_id != work.actor.department_id or not work.actor.covers(holder.sectors, holder.district):
        raise RecordUnknown()
    _admit(work, record, arguments["ground"])


def _admit(work: UnitOfWork, record: str, code: str) -> tuple[Publication, ErasureGround]:
    publication = revisions.newest(work, record)
    if publication.origin != work.settings.node:
        raise ErasureOfForeignRecord()
    if publication.act == erasure.ACT:
        raise RecordErased()
    statement = select(Relief.id).where(Relief.about == record, Relief.state.in_(procedures.OPEN_RELIEF))
    if work.session.scalars(statement.limit(1)).first() is not None:
        raise ErasureBlocked()
    grounds = reference_data.current(work.session).erasure_grounds(work.today)
    ground = next((row for row in grounds if row.code == code), None)
    if ground is None:
        raise ErasureGroundUnknown()
    return publication, ground


def _erase(work: UnitOfWork, record: str, arguments: Mapping[str, Any], _version: int | None) -> dict[str, Any]:
    work.require_second_person()
    publication, ground = _admit(work, record, arguments["ground"])
    _require_role(work)
    case = _find_case(work.session, record, lock=True)
    body = erasure.closing_body(json.loads(publication.body), ground.name, work.today)
    [entry] = publish(work, [Version(body, publication.origin, other_codes={})])
    versions = clear_versions(work, record, entry)
    _clear_case(work, case)
    audit.note(work, "record.erase", record, f"ground {ground.code}, entry {entry}")
    return {"record": record, "entry": entry, "versions": versions}


def erase_again(work: UnitOfWork, record: str, entry: int) -> None:
    """Clear what came back with a backup from before an erasure, whose closing version came back as ``entry``."""
    clear_versions(work, record, entry)
    try:
        case = _find_case(work.session, record, lock=True)
    except RecordUnknown:
        return
    _clear_case(work, case)


def _require_role(work: UnitOfWork) -> None:
    if not store_role.may_update(work.session, Publication.__tablename__, "body"):
        raise ErasureRoleNeeded()


def _find_case(session: Session, record: str, *, lock: bool = False) -> Proceeding:
    """The case behind a record, of any kind that ends with its publication; refuses ``RecordUnknown``."""
    penalty = penalties.by_records(session, [record], lock=lock).get(record)
    case = penalty or procedure_records.endings(session, [record]).get(record)
    if case is None:
        raise RecordUnknown()
    return case


def _find_holder(session: Session, record: str) -> Holder:
    case = _find_case(session, record)
    return Holder(case.department_id, *case.scope, case.version)


def _clear_case(work: UnitOfWork, case: Proceeding) -> None:
    reliefs = list(work.session.scalars(select(Relief).where(Relief.about == case.record)))
    records = [case.record, *(relief.record for relief in reliefs)]
    _clear_contact(work, case)
    for relief in reliefs:
        relief.content = _blank(work, relief.content)
    if isinstance(case, Penalty):
        _clear_filings(work, case)
    else:
        case.content = _blank(work, case.content)
    for name, value in _blank_columns(case).items():
        setattr(case, name, value)
    case.state, case.version = STATE, case.version + 1
    if isinstance(case, AdoptedListing):
        _clear_file(work, ListAdoption, {case.adoption_id})
    _clear_steps(work, records)
    _clear_proposals(work, records)
    drafts.discard_about(work, records)
    work.session.execute(delete(ConfirmationCode).where(ConfirmationCode.about == case.record))
    is_open = (Clock.record == case.record, Clock.met_on.is_(None))
    work.session.execute(
        update(Clock).where(*is_open).values(met_on=work.today).execution_options(synchronize_session=False)
    )
    work.session.flush()


def _blank(work: UnitOfWork, content: str) -> str:
    return canonical.dumps(erasure.erased_facts(json.loads(content), work.today)).decode()


def _blank_columns(case: Proceeding) -> dict[str, Any]:
    """The columns of a case that say whom or what it is about. Keys that are unique become the record's own id."""
    blank: dict[str, Any] = {
        "subject_key": case.record, "other_key": case.record, "subject_uscc": "", "document_key": case.record,
        "document_number": case.record, "id_index": None, "id_sealed": None,
    }  # fmt: skip
    return {name: value for name, value in blank.items() if hasattr(type(case), name)}


def _clear_contact(work: UnitOfWork, case: Proceeding) -> None:
    """The address of the subject goes with the last record that it served."""
    key = getattr(case, "subject_key", None)
    if key is None:
        return
    tables: tuple[type[Any], ...] = (Penalty, *{*procedure_records.TABLES.values()})
    for table in tables:
        if hasattr(table, "subject_key"):
            others = select(table.id).where(table.subject_key == key, table.record != case.record)
            if work.session.scalars(others.limit(1)).first() is not None:
                return
    work.session.execute(delete(SubjectContact).where(SubjectContact.subject_key == key))


def _clear_filings(work: UnitOfWork, penalty: Penalty) -> None:
    for filing in penalty.filings:
        filing.content = _blank(work, filing.content)
        filing.id_index, filing.id_sealed, filing.notes, filing.attention = None, None, "[]", 0
        filing.returned_because = None
        of_row = (ImportFinding.import_id == filing.import_id, ImportFinding.row_number == filing.row_number)
        work.session.execute(delete(ImportFinding).where(*of_row))
    imports = {filing.import_id for filing in penalty.filings if filing.import_id}
    _clear_file(work, PenaltyImport, imports)
    for import_id in imports:
        import_rows.forget(work, import_id)


def _clear_file(work: UnitOfWork, table: type[PenaltyImport] | type[ListAdoption], numbers: Collection[int]) -> None:
    """The bytes of files that are answered: a row cannot be taken out of them. One that runs is forgotten later."""
    cleared: dict[str, bytes | None] = {"sealed": b"", "mended": None} if table is PenaltyImport else {"sealed": b""}
    statement = update(table).where(table.id.in_(numbers), table.state != "running").values(cleared)
    work.session.execute(statement.execution_options(synchronize_session=False))


def _clear_steps(work: UnitOfWork, records: Collection[str]) -> None:
    steps = list(work.session.scalars(select(CaseStep).where(CaseStep.record.in_(records))))
    work.session.execute(delete(Document).where(Document.step_id.in_([step.id for step in steps])))
    for step in steps:
        step.stated, step.sealed, step.documents = "{}", None, []


def _clear_proposals(work: UnitOfWork, records: Collection[str]) -> None:
    """What was proposed about the record, documents included; what still waits is void. The erasure itself stays."""
    statement = select(Proposal).where(Proposal.reference.in_(records), Proposal.act != ERASE.name)
    for proposal in work.session.scalars(statement):
        proposal.sealed, proposal.reason = work.keys.vault.seal(canonical.dumps({})), None
        if proposal.state == "proposed":
            proposal.state = "expired"


ERASE = ProposedAct(
    "record.erase", Permission.ERASURE_PROPOSE, Permission.ERASURE_CONFIRM, _erase, _find_holder, _examine
)
