"""Route of the erasure of a record, which takes two persons."""

from typing import Any

from flask import Response

from registry import runtime
from registry.api.auth import actor, allow
from registry.api.proposals import respond_with_proposal
from registry.api.schemas.base import StrictSchema, words
from registry.api.schemas.proposal import ProposalAnswer
from registry.api.wire import Blueprint
from registry.domain.permissions import Permission
from registry.services.cases import erasure
from registry.serving.proposal_access import describe
from registry.unit_of_work import UnitOfWork

blueprint = Blueprint("erasures", __name__, url_prefix="/api/v1", description="依法删除记录的内容")


class ErasureSchema(StrictSchema):
    """Legal ground (a code of ``erasure-grounds``, public with the record) and reason (kept sealed)."""

    ground = words(100, required=True)
    reason = words(2000, required=True)


@blueprint.route("/records/<record>/erasure", methods=["PUT"])
@allow(Permission.ERASURE_PROPOSE)
@blueprint.arguments(ErasureSchema)
@blueprint.response(202, ProposalAnswer)
def erase(body: dict[str, Any], record: str) -> Response:
    """Propose to erase the content of a published record; another person confirms it, and then it is gone."""

    def act(work: UnitOfWork) -> dict[str, Any]:
        proposal = erasure.propose(work, record, body["ground"], body["reason"])
        return describe(work.session, proposal)

    return respond_with_proposal(runtime.perform(actor(), act))
