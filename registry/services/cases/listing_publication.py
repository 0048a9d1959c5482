"""The acts from a decision to its publication, and those that change what is published of a listing."""

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
    admit,
    require_basis,
    require_grounds,
    require_past,
    state,
)
from registry.services.publication.publishing import Version, publish
from registry.unit_of_work import UnitOfWork

AMENDABLE = ("facts", "basis", "behaviour", "responsible")
"""What a correction may change; another subject, scheme or term is another decision."""
_PUBLISH = "listing.publish"
_RECONSIDERATION, _LITIGATION = "D09", "D10"


def serve(work: UnitOfWork, record: str, served_on: dt.date, given: StepInput) -> Listing:
    """Serve the decision together with the notice on repair (两书同达): it is in force from that day.

    Refuses ``ChangeInFuture``, ``SchemeWithoutBasis``, ``TermRefused``.
    """
    held, step = admit(work, record, "serve", given)
    scheme = require_basis(work, held)
    require_past(work, served_on)
    decision = _decision(held)
    if served_on < decision.decided_on:
        raise TermRefused("送达日不得早于决定日")
    held.starts_on, held.ends_on = listing.term(scheme, decision, served_on)
    state(held, served_on=served_on.isoformat())
    stated = {"served_on": served_on.isoformat(), "ends_on": held.ends_on.isoformat()}
    steps.take_step(work, held, step, replace(given, stated=stated))
    return held


def publish_listing(work: UnitOfWork, record: str, given: StepInput) -> Listing:
    """Publish a listing in force, by another officer than its drafter; from now on its measures bar.

    Refuses ``SchemeWithoutBasis``, ``NoPolicy``, ``GroundUnfit`` when a ground has fallen since the decision, and
    ``TermRefused`` when the term is over.
    """
    held, step = admit(work, record, "publish", given)
    scheme = require_basis(work, held)
    require_grounds(work, held)
    if held.ends_on is None or held.ends_on <= work.today:
        raise TermRefused("列入期限已经届满")
    filed = steps.take_step(work, held, step, _binding(held, given))
    body = listing.public_body(held.facts, _release(work, held, scheme, filed))
    publish(work, [Version(body, work.settings.node, held.id_index, held.id_sealed)])
    return held


def amend(work: UnitOfWork, record: str, fields: Mapping[str, Any], given: StepInput) -> Listing:
    """Propose a correction of what is published; another officer publishes or rejects it. Refuses
    ``ListingRefused`` by the rules of a proposal."""
    held, step = admit(work, record, "amend", given)
    amendment = listing.jsonable({name: fields[name] for name in AMENDABLE if fields.get(name) is not None})
    proposal.require_amendment(amendment, reference_data.current(work.session).filing_rules)
    state(held, amendment=amendment)
    steps.take_step(work, held, step, replace(given, stated=amendment))
    return held


def correct(work: UnitOfWork, record: str, given: StepInput) -> Listing:
    """Publish the correction that waits."""
    held, step = admit(work, record, "correct", given)
    amendment = held.facts["amendment"]
    state(held, **amendment, amendment=None)
    filed = steps.take_step(work, held, step, _binding(held, given))
    scheme = require_basis(work, held)
    shown = redaction.blot_all(amendment if scheme.names_responsible else {**amendment, "responsible": []})
    disputed = revisions.disputed_on(work, record)
    revisions.revise(
        work,
        record,
        lambda body: revision.changed(body, "correct", **shown, filing=filed.digest, disputed_on=disputed),
    )
    return held


def reject(work: UnitOfWork, record: str, reason: str, given: StepInput) -> Listing:
    """Reject the correction that waits, with the reason; what is published stays as it is."""
    held, step = admit(work, record, "reject", given)
    state(held, amendment=None)
    steps.take_step(work, held, step, replace(given, stated={"reason": reason}))
    return held


def extend(work: UnitOfWork, record: str, ends_on: dt.date, given: StepInput) -> Listing:
    """Let a listing end later, where its scheme provides for it. Refuses ``TermRefused``."""
    held, step = admit(work, record, "extend", given)
    scheme = require_basis(work, held)
    assert held.starts_on is not None and held.ends_on is not None
    latest = publicity.add_months(held.starts_on, (scheme.term_months or 0) + scheme.extension_months_max)
    if held.ends_on <= work.today:
        raise TermRefused("列入期限已经届满")
    if not held.ends_on < ends_on <= latest:
        raise TermRefused(f"{scheme.name}的延长不得超过 {latest.isoformat()}")
    held.ends_on = ends_on
    steps.take_step(work, held, step, replace(given, stated={"ends_on": ends_on.isoformat()}))
    revisions.revise(work, record, lambda body: revision.changed(body, "extend", **listing.extended(body, ends_on)))
    return held


def _binding(held: Listing, given: StepInput) -> StepInput:
    return replace(given, stated={"facts": case_file.facts_digest(held.facts)})


def _decision(held: Listing) -> Decision:
    facts = held.facts["decision"]
    ends_on = facts["ends_on"]
    days = {
        "decided_on": dt.date.fromisoformat(facts["decided_on"]),
        "ends_on": dt.date.fromisoformat(ends_on) if ends_on else None,
    }
    return Decision(**(facts | days))


def _release(work: UnitOfWork, held: Listing, scheme: Scheme, filed: CaseStep) -> listing.ListingVersion:
    reference, facts, decision = reference_data.current(work.session), held.facts, _decision(held)
    assert held.starts_on is not None and held.ends_on is not None
    served_on = dt.date.fromisoformat(facts["served_on"])
    policy = publicity.policy_for(
        reference.policies,
        severity=scheme.severity,
        document_date=decision.decided_on,
        authority_name=facts["authority_name"],
        sectors=facts["sectors"],
        scheme=scheme.code,
    )
    return listing.ListingVersion(
        record=held.record,
        audience=_audience(work, held, scheme),
        scheme=scheme,
        policy=policy.code,
        measures=[
            statutory_measure(measure, held.starts_on, held.ends_on)
            for measure in reference.measures(decision.decided_on)
            if measure.code in facts["measures"]
        ],
        starts_on=held.starts_on,
        ends_on=held.ends_on,
        repairable_from=listing.repairable_from(policy, scheme, decision.decided_on, held.starts_on),
        visible_from=work.today,
        visible_until=held.ends_on,
        publish_by=deadlines.run(reference, _PUBLISH, decision.decided_on).due.day,
        remedies={
            "reconsideration_until": deadlines.limit(reference, _RECONSIDERATION, served_on).day,
            "litigation_until": deadlines.limit(reference, _LITIGATION, served_on).day,
        },
        source=steps.source(work, held, "procedure"),
        filing=filed.digest,
    )


def _audience(work: UnitOfWork, held: Listing, scheme: Scheme) -> str:
    """Natural persons are public only by their scheme's own basis, minors never."""
    subject = held.facts["subject"]
    if subject["kind"] != "natural_person":
        return "public"
    number = work.keys.vault.open(held.id_sealed).decode() if held.id_sealed else None
    is_hidden = not scheme.natural_persons_public or listing.is_minor(subject["id_type"], number, work.today)
    return "authorised" if is_hidden else "public"
