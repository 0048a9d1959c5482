"""The acts on relations: filed by one officer, verified by another, which tells them to checks; withdrawn."""

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


def file(work: UnitOfWork, given_facts: Mapping[str, Any], given: StepInput) -> Relation:
    """File a relation of two parties, with the document that shows it. Refuses ``OutOfRole``, ``OutOfScope``,
    ``RelationRefused``, ``RelationHeld``, ``DocumentMissing``."""
    work.actor.require(procedures.RELATION.permission("file"))
    filed = _read(work, given_facts)
    person = identify(work, filed.other)
    held = Relation(
        record=secrets.token_hex(16),
        department_id=work.actor.department_id,
        state=INITIAL,
        version=0,
        content=canonical.dumps(relation.content(filed)).decode(),
        kind=filed.kind,
        subject_uscc=filed.subject.uscc or "",
        other_key=person.key,
        since=filed.since,
        id_index=person.index,
        id_sealed=person.sealed,
    )
    if procedure_records.is_related(work.session, *_ends(held)):
        raise RelationHeld()
    work.session.add(held)
    steps.take_step(work, held, procedures.RELATION.step(INITIAL, "file"), given)
    return held


def refile(work: UnitOfWork, record: str, given_facts: Mapping[str, Any], given: StepInput) -> Relation:
    """State a returned relation anew. Refuses ``IdentityChanged`` for another one."""
    held, step = _admit(work, record, "refile", given)
    filed = _read(work, given_facts)
    ends = (filed.kind, filed.subject.uscc, identify(work, filed.other).key, filed.since)
    if ends != _ends(held):
        raise IdentityChanged()
    held.content = canonical.dumps(relation.content(filed)).decode()
    steps.take_step(work, held, step, given)
    return held


def verify(work: UnitOfWork, record: str, given: StepInput) -> Relation:
    """Verify another officer's filing; checks are told of it from now on."""
    held, step = _admit(work, record, "verify", given)
    filed = steps.take_step(work, held, step, replace(given, stated={"facts": case_file.facts_digest(held.facts)}))
    kind = reference_data.current(work.session).relation_kind(held.kind, work.today)
    assert kind is not None  # it was read by that kind, and rows are ended, never taken out
    source = steps.source(work, held, "procedure")
    version = relation.published_version(held.record, source, filed.digest, work.today)
    body = relation.authorised_body(held.facts, kind.source, version)
    publish(work, [Version(body, work.settings.node, held.id_index, held.id_sealed)])
    return held


def send_back(work: UnitOfWork, record: str, reason: str, given: StepInput) -> Relation:
    """Return a filing to its officer with the reason."""
    held, step = _admit(work, record, "return", given)
    steps.take_step(work, held, step, replace(given, stated={"reason": reason}))
    return held


def withdraw(work: UnitOfWork, record: str, reason: str, given: StepInput) -> Relation:
    """Take a relation back: checks follow it no more, for whatever day."""
    held, step = _admit(work, record, "withdraw", given)
    leaving = RemovalCause("withdrawn", "withdraw", reason, work.today)
    remove_record(work, held, step, replace(given, stated={"reason": reason}), leaving)
    return held


def _admit(work: UnitOfWork, record: str, act: str, given: StepInput) -> tuple[Relation, Step]:
    held = procedure_records.by_record(work.session, Relation, record, lock=True)
    return held, steps.admit_step(work, held, act, if_version=given.if_version)


def _read(work: UnitOfWork, given_facts: Mapping[str, Any]) -> relation.Relation:
    reference = reference_data.current(work.session)
    filed = relation.parse_relation(given_facts, reference.filing_rules, reference.relation_kind, work.today)
    work.actor.require_scope(frozenset(filed.sectors), filed.district)
    return filed


def _ends(held: Relation) -> tuple[Any, ...]:
    return held.kind, held.subject_uscc, held.other_key, held.since
