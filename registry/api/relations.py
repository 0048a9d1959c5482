"""Routes of party relations, which only checks read: file, read, verify, send back, withdraw."""

from flask import Response

from registry import runtime
from registry.api import casework
from registry.api.auth import actor, allow
from registry.api.casework import Body, CaseAct
from registry.api.schemas.procedure import CaseAnswer, CasePage, ReasonStep, build_step_input
from registry.api.schemas.relation import RelationQuery, RelationSchema
from registry.api.wire import Blueprint, create_once, if_version, respond_with_etag
from registry.domain.cases.procedures import RELATION
from registry.domain.permissions import Permission
from registry.models import Relation
from registry.services.cases import relations
from registry.services.cases.proposed_steps import STEPS
from registry.unit_of_work import UnitOfWork

blueprint = Blueprint("relations", __name__, url_prefix="/api/v1/relations", description="当事人关系的报送与核验")


@blueprint.route("", methods=["POST"])
@allow(Permission.RELATION_FILE)
@blueprint.arguments(RelationSchema)
@blueprint.response(201, CaseAnswer)
def file(body: Body) -> Response:
    """File a relation of two parties; once another officer verified it, checks follow it."""

    def act(work: UnitOfWork) -> tuple[Body, int]:
        return casework.describe(work.session, relations.file(work, body, build_step_input(body, None))), 201

    response = create_once(actor(), act)
    response.headers["Location"] = f"/api/v1/relations/{(response.get_json() or {}).get('id', '')}"
    return response


@blueprint.route("", methods=["GET"])
@allow(Permission.RELATION_READ)
@blueprint.arguments(RelationQuery, location="query")
@blueprint.response(200, CasePage)
def list_own(query: Body) -> Body:
    """The department's relations in the account's scope, in the order filed."""
    return casework.list_cases(actor(), RELATION, query)


@blueprint.route("/<record>", methods=["GET"])
@allow(Permission.RELATION_READ, reads="relation.read")
@blueprint.response(200, CaseAnswer)
def get_relation(record: str) -> Response:
    """One relation with its file; its ETag is the version."""
    with runtime.reading() as session:
        body = casework.describe(session, casework.own_case(session, actor(), Relation, record))
    return respond_with_etag(body, str(body["version"]))


@blueprint.route("/<record>", methods=["PUT"])
@allow(Permission.RELATION_FILE)
@blueprint.arguments(RelationSchema)
@blueprint.response(200, CaseAnswer)
def refile(body: Body, record: str) -> Response:
    """File a returned relation again."""

    def act(work: UnitOfWork) -> Body:
        return casework.describe(
            work.session, relations.refile(work, record, body, build_step_input(body, if_version()))
        )

    answer = runtime.perform(actor(), act)
    return respond_with_etag(answer, str(answer["version"]))


ACTS = (
    CaseAct(
        "verify",
        "verification",
        lambda work, record, _body, step_input: relations.verify(work, record, step_input),
        "Verify another officer's filing; checks follow it from now on.",
    ),
    CaseAct(
        "return",
        "return",
        lambda work, record, body, step_input: relations.send_back(work, record, body["reason"], step_input),
        "Send a filing back to its officer.",
        ReasonStep,
    ),
    CaseAct(
        "withdraw",
        "withdrawal",
        STEPS["relation", "withdraw"],
        "Take a relation back; checks follow it no more.",
        ReasonStep,
    ),
)
"""Every act of the procedure, for the HTTP routes and the command line."""

casework.add_act_routes(blueprint, RELATION, ACTS)
