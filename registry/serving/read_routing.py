"""Which requests may read on the replica, and what a caller who wrote must see there."""

from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.replica import ReplicaLost

COOKIE = "registry_position"
COOKIE_SECONDS = 60
READING = ("GET", "HEAD")
ON_PRIMARY = ("exchange", "health", "metrics")
"""Blueprints whose readings tell of the primary itself, or are the other half of an act."""
SIGNED_IN = "private"
"""The blueprint of the pages for signed-in people."""
_DIGITS_MAX = 19


class ReroutingFlask(Flask):
    """A request whose replica is lost half-way is answered once more, on the primary."""

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view."""
        try:
            return super().dispatch_request()
        except ReplicaLost:
            runtime.leave_replica()
            return super().dispatch_request()


def init_app(app: Flask) -> None:
    """Route the readings of an application whose node has a replica."""
    app.before_request(_allow_replica)
    app.after_request(_state_position)


def _allow_replica() -> None:
    g.replica_allowed = None
    if request.method not in READING or request.blueprint in ON_PRIMARY or not runtime.has_replica():
        return
    text = request.cookies.get(COOKIE, "")
    is_position = text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX
    # Who has an account may have written anywhere: in another process, on another machine.
    has_account = "Authorization" in request.headers or request.blueprint == SIGNED_IN
    g.replica_allowed = runtime.ReplicaUse(int(text) if is_position else 0, fresh=has_account)


def _state_position(response: Response) -> Response:
    """Let a caller without an account keep the position of what it wrote; it names nobody."""
    is_act = request.method not in READING and request.blueprint not in ON_PRIMARY
    if is_act and response.status_code < 500 and runtime.has_replica():
        position = runtime.primary_position()
        if position is not None:
            response.set_cookie(COOKIE, str(position), max_age=COOKIE_SECONDS, httponly=True, samesite="Lax")
    return response
