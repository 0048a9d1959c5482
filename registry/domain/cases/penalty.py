"""What a penalty becomes on its way out: stored content, subject key, and the public body."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain.filing.model import Filing, MeasureTerm, Party
from registry.domain.law.publicity import Publicity
from registry.domain.naming import name_key
from registry.domain.publication import canonical, redaction

_DAYS = ("decided_on", "effect_until", "publicity_until")


def content(filing: Filing, nonce: str) -> dict[str, Any]:
    """The filing as JSON without the identity number; the nonce makes its digest unguessable."""
    party = {name: value for name, value in vars(filing.subject).items() if name != "id_number"}
    terms = [{**vars(one), "starts_on": _iso(one.starts_on), "ends_on": _iso(one.ends_on)} for one in filing.measures]
    days = {name: _iso(getattr(filing, name)) for name in _DAYS}
    return {**vars(filing), **days, "subject": party, "measures": terms, "nonce": nonce}


def filing_of(facts: dict[str, Any]) -> Filing:
    """The filing back from its content; the identity number stays behind."""
    values = {name: value for name, value in facts.items() if name != "nonce"}
    values |= {name: _day(values[name]) for name in _DAYS}
    values["subject"] = Party(**values["subject"], id_number=None)
    values["kinds"], values["sectors"] = tuple(values["kinds"]), tuple(values["sectors"])
    values["measures"] = tuple(
        MeasureTerm(term["code"], term["wording"], _day(term["starts_on"]), _day(term["ends_on"]))
        for term in values["measures"]
    )
    return Filing(**values)


def subject_key(party: Party, id_index: str | None) -> str:
    """What makes two subjects the same: the code, else the keyed hash of the ID, else the name."""
    if party.uscc:
        return f"uscc:{party.uscc}"
    return f"id:{id_index}" if id_index else f"name:{name_key.key(party.name)}"


def filing_digest(text: str, id_index: str | None, filed_by: int, verified_by: int) -> str:
    """The digest that binds a publication to the filing behind it: content, identity, both officers."""
    bound = {"content": text, "id_index": id_index, "filed_by": filed_by, "verified_by": verified_by}
    return canonical.digest(bound).hex()


@dataclass(frozen=True)
class PenaltyVersion:
    """What the decision to publish adds to the facts."""

    record: str
    revision: int
    act: str
    audience: str
    publicity: Publicity
    policy: str
    severity: str
    visible_from: dt.date
    publish_by: dt.date
    is_grave: bool
    measures: Sequence[dict[str, Any]]
    source: dict[str, Any]
    filing: str


def public_body(filing: Filing, release: PenaltyVersion) -> dict[str, Any]:
    """Everything an outsider may ever see of the decision.

    Left out: identity numbers, the legal representative and other people, remarks. Numbers that identify a
    person are blotted out of the free text. Source: 政府信息公开条例 15; 个人信息保护法 34.
    """
    return {
        "record": release.record,
        "revision": release.revision,
        "kind": "penalty",
        "act": release.act,
        "state": "published",
        "audience": release.audience,
        "subject": {
            "kind": filing.subject.kind,
            "name": redaction.blot(filing.subject.name),
            "uscc": filing.subject.uscc,
        },
        "document_number": redaction.blot(filing.document_number),
        "title": redaction.blot(filing.title or ""),
        "behaviour": filing.behaviour,
        "behaviour_text": redaction.blot(filing.behaviour_text),
        "facts": redaction.blot(filing.facts),
        "basis": redaction.blot(filing.basis),
        "kinds": list(filing.kinds),
        "content": redaction.blot(filing.content),
        "fine_fen": filing.fine_fen,
        "confiscated_fen": filing.confiscated_fen,
        "permit": redaction.blot(filing.permit) if filing.permit else None,
        "decided_on": filing.decided_on.isoformat(),
        "effect_until": filing.effect_until.isoformat() if filing.effect_until else None,
        "authority": {"name": redaction.blot(filing.authority_name), "code": filing.authority_code},
        "source": release.source,
        "sectors": sorted(filing.sectors),
        "district": filing.district,
        "severity": release.severity,
        "is_grave": release.is_grave,
        "measures": redaction.blot_all(list(release.measures)),
        "policy": release.policy,
        "visible_from": release.visible_from.isoformat(),
        "visible_until": release.publicity.visible_until.isoformat(),
        "repairable_from": release.publicity.repairable_from.isoformat(),
        "publish_by": release.publish_by.isoformat(),
        "filing": release.filing,
    }


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
