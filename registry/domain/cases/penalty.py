"""Stored content, digests, subject key and public body of a filed penalty."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain import records
from registry.domain.filing.model import Filing, MeasureTerm, Note, Party
from registry.domain.publication import body, canonical, redaction
from registry.domain.publication.body import PublishedVersion

_DAYS = ("decided_on", "effect_until", "publicity_until", "served_on", "first_published_on")
_BLOTTED = ("personal-number-blotted", "其中的个人证件、电话或者账户号码已隐去，不保存")
_FIRST_PUBLICATION = ("first_published_on", "first_published_at")
REMOVED = ("withdrawn", "repaired")
"""States of a penalty that was taken from the public for good: the same decision may be filed anew, with a reason."""
FIELDS = {
    "subject": "行政相对人",
    "document_number": "文号",
    "behaviour_text": "违法行为类型",
    "behaviour": "失信行为",
    "facts": "违法事实",
    "basis": "处罚依据",
    "kinds": "处罚类别",
    "content": "处罚内容",
    "fine_fen": "罚款金额",
    "confiscated_fen": "没收金额",
    "permit": "暂扣或吊销证照名称及编号",
    "decided_on": "处罚决定日期",
    "effect_until": "处罚有效期",
    "publicity_until": "公示截止期",
    "authority_name": "处罚机关",
    "authority_code": "处罚机关代码",
    "source_name": "数据来源单位",
    "source_code": "数据来源单位代码",
    "remark": "备注",
    "title": "决定文书名称",
    "sectors": "领域",
    "district": "地区",
    "severity": "失信严重程度",
    "measures": "限制行为",
    "override_reason": "例外理由",
    "served_on": "送达日期",
    "first_published_on": "首次公示日期",
    "first_published_at": "首次公示网站",
}
"""Chinese names of what a filing states."""


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
    facts = {**vars(filing), **days, "subject": party, "measures": terms, "nonce": nonce}
    if findings:
        facts["findings"] = [vars(finding) for finding in findings]
    if filing.first_published_on is None:  # stated of the opening load only; others read as they always did
        for name in _FIRST_PUBLICATION:
            del facts[name]
    return facts


def blotted_content(facts: dict[str, Any]) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """The content as it is stored, without numbers of persons in its texts, and a note of each field that had one."""
    stored: dict[str, Any] = redaction.blot_facts(facts)
    notes = (Note(f"/{name}", _BLOTTED[0], _BLOTTED[1]) for name, value in stored.items() if value != facts[name])
    return stored, tuple(notes) if stored != facts else ()


def findings_of(facts: Mapping[str, Any]) -> list[Note]:
    """What the officer who verifies a stored filing must confirm with a reason."""
    return [Note(**finding) for finding in facts.get("findings", ())]


def changed_fields(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Chinese names of what two stored contents state differently; their nonces do not count."""
    # Before, what was blotted out on its way to the public only was stored as it was filed.
    stored = redaction.blot_facts(before)
    return [title for name, title in FIELDS.items() if stored.get(name) != after.get(name)]


def filing_of(facts: dict[str, Any]) -> Filing:
    """Restore a filing from its stored content; the identity number is not part of it."""
    values = {name: value for name, value in facts.items() if name not in ("nonce", "findings")}
    values |= {name: parse_day(values.get(name)) for name in _DAYS}
    values["subject"] = Party(**values["subject"], id_number=None)
    values["kinds"], values["sectors"] = tuple(values["kinds"]), tuple(values["sectors"])
    values["measures"] = tuple(
        MeasureTerm(term["code"], term["wording"], parse_day(term["starts_on"]), parse_day(term["ends_on"]))
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


def parse_day(text: str | None) -> dt.date | None:
    """The day of a stored text; None of none."""
    return dt.date.fromisoformat(text) if text else None


def _format_day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
