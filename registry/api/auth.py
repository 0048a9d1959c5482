"""Authentication by machine key and the permission that a route needs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import g, request

from registry import runtime
from registry.domain.permissions import Actor, Permission
from registry.queries.node import account_lookup
from registry.refusals.acts import KeyUnknown
from registry.serving import access_trail
from registry.unit_of_work import day_of

F = TypeVar("F", bound=Callable[..., Any])


def actor() -> Actor:
    """The actor of this request, set by ``allow``."""
    return g.actor  # type: ignore[no-any-return]


def allow(permission: Permission, *, reads: str | None = None) -> Callable[[F], F]:
    """Require a permission for a route; marks the view for the test that no route is forgotten.

    ``reads``: the audit event of a route that gives sealed content. It is written once the answer is ready and before
    it is given; where it cannot be written, nothing is given.
    """

    def decorate(view: F) -> F:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.actor = _authenticate()
            g.actor.require(permission)
            answer = view(*args, **kwargs)
            if reads is not None:
                access_trail.note_reading(g.actor, reads, "/".join(map(str, kwargs.values())) or "list")
            return answer

        guarded.permission, guarded.reads = permission, reads  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def public(view: F) -> F:
    """Mark a route as open to everybody."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def _authenticate() -> Actor:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise KeyUnknown()
    with runtime.reading(on_primary=True) as session:  # a key just revoked opens nothing
        key_actor = account_lookup.by_key(session, key.strip(), day_of(runtime.clock()))
        if key_actor is None:
            fault, account = account_lookup.fault_of_key(session, key.strip())
            raise KeyUnknown(fault=fault, account=account)
    return key_actor
