"""Refusals as HTML pages, with nothing of the visitor's input on them."""

from flask import Blueprint, Response, make_response, request
from werkzeug.exceptions import RequestEntityTooLarge

from registry import runtime
from registry.domain import literals
from registry.errors import LATER, Refusal
from registry.refusals.acts import QueryEncoding, QueryRefused
from registry.refusals.content import FileTooLarge
from registry.refusals.sign_in import PageUnknown
from registry.serving import access_trail
from registry.web import language

_RETRY_SECONDS = "30"
_FOR_PROGRAMS = ("/api/", "/exchange/")


def init_pages(pages: Blueprint) -> None:
    """Register the error handlers of the pages."""
    pages.register_error_handler(Refusal, _handle_refusal)
    pages.register_error_handler(RequestEntityTooLarge, _handle_too_large)


def page(error: Refusal, status: int | None = None, layout: str = "base.html") -> Response:
    """The page for a refusal: what was refused, why, and its permanent code."""
    chosen = status or error.status
    values = {"error": error, "status": chosen, "layout": layout, "other_url": language.other_language_url("/")}
    response = make_response(language.render("problem.html", **values), chosen)
    response.headers["Cache-Control"] = "no-store"
    return with_retry(response)


def show_as_page(response: Response) -> Response:
    """Turn what went wrong outside of any page (no such address, a failure) into a page for whoever asks for one."""
    if response.mimetype != "application/problem+json" or request.path.startswith(_FOR_PROGRAMS):
        return response
    if request.accept_mimetypes.best_match([response.mimetype, "text/html"]) != "text/html":
        return response
    failed = language.translated("系统暂时不能回答，请稍后再试")
    title = failed if response.status_code >= 500 else PageUnknown.title
    code = response.get_json()["code"]
    site, status = runtime.settings().node_name, response.status_code
    response.set_data(language.render("unmatched.html", site=site, title=title, status=status, code=code))
    response.mimetype = "text/html"
    response.headers["Cache-Control"] = "no-store"
    return response


def with_retry(response: Response) -> Response:
    """Set Retry-After on an answer of 429 or 503, where a later request may succeed."""
    if response.status_code in LATER:
        response.headers["Retry-After"] = _RETRY_SECONDS
    return response


def check_parameters(known: frozenset[str]) -> None:
    """Refuse a parameter that a page knows and that is not UTF-8, or comes twice, because only one would be heeded.

    Parameters that it does not know are ignored, however they are written: links that are passed on pick some up.
    """
    pairs = request.query_string.split(b"&")
    if not literals.is_utf8_query(
        b"&".join(pair for pair in pairs if pair.partition(b"=")[0].decode("latin-1") in known)
    ):
        raise QueryEncoding()
    for name, values in request.args.lists():
        if name in known and len(values) > 1:
            raise QueryRefused(f"查询参数“{name}”重复。")


def _handle_refusal(error: Refusal) -> Response:
    access_trail.note_refusal(error)
    return page(error)


def _handle_too_large(_error: RequestEntityTooLarge) -> Response:
    return page(FileTooLarge(), 413)
