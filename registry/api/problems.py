"""RFC 9457 problem details: refusals of the API as JSON."""

import logging
from collections.abc import Mapping

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from registry.domain.publication.redaction import blot
from registry.errors import LATER, Refusal
from registry.logs import places
from registry.serving import access_trail

RETRY_AFTER_SECONDS = 5
_HTTP_CODES = {
    400: "request-malformed", 404: "route-unknown", 405: "method-not-allowed", 413: "request-too-large",
    415: "media-type", 422: "body-refused",
}  # fmt: skip
log = logging.getLogger(__name__)


def problem(
    status: int,
    code: str,
    title: str,
    detail: str = "",
    errors: list[dict[str, str]] | None = None,
    members: Mapping[str, str] | None = None,
) -> Response:
    """A problem document; ``errors`` names fields or rows by JSON pointer, ``members`` are more members of it."""
    body: dict[str, object] = {"type": "about:blank", "status": status, "code": code, "title": title, **(members or {})}
    if detail and detail != title:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    if status in LATER:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _handle_refusal(refusal: Refusal) -> Response:
    access_trail.note_refusal(refusal)
    # What a refusal repeats of a request may be somebody's number.
    errors = [
        {"pointer": blot(fault.pointer), "code": fault.code, "detail": blot(fault.detail)} for fault in refusal.faults
    ]
    members = {name: str(refusal.data[name]) for name in refusal.members}
    return problem(refusal.status, refusal.code, refusal.title, blot(refusal.detail), errors, members)


def _handle_http_error(error: HTTPException) -> Response:
    status = error.code or 500
    answer = problem(status, _HTTP_CODES.get(status, "http-error"), error.name)
    for name, value in error.get_headers():
        if name in ("Allow", "Location"):
            answer.headers[name] = value
    return answer


def _handle_unexpected(error: Exception) -> Response:
    # The type only: an exception's text may quote what was sent.
    log.error("unforeseen %s at %s", type(error).__name__, request.url_rule, extra={"at": places(error)})
    return problem(500, "internal", "系统内部错误")


def init_app(app: Flask) -> None:
    """Install the handlers for the whole application; the pages have their own for their blueprint."""
    app.register_error_handler(Refusal, _handle_refusal)
    app.register_error_handler(HTTPException, _handle_http_error)
    app.register_error_handler(Exception, _handle_unexpected)
