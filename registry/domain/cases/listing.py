"""Listings: the proposal, the decision, the term, and the public body."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from registry.domain import identifiers, records
from registry.domain.filing.model import Party
from registry.domain.law.publicity import NO_END, add_months
from registry.domain.law.reference_kinds import Measure, Policy, Scheme
from registry.domain.law.terms import Term, term_fault, term_finding
from registry.domain.publication import body
from registry.domain.publication.body import PublishedVersion
from registry.refusals.procedure import TermRefused

RESPONSIBLE_ROLES = ("legal_representative", "person_in_charge", "actual_controller")
"""Who may be named with a listed organisation (浙江省公共信用信息管理条例 24)."""


@dataclass(frozen=True)
class Ground:
    """Ground of a listing: a verified penalty, by its record, or a judgment, by court and case number."""

    kind: str
    document_number: str = ""
    record: str | None = None
    authority: str = ""
    decided_on: dt.date | None = None


@dataclass(frozen=True)
class Responsible:
    """A person responsible for the subject, in a role, as of a day."""

    name: str
    role: str
    as_of: dt.date


@dataclass(frozen=True)
class Proposal:
    """A proposal by a department to list a party; ``measures`` are codes of the scheme's own."""

    scheme: str
    subject: Party = field(repr=False)
    sectors: tuple[str, ...]
    district: str | None
    behaviour: str | None
    facts: str
    basis: str
    measures: tuple[str, ...]
    grounds: tuple[Ground, ...]
    responsible: tuple[Responsible, ...]
    authority_name: str
    authority_code: str
    exit: str


@dataclass(frozen=True)
class Decision:
    """The written decision, signed by the head of the authority. ``ends_on`` only where the scheme has no term of
    its own; ``without_end`` where the scheme is open-ended and the decision names no term; ``answer``: how the
    subject's statement was considered."""

    document_number: str
    decided_on: dt.date
    reasons: str
    signed_by: str
    position: str
    ends_on: dt.date | None = None
    answer: str = ""
    without_end: bool = False


def content(proposal: Proposal) -> dict[str, Any]:
    """The facts of a proposal as stored, without the identity number."""
    facts = to_json_values(proposal)
    del facts["subject"]["id_number"]
    return facts


def to_json_values(instance: Any) -> dict[str, Any]:
    """A dataclass as JSON values."""
    return jsonable(asdict(instance))  # type: ignore[no-any-return]


def jsonable(value: Any) -> Any:
    """A value with its days as ISO text."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: jsonable(item) for name, item in value.items()}
    return [jsonable(item) for item in value] if isinstance(value, list | tuple) else value


def term(scheme: Scheme, decision: Decision, served_on: dt.date) -> tuple[dt.date, dt.date | None]:
    """Term of a listing [starts_on, ends_on): a decision takes effect when it is served. Without end it stands until
    it is removed. Refuses ``TermRefused``."""
    starts_on = max(served_on, decision.decided_on)
    if decision.without_end:
        return starts_on, None
    if scheme.term_months is not None:
        return starts_on, add_months(starts_on, scheme.term_months)
    if decision.ends_on is None or decision.ends_on <= starts_on:
        raise TermRefused(f"{scheme.name}没有固定期限，决定应写明晚于送达日的截止日")
    return starts_on, decision.ends_on


def require_term(scheme: Scheme, scheme_measures: Sequence[Measure], decision: Decision) -> None:
    """Refuse ``TermRefused`` for an end where the scheme fixes the term, one that no measure's statute allows, and
    none where the scheme knows no place without end (法释〔2017〕7号 第二条: only item (一))."""
    if decision.without_end:
        if not scheme.open_ended or decision.ends_on is not None:
            raise TermRefused(f"{scheme.name}的决定应有期限" if not scheme.open_ended else "无期限的决定不应写截止日")
        return
    if (decision.ends_on is None) != (scheme.term_months is not None):
        raise TermRefused(scheme.name)
    if decision.ends_on is None:
        return
    span = Term(decision.decided_on, decision.ends_on, decision.decided_on)
    for measure in scheme_measures:  # decided here, by the head of the authority: not taken as another decided it
        if problem := term_fault(measure, span) or term_finding(measure, span):
            raise TermRefused(problem.detail)


def is_minor(id_type: str | None, id_number: str | None, on: dt.date) -> bool:
    """Whether a natural person is under eighteen on a day, or not shown to be older (行政处罚法 30; 未成年人不公示)."""
    if id_type != identifiers.RESIDENT_ID or id_number is None:
        return True
    return identifiers.is_minor(id_number, on)


@dataclass(frozen=True, kw_only=True)
class ListingVersion(PublishedVersion):
    """What publication adds to the facts of a listing."""

    scheme: Scheme
    starts_on: dt.date
    ends_on: dt.date | None
    repairable_from: dt.date
    remedies: Mapping[str, dt.date]


def visible_until(ends_on: dt.date | None) -> dt.date:
    """The end of publicity: that of the place itself; a place without end is shown until it is removed.

    Source: 河南省社会信用条例 19、浙江省公共信用信息管理条例 16 (shown until the subject leaves the list).
    """
    return ends_on or NO_END


def repairable_from(
    policy: Policy, scheme: Scheme, decided_on: dt.date, starts_on: dt.date, bans: Iterable[Mapping[str, Any]] = ()
) -> dt.date:
    """The first day on which a repair may be granted: the policy's minimum, the scheme's own and every ban are over.

    ``bans`` are the measures as published; only those that bar by themselves hold the repair back, because the ban is
    itself the penalty (信用修复管理办法: 完全履行相关义务). One without end leaves none.
    """
    own = add_months(starts_on, scheme.early_exit_months or 0)
    ends = [
        dt.date.fromisoformat(ban["ends_on"]) if ban["ends_on"] else NO_END for ban in bans if ban["effect"] == "bars"
    ]
    return max(own, add_months(decided_on, policy.min_months), *ends)


def public_body(facts: Mapping[str, Any], version: ListingVersion) -> dict[str, Any]:
    """Build the public body of a listing: everything an outsider may ever see of it.

    It is shown while it stands: when the publicity period of its document is over but the listing is not, it runs
    on until removal (河南省社会信用条例 19、浙江省公共信用信息管理条例 16, taken as the rule here).
    """
    decision, scheme = facts["decision"], version.scheme
    decided = {
        "document_number": decision["document_number"],
        "decided_on": dt.date.fromisoformat(decision["decided_on"]),
    }
    return body.published(
        records.ListingBody(
            **body.common_fields({**facts, **decided}, version),
            kind="listing",
            scheme=records.ListScheme(
                code=scheme.code, name=scheme.name, basis=scheme.basis, basis_level=scheme.basis_level
            ),
            reasons=decision["reasons"],
            exit=facts["exit"],
            severity=scheme.severity,
            repairable_from=version.repairable_from,
            starts_on=version.starts_on,
            ends_on=version.ends_on,
            grounds=[records.Ground(**ground) for ground in facts["grounds"]],
            responsible=[records.Responsible(**person) for person in facts["responsible"] if scheme.names_responsible],
            remedies=records.Remedies(**version.remedies),
        )
    )


def extended_fields(published_body: Mapping[str, Any], ends_on: dt.date) -> dict[str, Any]:
    """The fields of a body that move when its listing ends on another day."""
    end = ends_on.isoformat()
    moved = [{**measure, "ends_on": end} for measure in published_body["measures"]]
    return {"ends_on": end, "visible_until": end, "measures": moved}
