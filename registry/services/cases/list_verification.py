"""Verify an adopted list: publish what came and changed, remove what left, guarded against a mass removal."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from registry.domain.cases import adopted_listing, case_file, procedures, revision
from registry.domain.law.deadlines import limit
from registry.domain.law.reference_kinds import Scheme
from registry.domain.permissions import Permission
from registry.domain.publication import canonical
from registry.domain.publication.body import PublishedVersion
from registry.models import AdoptedListing, ListAdoption, Publication
from registry.queries.law import reference_data
from registry.refusals.acts import RemovalShare, SelfVerification
from registry.refusals.procedure import AdoptionSuperseded, AdoptionUnfinished, AdoptionUnknown, SchemeUnknown
from registry.services.cases import steps
from registry.services.cases.list_adoption import CHUNK, adoption_of_department, deadline_subject
from registry.services.cases.removal import start_removal_clock
from registry.services.node import audit
from registry.services.publication.publishing import Version, publish
from registry.unit_of_work import UnitOfWork, day_of

_PUBLISH_BY, _REMOVE_BY = "D02", "D03"
"""20 working days from taking it in (政府信息公开条例 26); 3 working days from the cause of a removal."""
_WAITING = ("filed", "amended")
_LISTED = ("published", "amended")


@dataclass(frozen=True)
class _ListLaw:
    """The scheme of a list, the day its file was filed, and the day by which it is to be published."""

    scheme: Scheme
    filed_on: dt.date
    publish_by: dt.date


@dataclass
class ListChange:
    """What one call of the verification did, by record, and what waits for the next call.

    ``kept``: how many places the file does not have that stay, because rows of the file could not be read.
    """

    came: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    waiting: int = 0
    kept: int = 0


def verify(work: UnitOfWork, adoption_id: int) -> ListChange:
    """Verify another officer's list, at most ``CHUNK`` records a call; call again while some wait.

    Refuses ``OutOfRole``, ``AdoptionUnknown``, ``AdoptionUnfinished``, ``SelfVerification``, ``OutOfScope``,
    ``AdoptionSuperseded``, and ``RemovalShare`` before anything is published when too much of the list would leave.
    """
    work.actor.require(Permission.LISTING_PUBLISH)
    adoption = adoption_of_department(work.session, work.actor.department_id, adoption_id, lock=True)
    if adoption.state not in ("finished", "verified"):
        raise AdoptionUnfinished()
    if adoption.account_id == work.actor.account_id:
        raise SelfVerification()
    work.actor.require_scope(frozenset(adoption.sectors), None)
    reference_data.hold_scheme(work.session, adoption.scheme)
    _require_newest(work, adoption)
    _require_removal_share(work, adoption)
    change = ListChange()
    waiting = _cases(work, _waiting(adoption), CHUNK)
    _publish_stated(work, adoption, [case for case in waiting if "off_since" not in _amendment(case)], change)
    _remove(work, adoption, [case for case in waiting if "off_since" in _amendment(case)], change)
    if _removes_absent(adoption) and len(waiting) < CHUNK:
        _remove(work, adoption, _cases(work, _absent(adoption), CHUNK - len(waiting)), change)
    adoption.removed += len(change.left)
    work.session.flush()
    absent = _count(work.session, _absent(adoption)) if adoption.is_full else 0
    change.kept = 0 if _removes_absent(adoption) else absent
    change.waiting = _count(work.session, _waiting(adoption)) + absent - change.kept
    if not change.waiting and adoption.verified_at is None:
        adoption.state, adoption.verified_at = "verified", work.now
    audit.note(work, "adoption.verify", str(adoption.id), f"{len(change.came)} came, {len(change.left)} left")
    work.session.flush()
    return change


def confirm(work: UnitOfWork, adoption_id: int) -> None:
    """Confirm that so many places really left the list, so that its verification goes through.

    Refuses ``OutOfRole`` and ``AdoptionUnknown``.
    """
    work.actor.require(Permission.ADOPTION_CONFIRM)
    adoption = work.session.get(ListAdoption, adoption_id, with_for_update=True)
    if adoption is None:
        raise AdoptionUnknown()
    adoption.confirmed_by = work.actor.account_id
    audit.note(work, "adoption.confirm", str(adoption.id))
    work.session.flush()


def count_leaving(session: Session, adoption: ListAdoption) -> int:
    """How many places the verification of an adoption would still remove."""
    if adoption.state != "finished":
        return 0
    # Canonical JSON: a quotation mark inside a text is escaped, so that only the key itself is found.
    stated = _waiting(adoption) & AdoptedListing.content.contains('"off_since":')
    return _count(session, stated) + (_count(session, _absent(adoption)) if _removes_absent(adoption) else 0)


def _removes_absent(adoption: ListAdoption) -> bool:
    """Nobody is taken off the list while rows of the file could not be read: one of them may be theirs."""
    return adoption.is_full and not adoption.refused


def _require_newest(work: UnitOfWork, adoption: ListAdoption) -> None:
    later = select(ListAdoption.id).where(
        ListAdoption.department_id == adoption.department_id,
        ListAdoption.scheme == adoption.scheme,
        ListAdoption.id > adoption.id,
        ListAdoption.state != "failed",
    )
    if adoption.is_full and work.session.scalars(later.limit(1)).first() is not None:
        raise AdoptionSuperseded()


def _require_removal_share(work: UnitOfWork, adoption: ListAdoption) -> None:
    """Refuse ``RemovalShare`` when, with what left within a day, too much of the list would be gone."""
    if adoption.confirmed_by is not None:
        return
    before = select(func.coalesce(func.sum(ListAdoption.removed), 0)).where(
        ListAdoption.department_id == adoption.department_id,
        ListAdoption.scheme == adoption.scheme,
        (ListAdoption.id == adoption.id) | (ListAdoption.verified_at >= work.now - revision.GUARD_WINDOW),
    )
    removed_before = int(work.session.execute(before).scalar_one())
    leaving = count_leaving(work.session, adoption)
    standing = _count(work.session, _listed(adoption)) + removed_before
    percent_max = work.settings.removal_share_percent_max
    if leaving and revision.is_mass_removal(leaving + removed_before, standing, percent_max):
        raise RemovalShare(owner=work.settings.node, removed=leaving)


def _listed(adoption: ListAdoption) -> ColumnElement[bool]:
    return (
        (AdoptedListing.department_id == adoption.department_id)
        & (AdoptedListing.scheme == adoption.scheme)
        & AdoptedListing.state.in_(_LISTED)
    )


def _waiting(adoption: ListAdoption) -> ColumnElement[bool]:
    return (AdoptedListing.adoption_id == adoption.id) & AdoptedListing.state.in_(_WAITING)


def _absent(adoption: ListAdoption) -> ColumnElement[bool]:
    return _listed(adoption) & (AdoptedListing.adoption_id != adoption.id)


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return int(session.execute(select(func.count()).select_from(AdoptedListing).where(condition)).scalar_one())


def _cases(work: UnitOfWork, condition: ColumnElement[bool], limit_rows: int) -> list[AdoptedListing]:
    statement = select(AdoptedListing).where(condition).order_by(AdoptedListing.id).limit(limit_rows)
    return list(work.session.scalars(statement.with_for_update()))


def _amendment(case: AdoptedListing) -> Mapping[str, Any]:
    return case.facts.get("amendment") or {}


def _publish_stated(
    work: UnitOfWork, adoption: ListAdoption, cases: Sequence[AdoptedListing], change: ListChange
) -> None:
    law, newest = _list_law(work, adoption), _newest_publications(work, cases)
    record_steps = []
    for case in cases:
        facts = dict(_amendment(case)) or case.facts
        kind = "came" if case.state == "filed" else adopted_listing.change_of(_published_facts(case), facts)
        getattr(change, kind if kind != "unchanged" else "renewed").append(case.record)
        step = procedures.ADOPTED_LISTING.step(case.state, "verify")
        case.content, case.state, case.version = canonical.dumps(facts).decode(), step.to, case.version + 1
        record_steps.append(steps.RecordStep(deadline_subject(case), step, {"facts": case_file.facts_digest(facts)}))
    work.session.flush()
    digests = steps.take_steps(work, AdoptedListing.noun, "verify", record_steps)
    versions = []
    for case in cases:
        before = json.loads(newest[case.record].body) if case.record in newest else None
        version = _build_version(work, case, digests[case.record], before, law)
        body = adopted_listing.public_body(case.facts, law.scheme, version)
        versions.append(Version(body, work.settings.node, case.id_index, case.id_sealed))
    publish(work, versions)


def _published_facts(case: AdoptedListing) -> dict[str, Any]:
    return {name: value for name, value in case.facts.items() if name != "amendment"}


def _build_version(
    work: UnitOfWork, case: AdoptedListing, digest: str, before: Mapping[str, Any] | None, law: _ListLaw
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
        source={
            "node": work.settings.node,
            "name": facts["list_source"],
            "code": "",
            "department": case.department.name,
            "channel": "file",
            "filed_on": law.filed_on.isoformat(),
            "verified_on": work.today.isoformat(),
        },
        filing=digest,
    )


def _list_law(work: UnitOfWork, adoption: ListAdoption) -> _ListLaw:
    reference, filed_on = reference_data.current(work.session), day_of(adoption.created_at)
    scheme = reference.scheme(adoption.scheme, work.today)
    if scheme is None:
        raise SchemeUnknown()
    return _ListLaw(scheme, filed_on, limit(reference, _PUBLISH_BY, filed_on).day)


def _remove(work: UnitOfWork, adoption: ListAdoption, cases: Sequence[AdoptedListing], change: ListChange) -> None:
    """Remove places that the list no longer has; their last version tells the state in which they were gone."""
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


def _newest_publications(work: UnitOfWork, cases: Sequence[AdoptedListing]) -> dict[str, Publication]:
    statement = select(Publication).where(
        Publication.record.in_([case.record for case in cases]), Publication.until_entry.is_(None)
    )
    return {publication.record: publication for publication in work.session.scalars(statement)}
