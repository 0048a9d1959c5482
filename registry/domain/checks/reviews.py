"""What a receipt leaves to a person, and the signed decisions about it that are kept beside the receipt. Pure.

A decision changes nothing in the receipt that it is about: it names the receipt by its digest. One made before is used
again for the same pair of party and record only while both are what was decided about.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.domain.checks.explanation import party_text
from registry.domain.labels import REVIEW_OUTCOMES, label_for
from registry.domain.naming import name_key
from registry.domain.publication import canonical, signed_documents
from registry.domain.publication.signed_documents import Form, SignedDocument, Verify
from registry.phrases import Phrase, followed
from registry.refusals.content import ReviewDecisionRefused

SAME, NOT_SAME, NOT_REACHING = OUTCOMES = ("same", "not_same", "not_reaching")
"""The record is about this party; it is about another; its restriction does not reach this tender."""
REASON_CHARACTERS_MAX = 1000

_INFORMING = frozenset({"other-sector", "other-role", "other-territory", "not-must-tender", "published"})
"""Reasons that ask nothing of anybody where the record is found by a code or number."""
_FIELDS = frozenset({
    "decision", "issuer", "instant", "check", "receipt", "number", "ref", "record", "revision", "party", "question",
    "outcome", "reason", "evidence", "decided_by", "department", "supersedes",
})  # fmt: skip
FORM = Form("review-decision", 1, _FIELDS, ReviewDecisionRefused)
_CONSORTIUM = "consortium-member"
"""As in ``checks/consortium``, which the verifier must not need."""
_IDENTIFIERS = ("uscc", "organisation_code", "registration_number", "id_tag")
_PARTY = ("name", "uscc", "organisation_code", "registration_number", "id_last4", "id_tag")


@dataclass(frozen=True)
class ReviewItem:
    """One thing that a person must decide: a record that may concern a party, with the reasons that name it.

    ``number`` counts 1, 2, 3 … in the order of the receipt. ``record`` and ``revision`` are None of what no record
    stands behind, such as a party without a code.
    """

    number: int
    line: Mapping[str, Any] = field(repr=False)
    record: str | None
    revision: int | None
    reasons: tuple[Mapping[str, Any], ...] = field(repr=False)

    @property
    def ref(self) -> str:
        """The ``ref`` of the party."""
        return str(self.line["ref"])


def find_items(statement: Mapping[str, Any]) -> list[ReviewItem]:
    """What a receipt leaves to a person, in its order. The line of a lead asks nothing that its member's line asks."""
    items: list[ReviewItem] = []
    for line in statement["lines"]:
        if line["verdict"] != "review":
            continue
        for (record, revision), reasons in _group_reasons(line):
            items.append(ReviewItem(len(items) + 1, line, record, revision, tuple(reasons)))
    return items


def _group_reasons(
    line: Mapping[str, Any],
) -> Iterator[tuple[tuple[str | None, int | None], list[Mapping[str, Any]]]]:
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for reason in line["reasons"]:
        if reason.get("code") != _CONSORTIUM:
            place = (
                (reason["record"], reason["revision"])
                if "record" in reason
                else ("", reason["code"], reason.get("ref"))
            )
            groups.setdefault(place, []).append(reason)
    for place, reasons in groups.items():
        if any(map(_asks_person, reasons)):
            yield (place if place[0] else (None, None)), reasons  # type: ignore[misc]


def _asks_person(reason: Mapping[str, Any]) -> bool:
    match = reason.get("match") or {}
    is_firm = match.get("by") in ("uscc", "id") and not match.get("name_differs") and "via" not in reason
    return reason.get("code") not in _INFORMING or not is_firm


def pair_key(item: ReviewItem) -> bytes | None:
    """The party as it was asked about, and the record whatever its version, as bytes to be hashed under a key.

    None where nothing can be used again: no record, or a person known by the last characters of a number only.
    """
    line = item.line
    if item.record is None or ("id_last4" in line and "id_tag" not in line):
        return None
    party = [name_key.key(str(line["name"])), *(name_key.key(str(line.get(name) or "")) for name in _IDENTIFIERS)]
    return canonical.dumps([party, item.record])


def reach_key(item: ReviewItem, statement: Mapping[str, Any]) -> bytes:
    """What a restriction was found not to reach: the question, the party's part in it, and all reasons, as bytes."""
    line = item.line
    question = [statement.get(name) for name in ("sector", "must_tender", "district", "project")]
    reasons = [dict(reason) for reason in item.reasons]
    return canonical.dumps([question, line["role"], line.get("section"), item.record, item.revision, reasons])


def _question(item: ReviewItem, statement: Mapping[str, Any]) -> str:
    return hashlib.sha256(reach_key(item, statement)).hexdigest()


