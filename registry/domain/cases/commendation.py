"""Parse a commendation (守信激励) and build its public body. It never bears on a verdict."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from registry.domain import identifiers, records
from registry.domain.cases import proposal
from registry.domain.filing.model import Party, Rules
from registry.domain.publication import body, redaction
from registry.domain.publication.body import PublishedVersion
from registry.errors import Fault
from registry.refusals.procedure import CommendationRefused


@dataclass(frozen=True)
class Commendation:
    """A commendation as filed; ``valid_until`` is the last day as stated, none when the document names none."""

    subject: Party = field(repr=False)
    document_number: str
    title: str
    facts: str
    basis: str
    awarded_on: dt.date
    valid_until: dt.date | None
    sectors: tuple[str, ...]
    district: str | None
    authority_name: str
    authority_code: str


def parse_commendation(draft: Mapping[str, Any], rules: Rules, today: dt.date) -> Commendation:
    """Parse a commendation. Refuses ``CommendationRefused`` with every fault."""
    subject, faults = proposal.parse_subject(draft["subject"], rules)
    faults += proposal.draft_faults(draft, rules)
    if subject.kind == "natural_person":
        faults.append(Fault("/subject/kind", "person-not-public", "自然人的激励信息不在此公示"))
    if draft["awarded_on"] > today:
        faults.append(Fault("/awarded_on", "decided-in-future", "文书日期晚于今天"))
    if draft["valid_until"] and draft["valid_until"] <= draft["awarded_on"]:
        faults.append(Fault("/valid_until", "publicity-before-decision", "有效期应晚于文书日期"))
    for name in ("title", "facts", "basis", "document_number"):
        if redaction.blot(draft[name]) != draft[name]:
            faults.append(Fault(f"/{name}", "personal-number", "含有个人识别号码"))
    if faults:
        raise CommendationRefused(faults=tuple(faults))
    return Commendation(
        subject=subject,
        sectors=tuple(dict.fromkeys(draft["sectors"])),
        authority_name=draft["authority"]["name"],
        authority_code=identifiers.uscc(draft["authority"]["code"]),
        **{name: draft[name] for name in _COPIED_FIELDS},
    )


_COPIED_FIELDS = ("document_number", "title", "facts", "basis", "awarded_on", "valid_until", "district")


def content(filed: Commendation) -> dict[str, Any]:
    """The facts of a commendation as stored, without the identity number."""
    facts = asdict(filed)
    del facts["subject"]["id_number"]
    facts |= {"awarded_on": filed.awarded_on.isoformat(), "sectors": list(filed.sectors)}
    facts["valid_until"] = filed.valid_until.isoformat() if filed.valid_until else None
    return facts


def public_body(facts: Mapping[str, Any], version: PublishedVersion) -> dict[str, Any]:
    """Build the public body of a commendation: everything an outsider may ever see of it."""
    decided_on = dt.date.fromisoformat(facts["awarded_on"])
    common = body.common_fields({**facts, "decided_on": decided_on}, version)
    return body.published(records.CommendationBody(**common, kind="commendation", title=facts["title"]))
