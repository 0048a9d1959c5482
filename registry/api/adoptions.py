"""Routes of adopted lists: upload a file of another authority's list, read what it would change, verify it."""

from typing import Any

from flask import Response
from marshmallow import fields, validate

from registry import runtime
from registry.api.auth import actor, allow
from registry.api.schemas.base import Day, StrictSchema, words
from registry.api.wire import Blueprint, parse_next, read_upload, respond_with_workbook
from registry.domain import literals
from registry.domain.filing.reading import parse_mapping
from registry.domain.permissions import Permission
from registry.models import AdoptionFinding, ListAdoption
from registry.queries.cases import adoptions
from registry.refusals.procedure import AdoptionUnknown
from registry.services.cases import annotation, list_adoption, list_rows, list_verification
from registry.services.cases.list_adoption import ListFileFacts
from registry.tabular.annotated import XLSX
from registry.unit_of_work import UnitOfWork

blueprint = Blueprint("adoptions", __name__, url_prefix="/api/v1/listings/adoptions", description="转录其他机关的名单")


class AdoptionQuery(StrictSchema):
    """Which list the file is of, whether it is the whole list, the day whose state it is, and whose list it is.
    `mapping`: what headings mean, `失信主体=subject_name;状态=-` (- keeps nothing of a column), remembered for the
    department. `confirm`: `row-hidden`, `struck-through`, `text-unseen`, `row-set-apart`, divided by commas."""

    list = fields.String(required=True)
    full = fields.Boolean(load_default=False)
    as_of = Day(load_default=None)
    source = fields.String(load_default="")
    filename = fields.String(load_default="")
    mapping = fields.String(load_default="")
    confirm = fields.String(load_default="")


class AdoptionAnswer(StrictSchema):
    """A filed list: how far its rows are, what they are against what is known, and what would leave the list."""

    id = fields.String()
    list = fields.String()
    source = fields.String()
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
    """The records that came, changed, were renewed (stated again as they are published) and left; how many wait for
    the next call; how many stay although the file does not have them, because rows of it could not be read."""

    came = fields.List(fields.String())
    changed = fields.List(fields.String())
    renewed = fields.List(fields.String())
    left = fields.List(fields.String())
    waiting = fields.Integer()
    kept = fields.Integer()


class PlaceChangeAnswer(StrictSchema):
    """One record that an update of a list lets come, change or leave, and whose it is."""

    record = fields.String()
    change = fields.String()
    name = fields.String()
    uscc = fields.String(allow_none=True)
    document_number = fields.String()


class ChangePage(StrictSchema):
    """What an update changes, record by record: what it would do until it is verified, and what it did afterwards."""

    items = fields.List(fields.Nested(PlaceChangeAnswer))
    next = fields.String(allow_none=True)


class ChangeQuery(StrictSchema):
    """A page of changes."""

    next = fields.String(load_default=None)
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class RemovalsSeen(StrictSchema):
    """Number and digest of the places that would leave the list, as they were shown; the refusal `seen-unstated` shows
    them in `seen`."""

    removals = fields.String(load_default="", validate=validate.Length(max=100))


class ReturnStep(StrictSchema):
    """Why a list is sent back."""

    reason = words(2000, required=True)


class ReturnAnswer(StrictSchema):
    """How many places wait for the next call."""

    waiting = fields.Integer()


def describe_adoption(adoption: ListAdoption) -> dict[str, Any]:
    """A filed list without its findings."""
    counts = {name: getattr(adoption, name) for name in (*list_rows.OUTCOMES, "removed", "total")}
    return counts | {
        "id": str(adoption.id),
        "list": adoption.scheme,
        "source": adoption.source,
        "full": adoption.is_full,
        "as_of": adoption.as_of.isoformat(),
        "state": adoption.state,
        "done": adoption.next_row,
    }


def _describe_finding(finding: AdoptionFinding) -> dict[str, Any]:
    values = {name: getattr(finding, name) for name in ("column", "kind", "code", "detail", "sheet")}
    return {"row": finding.row_number} | values


def _parse_number(text: str) -> int:
    number = literals.row_number(text)
    if number is None:
        raise AdoptionUnknown()
    return number