def _party(item: ReviewItem) -> dict[str, Any]:
    """The party as the receipt shows it; of an identity number its last characters."""
    return {name: item.line[name] for name in _PARTY if name in item.line}


@dataclass(frozen=True)
class DecisionFacts:
    """What is decided and by whom. ``evidence``: digest, media type and size of each file; ``supersedes`` the id of
    the decision that it takes the place of."""

    decision: str
    issuer: str
    instant: dt.datetime
    outcome: str
    reason: str
    decided_by: str
    department: str
    evidence: Sequence[Mapping[str, Any]] = ()
    supersedes: str | None = None


def build(facts: DecisionFacts, item: ReviewItem, receipt: bytes, sign: Callable[[bytes], bytes], key_id: str) -> bytes:
    """Sign a decision about an item of a receipt: canonical bytes of the statement and the signature over it."""
    answered = json.loads(receipt)["statement"]
    statement = {
        "decision": facts.decision,
        "issuer": facts.issuer,
        "instant": facts.instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "check": answered["check"],
        "receipt": hashlib.sha256(receipt).hexdigest(),
        "number": item.number,
        "ref": item.ref,
        "party": _party(item),
        "record": item.record,
        "revision": item.revision,
        "question": _question(item, answered),
        "outcome": facts.outcome,
        "reason": facts.reason,
        "evidence": [dict(file) for file in facts.evidence],
        "decided_by": facts.decided_by,
        "department": facts.department,
        "supersedes": facts.supersedes,
    }
    return signed_documents.build(FORM, statement, sign, key_id)


def parse_decision(data: bytes, keys: Mapping[str, bytes], verify: Verify) -> SignedDocument:
    """Verify a decision: byte for byte what a holder of one of ``keys`` signed. Refuses ``ReviewDecisionRefused``."""
    document = signed_documents.parse(FORM, data, keys, verify)
    if document.statement["outcome"] not in OUTCOMES:
        raise ReviewDecisionRefused("不认识的判定结论")
    return document


def find_item(decision: Mapping[str, Any], receipt: bytes, statement: Mapping[str, Any]) -> ReviewItem:
    """The item of a genuine receipt that a genuine decision is about: made about this receipt, or made before about
    the same party and the same version of the record, and used again.

    Refuses ``ReviewDecisionRefused`` for any other.
    """
    items = find_items(statement)
    if decision["issuer"] != statement["issuer"]:
        raise ReviewDecisionRefused("判定与回执不属于同一个节点")
    if decision["receipt"] == hashlib.sha256(receipt).hexdigest():
        found = [item for item in items if item.number == decision["number"] and _is_same_pair(decision, item)]
    else:
        found = [item for item in items if _is_used_again(decision, item, statement)]
    if not found:
        raise ReviewDecisionRefused("回执中没有所判定的事项")
    return found[0]


def _is_same_pair(decision: Mapping[str, Any], item: ReviewItem) -> bool:
    pair = (decision["party"], decision["record"], decision["revision"])
    return bool(pair == (_party(item), item.record, item.revision))


def _is_used_again(decision: Mapping[str, Any], item: ReviewItem, statement: Mapping[str, Any]) -> bool:
    if pair_key(item) is None or not _is_same_pair(decision, item):
        return False
    return bool(decision["outcome"] != NOT_REACHING or decision["question"] == _question(item, statement))


def _record_text(item: ReviewItem) -> str:
    if not item.record:
        return ""
    return Phrase("记录 %(record)s 第 %(revision)s 版", record=item.record, revision=item.revision)


def describe_decision(decision: Mapping[str, Any], item: ReviewItem, check: str) -> str:
    """A genuine decision in Chinese: about whom and what, how, why, by whom and when. ``check`` is the check beside
    whose receipt it is shown."""
    reused = "" if decision["check"] == check else Phrase("在此前的核查 %(check)s 中", check=decision["check"])
    count, supersedes = len(decision["evidence"]), decision["supersedes"]
    text = Phrase(
        "人工核实判定（第 %(number)s 项）：%(party)s，%(record)s，判定为“%(outcome)s”，理由：%(reason)s；"
        "由 %(department)s 的 %(decided_by)s %(reused)s于 %(instant)s（协调世界时）作出",
        number=item.number,
        party=party_text(item.line),
        record=_record_text(item) or "事项",
        outcome=label_for(REVIEW_OUTCOMES, decision["outcome"]),
        reason=decision["reason"],
        department=decision["department"],
        decided_by=decision["decided_by"],
        reused=reused,
        instant=decision["instant"],
    )
    evidence = Phrase("，附证据 %(count)s 份", count=count) if count else ""
    former = Phrase("，取代此前的判定 %(decision)s", decision=supersedes) if supersedes else ""
    return followed(text, evidence, former, "。")
