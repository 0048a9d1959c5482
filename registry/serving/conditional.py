"""Answer what has not changed without making it, and compress what is sent: for pages and API alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask, Response, request
from flask_compress import Compress

from registry import runtime
from registry.queries.publication.state_tag import STATE, state_tag
from registry.replica import ReplicaLost
from registry.unit_of_work import day_of

_TAG, _ROUTE = "registry.state_tag", "registry.tagged_route"
CACHE_CONTROL = "public, no-cache"
"""Everybody may keep the answer, shared caches too, and asks each time whether it still holds."""


def answer_unchanged() -> Response | None:
    """304 when the client has the public answer of this address as it stands; else None, and the tag is set for it.

    For addresses that answer by the published records, the law, the day and the settings alone.
    """
    if request.method not in ("GET", "HEAD"):
        return None
    try:
        tag = _find_tag()
    except ReplicaLost:
        runtime.leave_replica()
        tag = _find_tag()
    request.environ[_TAG] = tag
    request.environ[_ROUTE] = request.url_rule.rule if request.url_rule else ""
    if not request.if_none_match.contains_weak(tag):
        return None
    return with_tag(Response(status=304))


def _find_tag() -> str:
    """The tag of the store that the answer will be read from."""
    if not runtime.has_replica():
        return read_tag()
    with runtime.reading() as session:
        return _make_tag(session.connection().execute(STATE).one())


def read_tag() -> str:
    """The tag of the present state, as the primary has it."""
    return _make_tag(runtime.read_row(STATE))


def _make_tag(state: Sequence[Any]) -> str:
    return state_tag(state, _settings_digest(), day_of(runtime.clock()))


def _settings_digest() -> str:
    """Digest of all settings, whichever of them a page shows. Keyed, because among them are passwords that could be
    guessed from a plain one."""
    return runtime.keys().vault.index("settings", repr(runtime.settings())).hex()


def tag_of(environ: Mapping[str, Any]) -> tuple[str, str]:
    """The tag that was found for a request, and its route; empty where its address is not tagged by the state."""
    return environ.get(_TAG, ""), environ.get(_ROUTE, "")


def with_tag(response: Response) -> Response:
    """Set the tag of the state that the answer was made from; weak, because it says nothing of the encoding."""
    response.set_etag(request.environ[_TAG], weak=True)
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.vary.add("Accept-Encoding")
    return response


def has_tag() -> bool:
    """Whether this request is for an address that is tagged by the state."""
    return _TAG in request.environ


def init_app(app: Flask) -> None:
    """Compress answers with zstd or gzip, as the client likes.

    Not those to somebody who signs in: beside what they typed, a length would tell of what they may see.
    """
    app.config.update(COMPRESS_ALGORITHM=["zstd", "gzip"], COMPRESS_REGISTER=False, COMPRESS_STREAMS=False)
    compress = Compress(app)

    def compress_public(response: Response) -> Response:
        if (request.endpoint or "").endswith(".static") and response.status_code == 200:
            response.direct_passthrough = False
            response.make_sequence()  # a style sheet of two hundred kilobytes weighs thirty compressed
        is_private = "Authorization" in request.headers or "no-store" in response.headers.get("Cache-Control", "")
        return response if is_private else compress.after_request(response)

    app.after_request(compress_public)
