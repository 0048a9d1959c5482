"""Take one step of a procedure: check actor, state and documents, file the step, move clocks, note the audit trail.

All of it happens in the transaction of the act.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from registry.domain.cases import case_file
from registry.domain.cases.case_file import StepDocument, StepInput
from registry.domain.cases.procedures import PROCEDURES
from registry.domain.cases.workflow import INITIAL, Step
from registry.domain.permissions import Permission
from registry.domain.publication import canonical, redaction
from registry.keys.signing import Vault
from registry.models import CaseStep, Commendation, Document, FiledRecord, Listing, Penalty, Relation
from registry.queries.cases import procedure_records
from registry.queries.cases.procedure_records import UNKNOWN, LastStep, Proceeding
from registry.refusals.acts import SelfVerification, VersionStale
from registry.services.law import clocks
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

UNSCOPED = frozenset({Permission.RELIEF_APPLY, Permission.TIME_PASSES})
"""Permissions without a department: an applicant shows the receipt number, and time passes everywhere."""


def admit_step(work: UnitOfWork, case: Proceeding, act: str, *, if_version: int | None) -> Step:
    """Check that the actor may do ``act`` on a case now, and return its step.

    Refuses ``OutOfRole``, as unknown another department's, ``OutOfScope``, ``VersionStale``, ``TransitionRefused``,
    ``SecondPersonMissing``.
    """
    procedure = PROCEDURES[case.noun]
    permission = procedure.permission(act)
    work.actor.require(permission)
    if permission not in UNSCOPED:
        work.actor.require_own(case.department_id, UNKNOWN[case.noun])
        work.actor.require_scope(*case.scope)
    if if_version is not None and case.version != if_version:
        raise VersionStale()
    step = procedure.step(case.state, act)
    if act in procedure.two_persons:
        work.require_second_person()
    return step


@dataclass(frozen=True)
class RecordStep:
    """A step of one record, where one act takes a step of many records: subject, step and its statements."""

    subject: clocks.DeadlineSubject
    step: Step
    statements: Mapping[str, Any]


def take_steps(work: UnitOfWork, noun: str, act: str, record_steps: Sequence[RecordStep]) -> dict[str, str]:
    """File one step for each of many records of a noun, move their clocks and note the audit trail.

    Returns the digest of each step by its record.

    A few statements for the whole list, so that a file of thousands is filed and verified in seconds. States and
    versions are the caller's; documents cannot come with them.
    """
    records = [record_step.subject.record for record_step in record_steps]
    if not records:
        return {}
    last_steps = procedure_records.last_steps(work.session, records)
    rows = [
        _build_step_row(
            work,
            (noun, record_step.subject.record),
            record_step.step,
            StepInput(statements=record_step.statements),
            last_steps.get(record_step.subject.record),
        )
        for record_step in record_steps
    ]
    work.session.connection().execute(insert(CaseStep), rows)
    clocks.apply_act(work, noun, act, [record_step.subject for record_step in record_steps])
    audit.note(work, f"{noun}.{act}", records)
    return {row["record"]: row["digest"] for row in rows}


def take_step(work: UnitOfWork, case: Proceeding, step: Step, step_input: StepInput) -> CaseStep:
    """Take an admitted step. Refuses ``DocumentMissing``, ``DocumentRefused`` and ``SelfVerification``."""
    step.require(step_input.kinds)
    if step.act in PROCEDURES[case.noun].with_file:
        step.require_files(step_input.kinds_with_file)
    last_step = procedure_records.last_steps(work.session, [case.record]).get(case.record)
    if step.apart:
        _require_other_officer(work, case, step.apart)
    case_step = _file_step(work, case, step, step_input, last_step)
    case.state = step.to
    case.version = 1 if step.state == INITIAL else case.version + 1
    work.session.flush()
    sectors, district = case.scope
    subject = clocks.DeadlineSubject(case.record, case.department_id, sorted(sectors), district, step_input.days)
    clocks.apply_act(work, case.noun, step.act, [subject])
    audit.note(work, f"{case.noun}.{step.act}", case.record)
    return case_step


def describe_source(
    work: UnitOfWork, case: Listing | Commendation | FiledRecord | Relation, channel: str
) -> dict[str, Any]:
    """The source of a record: the unit that entered it, by which channel, when entered and verified.

    Source: plan 四（四） 注明信息来源.
    """
    facts, first_step = case.facts, procedure_records.steps(work.session, case.record)[0]
    return {
        "node": work.settings.node,
        "name": facts["authority_name"],
        "code": facts["authority_code"] or "",
        "department": case.department.name,
        "channel": channel,
        "filed_on": first_step.day.isoformat(),
        "verified_on": work.today.isoformat(),
    }


def open_private(vault: Vault, step: CaseStep) -> Mapping[str, Any]:
    """The part of a step that only the department may read, opened."""
    return json.loads(vault.open(step.sealed)) if step.sealed else {}


def _require_other_officer(work: UnitOfWork, case: Proceeding, acts: tuple[str, ...]) -> None:
    """Of a penalty only who stated the facts as they stand counts: an earlier filing was replaced by another's."""
    statement = select(CaseStep.account_id).where(CaseStep.record == case.record, CaseStep.act.in_(acts))
    account_ids = case.filers if isinstance(case, Penalty) else set(work.session.scalars(statement))
    if work.actor.account_id in account_ids:
        raise SelfVerification()


def _file_step(
    work: UnitOfWork, case: Proceeding, step: Step, step_input: StepInput, last_step: LastStep | None
) -> CaseStep:
    case_step = CaseStep(**_build_step_row(work, (case.noun, case.record), step, step_input, last_step))
    work.session.add(case_step)
    work.session.flush()
    work.session.add_all(
        _build_document(work, case_step, document) for document in step_input.documents if document.content is not None
    )
    return case_step


def _build_step_row(
    work: UnitOfWork, key: tuple[str, str], step: Step, step_input: StepInput, last_step: LastStep | None
) -> dict[str, Any]:
    """The row of a step of a (noun, record), chained to the step before."""
    sealed = work.keys.vault.seal(canonical.dumps(step_input.private)) if step_input.private else None
    position, previous = last_step or (0, "")
    content = {
        "noun": key[0],
        "record": key[1],
        "position": position + 1,
        "act": step.act,
        "before": step.state,
        "after": step.to,
        "account_id": work.actor.account_id,
        "documents": [redaction.blot_facts(document.described()) for document in step_input.documents],
        "stated": canonical.dumps(
            redaction.blot_facts(dict(_state_proposer(work, step_input.statements, key[0], step.act)))
        ).decode(),
    }
    digest = case_file.chain_digest(previous, content | {"day": work.today.isoformat()})
    return content | {"day": work.today, "at": work.now, "sealed": sealed, "digest": digest}


def _state_proposer(work: UnitOfWork, statements: Mapping[str, Any], noun: str, act: str) -> dict[str, Any]:
    """The statements of a step, with the name of who proposed it where it takes two persons."""
    if work.proposer is None or act not in PROCEDURES[noun].two_persons:
        return dict(statements)
    return {**statements, "proposed_by": work.proposer.name}


def _build_document(work: UnitOfWork, case_step: CaseStep, document: StepDocument) -> Document:
    content = document.content or b""
    return Document(
        step_id=case_step.id,
        kind=document.kind,
        filename=document.filename[:200],
        media_type=document.media_type(),
        digest=hashlib.sha256(content).hexdigest(),
        sealed=work.keys.vault.seal(content),
    )
