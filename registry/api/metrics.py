"""``/metrics`` for Prometheus: on an address of its own or with a token, to everybody else as if it were not there."""

import hmac

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from registry import runtime
from registry.api.auth import public
from registry.errors import Refusal
from registry.queries.node_figures import Figure, figures
from registry.serving import access_trail, metrics

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
@public
def show() -> Response:
    """Figures of this node. A store that does not answer is a figure, too."""
    _require_operator()
    return Response(metrics.render(_figures()), content_type=metrics.CONTENT_TYPE)


def _figures() -> list[Figure]:
    meaning = "Whether the store answers."
    try:
        with runtime.reading() as session:
            found = figures(session, runtime.clock())
    except Refusal:
        return [Figure("registry_store_up", meaning, 0)]
    return [Figure("registry_store_up", meaning, 1), *found]


def _require_operator() -> None:
    """Refuse as an unknown route whoever neither comes by the operators' address nor has the token."""
    token = runtime.settings().metrics_token
    _, _, sent = request.headers.get("Authorization", "").partition("Bearer ")
    by_token = bool(token) and hmac.compare_digest(sent.strip().encode(), token.encode())
    if not (by_token or came_by_own_address()):
        if token and sent:
            access_trail.note_failure(access_trail.TOKEN)
        raise NotFound


def came_by_own_address() -> bool:
    """Whether the request came to ``metrics_bind``: the connection itself says so, no header can."""
    return metrics.came_by(request.environ, runtime.settings().metrics_bind)


def keep_to_own_address() -> None:
    """Before each request: the address for figures gives nothing else."""
    if came_by_own_address() and request.endpoint != f"{blueprint.name}.{show.__name__}":
        raise NotFound
