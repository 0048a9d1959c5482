"""The acts on commendations: filed by one officer, verified by another, which publishes them; withdrawn."""

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


def file(work: UnitOfWork, given_facts: Mapping[str, Any], given: StepInput) -> Commendation:
    """File a commendation. Refuses ``OutOfRole``, ``OutOfScope``, ``CommendationRefused``, ``AuthorityNotOwn``,
    ``AlreadyFiled``."""
    work.actor.require(procedures.COMMENDATION.permission("file"))
    filed = _read(work, given_facts)
    department = penalties.department(work.session, work.actor.department_id)
    if department.authority_code not in (None, filed.authority_code):
        raise AuthorityNotOwn()
    decision = (filed.authority_code, document_key(filed.document_number), identify(work, filed.subject).key)
    if procedure_records.is_commended(work.session, *decision):
        raise AlreadyFiled()
    held = Commendation(
        record=secrets.token_hex(16),
        department_id=department.id,
        state=INITIAL,
        version=0,
        content=canonical.dumps(commendation.content(filed)).decode(),
        authority_code=decision[0],
        document_number=decision[1],
        subject_key=decision[2],
        awarded_on=filed.awarded_on,
    )
    work.session.add(held)
    _take(work, held, procedures.COMMENDATION.step(INITIAL, "file"), given)
    return held


def refile(work: UnitOfWork, record: str, given_facts: Mapping[str, Any], given: StepInput) -> Commendation:
    """State a returned commendation anew. Refuses ``IdentityChanged`` for another one."""
    held, step = _admit(work, record, "refile", given)
    filed = _read(work, given_facts)
    decision = (filed.authority_code, document_key(filed.document_number), identify(work, filed.subject).key)
    if decision != (held.authority_code, held.document_number, held.subject_key):
        raise IdentityChanged()
    held.content = canonical.dumps(commendation.content(filed)).decode()
    held.awarded_on = filed.awarded_on
    _take(work, held, step, given)
    return held


def verify(work: UnitOfWork, record: str, given: StepInput) -> Commendation:
    """Verify another officer's filing and publish it."""
    held, step = _admit(work, record, "verify", given)
    bound = replace(given, stated={"facts": case_file.facts_digest(held.facts)})
    filed = steps.take_step(work, held, step, bound)
    body = commendation.public_body(held.facts, _release(work, held, filed))
    publish(work, [Version(body, work.settings.node)])
    return held


def send_back(work: UnitOfWork, record: str, reason: str, given: StepInput) -> Commendation:
    """Return a filing to its officer with the reason."""
    held, step = _admit(work, record, "return", given)
    steps.take_step(work, held, step, replace(given, stated={"reason": reason}))
    return held


def withdraw(work: UnitOfWork, record: str, reason: str, changed_on: dt.date, given: StepInput) -> Commendation:
    """Take a published commendation back because it no longer stands; the reason is public."""
    held, step = _admit(work, record, "withdraw", given)
    stated = {"reason": reason, "changed_on": changed_on.isoformat()}
    remove_record(
        work, held, step, replace(given, stated=stated), RemovalCause("withdrawn", "withdraw", reason, changed_on)
    )
    return held


def _admit(work: UnitOfWork, record: str, act: str, given: StepInput) -> tuple[Commendation, Step]:
    held = procedure_records.by_record(work.session, Commendation, record, lock=True)
    return held, steps.admit_step(work, held, act, if_version=given.if_version)


def _read(work: UnitOfWork, given_facts: Mapping[str, Any]) -> commendation.Commendation:
    filed = commendation.parse_commendation(given_facts, reference_data.current(work.session).filing_rules, work.today)
    work.actor.require_scope(frozenset(filed.sectors), filed.district)
    return filed


def _take(work: UnitOfWork, held: Commendation, step: Step, given: StepInput) -> None:
    steps.take_step(work, held, step, replace(given, days={"awarded_on": held.awarded_on}))


def _release(work: UnitOfWork, held: Commendation, filed: CaseStep) -> PublishedVersion:
    reference, facts = reference_data.current(work.session), held.facts
    latest = add_months(held.awarded_on, reference.threshold(_MONTHS, held.awarded_on) or 0)
    stated = dt.date.fromisoformat(facts["valid_until"]) + dt.timedelta(days=1) if facts["valid_until"] else latest
    return PublishedVersion(
        record=held.record,
        policy=_MONTHS,
        visible_from=work.today,
        visible_until=min(stated, latest),
        publish_by=deadlines.run(reference, _CLOCK, held.awarded_on).due.day,
        source=steps.source(work, held, "api"),
        filing=filed.digest,
    )
