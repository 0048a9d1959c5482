"""File, verify, return and withdraw relations of parties; a verified relation is known to checks."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from registry.domain.cases import case_file, procedures, relation
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.workflow import INITIAL, Step
from registry.domain.publication import canonical
from registry.models import Relation
from registry.queries.cases import procedure_records
from registry.queries.law import reference_data
from registry.refusals.acts import IdentityChanged
from registry.refusals.procedure import RelationHeld
from registry.services.cases import steps
from registry.services.cases.identity import identify
from registry.services.cases.removal import RemovalCause, remove_record
from registry.services.publication.publishing import Version, publish
from registry.unit_of_work import UnitOfWork


def file(work: UnitOfWork, facts: Mapping[str, Any], step_input: StepInput) -> Relation:
    """File a relation of two parties, with the document that shows it. Refuses ``OutOfRole``, ``OutOfScope``,
    ``RelationRefused``, ``RelationHeld``, ``DocumentMissing``."""
    work.actor.require(procedures.RELATION.permission("file"))
    filing = _parse_facts(work, facts)
    other_identity = identify(work, filing.other)
    case = Relation(
        record=secrets.token_hex(16),
        department_id=work.actor.department_id,
        state=INITIAL,
        version=0,
        content=canonical.dumps(relation.content(filing)).decode(),
        kind=filing.kind,
        subject_uscc=filing.subject.uscc or "",
        other_key=other_identity.key,
        since=filing.since,
        id_index=other_identity.index,
        id_sealed=other_identity.sealed,
    )
    if procedure_records.is_related(work.session, *_relation_key(case)):
        raise RelationHeld()
    work.session.add(case)
    steps.take_step(work, case, procedures.RELATION.step(INITIAL, "file"), step_input)
    return case


def refile(work: UnitOfWork, record: str, facts: Mapping[str, Any], step_input: StepInput) -> Relation:
    """State a returned relation anew. Refuses ``IdentityChanged`` for another one."""
    case, step = _admit_step(work, record, "refile", step_input)
    filing = _parse_facts(work, facts)
    key = (filing.kind, filing.subject.uscc, identify(work, filing.other).key, filing.since)
    if key != _relation_key(case):
        raise IdentityChanged()
    case.content = canonical.dumps(relation.content(filing)).decode()
    steps.take_step(work, case, step, step_input)
    return case


def verify(work: UnitOfWork, record: str, step_input: StepInput) -> Relation:
    """Verify another officer's filing; checks follow it from now on."""
    case, step = _admit_step(work, record, "verify", step_input)
    case_step = steps.take_step(
        work, case, step, replace(step_input, statements={"facts": case_file.facts_digest(case.facts)})
    )
    kind = reference_data.current(work.session).relation_kind(case.kind, work.today)
    assert kind is not None  # it was read by that kind, and rows are ended, never taken out
    source = steps.describe_source(work, case, "procedure")
    version = relation.published_version(case.record, source, case_step.digest, work.today)
    body = relation.authorised_body(case.facts, kind.source, version)
    publish(work, [Version(body, work.settings.node, case.id_index, case.id_sealed)])
    return case


def send_back(work: UnitOfWork, record: str, reason: str, step_input: StepInput) -> Relation:
    """Return a filing to its officer with the reason."""
    case, step = _admit_step(work, record, "return", step_input)
    steps.take_step(work, case, step, replace(step_input, statements={"reason": reason}))
    return case


def withdraw(work: UnitOfWork, record: str, reason: str, step_input: StepInput) -> Relation:
    """Withdraw a relation: checks follow it no more, for whatever day."""
    case, step = _admit_step(work, record, "withdraw", step_input)
    cause = RemovalCause("withdrawn", "withdraw", reason, work.today)
    remove_record(work, case, step, replace(step_input, statements={"reason": reason}), cause)
    return case


def _admit_step(work: UnitOfWork, record: str, act: str, step_input: StepInput) -> tuple[Relation, Step]:
    case = procedure_records.by_record(work.session, Relation, record, lock=True)
    return case, steps.admit_step(work, case, act, if_version=step_input.if_version)


def _parse_facts(work: UnitOfWork, facts: Mapping[str, Any]) -> relation.Relation:
    reference = reference_data.current(work.session)
    filing = relation.parse_relation(facts, reference.filing_rules, reference.relation_kind, work.today)
    work.actor.require_scope(frozenset(filing.sectors), filing.district)
    return filing


def _relation_key(case: Relation) -> tuple[Any, ...]:
    return case.kind, case.subject_uscc, case.other_key, case.since
