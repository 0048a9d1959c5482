"""Routes of templates: workbooks to fill in, for those who may file what they are of."""

from typing import Any

from flask import Response
from marshmallow import fields

from registry import runtime
from registry.api.auth import actor, allow
from registry.api.schemas.base import StrictSchema
from registry.api.wire import Blueprint, respond_with_workbook
from registry.domain.permissions import Permission
from registry.queries.cases import file_templates
from registry.tabular.annotated import XLSX, WorkbookFile
from registry.unit_of_work import day_of

blueprint = Blueprint("templates", __name__, url_prefix="/api/v1/templates", description="报送模板")


class ListTemplateQuery(StrictSchema):
    """The list that the file will be of."""

    list = fields.String(load_default=None)


@blueprint.route("/penalties", methods=["GET"])
@allow(Permission.PENALTY_FILE)
@blueprint.response(200, content_type=XLSX)
def penalties() -> Response:
    """A workbook for penalties: lists to choose from, the department's own name and code, an explanation."""
    with runtime.reading() as session:
        return _respond(file_templates.penalty_template(session, actor()), "penalties")


@blueprint.route("/bidders", methods=["GET"])
@allow(Permission.CHECK_MAKE)
@blueprint.response(200, content_type=XLSX)
def bidders() -> Response:
    """A workbook for a list of parties to check."""
    with runtime.reading() as session:
        return _respond(file_templates.bidder_template(session), "bidders")


@blueprint.route("/listings", methods=["GET"])
@allow(Permission.LISTING_DRAFT)
@blueprint.arguments(ListTemplateQuery, location="query")
@blueprint.response(200, content_type=XLSX)
def listings(query: dict[str, Any]) -> Response:
    """A workbook for a list of another authority."""
    with runtime.reading() as session:
        data = file_templates.list_template(session, query["list"], day_of(runtime.clock()))
    return _respond(data, "listings")


def _respond(data: bytes, name: str) -> Response:
    return respond_with_workbook(WorkbookFile(data, "xlsx", XLSX), f"template-{name}")
