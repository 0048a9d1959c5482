"""Authentication by machine key and the permission that a route needs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import g, request

from registry import runtime
from registry.domain.permissions import Actor, Permission
from registry.queries.node import account_lookup
from registry.refusals.acts import KeyUnknown
from registry.unit_of_work import day_of

F = TypeVar("F", bound=Callable[..., Any])


def actor() -> Actor:
    """The actor of this request, set by ``allow``."""
    return g.actor  # type: ignore[no-any-return]


def allow(permission: Permission) -> Callable[[F], F]:
    """Require a permission for a route; marks the view for the test that no route is forgotten."""

    def decorate(view: F) -> F:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.actor = _authenticate()
            g.actor.require(permission)
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
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
        raise KeyUnknown()
    return key_actor
