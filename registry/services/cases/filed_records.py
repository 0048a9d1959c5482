"""File, correct, verify, return and withdraw filed records of any kind; another officer's verification publishes."""

import datetime as dt
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from registry.domain.cases import case_file, filed_record, procedures
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.filed_kinds import FILED_KINDS
from registry.domain.cases.workflow import INITIAL, Step
from registry.domain.filing.parse import document_key
from registry.domain.law import deadlines
from registry.domain.law.reference import Reference
from registry.domain.publication import canonical
from registry.domain.publication.body import PublishedVersion
from registry.errors import Refusal
from registry.models import CaseStep, FiledRecord
from registry.queries.cases import penalties, procedure_records
from registry.queries.law import reference_data
from registry.refusals.acts import AlreadyFiled, AuthorityNotOwn, IdentityChanged
from registry.services.cases import revisions, steps
from registry.services.cases.identity import Identity, identify
from registry.services.cases.removal import RemovalCause, remove_record
from registry.services.law import clocks
from registry.services.node.resumable import Perform
from registry.services.publication.publishing import Version, publish
from registry.unit_of_work import UnitOfWork

CHUNK = 200
_MONTHS = "filed_record_months"
"""The threshold of publicity; a kind may have one of its own, ``NOUN_months``."""


def file_draft(work: UnitOfWork, noun: str, draft: Mapping[str, Any], step_input: StepInput) -> FiledRecord:
    """File a record from a request. Refuses ``FiledRecordRefused`` and what ``file`` refuses."""
    rules = reference_data.current(work.session).filing_rules
    return file(work, noun, filed_record.parse_draft(FILED_KINDS[noun], draft, rules, work.today), step_input)


def file(work: UnitOfWork, noun: str, filed: filed_record.FiledRecord, step_input: StepInput) -> FiledRecord:
    """File a record. Refuses ``OutOfRole``, ``OutOfScope``, ``AuthorityNotOwn``, ``AlreadyFiled``."""
    work.actor.require(procedures.FILED[noun].permission("file"))
    work.actor.require_scope(frozenset(filed.sectors), filed.district)
    department = penalties.department(work.session, work.actor.department_id)
    if FILED_KINDS[noun].is_own and department.authority_code not in (None, filed.authority_code):
        raise AuthorityNotOwn()
    identity = identify(work, filed.subject)
    key = _document_key(filed, identity)
    if procedure_records.is_filed(work.session, noun, *key):
        raise AlreadyFiled()
    case = FiledRecord(
        noun=noun,
        record=secrets.token_hex(16),
        department_id=department.id,
        state=INITIAL,
        version=0,
        content=canonical.dumps(filed_record.content(filed)).decode(),
        authority_key=key[0],
        document_key=key[1],
        subject_key=key[2],
        decided_on=filed.decided_on,
        id_index=identity.index,
        id_sealed=identity.sealed,
    )
    work.session.add(case)
    _take_filing_step(work, case, procedures.FILED[noun].step(INITIAL, "file"), step_input, case.facts)
    return case


@dataclass(frozen=True)
class RowOutcome:
    """What became of a row of a file: its record, or why it was refused."""

    number: int
    record: str | None
    refusal: Refusal | None = None


def file_rows(
    perform: Perform, noun: str, rows: Sequence[tuple[int, filed_record.FiledRecord]]
) -> Iterator[RowOutcome]:
    """File the sound rows of a file, a transaction for each chunk, and yield what became of each.

    Filed again after a crash, rows that are filed already are refused as such, and nothing is filed twice.
    """
    for start in range(0, len(rows), CHUNK):
        yield from perform(partial(_file_chunk, noun=noun, rows=rows[start : start + CHUNK]))


def _file_chunk(work: UnitOfWork, noun: str, rows: Sequence[tuple[int, filed_record.FiledRecord]]) -> list[RowOutcome]:
    return [_file_row(work, noun, number, filed) for number, filed in rows]


def _file_row(work: UnitOfWork, noun: str, number: int, filed: filed_record.FiledRecord) -> RowOutcome:
    try:
        return RowOutcome(number, file(work, noun, filed, StepInput()).record)
    except Refusal as refusal:  # each is raised before anything of the row is written
        return RowOutcome(number, None, refusal)


def refile(work: UnitOfWork, noun: str, record: str, draft: Mapping[str, Any], step_input: StepInput) -> FiledRecord:
    """State a record anew: before publication its facts, afterwards a correction that waits for its verifier.

    Refuses ``FiledRecordRefused``, ``OutOfScope``, and ``IdentityChanged`` for another document or subject.
    """
    case, step = _admit_step(work, noun, record, "refile", step_input)
    rules = reference_data.current(work.session).filing_rules
    filed = filed_record.parse_draft(FILED_KINDS[noun], draft, rules, work.today)
    work.actor.require_scope(frozenset(filed.sectors), filed.district)
    key = _document_key(filed, identify(work, filed.subject))
    if key != (case.authority_key, case.document_key, case.subject_key):
        raise IdentityChanged()
    facts = filed_record.content(filed)
    if step.to == "amended":
        case.content = canonical.dumps(_without_amendment(case.facts) | {"amendment": facts}).decode()
    else:
        case.content, case.decided_on = canonical.dumps(facts).decode(), filed.decided_on
    _take_filing_step(work, case, step, step_input, facts)
    return case


