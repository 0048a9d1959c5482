"""Routes of single places on adopted lists: read, send back, suspend, resume."""

from flask import Response

from registry import runtime
from registry.api import casework, measure_reports
from registry.api.auth import actor, allow
from registry.api.casework import Body, CaseAct
from registry.api.schemas.listing import ListingQuery
from registry.api.schemas.procedure import CaseAnswer, CasePage, ReasonStep, ResumptionStep, SuspensionStep
from registry.api.wire import Blueprint, respond_with_etag
from registry.domain.cases.procedures import ADOPTED_LISTING
from registry.domain.permissions import Permission
from registry.models import AdoptedListing
from registry.services.cases import list_verification
from registry.services.cases.proposed_steps import STEPS

blueprint = Blueprint(
    "adopted-listings", __name__, url_prefix="/api/v1/adopted-listings", description="其他机关名单中转录的记录"
)


@blueprint.route("", methods=["GET"])
@allow(Permission.LISTING_READ)
@blueprint.arguments(ListingQuery, location="query")
@blueprint.response(200, CasePage)
def list_own(query: Body) -> Body:
    """The places that the department took from other authorities' lists, in the order filed."""
    return casework.list_cases(actor(), ADOPTED_LISTING, query)


@blueprint.route("/<record>", methods=["GET"])
@allow(Permission.LISTING_READ)
@blueprint.response(200, CaseAnswer)
def get_place(record: str) -> Response:
    """One place with its file and clocks; its ETag is the version."""
    with runtime.reading() as session:
        body = casework.describe(session, casework.own_case(session, actor(), AdoptedListing, record))
    return respond_with_etag(body, str(body["version"]))


ACTS = (
    CaseAct(
        "return",
        "return",
        lambda work, record, body, step_input: list_verification.send_back_place(
            work, record, body["reason"], step_input
        ),
        "Send one place of another officer's list back; what is published of it stays.",
        ReasonStep,
    ),
    CaseAct(
        "suspend",
        "suspension",
        STEPS["adopted_listing", "suspend"],
        "Stay the place on the order of a court or authority, or for a reorganisation.",
        SuspensionStep,
    ),
    CaseAct(
        "resume",
        "resumption",
        STEPS["adopted_listing", "resume"],
        "Show the place again; it bears from the day given.",
        ResumptionStep,
    ),
)
"""Every act of the procedure on a single record, for the HTTP routes and the command line."""

casework.add_act_routes(blueprint, ADOPTED_LISTING, ACTS)
measure_reports.add_route(
    blueprint,
    Permission.LISTING_READ,
    lambda session, reader, record: casework.own_case(session, reader, AdoptedListing, record),
)
