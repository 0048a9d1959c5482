"""Routes of officers who work on disputes and repairs; applicants have routes of their own."""

from flask import Response
from marshmallow import fields, validate

from registry import runtime
from registry.api import casework
from registry.api.auth import actor, allow
from registry.api.casework import Body, CaseAct
from registry.api.schemas.base import Paging
from registry.api.schemas.procedure import CaseAnswer, CasePage, ReasonStep, RemovalStep
from registry.api.wire import Blueprint, answered
from registry.domain.cases.procedures import DISPUTE, REPAIR
from registry.domain.cases.workflow import Procedure
from registry.domain.permissions import Permission
from registry.models import Relief
from registry.queries.cases.procedure_records import UNKNOWN
from registry.services.cases import relief_applications, relief_decisions
from registry.services.cases.relief_decisions import OUTCOMES, Ruling

disputes = Blueprint("disputes", __name__, url_prefix="/api/v1/disputes", description="异议的办理")
repairs = Blueprint("repairs", __name__, url_prefix="/api/v1/repairs", description="信用修复的办理")


class ReliefQuery(Paging):
    """Which of the department's applications."""

    state = fields.String(load_default=None, validate=validate.OneOf(sorted({*DISPUTE.states, *REPAIR.states})))


class RulingStep(RemovalStep):
    """How a dispute is decided, why, and since which day the record was wrong."""

    outcome = fields.String(required=True, validate=validate.OneOf(sorted({outcome for _, outcome in OUTCOMES})))


def _readings(blueprint: Blueprint, procedure: Procedure) -> None:
    @blueprint.route("", methods=["GET"], endpoint="mine")
    @allow(Permission.RELIEF_READ)
    @blueprint.doc(summary="The department's applications in the account's scope, in the order received.")
    @blueprint.arguments(ReliefQuery, location="query")
    @blueprint.response(200, CasePage)
    def mine(query: Body) -> Body:
        return casework.page(actor(), procedure, query)

    @blueprint.route("/<record>", methods=["GET"], endpoint="read")
    @allow(Permission.RELIEF_READ)
    @blueprint.doc(summary="One application with what was stated in confidence, its file and its clocks.")
    @blueprint.response(200, CaseAnswer)
    def read(record: str) -> Response:
        with runtime.reading() as session:
            held: Relief = casework.own_case(session, actor(), Relief, record)
            if held.noun != procedure.noun:
                raise UNKNOWN[procedure.noun]()
            body = casework.case(session, held)
        return answered(body, str(body["version"]))


_HANDLING = (
    CaseAct(
        "accept",
        "acceptance",
        lambda w, r, _b, g: relief_applications.accept(w, r, g),
        "Take an application into hand.",
    ),
    CaseAct(
        "refuse",
        "refusal",
        lambda w, r, b, g: relief_applications.refuse(w, r, b["reason"], g),
        "Refuse to take an application into hand, with the reason.",
        ReasonStep,
    ),
    CaseAct(
        "extend",
        "extension",
        lambda w, r, b, g: relief_applications.extend(w, r, b["reason"], g),
        "Extend the time for the decision, once.",
        ReasonStep,
    ),
)
DISPUTE_ACTS = (
    *_HANDLING,
    CaseAct(
        "decide",
        "decision",
        lambda w, r, b, g: relief_decisions.decide(w, r, Ruling(b["outcome"], b["reason"], b["changed_on"]), g),
        "Decide a dispute and carry the outcome out on the record.",
        RulingStep,
    ),
)
REPAIR_ACTS = (
    *_HANDLING,
    CaseAct(
        "grant",
        "grant",
        lambda w, r, b, g: relief_decisions.grant(w, r, b["reason"], g),
        "Grant a repair: publication, sharing and measures end together.",
        ReasonStep,
    ),
    CaseAct(
        "reject",
        "rejection",
        lambda w, r, b, g: relief_decisions.reject(w, r, b["reason"], g),
        "Reject a repair, with the reason.",
        ReasonStep,
    ),
)

for _blueprint, _procedure, _acts in ((disputes, DISPUTE, DISPUTE_ACTS), (repairs, REPAIR, REPAIR_ACTS)):
    _readings(_blueprint, _procedure)
    casework.routes(_blueprint, _procedure, _acts)
