"""Verify an adopted list: publish what came and changed, remove what left, guarded against a mass removal."""

import datetime as dt
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import insert, select, update

from registry.domain.cases import adopted_listing, case_file, procedures, revision
from registry.domain.cases.case_file import StepInput
from registry.domain.law.deadlines import limit
from registry.domain.law.publicity import NO_END
from registry.domain.law.reference_kinds import Scheme
from registry.domain.permissions import Permission
from registry.domain.publication import canonical
from registry.domain.publication.body import PublishedVersion
from registry.domain.records import MARKS
from registry.models import AdoptedListing, ListAdoption, ListChange, Publication
from registry.queries.cases import adoptions, penalties, procedure_records
from registry.queries.law import reference_data
from registry.queries.publication import list_states
from registry.refusals.acts import RemovalShare, SelfVerification
from registry.refusals.procedure import (
    AdoptionSuperseded,
    AdoptionUnfinished,
    AdoptionUnknown,
    RemovalsChanged,
    SchemeUnknown,
    SeenUnstated,
)
from registry.services.cases import revisions, steps
from registry.services.cases.list_adoption import CHUNK
from registry.services.cases.list_rows import deadline_subject
from registry.services.cases.removal import start_removal_clock
from registry.services.node import audit
from registry.services.publication.publishing import Version, publish
from registry.unit_of_work import UnitOfWork, day_of

_PUBLISH_BY, _REMOVE_BY = "D02", "D03"
"""20 working days from taking it in (政府信息公开条例 26); 3 working days from the cause of a removal."""


@dataclass(frozen=True)
class _ListLaw:
    """What the versions of a file's places share: the scheme of the list, the department that took it in, the day of
    filing, and the day by which they are to be published."""

    scheme: Scheme
    department: str
    filed_on: dt.date
    publish_by: dt.date


@dataclass
class ListChanges:
    """What one call of the verification did, by record, and what waits for the next call.

    ``kept``: how many places the file does not have that stay, because rows of the file could not be read.
    """

    came: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    waiting: int = 0
    kept: int = 0


def verify(work: UnitOfWork, adoption_id: int) -> ListChanges:
    """Verify another officer's list, at most ``CHUNK`` records a call; call again while some wait.

    Refuses ``OutOfRole``, ``AdoptionUnknown``, ``AdoptionUnfinished``, ``SelfVerification``, ``OutOfScope``,
    ``AdoptionSuperseded``, and ``RemovalShare`` before anything is published when too much of the list would leave.
    """
    adoption = admit(work, adoption_id)
    _require_newest(work, adoption)
    _require_removal_share(work, adoption)
    change = ListChanges()
    cases = adoptions.places(work.session, adoptions.waiting(adoption), CHUNK)
    _publish_stated(work, adoption, [case for case in cases if "off_since" not in _amendment(case)], change)
    _remove(work, adoption, [case for case in cases if "off_since" in _amendment(case)], change)
    removes_absent = adoptions.removes_absent(adoption)
    if removes_absent and len(cases) < CHUNK:
        _remove(work, adoption, adoptions.places(work.session, adoptions.absent(adoption), CHUNK - len(cases)), change)
    adoption.removed += len(change.left)
    _keep_changes(work, adoption, change)
    work.session.flush()
    absent = adoptions.count(work.session, adoptions.absent(adoption)) if adoption.is_full else 0
    change.kept = 0 if removes_absent else absent
    change.waiting = adoptions.count(work.session, adoptions.waiting(adoption)) + absent - change.kept
    if not change.waiting and adoption.state != "verified":
        _finish(work, adoption)
    audit.note(work, "adoption.verify", str(adoption.id), f"{len(change.came)} came, {len(change.left)} left")
    work.session.flush()
    return change


def send_back(work: UnitOfWork, adoption_id: int, reason: str) -> int:
    """Send another officer's list back with the reason, at most ``CHUNK`` records a call; returns how many wait.

    What it came with is not taken in, what is published stays as it was. Refuses as ``verify`` does.
    """
    adoption = admit(work, adoption_id, "finished", "returned")
    _return_places(work, adoptions.places(work.session, adoptions.waiting(adoption), CHUNK), reason)
    adoption.state, adoption.returned_because = "returned", reason
    audit.note(work, "adoption.return", str(adoption.id))
    work.session.flush()
    return adoptions.count(work.session, adoptions.waiting(adoption))


