"""Routes of every kind of filed record: file, read, correct, verify, send back, withdraw."""

from flask import Response

from registry import runtime
from registry.api import casework
from registry.api.auth import actor, allow
from registry.api.casework import Body, CaseAct
from registry.api.schemas.filed_record import build_query, build_schema
from registry.api.schemas.procedure import CaseAnswer, CasePage, ReasonStep, RemovalStep, build_step_input
from registry.api.wire import Blueprint, create_once, if_version, respond_with_etag
from registry.domain import records
from registry.domain.cases.filed_kinds import FILED_KINDS, FiledKind
from registry.domain.cases.procedures import FILED
from registry.domain.permissions import Permission
from registry.models import FiledRecord
from registry.queries.cases import procedure_records
from registry.services.cases import filed_records
from registry.services.cases.proposed_steps import STEPS
from registry.unit_of_work import UnitOfWork

SCHEMAS = {noun: build_schema(noun) for noun in FILED_KINDS}
"""What is filed of each kind, for the routes and the command line."""


def build_acts(noun: str) -> tuple[CaseAct, ...]:
    """Every act of a kind's procedure, for the HTTP routes and the command line."""
    return (
        CaseAct(
            "verify",
            "verification",
            lambda work, record, _body, step_input: filed_records.verify(work, noun, record, step_input),
            "Verify another officer's filing or correction and publish it.",
        ),
        CaseAct(
            "return",
            "return",
            lambda work, record, body, step_input: filed_records.send_back(
                work, noun, record, body["reason"], step_input
            ),
            "Send a filing or correction back to its officer.",
            ReasonStep,
        ),
        CaseAct(
            "withdraw",
            "withdrawal",
            STEPS[noun, "withdraw"],
            "Take a published record back because its document no longer stands; the reason is public.",
            RemovalStep,
        ),
    )


def build_blueprint(kind: FiledKind) -> Blueprint:
    """The routes of a kind."""
    prefix, label = f"/api/v1/{kind.plural}", records.KINDS[kind.noun].label
    blueprint = Blueprint(kind.plural, __name__, url_prefix=prefix, description=f"{label}的报送与核验")
    _add_filing_routes(blueprint, kind, prefix)
    _add_reading_routes(blueprint, kind)
    casework.add_act_routes(blueprint, FILED[kind.noun], build_acts(kind.noun))
    return blueprint


def _add_filing_routes(blueprint: Blueprint, kind: FiledKind, prefix: str) -> None:
    @blueprint.route("", methods=["POST"])
    @allow(Permission.RECORD_FILE)
    @blueprint.arguments(SCHEMAS[kind.noun])
    @blueprint.response(201, CaseAnswer)
    def file(body: Body) -> Response:
        """File a record of this kind; another officer's verification publishes it."""

        def act(work: UnitOfWork) -> tuple[Body, int]:
            case = filed_records.file_draft(work, kind.noun, body, build_step_input(body, None))
            return casework.describe(work.session, case), 201

        response = create_once(actor(), act)
        response.headers["Location"] = f"{prefix}/{(response.get_json() or {}).get('id', '')}"
        return response

    @blueprint.route("/<record>", methods=["PUT"])
    @allow(Permission.RECORD_FILE)
    @blueprint.arguments(SCHEMAS[kind.noun])
    @blueprint.response(200, CaseAnswer)
    def refile(body: Body, record: str) -> Response:
        """State a record anew; of a published one this is a correction, which another officer verifies."""

        def act(work: UnitOfWork) -> Body:
            case = filed_records.refile(work, kind.noun, record, body, build_step_input(body, if_version()))
            return casework.describe(work.session, case)

        answer = runtime.perform(actor(), act)
        return respond_with_etag(answer, str(answer["version"]))


def _add_reading_routes(blueprint: Blueprint, kind: FiledKind) -> None:
    @blueprint.route("", methods=["GET"])
    @allow(Permission.RECORD_READ)
    @blueprint.arguments(build_query(FILED[kind.noun]), location="query")
    @blueprint.response(200, CasePage)
    def list_own(query: Body) -> Body:
        """The department's records of this kind in the account's scope, in the order filed."""
        return casework.list_cases(actor(), FILED[kind.noun], query)

    @blueprint.route("/<record>", methods=["GET"])
    @allow(Permission.RECORD_READ, reads=f"{kind.noun}.read")
    @blueprint.response(200, CaseAnswer)
    def get_record(record: str) -> Response:
        """One record with its file and clocks; its ETag is the version."""
        with runtime.reading() as session:
            case = casework.own_case(session, actor(), FiledRecord, record)
            if case.noun != kind.noun:
                raise procedure_records.UNKNOWN[kind.noun]()
            body = casework.describe(session, case)
        return respond_with_etag(body, str(body["version"]))


BLUEPRINTS = tuple(build_blueprint(kind) for kind in FILED_KINDS.values())
