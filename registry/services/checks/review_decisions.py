"""Decide what a check leaves to a person, and find what was decided before about the same party and record."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.cases.case_file import StepDocument
from registry.domain.checks import reviews
from registry.domain.checks.reviews import OUTCOMES, REASON_CHARACTERS_MAX, ReviewItem
from registry.domain.permissions import Permission
from registry.domain.publication import redaction
from registry.errors import Fault
from registry.keys.signing import Keys
from registry.models import Check, ReviewDecision
from registry.queries.checks import review_decisions, stored_checks
from registry.refusals.acts import BodyRefused
from registry.refusals.award import ReviewUnknown
from registry.services.checks import award_check
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class ReviewInput:
    """What a person decides: an outcome of ``reviews.OUTCOMES``, why, and a file as evidence."""

    outcome: str
    reason: str
    evidence: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class OpenedDecision:
    """A stored decision, opened. ``applies``: it is about this very pair, version and question, so that it counts;
    ``is_reused``: it was made in another check."""

    row: ReviewDecision
    statement: Mapping[str, Any]
    document: bytes = field(repr=False)
    applies: bool
    is_reused: bool


@dataclass(frozen=True)
class Review:
    """A thing left to a person, and the decisions about it, oldest first; the last one that applies counts."""

    item: ReviewItem
    decisions: Sequence[OpenedDecision] = ()

    @property
    def effective(self) -> OpenedDecision | None:
        """The decision that counts, None while it is open."""
        return next((decision for decision in reversed(self.decisions) if decision.applies), None)


def decide(work: UnitOfWork, check: str, number: int, review: ReviewInput) -> OpenedDecision:
    """Decide review ``number`` of a check; the receipt stays as it is, and a decision made before stays readable.

    Refuses ``OutOfRole``, ``CheckUnknown``, ``OutOfScope``, ``ReviewUnknown``, ``BodyRefused`` for the outcome or the
    reason, and ``DocumentRefused`` for evidence that is neither PDF, PNG nor JPEG.
    """
    work.actor.require(Permission.CHECK_MAKE)
    stored = stored_checks.of_department(work.session, work.actor.department_id, check)
    work.session.execute(select(Check.id).where(Check.id == check).with_for_update())  # decisions follow each other
    signed = award_check.unseal(work.keys, stored)
    receipt, statement = signed.receipt, signed.statement
    work.actor.require_scope(frozenset({statement["sector"]}), None)
    _require_sound(review)
    current = next(
        (one for one in _find(work.session, work.keys, stored, statement) if one.item.number == number), None
    )
    if current is None:
        raise ReviewUnknown()
    item, before = current.item, current.effective
    facts = reviews.DecisionFacts(
        decision=secrets.token_hex(16),
        issuer=work.settings.node,
        instant=work.now,
        outcome=review.outcome,
        reason=redaction.blot(review.reason.strip()),
        decided_by=work.actor.name,
        department=review_decisions.department_name(work.session, stored.department_id),
        evidence=_describe_evidence(review.evidence),
        supersedes=before.row.decision if before else None,
    )
    document = reviews.build(facts, item, receipt, work.keys.signer.sign, work.keys.signer.key_id)
    row = ReviewDecision(
        decision=facts.decision,
        check_id=stored.id,
        number=number,
        account_id=work.actor.account_id,
        department_id=stored.department_id,
        decided_at=work.now,
        outcome=review.outcome,
        pair_index=_index_pair(work.keys, stored, item),
        revision=item.revision,
        reach_index=_index_reach(work.keys, stored, item, statement),
        sealed=work.keys.vault.seal(document),
        evidence_sealed=work.keys.vault.seal(review.evidence) if review.evidence else None,
    )
    work.session.add(row)
    work.session.flush()
    audit.note(work, "review.decide", stored.id, f"{number} {review.outcome}")
    return OpenedDecision(row, json.loads(document)["statement"], document, applies=True, is_reused=False)


def find_reviews(session: Session, keys: Keys, signed: award_check.SignedCheck) -> list[Review]:
    """What a check leaves to a person, each with the decisions about it, also those made in other checks."""
    return _find(session, keys, signed.check, signed.statement)


def open_evidence(keys: Keys, row: ReviewDecision) -> tuple[bytes, str]:
    """The file that came with a decision and its media type; refuses ``ReviewUnknown`` where there is none."""
    if row.evidence_sealed is None:
        raise ReviewUnknown()
    content = keys.vault.open(row.evidence_sealed)
    return content, StepDocument("evidence", content=content).media_type()


def _find(session: Session, keys: Keys, check: Check, statement: Mapping[str, Any]) -> list[Review]:
    items = reviews.find_items(statement)
    pairs = {item.number: _index_pair(keys, check, item) for item in items}
    rows = review_decisions.related(session, check.id, {pair for pair in pairs.values() if pair}) if items else []
    return [
        Review(
            item,
            tuple(
                _open(keys, row, check, item, _index_reach(keys, check, item, statement))
                for row in rows
                if _is_about(row, check, item, pairs[item.number])
            ),
        )
        for item in items
    ]


def _is_about(row: ReviewDecision, check: Check, item: ReviewItem, pair: str | None) -> bool:
    if row.check_id == check.id:
        return row.number == item.number or (pair is not None and row.pair_index == pair)
    return pair is not None and row.pair_index == pair


def _open(keys: Keys, row: ReviewDecision, check: Check, item: ReviewItem, reach: str) -> OpenedDecision:
    document = keys.vault.open(row.sealed)
    is_own = row.check_id == check.id and row.number == item.number
    applies = is_own or (
        row.revision == item.revision and (row.outcome != reviews.NOT_REACHING or row.reach_index == reach)
    )
    return OpenedDecision(row, json.loads(document)["statement"], document, applies, row.check_id != check.id)


def _index_pair(keys: Keys, check: Check, item: ReviewItem) -> str | None:
    """Persons have a tag that is the same within one tender only: about them nothing is used again elsewhere."""
    pair = reviews.pair_key(item)
    return None if pair is None else _index(keys, "review pair", str(check.department_id), pair)


def _index_reach(keys: Keys, check: Check, item: ReviewItem, statement: Mapping[str, Any]) -> str:
    """A restriction that does not reach one tender says nothing of another: a check linked to none stands alone."""
    return _index(keys, "review reach", check.tender_index or check.id, reviews.reach_key(item, statement))


def _index(keys: Keys, kind: str, scope: str, content: bytes) -> str:
    return keys.vault.index(kind, f"{scope}\0{hashlib.sha256(content).hexdigest()}").hex()


def _require_sound(review: ReviewInput) -> None:
    faults = []
    if review.outcome not in OUTCOMES:
        faults.append(Fault("/outcome", "outcome-unknown", "请选择判定结论"))
    if not review.reason.strip():
        faults.append(Fault("/reason", "reason-missing", "请写明判定的理由"))
    elif len(review.reason) > REASON_CHARACTERS_MAX:
        faults.append(Fault("/reason", "text-too-long", f"理由不超过 {REASON_CHARACTERS_MAX} 字"))
    if faults:
        raise BodyRefused(faults=tuple(faults))


def _describe_evidence(content: bytes | None) -> list[dict[str, Any]]:
    if not content:
        return []
    media_type = StepDocument("evidence", content=content).media_type()
    return [{"sha256": hashlib.sha256(content).hexdigest(), "media_type": media_type, "bytes": len(content)}]
