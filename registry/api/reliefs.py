"""Routes of disputes and repairs for officers; applicants have routes of their own (``applications``)."""

from flask import Response
from marshmallow import fields, validate

from registry import runtime
from registry.api import casework, proposals
from registry.api.auth import actor, allow
from registry.api.casework import Body, CaseAct
from registry.api.schemas.base import Paging, words
from registry.api.schemas.procedure import CaseAnswer, CasePage, ReasonStep, RemovalStep
from registry.api.schemas.proposal import ProposalAnswer
from registry.api.schemas.relief import ContactSchema
from registry.api.wire import Blueprint, create_once, respond_with_etag
from registry.domain.cases.procedures import DISPUTE, REPAIR
from registry.domain.cases.workflow import Procedure
from registry.domain.permissions import Permission
from registry.models import Relief
from registry.queries.cases.procedure_records import UNKNOWN
from registry.services.cases import proposed_steps, relief_applications, relief_confirmation, relief_decisions
from registry.services.cases.proposed_steps import STEPS
from registry.services.cases.relief_decisions import OUTCOMES
from registry.serving import proposal_access
from registry.unit_of_work import UnitOfWork

disputes = Blueprint("disputes", __name__, url_prefix="/api/v1/disputes", description="异议的办理")
contacts = Blueprint("contacts", __name__, url_prefix="/api/v1/contacts", description="当事人联系方式与核验码")
repairs = Blueprint("repairs", __name__, url_prefix="/api/v1/repairs", description="信用修复的办理")


class ReliefQuery(Paging):
    """Filter of the department's applications."""

    state = fields.String(load_default=None, validate=validate.OneOf(sorted({*DISPUTE.states, *REPAIR.states})))


class RulingStep(RemovalStep):
    """The decision of a dispute: outcome, reason, and the day since which the record was wrong."""

    outcome = fields.String(required=True, validate=validate.OneOf(sorted({outcome for _, outcome in OUTCOMES})))
    confirmation = words(2000, load_default="")


def _add_read_routes(blueprint: Blueprint, procedure: Procedure) -> None:
    @blueprint.route("", methods=["GET"], endpoint="mine")
    @allow(Permission.RELIEF_READ, reads=f"{procedure.noun}.read")
    @blueprint.doc(summary="The department's applications in the account's scope, in the order received.")
    @blueprint.arguments(ReliefQuery, location="query")
    @blueprint.response(200, CasePage)
    def mine(query: Body) -> Body:
        return casework.list_cases(actor(), procedure, query)

    @blueprint.route("/<record>", methods=["GET"], endpoint="read")
    @allow(Permission.RELIEF_READ, reads=f"{procedure.noun}.read")
    @blueprint.doc(summary="One application with what was stated in confidence, its file and its clocks.")
    @blueprint.response(200, CaseAnswer)
    def read(record: str) -> Response:
        with runtime.reading() as session:
            relief: Relief = casework.own_case(session, actor(), Relief, record)
            if relief.noun != procedure.noun:
                raise UNKNOWN[procedure.noun]()
            body = casework.describe(session, relief)
        return respond_with_etag(body, str(body["version"]))


_HANDLING = (
    CaseAct(
        "mark",
        "mark",
        lambda work, record, _body, step_input: relief_confirmation.mark(work, record, step_input),
        "Confirm the applicant by the department's own look; a disputed record is marked.",
    ),
    CaseAct(
        "accept",
        "acceptance",
        lambda work, record, _body, step_input: relief_applications.accept(work, record, step_input),
        "Take an application into hand.",
    ),
    CaseAct(
        "refuse",
        "refusal",
        lambda work, record, body, step_input: relief_applications.refuse(work, record, body["reason"], step_input),
        "Refuse to take an application into hand, with the reason.",
        ReasonStep,
    ),
    CaseAct(
        "extend",
        "extension",
        lambda work, record, body, step_input: relief_applications.extend(work, record, body["reason"], step_input),
        "Extend the time for the decision, once.",
        ReasonStep,
    ),
)
DISPUTE_ACTS = (
    *_HANDLING,
    CaseAct(
        "decide",
        "decision",
        STEPS["dispute", "decide"],
        "Decide a dispute and carry the outcome out on the record.",
        RulingStep,
    ),
)
REPAIR_ACTS = (
    *_HANDLING,
    CaseAct(
        "grant",
        "grant",
        STEPS["repair", "grant"],
        "Grant a repair: publication, sharing and measures end together.",
        ReasonStep,
    ),
    CaseAct(
        "reject",
        "rejection",
        lambda work, record, body, step_input: relief_decisions.reject(work, record, body["reason"], step_input),
        "Reject a repair, with the reason.",
        ReasonStep,
    ),
)


@contacts.route("/<record>", methods=["PUT"])
@allow(Permission.RELIEF_HANDLE)
@contacts.arguments(ContactSchema)
@contacts.response(202, ProposalAnswer)
def file_contact(body: Body, record: str) -> Response:
    """Propose the mail address of the subject of a record: once another officer confirms, codes go there."""

    def act(work: UnitOfWork) -> Body:
        return proposal_access.describe(work.session, proposed_steps.propose_contact(work, record, body["email"]))

    return proposals.respond_with_proposal(runtime.perform(actor(), act))


@contacts.route("/<record>/codes", methods=["POST"])
@allow(Permission.RELIEF_HANDLE)
@contacts.response(202, ProposalAnswer)
def issue_code(record: str) -> Response:
    """Issue a code to the subject of a record, whom the officer has identified; it holds once another confirms."""

    def act(work: UnitOfWork) -> tuple[Body, int]:
        proposal, code = proposed_steps.propose_code(work, record)
        return proposal_access.describe(work.session, proposal) | {"code": code}, 202

    return create_once(actor(), act)


for _blueprint, _procedure, _acts in ((disputes, DISPUTE, DISPUTE_ACTS), (repairs, REPAIR, REPAIR_ACTS)):
    _add_read_routes(_blueprint, _procedure)
    casework.add_act_routes(_blueprint, _procedure, _acts)
