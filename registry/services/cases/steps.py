"""Take one step of a procedure: is it this actor's, is it possible now, are its documents there? Then it is filed,
its clocks move, and the audit trail is noted, all in the transaction of the act."""

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
from registry.domain.publication import canonical
from registry.models import CaseStep, Commendation, Document, Listing, Penalty, Relation
from registry.queries.cases import procedure_records
from registry.queries.cases.procedure_records import UNKNOWN, LastStep, Proceeding
from registry.refusals.acts import SelfVerification, VersionStale
from registry.services.law import clocks
from registry.services.node import audit
from registry.signing import Vault
from registry.unit_of_work import UnitOfWork

UNSCOPED = frozenset({Permission.RELIEF_APPLY, Permission.TIME_PASSES})
"""What needs no department: an applicant shows the receipt number, and time passes everywhere."""


def admit_step(work: UnitOfWork, held: Proceeding, act: str, *, if_version: int | None) -> Step:
    """The step that ``act`` is now. Refuses ``OutOfRole``, as unknown another department's, ``OutOfScope``,
    ``VersionStale``, ``TransitionRefused``."""
    procedure = PROCEDURES[held.noun]
    by = procedure.permission(act)
    work.actor.require(by)
    if by not in UNSCOPED:
        work.actor.require_own(held.department_id, UNKNOWN[held.noun])
        work.actor.require_scope(*held.scope)
    if if_version is not None and held.version != if_version:
        raise VersionStale()
    return procedure.step(held.state, act)


@dataclass(frozen=True)
class RecordStep:
    """A step of one record among many that are taken by one act: its subject, its step, what comes with it."""

    subject: clocks.DeadlineSubject
    step: Step
    stated: Mapping[str, Any]


def take_steps(work: UnitOfWork, noun: str, act: str, taken: Sequence[RecordStep]) -> None:
    """File one step for each of many records of a noun, move their clocks and note the audit trail.

    A few statements for the whole list, so that a file of thousands is filed and verified in seconds. States and
    versions are the caller's; documents cannot come with them.
    """
    records = [one.subject.record for one in taken]
    if not records:
        return
    before = procedure_records.last_steps(work.session, records)
    rows = [
        _step_row(
            work, (noun, one.subject.record), one.step, StepInput(stated=one.stated), before.get(one.subject.record)
        )
        for one in taken
    ]
    work.session.execute(insert(CaseStep), rows)
    clocks.apply_act(work, noun, act, [one.subject for one in taken])
    audit.note(work, f"{noun}.{act}", records)


def take_step(work: UnitOfWork, held: Proceeding, step: Step, given: StepInput) -> CaseStep:
    """Take an admitted step. Refuses ``DocumentMissing``, ``DocumentRefused`` and ``SelfVerification``."""
    step.require(given.kinds)
    before = procedure_records.last_steps(work.session, [held.record]).get(held.record)
    if step.apart:
        _require_other(work, held, step.apart)
    filed = _file(work, held, step, given, before)
    held.state = step.to
    held.version = 1 if step.state == INITIAL else held.version + 1
    work.session.flush()
    sectors, district = held.scope
    timed = clocks.DeadlineSubject(held.record, held.department_id, sorted(sectors), district, given.days)
    clocks.apply_act(work, held.noun, step.act, [timed])
    audit.note(work, f"{held.noun}.{step.act}", held.record)
    return filed


def source(work: UnitOfWork, held: Listing | Commendation | Relation, channel: str) -> dict[str, Any]:
    """Which unit entered a record, by which channel, when entered and verified (plan 四（四） 注明信息来源)."""
    facts, first = held.facts, procedure_records.steps(work.session, held.record)[0]
    return {
        "node": work.settings.node,
        "name": facts["authority_name"],
        "code": facts["authority_code"],
        "department": held.department.name,
        "channel": channel,
        "filed_on": first.day.isoformat(),
        "verified_on": work.today.isoformat(),
    }


def private_of(vault: Vault, step: CaseStep) -> Mapping[str, Any]:
    """What of a step only the department may read."""
    return json.loads(vault.open(step.sealed)) if step.sealed else {}


def _require_other(work: UnitOfWork, held: Proceeding, acts: tuple[str, ...]) -> None:
    """Of a penalty only who stated the facts as they stand counts: an earlier filing was replaced by another's."""
    statement = select(CaseStep.account_id).where(CaseStep.record == held.record, CaseStep.act.in_(acts))
    doers = held.filers if isinstance(held, Penalty) else set(work.session.scalars(statement))
    if work.actor.account_id in doers:
        raise SelfVerification()


def _file(work: UnitOfWork, held: Proceeding, step: Step, given: StepInput, before: LastStep | None) -> CaseStep:
    filed = CaseStep(**_step_row(work, (held.noun, held.record), step, given, before))
    work.session.add(filed)
    work.session.flush()
    work.session.add_all(_document(work, filed, paper) for paper in given.documents if paper.content is not None)
    return filed


def _step_row(
    work: UnitOfWork, case: tuple[str, str], step: Step, step_input: StepInput, before: LastStep | None
) -> dict[str, Any]:
    """The row of a step of a (noun, record), chained to the step before."""
    sealed = work.keys.vault.seal(canonical.dumps(step_input.private)) if step_input.private else None
    position, previous = before or (0, "")
    content = {
        "noun": case[0],
        "record": case[1],
        "position": position + 1,
        "act": step.act,
        "before": step.state,
        "after": step.to,
        "account_id": work.actor.account_id,
        "documents": [document.described() for document in step_input.documents],
        "stated": canonical.dumps(dict(step_input.stated)).decode(),
    }
    digest = case_file.link(previous, content | {"day": work.today.isoformat()})
    return content | {"day": work.today, "at": work.now, "sealed": sealed, "digest": digest}


def _document(work: UnitOfWork, filed: CaseStep, paper: StepDocument) -> Document:
    content = paper.content or b""
    return Document(
        step_id=filed.id,
        kind=paper.kind,
        filename=paper.filename[:200],
        media_type=paper.media_type(),
        digest=hashlib.sha256(content).hexdigest(),
        sealed=work.keys.vault.seal(content),
    )