def verify(work: UnitOfWork, noun: str, record: str, step_input: StepInput) -> FiledRecord:
    """Verify another officer's filing or correction and publish it."""
    case, step = _admit_step(work, noun, record, "verify", step_input)
    facts = case.facts
    facts = facts.get("amendment") or facts
    case.content = canonical.dumps(facts).decode()
    case.decided_on = dt.date.fromisoformat(facts["decided_on"])
    case_step = steps.take_step(
        work, case, step, replace(step_input, statements={"facts": case_file.facts_digest(facts)})
    )
    before = revisions.newest(work, record) if step.state == "amended" else None
    version = _build_version(work, case, case_step, json.loads(before.body) if before else None)
    body = filed_record.public_body(FILED_KINDS[noun], facts, version)
    publish(work, [Version(body, work.settings.node, case.id_index, case.id_sealed)])
    return case


def send_back(work: UnitOfWork, noun: str, record: str, reason: str, step_input: StepInput) -> FiledRecord:
    """Return a filing to its officer with the reason; a correction is dropped, and what was published stands."""
    case, step = _admit_step(work, noun, record, "return", step_input)
    case.content = canonical.dumps(_without_amendment(case.facts)).decode()
    steps.take_step(work, case, step, replace(step_input, statements={"reason": reason}))
    return case


def withdraw(
    work: UnitOfWork, noun: str, record: str, reason: str, changed_on: dt.date, step_input: StepInput
) -> FiledRecord:
    """Withdraw a published record because its document no longer stands; the reason is public."""
    case, step = _admit_step(work, noun, record, "withdraw", step_input)
    case.content = canonical.dumps(_without_amendment(case.facts)).decode()
    statements = {"reason": reason, "changed_on": changed_on.isoformat()}
    cause = RemovalCause("withdrawn", "withdraw", reason, changed_on)
    remove_record(work, case, step, replace(step_input, statements=statements, days={"changed_on": changed_on}), cause)
    return case


def _without_amendment(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name != "amendment"}


def _document_key(filed: filed_record.FiledRecord, identity: Identity) -> tuple[str, str, str]:
    """What makes two filings the same: who decided, the number of the document, and its subject."""
    return filed.authority_code or filed.authority_name, document_key(filed.document_number), identity.key


def _admit_step(work: UnitOfWork, noun: str, record: str, act: str, step_input: StepInput) -> tuple[FiledRecord, Step]:
    case = procedure_records.by_record(work.session, FiledRecord, record, lock=True)
    if case.noun != noun:
        raise procedure_records.UNKNOWN[noun]()
    return case, steps.admit_step(work, case, act, if_version=step_input.if_version)


def _take_filing_step(
    work: UnitOfWork, case: FiledRecord, step: Step, step_input: StepInput, facts: Mapping[str, Any]
) -> None:
    days = filed_record.days(facts) | {"filed_on": work.today}
    steps.take_step(work, case, step, replace(step_input, days=days))
    if step.state not in (INITIAL, "published", "amended"):
        sectors, district = case.scope
        moved = {name: day for name, day in days.items() if name != "filed_on"}  # its first filing counts
        subject = clocks.DeadlineSubject(case.record, case.department_id, sorted(sectors), district, moved)
        clocks.follow_facts(work, subject)


def _build_version(
    work: UnitOfWork, case: FiledRecord, case_step: CaseStep, before: Mapping[str, Any] | None
) -> PublishedVersion:
    kind, facts, reference = FILED_KINDS[case.noun], case.facts, reference_data.current(work.session)
    months_code, months = _find_months(reference, case)
    measures = filed_record.restrictions(kind, facts, reference.measures(case.decided_on))
    channel_days = filed_record.days(facts) | {"filed_on": procedure_records.steps(work.session, case.record)[0].day}
    clock = reference.clocks()[f"{case.noun}.publish"].newest
    return PublishedVersion(
        record=case.record,
        revision=before["revision"] + 1 if before else 1,
        act="correct" if before else "publish",
        audience=filed_record.audience(facts),
        policy=months_code,
        visible_from=dt.date.fromisoformat(before["visible_from"]) if before else work.today,
        visible_until=filed_record.visible_until(facts, months, measures),
        publish_by=deadlines.run(reference, clock.code, channel_days[clock.starts]).due.day,
        source=steps.describe_source(work, case, "api"),
        filing=case_step.digest,
        measures=measures,
    )


def _find_months(reference: Reference, case: FiledRecord) -> tuple[str, int]:
    for code in (f"{case.noun}_months", _MONTHS):
        months = reference.threshold(code, case.decided_on)
        if months is not None:
            return code, months
    return _MONTHS, 0
