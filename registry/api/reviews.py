"""Routes of reviews: what a check leaves to a person, and the decisions about it."""

from typing import Any

from registry import runtime
from registry.api.auth import actor, allow
from registry.api.schemas.review import ReviewAnswer, ReviewDecisionSchema, ReviewList
from registry.api.wire import Blueprint
from registry.domain.permissions import Permission
from registry.queries.checks import stored_checks
from registry.services.checks import award_check, review_decisions
from registry.services.checks.review_decisions import OpenedDecision, Review, ReviewInput
from registry.unit_of_work import UnitOfWork

blueprint = Blueprint("reviews", __name__, url_prefix="/api/v1/checks", description="人工核实判定")


@blueprint.route("/<check>/reviews", methods=["GET"])
@allow(Permission.CHECK_MAKE, reads="check.read")
@blueprint.response(200, ReviewList)
def list_reviews(check: str) -> dict[str, Any]:
    """What a check leaves to a person, in the order of its receipt, with the signed decisions about it.

    A decision made before about the same party and record, and the same version of it, counts here, too."""
    with runtime.reading() as session:
        stored = stored_checks.of_department(session, actor().department_id, check)
        found = review_decisions.find_reviews(session, runtime.keys(), award_check.unseal(runtime.keys(), stored))
    return {"items": [_describe_review(review) for review in found]}


@blueprint.route("/<check>/reviews/<int:number>", methods=["PUT"])
@allow(Permission.CHECK_MAKE)
@blueprint.arguments(ReviewDecisionSchema)
@blueprint.response(200, ReviewAnswer)
def decide(body: dict[str, Any], check: str, number: int) -> dict[str, Any]:
    """Decide a review; the receipt stays as it is. Deciding again takes the place of the decision before."""

    def act(work: UnitOfWork) -> dict[str, Any]:
        review_input = ReviewInput(body["outcome"], body["reason"], body["evidence_base64"])
        review_decisions.decide(work, check, number, review_input)
        signed = award_check.unseal(
            work.keys, stored_checks.of_department(work.session, work.actor.department_id, check)
        )
        found = review_decisions.find_reviews(work.session, work.keys, signed)
        return _describe_review(found[number - 1])

    answer: dict[str, Any] = runtime.perform(actor(), act)
    return answer


def _describe_review(review: Review) -> dict[str, Any]:
    item, effective = review.item, review.effective
    return {
        "number": item.number,
        "ref": item.ref,
        "record": item.record,
        "revision": item.revision,
        "reasons": [dict(reason) for reason in item.reasons],
        "outcome": effective.statement["outcome"] if effective else None,
        "decisions": [_describe_decision(decision) for decision in review.decisions],
    }


def _describe_decision(decision: OpenedDecision) -> dict[str, Any]:
    shown = ("decision", "instant", "check", "revision", "outcome", "reason", "decided_by", "supersedes")
    return {name: decision.statement[name] for name in shown} | {
        "applies": decision.applies,
        "reused": decision.is_reused,
        "document": decision.document.decode(),
    }