def send_back_place(work: UnitOfWork, record: str, reason: str, step_input: StepInput) -> AdoptedListing:
    """Send one place of another officer's list back; the rest of the list is verified without it.

    Refuses ``OutOfRole``, ``AdoptedListingUnknown``, ``OutOfScope``, ``VersionStale``, ``TransitionRefused``, and
    ``SelfVerification``.
    """
    case = procedure_records.by_record(work.session, AdoptedListing, record, lock=True)
    step = steps.admit_step(work, case, "return", if_version=step_input.if_version)
    if work.session.get_one(ListAdoption, case.adoption_id).account_id == work.actor.account_id:
        raise SelfVerification()
    case.content = canonical.dumps(_published_facts(case)).decode()
    steps.take_step(work, case, step, replace(step_input, statements={"reason": reason}))
    return case


def admit(work: UnitOfWork, adoption_id: int, *states: str) -> ListAdoption:
    """The adoption, if the actor may judge it and it stands so; its list is locked until the act is over."""
    work.actor.require(Permission.LISTING_PUBLISH)
    adoption = adoptions.of_department(work.session, work.actor.department_id, adoption_id, lock=True)
    if adoption.state not in (states or ("finished", "verified")):
        raise AdoptionUnfinished()
    if adoption.account_id == work.actor.account_id:
        raise SelfVerification()
    work.actor.require_scope(frozenset(adoption.sectors), None)
    reference_data.hold_scheme(work.session, adoption.scheme)
    return adoption


def confirm(work: UnitOfWork, adoption_id: int, removals: str) -> str:
    """Confirm that these places really left the list, so that its verification goes through; returns how they are
    described. Should others leave before it is over, they are confirmed anew.

    ``removals``: the description that the administrator was shown. It takes two persons: the security administrator
    who confirms, and the verifier. Refuses ``OutOfRole``, ``AdoptionUnknown``, ``AdoptionUnfinished`` while nobody
    knows yet how many would leave, ``SeenUnstated`` without it, and ``RemovalsChanged`` when it is no longer what was
    shown.
    """
    work.actor.require(Permission.ADOPTION_CONFIRM)
    adoption = work.session.get(ListAdoption, adoption_id, with_for_update=True)
    if adoption is None:
        raise AdoptionUnknown()
    if adoption.state not in ("finished", "verified"):
        raise AdoptionUnfinished()
    leaving = revision.describe_removals(adoptions.leaving(work.session, adoption))
    if not removals:
        raise SeenUnstated(seen=leaving)
    if removals != leaving:
        raise RemovalsChanged()
    adoption.confirmed_by, adoption.confirmed_removals = work.actor.account_id, leaving
    audit.note(work, "adoption.confirm", str(adoption.id), f"{leaving} leave")
    work.session.flush()
    return leaving


def _require_newest(work: UnitOfWork, adoption: ListAdoption) -> None:
    """What left is judged by the newest filing of the whole list; a part of it that is older adds nothing any more."""
    later = [
        one
        for one in adoptions.of_list(work.session, adoption.department_id, adoption.scheme, adoption.id)
        if one.is_full and one.source == adoption.source
    ]
    if adoption.is_full:
        is_over = bool(later)
    else:
        is_over = any(one.state == "verified" and one.as_of >= adoption.as_of for one in later)
    if is_over:
        raise AdoptionSuperseded()


def _require_removal_share(work: UnitOfWork, adoption: ListAdoption) -> None:
    """Refuse ``RemovalShare`` when, with what left within a day, too much of the list would be gone, and nobody
    confirmed just that. Asked at each call: other files may be verified between two of them."""
    leaving = adoptions.count_leaving(work.session, adoption)
    if not leaving:
        return
    removed_before = adoptions.count_removed_since(work.session, adoption, work.now - revision.GUARD_WINDOW)
    standing = adoptions.standing(work.session, adoption) + removed_before
    percent_max = work.settings.removal_share_percent_max
    if not revision.is_mass_removal(leaving + removed_before, standing, percent_max):
        return
    if adoption.confirmed_removals != revision.describe_removals(adoptions.leaving(work.session, adoption)):
        raise RemovalShare(owner=work.settings.node, removed=leaving)


