"""Routes of commendations: file, read, verify, send back, withdraw."""

from flask import Response

from registry import runtime
from registry.api import casework
from registry.api.auth import actor, allow
from registry.api.casework import Body, CaseAct
from registry.api.schemas.commendation import CommendationQuery, CommendationSchema
from registry.api.schemas.procedure import CaseAnswer, CasePage, ReasonStep, RemovalStep, build_step_input
from registry.api.wire import Blueprint, create_once, if_version, respond_with_etag
from registry.domain.cases.procedures import COMMENDATION
from registry.domain.permissions import Permission
from registry.models import Commendation
from registry.services.cases import commendations
from registry.services.cases.proposed_steps import STEPS
from registry.unit_of_work import UnitOfWork

blueprint = Blueprint("commendations", __name__, url_prefix="/api/v1/commendations", description="守信激励的报送与核验")


@blueprint.route("", methods=["POST"])
@allow(Permission.COMMENDATION_FILE)
@blueprint.arguments(CommendationSchema)
@blueprint.response(201, CaseAnswer)
def file(body: Body) -> Response:
    """File a commendation of an organisation; another officer's verification publishes it."""

    def act(work: UnitOfWork) -> tuple[Body, int]:
        return casework.describe(work.session, commendations.file(work, body, build_step_input(body, None))), 201

    response = create_once(actor(), act)
    response.headers["Location"] = f"/api/v1/commendations/{(response.get_json() or {}).get('id', '')}"
    return response


@blueprint.route("", methods=["GET"])
@allow(Permission.COMMENDATION_READ)
@blueprint.arguments(CommendationQuery, location="query")
@blueprint.response(200, CasePage)
def list_own(query: Body) -> Body:
    """The department's commendations in the account's scope, in the order filed."""
    return casework.list_cases(actor(), COMMENDATION, query)


@blueprint.route("/<record>", methods=["GET"])
@allow(Permission.COMMENDATION_READ, reads="commendation.read")
@blueprint.response(200, CaseAnswer)
def get_commendation(record: str) -> Response:
    """One commendation with its file and clocks; its ETag is the version."""
    with runtime.reading() as session:
        body = casework.describe(session, casework.own_case(session, actor(), Commendation, record))
    return respond_with_etag(body, str(body["version"]))


@blueprint.route("/<record>", methods=["PUT"])
@allow(Permission.COMMENDATION_FILE)
@blueprint.arguments(CommendationSchema)
@blueprint.response(200, CaseAnswer)
def refile(body: Body, record: str) -> Response:
    """File a returned commendation again."""

    def act(work: UnitOfWork) -> Body:
        commendation = commendations.refile(work, record, body, build_step_input(body, if_version()))
        return casework.describe(work.session, commendation)

    answer = runtime.perform(actor(), act)
    return respond_with_etag(answer, str(answer["version"]))


ACTS = (
    CaseAct(
        "verify",
        "verification",
        lambda work, record, _body, step_input: commendations.verify(work, record, step_input),
        "Verify another officer's filing and publish it.",
    ),
    CaseAct(
        "return",
        "return",
        lambda work, record, body, step_input: commendations.send_back(work, record, body["reason"], step_input),
        "Send a filing back to its officer.",
        ReasonStep,
    ),
    CaseAct(
        "withdraw",
        "withdrawal",
        STEPS["commendation", "withdraw"],
        "Take a published commendation back; the reason is public.",
        RemovalStep,
    ),
)
"""Every act of the procedure, for the HTTP routes and the command line."""

casework.add_act_routes(blueprint, COMMENDATION, ACTS)
