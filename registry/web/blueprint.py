"""Shared by all pages: the blueprint, the moment they are read at, and rendering."""

import datetime as dt

from flask import Blueprint, Response, make_response, request
from sqlalchemy.orm import Session

from registry import runtime
from registry.domain import labels
from registry.queries.publication import publications
from registry.queries.publication.publications import Moment
from registry.serving import conditional
from registry.unit_of_work import day_of
from registry.web import language, problems
from registry.web.parameters import PARAMETERS

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
def _check_parameters() -> None:
    problems.check_parameters(_known())


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


def arguments() -> dict[str, str]:
    """The query parameters of this request that its page knows; others are ignored."""
    return {name: value for name, value in request.args.items() if name in _known()}


def _known() -> frozenset[str]:
    return PARAMETERS.get(request.endpoint or "", frozenset())


def today() -> dt.date:
    """Today's legal day."""
    return day_of(runtime.clock())


def present_moment(session: Session) -> Moment:
    """The present, as a moment to read at."""
    return publications.moment(session, today())


def render_page(template: str, status: int = 200, **values: object) -> Response:
    """Render a page with the tag of the state it is made from, or else of its own bytes."""
    response = make_response(language.render(template, **values), status)
    response.headers["Cache-Control"] = "no-cache"
    if status == 200 and conditional.has_tag():
        return conditional.with_tag(response)
    if status == 200:
        response.add_etag()
        response.make_conditional(request)
    return response


def render_uncached(template: str, status: int = 200, **values: object) -> Response:
    """Render a page for one visitor, which no cache may keep."""
    response = make_response(language.render(template, **values), status)
    response.headers["Cache-Control"] = "no-store"
    return response
