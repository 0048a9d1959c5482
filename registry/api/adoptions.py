"""Routes of adopted lists: upload a file of another authority's list, read what it would change, verify it."""

from typing import Any

from flask import Response
from marshmallow import fields

from registry import runtime
from registry.api.auth import actor, allow
from registry.api.schemas.base import Day, StrictSchema
from registry.api.wire import Blueprint, read_upload, respond_with_workbook
from registry.domain.permissions import Permission
from registry.models import AdoptionFinding, ListAdoption
from registry.refusals.procedure import AdoptionUnknown
from registry.services.cases import annotation, list_adoption, list_verification
from registry.tabular.annotated import XLSX
from registry.unit_of_work import UnitOfWork

blueprint = Blueprint("adoptions", __name__, url_prefix="/api/v1/listings/adoptions", description="转录其他机关的名单")


class AdoptionQuery(StrictSchema):
    """Which list the file is of, whether it is the whole list, and the day whose state it is."""

    list = fields.String(required=True)
    full = fields.Boolean(load_default=False)
    as_of = fields.Date(load_default=None)
    filename = fields.String(load_default="")


class AdoptionAnswer(StrictSchema):
    """A filed list: how far its rows are, what they are against what is known, and what would leave the list."""

    id = fields.String()
    list = fields.String()
    full = fields.Boolean()
    as_of = Day()
    state = fields.String()
    total = fields.Integer()
    done = fields.Integer()
    came = fields.Integer()
    changed = fields.Integer()
    renewed = fields.Integer()
    unchanged = fields.Integer()
    off_list = fields.Integer()
    refused = fields.Integer()
    removed = fields.Integer()
    leaving = fields.Integer()
    findings = fields.List(fields.Dict())


class ListChangeAnswer(StrictSchema):
    """The records that came, changed, were renewed (only the day of the state is new) and left; how many wait for the
    next call; how many stay although the file does not have them, because rows of it could not be read."""

    came = fields.List(fields.String())
    changed = fields.List(fields.String())
    renewed = fields.List(fields.String())
    left = fields.List(fields.String())
    waiting = fields.Integer()
    kept = fields.Integer()


def describe_adoption(adoption: ListAdoption) -> dict[str, Any]:
    """A filed list without its findings."""
    counts = {name: getattr(adoption, name) for name in (*list_adoption.OUTCOMES, "removed", "total")}
    return counts | {
        "id": str(adoption.id),
        "list": adoption.scheme,
        "full": adoption.is_full,
        "as_of": adoption.as_of.isoformat(),
        "state": adoption.state,
        "done": adoption.next_row,
    }


def _describe_finding(finding: AdoptionFinding) -> dict[str, Any]:
    values = {name: getattr(finding, name) for name in ("column", "kind", "code", "detail", "sheet")}
    return {"row": finding.row_number} | values


def _parse_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise AdoptionUnknown()
    return int(text)


@blueprint.route("", methods=["POST"])
@allow(Permission.LISTING_DRAFT)
@blueprint.arguments(AdoptionQuery, location="query")
@blueprint.response(202, AdoptionAnswer)
def receive(query: dict[str, Any]) -> dict[str, Any]:
    """Upload a file of a list as the request body (or as the multipart field `file`); the worker files its rows."""
    data, filename = read_upload(query["filename"])

    def act(work: UnitOfWork) -> dict[str, Any]:
        adoption = list_adoption.store_adoption(
            work, data, filename, query["list"], query["as_of"], is_full=query["full"]
        )
        return describe_adoption(adoption)

    answer: dict[str, Any] = runtime.perform(actor(), act)
    return answer


@blueprint.route("/<number>", methods=["GET"])
@allow(Permission.LISTING_READ)
@blueprint.response(200, AdoptionAnswer)
def get_adoption(number: str) -> dict[str, Any]:
    """A filed list: progress, what it changes, how many would leave, and every refusal and note by row and column."""

    with runtime.reading() as session:
        adoption = list_adoption.adoption_of_department(session, actor().department_id, _parse_number(number))
        items = [_describe_finding(finding) for finding in list_adoption.findings(session, adoption.id)]
        leaving = list_verification.count_leaving(session, adoption)
        return describe_adoption(adoption) | {"leaving": leaving, "findings": items}


@blueprint.route("/<number>/workbook", methods=["GET"])
@allow(Permission.LISTING_DRAFT)
@blueprint.response(200, content_type=XLSX)
def get_workbook(number: str) -> Response:
    """The file as it was uploaded with every finding at its cell; of CSV, XML and JSON a workbook of the table."""
    adoption_id = _parse_number(number)
    answer = runtime.perform(actor(), lambda work: annotation.annotated_adoption(work, adoption_id))
    return respond_with_workbook(answer, f"adoption-{number}")


@blueprint.route("/<number>/verification", methods=["PUT"])
@allow(Permission.LISTING_PUBLISH)
@blueprint.response(200, ListChangeAnswer)
def verify(number: str) -> dict[str, Any]:
    """Verify another officer's list, up to 500 records a call; call again while some wait."""
    answer: dict[str, Any] = runtime.perform(
        actor(), lambda work: vars(list_verification.verify(work, _parse_number(number)))
    )
    return answer


@blueprint.route("/<number>/confirmation", methods=["PUT"])
@allow(Permission.ADOPTION_CONFIRM)
@blueprint.response(204)
def confirm(number: str) -> None:
    """Confirm that so many places really left the list, which the mass-removal guard had stopped."""
    runtime.perform(actor(), lambda work: list_verification.confirm(work, _parse_number(number)))
