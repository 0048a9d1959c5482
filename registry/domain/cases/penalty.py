"""Stored content, digests, subject key and public body of a filed penalty."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain import records
from registry.domain.filing.model import Filing, MeasureTerm, Note, Party
from registry.domain.publication import body, canonical
from registry.domain.publication.body import PublishedVersion

_DAYS = ("decided_on", "effect_until", "publicity_until", "served_on")


def content(filing: Filing, nonce: str, findings: Sequence[Note] = ()) -> dict[str, Any]:
    """The filing as JSON without the identity number; the nonce makes its digest unguessable.

    ``findings`` are what the officer who verifies must confirm; they are part of what is filed.
    """
    party = {name: value for name, value in vars(filing.subject).items() if name != "id_number"}
    terms = [
        {**vars(term), "starts_on": _format_day(term.starts_on), "ends_on": _format_day(term.ends_on)}
        for term in filing.measures
    ]
    days = {name: _format_day(getattr(filing, name)) for name in _DAYS}
    found = {"findings": [vars(finding) for finding in findings]} if findings else {}
    return {**vars(filing), **days, "subject": party, "measures": terms, "nonce": nonce, **found}


def findings_of(facts: Mapping[str, Any]) -> list[Note]:
    """What the officer who verifies a stored filing must confirm with a reason."""
    return [Note(**finding) for finding in facts.get("findings", ())]


def filing_of(facts: dict[str, Any]) -> Filing:
    """Restore a filing from its stored content; the identity number is not part of it."""
    values = {name: value for name, value in facts.items() if name not in ("nonce", "findings")}
    values |= {name: _parse_day(values.get(name)) for name in _DAYS}
    values["subject"] = Party(**values["subject"], id_number=None)
    values["kinds"], values["sectors"] = tuple(values["kinds"]), tuple(values["sectors"])
    values["measures"] = tuple(
        MeasureTerm(term["code"], term["wording"], _parse_day(term["starts_on"]), _parse_day(term["ends_on"]))
        for term in values["measures"]
    )
    return Filing(**values)


def subject_key(uscc: str | None, id_index: str | None, subject_name_key: str) -> str:
    """Key by which two subjects are the same: the code, else the keyed hash of the ID, else the key of the name."""
    if uscc:
        return f"uscc:{uscc}"
    return f"id:{id_index}" if id_index else f"name:{subject_name_key}"


def content_digest(content_text: str) -> str:
    """The digest (hex) of filed facts, by which the step that filed or verified them names them."""
    return hashlib.sha256(content_text.encode()).hexdigest()


def filing_digest(text: str, id_index: str | None, filed_by: int, verified_by: int) -> str:
    """The digest that binds a publication to the filing behind it: content, identity, both officers."""
    bound = {"content": text, "id_index": id_index, "filed_by": filed_by, "verified_by": verified_by}
    return canonical.digest(bound).hex()


@dataclass(frozen=True, kw_only=True)
class PenaltyVersion(PublishedVersion):
    """What the decision to publish adds to the facts of a penalty."""

    severity: str
    repairable_from: dt.date


def public_body(filing: Filing, version: PenaltyVersion) -> dict[str, Any]:
    """Build the public body of a penalty: everything an outsider may ever see of the decision.

    Left out: identity numbers, the legal representative and other people, remarks.
    """
    return body.published(
        records.PenaltyBody(
            **body.common_fields(vars(filing), version),
            kind="penalty",
            title=filing.title or "",
            behaviour_text=filing.behaviour_text,
            kinds=list(filing.kinds),
            content=filing.content,
            fine_fen=filing.fine_fen,
            confiscated_fen=filing.confiscated_fen,
            permit=filing.permit or None,
            effect_until=filing.effect_until,
            severity=version.severity,
            repairable_from=version.repairable_from,
        )
    )


def _parse_day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _format_day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
