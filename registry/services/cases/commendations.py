"""File, verify, return and withdraw commendations; verification by another officer publishes them."""

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from registry.domain.cases import case_file, commendation, procedures
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.workflow import INITIAL, Step
from registry.domain.filing.parse import document_key
from registry.domain.law import deadlines
from registry.domain.law.publicity import add_months
from registry.domain.publication import canonical
from registry.domain.publication.body import PublishedVersion
from registry.models import CaseStep, Commendation
from registry.queries.cases import penalties, procedure_records
from registry.queries.law import reference_data
from registry.refusals.acts import AlreadyFiled, AuthorityNotOwn, IdentityChanged
from registry.services.cases import steps
from registry.services.cases.identity import identify
from registry.services.cases.removal import RemovalCause, remove_record
from registry.services.publication.publishing import Version, publish
from registry.unit_of_work import UnitOfWork

_MONTHS, _CLOCK = "commendation_months", "commendation.publish"


def file(work: UnitOfWork, facts: Mapping[str, Any], step_input: StepInput) -> Commendation:
    """File a commendation. Refuses ``OutOfRole``, ``OutOfScope``, ``CommendationRefused``, ``AuthorityNotOwn``,
    ``AlreadyFiled``."""
    work.actor.require(procedures.COMMENDATION.permission("file"))
    filing = _parse_facts(work, facts)
    department = penalties.department(work.session, work.actor.department_id)
    if department.authority_code not in (None, filing.authority_code):
        raise AuthorityNotOwn()
    decision = (filing.authority_code, document_key(filing.document_number), identify(work, filing.subject).key)
    if procedure_records.is_commended(work.session, *decision):
        raise AlreadyFiled()
    case = Commendation(
        record=secrets.token_hex(16),
        department_id=department.id,
        state=INITIAL,
        version=0,
        content=canonical.dumps(commendation.content(filing)).decode(),
        authority_code=decision[0],
        document_number=decision[1],
        subject_key=decision[2],
        awarded_on=filing.awarded_on,
    )
    work.session.add(case)
    _take_filing_step(work, case, procedures.COMMENDATION.step(INITIAL, "file"), step_input)
    return case


def refile(work: UnitOfWork, record: str, facts: Mapping[str, Any], step_input: StepInput) -> Commendation:
    """State a returned commendation anew. Refuses ``IdentityChanged`` for another one."""
    case, step = _admit_step(work, record, "refile", step_input)
    filing = _parse_facts(work, facts)
    decision = (filing.authority_code, document_key(filing.document_number), identify(work, filing.subject).key)
    if decision != (case.authority_code, document_key(case.document_number), case.subject_key):
        raise IdentityChanged()
    case.content = canonical.dumps(commendation.content(filing)).decode()
    case.awarded_on = filing.awarded_on
    _take_filing_step(work, case, step, step_input)
    return case


def verify(work: UnitOfWork, record: str, step_input: StepInput) -> Commendation:
    """Verify another officer's filing and publish it."""
    case, step = _admit_step(work, record, "verify", step_input)
    verification = replace(step_input, statements={"facts": case_file.facts_digest(case.facts)})
    case_step = steps.take_step(work, case, step, verification)
    body = commendation.public_body(case.facts, _build_version(work, case, case_step))
    publish(work, [Version(body, work.settings.node)])
    return case


def send_back(work: UnitOfWork, record: str, reason: str, step_input: StepInput) -> Commendation:
    """Return a filing to its officer with the reason."""
    case, step = _admit_step(work, record, "return", step_input)
    steps.take_step(work, case, step, replace(step_input, statements={"reason": reason}))
    return case


def withdraw(work: UnitOfWork, record: str, reason: str, changed_on: dt.date, step_input: StepInput) -> Commendation:
    """Withdraw a published commendation because it no longer stands; the reason is public."""
    case, step = _admit_step(work, record, "withdraw", step_input)
    stated = {"reason": reason, "changed_on": changed_on.isoformat()}
    remove_record(
        work,
        case,
        step,
        replace(step_input, statements=stated),
        RemovalCause("withdrawn", "withdraw", reason, changed_on),
    )
    return case


def _admit_step(work: UnitOfWork, record: str, act: str, step_input: StepInput) -> tuple[Commendation, Step]:
    case = procedure_records.by_record(work.session, Commendation, record, lock=True)
    return case, steps.admit_step(work, case, act, if_version=step_input.if_version)


def _parse_facts(work: UnitOfWork, facts: Mapping[str, Any]) -> commendation.Commendation:
    filing = commendation.parse_commendation(facts, reference_data.current(work.session).filing_rules, work.today)
    work.actor.require_scope(frozenset(filing.sectors), filing.district)
    return filing


def _take_filing_step(work: UnitOfWork, case: Commendation, step: Step, step_input: StepInput) -> None:
    steps.take_step(work, case, step, replace(step_input, days={"awarded_on": case.awarded_on}))


def _build_version(work: UnitOfWork, case: Commendation, case_step: CaseStep) -> PublishedVersion:
    reference, facts = reference_data.current(work.session), case.facts
    latest = add_months(case.awarded_on, reference.threshold(_MONTHS, case.awarded_on) or 0)
    stated_until = (
        dt.date.fromisoformat(facts["valid_until"]) + dt.timedelta(days=1) if facts["valid_until"] else latest
    )
    return PublishedVersion(
        record=case.record,
        policy=_MONTHS,
        visible_from=work.today,
        visible_until=min(stated_until, latest),
        publish_by=deadlines.run(reference, _CLOCK, case.awarded_on).due.day,
        source=steps.describe_source(work, case, "api"),
        filing=case_step.digest,
    )
