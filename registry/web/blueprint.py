"""Shared by all pages: the blueprint, the moment they are read at, and rendering."""

import datetime as dt

from flask import Blueprint, Response, make_response, render_template, request
from sqlalchemy.orm import Session

from registry import runtime
from registry.domain import labels
from registry.queries.publication import publications, record_query
from registry.queries.publication.publications import Moment
from registry.serving import conditional
from registry.unit_of_work import day_of
from registry.web import problems

PARAMETERS = {
    "web.records": record_query.PARAMETERS,
    "web.feed": record_query.FILTERS,
    "web.suggestions": frozenset({"q"}),
    "web.download_records": record_query.FILTERS | {"on"},
    "web.find_relief": frozenset({"number"}),
    "web.verify_form": frozenset({"digest"}),
    "web.credit_report_page": frozenset({"uscc", "entry", "content"}),
    "web.hotline": frozenset({"q"}),
    "web.kiosk": frozenset({"q"}),
}
"""The query parameters of the pages that have any."""

TAGGED = frozenset(
    {
        "web.home",
        "web.records",
        "web.record",
        "web.sector",
        "web.feed",
        "web.sitemap_file",
        "web.statistics",
        "web.suggestions",
    }
)
"""Pages that show nothing but published records, the law and the ledger's head."""

pages = Blueprint("web", __name__, template_folder="templates", static_folder="static")
problems.init_pages(pages)


@pages.before_request
def _refuse_unknown_parameters() -> None:
    if request.endpoint != "web.static":
        problems.refuse_unknown(PARAMETERS.get(request.endpoint or "", frozenset()))


@pages.before_request
def _answer_unchanged() -> Response | None:
    return conditional.answer_unchanged() if request.endpoint in TAGGED else None


@pages.context_processor
def _add_context() -> dict[str, object]:
    chosen = runtime.settings()
    return {
        "site": chosen.node_name,
        "labels": labels,
        "can_mail": bool(chosen.smtp_host),
        "base_url": chosen.base_url.rstrip("/"),
    }


def today() -> dt.date:
    """Today's legal day."""
    return day_of(runtime.clock())


def present_moment(session: Session) -> Moment:
    """The present, as a moment to read at."""
    return publications.moment(session, today())


def render_page(template: str, status: int = 200, **values: object) -> Response:
    """Render a page with the tag of the state it is made from, or else of its own bytes."""
    response = make_response(render_template(template, **values), status)
    response.headers["Cache-Control"] = "no-cache"
    if status == 200 and conditional.has_tag():
        return conditional.with_tag(response)
    if status == 200:
        response.add_etag()
        response.make_conditional(request)
    return response


def render_uncached(template: str, status: int = 200, **values: object) -> Response:
    """Render a page for one visitor, which no cache may keep."""
    response = make_response(render_template(template, **values), status)
    response.headers["Cache-Control"] = "no-store"
    return response