def _keep_changes(work: UnitOfWork, adoption: ListAdoption, change: ListChanges) -> None:
    rows = [
        {"adoption_id": adoption.id, "record": record, "change": name}
        for name in ("came", "changed", "left")
        for record in getattr(change, name)
    ]
    if rows:
        work.session.execute(insert(ListChange), rows)


def _finish(work: UnitOfWork, adoption: ListAdoption) -> None:
    """All of it is verified: its day is that of its places and, when it is the whole list, of the list."""
    adoption.state, adoption.verified_at = "verified", work.now
    stated = (AdoptedListing.adoption_id == adoption.id) & (
        AdoptedListing.as_of.is_(None) | (AdoptedListing.as_of < adoption.as_of)
    )
    work.session.execute(
        update(AdoptedListing).where(stated).values(as_of=adoption.as_of).execution_options(synchronize_session=False)
    )
    if adoption.is_full and not adoption.refused:
        publish(work, [_build_list_state(work, adoption)])


def _build_list_state(work: UnitOfWork, adoption: ListAdoption) -> Version:
    """The next version of the record that tells of which day the whole list is known."""
    law = _list_law(work, adoption)
    before = list_states.newest_whole(work.session, work.settings.node, adoption.scheme, adoption.source)
    facts = adopted_listing.WholeList(
        scheme=law.scheme,
        source=adoption.source,
        as_of=adoption.as_of,
        places=adoptions.standing(work.session, adoption),
        sectors=adoption.sectors,
    )
    newest = revisions.newest(work, before.record) if before else None
    version = PublishedVersion(
        record=before.record if before else secrets.token_hex(16),
        revision=newest.revision + 1 if newest else 1,
        act="correct" if newest else "publish",
        audience="public" if law.scheme.may_publish else "authorised",
        policy=law.scheme.code,
        visible_from=newest.visible_from if newest else work.today,
        visible_until=NO_END,
        publish_by=law.publish_by,
        source=_describe_source(work, adoption.source or law.scheme.name, law),
        filing=facts.digest(),
    )
    return Version(adopted_listing.list_state_body(facts, version), work.settings.node)


def _amendment(case: AdoptedListing) -> Mapping[str, Any]:
    return case.facts.get("amendment") or {}


def _publish_stated(
    work: UnitOfWork, adoption: ListAdoption, cases: Sequence[AdoptedListing], change: ListChanges
) -> None:
    """Publish what came and what changed; a place that is stated as it is published gets no new version."""
    law, newest = _list_law(work, adoption), _newest_publications(work, cases)
    record_steps, published = [], []
    for case in cases:
        facts = dict(_amendment(case)) or case.facts
        kind = "came" if case.state == "filed" else adopted_listing.change_of(_published_facts(case), facts)
        if kind in ("came", "changed"):
            getattr(change, kind).append(case.record)
            published.append(case)
        else:
            change.renewed.append(case.record)
            facts = _published_facts(case)
        step = procedures.ADOPTED_LISTING.step(case.state, "verify")
        case.content, case.state, case.version = canonical.dumps(facts).decode(), step.to, case.version + 1
        record_steps.append(steps.RecordStep(deadline_subject(case), step, {"facts": case_file.facts_digest(facts)}))
    work.session.flush()
    digests = steps.take_steps(work, AdoptedListing.noun, "verify", record_steps)
    versions = []
    for case in published:
        before = json.loads(newest[case.record].body) if case.record in newest else {}
        version = _build_version(work, law, case, digests[case.record], before)
        marks = {name: before[name] for name in MARKS if name in before}
        body = adopted_listing.public_body(case.facts, law.scheme, version) | marks
        versions.append(Version(body, work.settings.node, case.id_index, case.id_sealed))
    publish(work, versions)


def _published_facts(case: AdoptedListing) -> dict[str, Any]:
    return {name: value for name, value in case.facts.items() if name != "amendment"}


