"""Public routes of the reference data: law and configuration with source and dates."""

import datetime as dt
import hashlib
from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import fields

from registry import runtime
from registry.api.auth import public
from registry.api.schemas.base import OnDay, StrictSchema
from registry.api.wire import Blueprint, respond_with_etag
from registry.domain.law.reference_rows import row_body
from registry.queries.law import disclosure, reference_data
from registry.queries.node import account_lookup
from registry.queries.publication import publications
from registry.refusals.acts import RecordUnknown
from registry.unit_of_work import day_of

blueprint = Blueprint("reference", __name__, url_prefix="/api/v1", description="领域、行为、名单、措施、期限等依据")

ROUTES = {
    "sectors": "sectors", "behaviours": "behaviours", "schemes": "schemes", "measures": "measures",
    "policies": "policies", "penalty-kinds": "penalty_kinds",
    "districts": "districts", "time-limits": "deadlines", "thresholds": "thresholds", "id-types": "id_types",
    "relation-kinds": "relation_kinds", "same-tender": "same_tender", "list-effects": "list_effects",
}  # fmt: skip


class RowsAnswer(StrictSchema):
    """Rows with their source and status, and the day on which they are in force; `entry` where counts are with them."""

    items = fields.List(fields.Dict())
    on = fields.String()
    entry = fields.Integer()


def _answer_rows(kind: str, on: dt.date | None, code: str | None = None) -> Response:
    day = on or day_of(runtime.clock())
    with runtime.reading() as session:
        rows = reference_data.current(session).rows(kind, day)
    # Of a year announced twice the later version counts.
    chosen = rows if code is None else [row for row in rows if row.code == code][-1:]
    items = [row_body(row) for row in chosen]
    if code and not items:
        raise RecordUnknown()
    body: dict[str, Any] = {"items": items, "on": day.isoformat()}
    return respond_with_etag(body, hashlib.sha256(repr(body).encode()).hexdigest()[:32])


def _add_route(path: str, kind: str) -> None:
    @blueprint.route(f"/{path}", endpoint=kind)
    @public
    @blueprint.doc(summary=f"Rows of `{kind}` in force on a day, each with its source and status.")
    @blueprint.arguments(OnDay, location="query")
    @blueprint.response(200, RowsAnswer)
    def rows(query: dict[str, Any]) -> Response:
        return _answer_rows(kind, query["on"])


for _path, _kind in ROUTES.items():
    _add_route(_path, _kind)


@blueprint.route("/catalogue")
@public
@blueprint.arguments(OnDay, location="query")
@blueprint.response(200, RowsAnswer)
def catalogue(query: dict[str, Any]) -> Response:
    """The items of the disclosure catalogues, with counts of the records published here on a day.

    `here` counts the records shown; `timed` are those of them decided here, `on_time` those of these that were
    published by the last day of their limit. Of items kept elsewhere `here` is null.
    """
    with runtime.reading() as session:
        at = publications.moment(session, day_of(runtime.clock()), query["on"])
        items = [
            row_body(item.row) | {"here": asdict(item.tally) if item.tally else None}
            for item in disclosure.items(session, at)
        ]
    body: dict[str, Any] = {"items": items, "on": at.on.isoformat(), "entry": at.entry}
    return respond_with_etag(body, hashlib.sha256(repr(body).encode()).hexdigest()[:32])


@blueprint.route("/calendar/<int:year>")
@public
@blueprint.arguments(OnDay, location="query")
@blueprint.response(200, RowsAnswer)
def calendar(query: dict[str, Any], year: int) -> Response:  # noqa: ARG001
    """The days off and the make-up days of one announced year."""
    return _answer_rows("calendar", dt.date(min(max(year, 2004), 9999), 12, 31), str(year))


@blueprint.route("/departments")
@public
@blueprint.arguments(OnDay, location="query")
@blueprint.response(200, RowsAnswer)
def departments(query: dict[str, Any]) -> Response:  # noqa: ARG001
    """The departments and trading centres with accounts here."""
    with runtime.reading() as session:
        items = [
            {
                "code": department.code,
                "name": department.name,
                "kind": department.kind,
                "authority_code": department.authority_code,
                "sectors": department.sectors,
                "districts": department.districts,
            }
            for department in account_lookup.departments(session)
        ]
    return respond_with_etag({"items": items}, hashlib.sha256(repr(items).encode()).hexdigest()[:32])
