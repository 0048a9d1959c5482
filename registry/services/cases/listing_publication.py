"""Serve, publish, correct and extend listings that have been decided."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from registry.domain.cases import case_file, listing, proposal, revision
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.listing import Decision
from registry.domain.law import deadlines, publicity
from registry.domain.law.measures import statutory_measure
from registry.domain.law.reference_kinds import Scheme
from registry.domain.publication import redaction
from registry.models import CaseStep, Listing
from registry.queries.law import reference_data
from registry.refusals.procedure import TermRefused
from registry.services.cases import revisions, steps
from registry.services.cases.listing_drafting import (
    admit_listing_step,
    require_basis,
    require_grounds,
    require_past,
    set_facts,
)
from registry.services.publication.publishing import Version, publish
from registry.unit_of_work import UnitOfWork

AMENDABLE = ("facts", "basis", "behaviour", "responsible")
"""What a correction may change; another subject, scheme or term is another decision."""
_PUBLISH = "listing.publish"
_RECONSIDERATION, _LITIGATION = "D09", "D10"


def serve(work: UnitOfWork, record: str, served_on: dt.date, step_input: StepInput) -> Listing:
    """Serve the decision to list together with the notice on repair (两书同达): it is in force from that day.

    Refuses ``ChangeInFuture``, ``SchemeWithoutBasis``, ``TermRefused``.
    """
    listing_row, step = admit_listing_step(work, record, "serve", step_input)
    scheme = require_basis(work, listing_row)
    require_past(work, served_on)
    decision = _parse_decision(listing_row)
    if served_on < decision.decided_on:
        raise TermRefused("送达日不得早于决定日")
    listing_row.starts_on, listing_row.ends_on = listing.term(scheme, decision, served_on)
    set_facts(listing_row, served_on=served_on.isoformat())
    ends_on = listing_row.ends_on
    stated = {"served_on": served_on.isoformat(), "ends_on": ends_on.isoformat() if ends_on else None}
    steps.take_step(work, listing_row, step, replace(step_input, statements=stated))
    return listing_row


def publish_listing(work: UnitOfWork, record: str, step_input: StepInput) -> Listing:
    """Publish a listing in force, by another officer than its drafter; from now on its measures bar.

    Refuses ``SchemeWithoutBasis``, ``NoPolicy``, ``GroundUnfit`` when a ground has fallen since the decision, and
    ``TermRefused`` when the term is over.
    """
    listing_row, step = admit_listing_step(work, record, "publish", step_input)
    scheme = require_basis(work, listing_row)
    require_grounds(work, listing_row)
    if listing_row.ends_on is not None and listing_row.ends_on <= work.today:
        raise TermRefused("列入期限已经届满")
    case_step = steps.take_step(work, listing_row, step, _bind_facts(listing_row, step_input))
    body = listing.public_body(listing_row.facts, _build_version(work, listing_row, scheme, case_step))
    publish(work, [Version(body, work.settings.node, listing_row.id_index, listing_row.id_sealed)])
    return listing_row


def amend(work: UnitOfWork, record: str, fields: Mapping[str, Any], step_input: StepInput) -> Listing:
    """Propose a correction of a published listing; another officer publishes or rejects it.

    Refuses ``ListingRefused`` by the rules of a proposal.
    """
    listing_row, step = admit_listing_step(work, record, "amend", step_input)
    amendment = listing.jsonable({name: fields[name] for name in AMENDABLE if fields.get(name) is not None})
    proposal.require_amendment(amendment, reference_data.current(work.session).filing_rules)
    set_facts(listing_row, amendment=amendment)
    steps.take_step(work, listing_row, step, replace(step_input, statements=amendment))
    return listing_row


def correct(work: UnitOfWork, record: str, step_input: StepInput) -> Listing:
    """Publish the proposed correction of a listing."""
    listing_row, step = admit_listing_step(work, record, "correct", step_input)
    amendment = listing_row.facts["amendment"]
    set_facts(listing_row, **amendment, amendment=None)
    case_step = steps.take_step(work, listing_row, step, _bind_facts(listing_row, step_input))
    scheme = require_basis(work, listing_row)
    public_fields = redaction.blot_all(amendment if scheme.names_responsible else {**amendment, "responsible": []})
    disputed_since = revisions.disputed_on(work, record)
    revisions.revise(
        work,
        record,
        lambda body: revision.changed_body(
            body, "correct", **public_fields, filing=case_step.digest, disputed_on=disputed_since
        ),
    )
    return listing_row


def reject(work: UnitOfWork, record: str, reason: str, step_input: StepInput) -> Listing:
    """Reject the proposed correction of a listing, with the reason; what is published stays as it is."""
    listing_row, step = admit_listing_step(work, record, "reject", step_input)
    set_facts(listing_row, amendment=None)
    steps.take_step(work, listing_row, step, replace(step_input, statements={"reason": reason}))
    return listing_row


def extend(work: UnitOfWork, record: str, ends_on: dt.date, step_input: StepInput) -> Listing:
    """Extend the term of a listing, where its scheme provides for it. Refuses ``TermRefused``."""
    listing_row, step = admit_listing_step(work, record, "extend", step_input)
    scheme = require_basis(work, listing_row)
    assert listing_row.starts_on is not None
    if listing_row.ends_on is None:
        raise TermRefused("列入没有期限，不需要延长")
    latest = publicity.add_months(listing_row.starts_on, (scheme.term_months or 0) + scheme.extension_months_max)
    if listing_row.ends_on <= work.today:
        raise TermRefused("列入期限已经届满")
    if not listing_row.ends_on < ends_on <= latest:
        raise TermRefused(f"{scheme.name}的延长不得超过 {latest.isoformat()}")
    listing_row.ends_on = ends_on
    steps.take_step(work, listing_row, step, replace(step_input, statements={"ends_on": ends_on.isoformat()}))
    revisions.revise(
        work, record, lambda body: revision.changed_body(body, "extend", **listing.extended_fields(body, ends_on))
    )
    return listing_row


def _bind_facts(listing_row: Listing, step_input: StepInput) -> StepInput:
    return replace(step_input, statements={"facts": case_file.facts_digest(listing_row.facts)})


def _parse_decision(listing_row: Listing) -> Decision:
    facts = listing_row.facts["decision"]
    ends_on = facts["ends_on"]
    days = {
        "decided_on": dt.date.fromisoformat(facts["decided_on"]),
        "ends_on": dt.date.fromisoformat(ends_on) if ends_on else None,
    }
    return Decision(**(facts | days))


def _build_version(
    work: UnitOfWork, listing_row: Listing, scheme: Scheme, case_step: CaseStep
) -> listing.ListingVersion:
    reference, facts, decision = reference_data.current(work.session), listing_row.facts, _parse_decision(listing_row)
    assert listing_row.starts_on is not None
    served_on = dt.date.fromisoformat(facts["served_on"])
    policy = publicity.policy_for(
        reference.policies,
        severity=scheme.severity,
        document_date=decision.decided_on,
        authority_name=facts["authority_name"],
        sectors=facts["sectors"],
        scheme=scheme.code,
    )
    measures = [
        statutory_measure(measure, listing_row.starts_on, listing_row.ends_on)
        for measure in reference.measures(decision.decided_on)
        if measure.code in facts["measures"]
    ]
    return listing.ListingVersion(
        record=listing_row.record,
        audience=_choose_audience(work, listing_row, scheme),
        scheme=scheme,
        policy=policy.code,
        measures=measures,
        starts_on=listing_row.starts_on,
        ends_on=listing_row.ends_on,
        repairable_from=listing.repairable_from(policy, scheme, decision.decided_on, listing_row.starts_on, measures),
        visible_from=work.today,
        visible_until=listing.visible_until(listing_row.ends_on),
        publish_by=deadlines.run(reference, _PUBLISH, decision.decided_on).due.day,
        remedies={
            "reconsideration_until": deadlines.limit(reference, _RECONSIDERATION, served_on).day,
            "litigation_until": deadlines.limit(reference, _LITIGATION, served_on).day,
        },
        source=steps.describe_source(work, listing_row, "procedure"),
        filing=case_step.digest,
    )


def _choose_audience(work: UnitOfWork, listing_row: Listing, scheme: Scheme) -> str:
    """Natural persons are public only by their scheme's own basis, minors never."""
    subject = listing_row.facts["subject"]
    if subject["kind"] != "natural_person":
        return "public"
    number = work.keys.vault.open(listing_row.id_sealed).decode() if listing_row.id_sealed else None
    is_hidden = not scheme.natural_persons_public or listing.is_minor(subject["id_type"], number, work.today)
    return "authorised" if is_hidden else "public"