def _build_version(
    work: UnitOfWork,
    law: _ListLaw,
    case: AdoptedListing,
    digest: str,
    before: Mapping[str, Any],
) -> PublishedVersion:
    facts = case.facts
    return PublishedVersion(
        record=case.record,
        revision=before["revision"] + 1 if before else 1,
        act="correct" if before else "publish",
        audience=adopted_listing.audience(law.scheme, facts),
        policy=law.scheme.code,
        visible_from=dt.date.fromisoformat(before["visible_from"]) if before else work.today,
        visible_until=adopted_listing.visible_until(facts),
        publish_by=law.publish_by,
        source=_describe_source(work, facts["list_source"], law),
        filing=digest,
    )


def _describe_source(work: UnitOfWork, name: str, law: _ListLaw) -> dict[str, Any]:
    return {
        "node": work.settings.node,
        "name": name,
        "code": "",
        "department": law.department,
        "channel": "file",
        "filed_on": law.filed_on.isoformat(),
        "verified_on": work.today.isoformat(),
    }


def _list_law(work: UnitOfWork, adoption: ListAdoption) -> _ListLaw:
    reference, filed_on = reference_data.current(work.session), day_of(adoption.created_at)
    scheme = reference.scheme(adoption.scheme, work.today)
    if scheme is None:
        raise SchemeUnknown()
    department = penalties.department(work.session, adoption.department_id).name
    return _ListLaw(scheme, department, filed_on, limit(reference, _PUBLISH_BY, filed_on).day)


def _remove(work: UnitOfWork, adoption: ListAdoption, cases: Sequence[AdoptedListing], change: ListChanges) -> None:
    """Remove places that the list no longer has; their last version tells the state in which they were gone."""
    _return_places(work, [case for case in cases if case.state == "filed"], "来源名单已无此条")
    cases = [case for case in cases if case.state != "returned"]
    publications = _newest_publications(work, cases)
    reference = reference_data.current(work.session)
    record_steps, versions = [], []
    for case in cases:
        off, step = _amendment(case), procedures.ADOPTED_LISTING.step(case.state, "remove")
        since = dt.date.fromisoformat(off.get("off_since", adoption.as_of.isoformat()))
        reason = off.get("because") or f"来源名单（截至{adoption.as_of.isoformat()}）已无此条"
        case.content = canonical.dumps(_published_facts(case)).decode()
        case.state, case.version = step.to, case.version + 1
        stated = {"reason": reason, "changed_on": since.isoformat()}
        record_steps.append(steps.RecordStep(deadline_subject(case), step, stated))
        due = limit(reference, _REMOVE_BY, since).day
        publication = publications[case.record]
        removal = revision.Removal("remove", "removed", reason, since, due)
        body = revision.removed_body(json.loads(publication.body), removal, work.today)
        body["as_of"] = adoption.as_of.isoformat()
        versions.append(Version(body, publication.origin, publication.id_index, publication.id_sealed))
        change.left.append(case.record)
    work.session.flush()
    steps.take_steps(work, AdoptedListing.noun, "remove", record_steps)
    publish(work, versions)
    for case in cases:
        start_removal_clock(work, case)


def _return_places(work: UnitOfWork, cases: Sequence[AdoptedListing], reason: str) -> None:
    """Send places back: one that was never published waits for its next filing, another stays as it is published."""
    record_steps = []
    for case in cases:
        step = procedures.ADOPTED_LISTING.step(case.state, "return")
        case.content = canonical.dumps(_published_facts(case)).decode()
        case.state, case.version = step.to, case.version + 1
        record_steps.append(steps.RecordStep(deadline_subject(case), step, {"reason": reason}))
    work.session.flush()
    steps.take_steps(work, AdoptedListing.noun, "return", record_steps)


def _newest_publications(work: UnitOfWork, cases: Sequence[AdoptedListing]) -> dict[str, Publication]:
    statement = select(Publication).where(
        Publication.record.in_([case.record for case in cases]), Publication.until_entry.is_(None)
    )
    return {publication.record: publication for publication in work.session.scalars(statement)}