@blueprint.route("", methods=["POST"])
@allow(Permission.LISTING_DRAFT)
@blueprint.arguments(AdoptionQuery, location="query")
@blueprint.response(202, AdoptionAnswer)
def receive(query: dict[str, Any]) -> dict[str, Any]:
    """Upload a file of a list as the request body (or as the multipart field `file`); the worker files its rows."""
    data, filename = read_upload(query["filename"])
    reading = (parse_mapping(query["mapping"].split(";")), tuple(filter(None, query["confirm"].split(","))))

    def act(work: UnitOfWork) -> dict[str, Any]:
        stated = ListFileFacts(query["list"], query["as_of"], query["full"], query["source"], *reading)
        return describe_adoption(list_adoption.store_adoption(work, data, filename, stated))

    answer: dict[str, Any] = runtime.perform(actor(), act)
    return answer


@blueprint.route("/<number>", methods=["GET"])
@allow(Permission.LISTING_READ)
@blueprint.response(200, AdoptionAnswer)
def get_adoption(number: str) -> dict[str, Any]:
    """A filed list: progress, what it changes, how many would leave, and every refusal and note by row and column."""

    with runtime.reading() as session:
        adoption = adoptions.of_department(session, actor().department_id, _parse_number(number))
        items = [_describe_finding(finding) for finding in adoptions.findings(session, adoption.id)]
        leaving = adoptions.count_leaving(session, adoption)
        return describe_adoption(adoption) | {"leaving": leaving, "findings": items}


@blueprint.route("/<number>/workbook", methods=["GET"])
@allow(Permission.LISTING_DRAFT)
@blueprint.response(200, content_type=XLSX)
def get_workbook(number: str) -> Response:
    """The file as it was uploaded with every finding at its cell; of CSV, XML and JSON a workbook of the table."""
    adoption_id = _parse_number(number)
    answer = runtime.perform(actor(), lambda work: annotation.annotated_adoption(work, adoption_id))
    return respond_with_workbook(answer, f"adoption-{number}")


@blueprint.route("/<number>/changes", methods=["GET"])
@allow(Permission.LISTING_READ)
@blueprint.arguments(ChangeQuery, location="query")
@blueprint.response(200, ChangePage)
def list_changes(query: dict[str, Any], number: str) -> dict[str, Any]:
    """What the update changes, record by record: what it would do until it is verified, and what it did afterwards."""
    after, limit = parse_next(query["next"]) or 0, query["limit"]
    with runtime.reading() as session:
        adoption = adoptions.of_department(session, actor().department_id, _parse_number(number))
        changes = adoptions.changes(session, adoption, after, limit + 1)
    items = [{name: value for name, value in vars(change).items() if name != "number"} for change in changes[:limit]]
    return {"items": items, "next": str(changes[limit - 1].number) if len(changes) > limit else None}


@blueprint.route("/<number>/verification", methods=["PUT"])
@allow(Permission.LISTING_PUBLISH)
@blueprint.response(200, ListChangeAnswer)
def verify(number: str) -> dict[str, Any]:
    """Verify another officer's list, up to 500 records a call; call again while some wait."""
    answer: dict[str, Any] = runtime.perform(
        actor(), lambda work: vars(list_verification.verify(work, _parse_number(number)))
    )
    return answer


@blueprint.route("/<number>/return", methods=["PUT"])
@allow(Permission.LISTING_PUBLISH)
@blueprint.arguments(ReturnStep)
@blueprint.response(200, ReturnAnswer)
def send_back(body: dict[str, Any], number: str) -> dict[str, Any]:
    """Send another officer's list back with the reason, up to 500 records a call; call again while some wait."""
    waiting = runtime.perform(
        actor(), lambda work: list_verification.send_back(work, _parse_number(number), body["reason"])
    )
    return {"waiting": waiting}


@blueprint.route("/<number>/confirmation", methods=["PUT"])
@allow(Permission.ADOPTION_CONFIRM)
@blueprint.arguments(RemovalsSeen, required=False)
@blueprint.response(204)
def confirm(body: dict[str, Any], number: str) -> None:
    """Confirm that these places, and no others, really left the list, which the mass-removal guard had stopped."""
    runtime.perform(actor(), lambda work: list_verification.confirm(work, _parse_number(number), body["removals"]))
