"""Sessions of signed-in browsers: who is signed in, who may open a page, and typing the password again.

The browser has a random token in a signed cookie, the server its keyed hash; whatever ends a session ends it at once.
"""

import contextlib
import functools
from collections.abc import Callable
from typing import Any, ParamSpec, cast
from urllib.parse import urlsplit

from flask import Response, current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from registry import runtime
from registry.domain.permissions import PUBLIC, Actor, Permission
from registry.queries.node import sign_in_lookup
from registry.queries.node.sign_in_lookup import SignedIn, StoredPassword
from registry.refusals.sign_in import PageUnknown, SessionUnknown, SignInFailed, SignInLocked
from registry.services.node import passwords, sign_in
from registry.services.node.sign_in import Visitor
from registry.serving import access_trail, addresses, request_limits
from registry.unit_of_work import day_of
from registry.web.blueprint import render_uncached
from registry.web.private import may_open, navigation_of, own_path, private

PASSWORD_FIELD = "password_again"  # noqa: S105 - the name of a field
_TOKEN = "token"  # noqa: S105
_SIGNED_IN = "registry.signed_in"
_SEE_OTHER = 303
_HIDDEN = ("csrf_token", PASSWORD_FIELD)
P = ParamSpec("P")


class PasswordWanted(Exception):  # noqa: N818 - an answer, not an error of the program
    """The password is to be typed again before the act; ``failure``: it was, and was wrong."""

    def __init__(self, failure: SignInFailed | SignInLocked | None = None) -> None:
        super().__init__()
        self.failure = failure


def desk_page(*permissions: Permission) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, Any]]:
    """Open a page of the blueprint ``private`` to accounts with one of the permissions; to every account when none is
    named. Without a session it leads to signing in; to others the page does not exist (``PageUnknown``)."""

    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, Any]:
        @functools.wraps(view)
        def run(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            signed_in = current_session()
            if signed_in is None or not signed_in.is_complete:
                return _ask_to_sign_in()
            if permissions and not any(signed_in.actor.may(permission) for permission in permissions):
                raise PageUnknown()
            return view(*args, **kwargs)

        cast(Any, run).permissions = permissions
        return run

    return decorate


def current_session() -> SignedIn | None:
    """The session of this request, complete or awaiting its second factor; read once, outside of any transaction."""
    if _SIGNED_IN not in request.environ:
        request.environ[_SIGNED_IN] = _find_session()
    return cast(SignedIn | None, request.environ[_SIGNED_IN])


def current_account() -> Actor:
    """The signed-in account, as the services take it. Only on pages of ``desk_page``; others get ``PageUnknown``."""
    signed_in = current_session()
    if signed_in is None or not signed_in.is_complete:
        raise PageUnknown()
    return signed_in.actor


def require_recent_sign_in() -> None:
    """Ask for the password before a publishing act when it was typed more than ``sign_in.RECENT`` ago.

    Call it first in the view of the POST, outside of any transaction. What was typed stays on the page that asks; files
    do not, so that a form with files shows the field of the password itself (``components.password_again``).
    """
    if not is_password_wanted():
        return
    signed_in, password = current_session(), request.form.get(PASSWORD_FIELD, "")
    if signed_in is None or not password:
        raise PasswordWanted()
    try:
        verify_password(signed_in.actor.name, password)
    except (SignInFailed, SignInLocked) as failure:
        raise PasswordWanted(failure) from None
    runtime.perform(signed_in.actor, lambda work: sign_in.prove_session(work, signed_in.number))
    request.environ.pop(_SIGNED_IN)
    current_session()  # read again here: the view may do so within a transaction


def is_password_wanted() -> bool:
    """Whether a publishing act would ask for the password now."""
    signed_in = current_session()
    return signed_in is None or runtime.clock() - signed_in.proven_at >= sign_in.RECENT


def render_private(template: str, status: int = 200, **values: object) -> Response:
    """Render a page for the signed-in account, which no cache may keep."""
    current_session()
    return render_uncached(template, status, **values)


def verify_password(name: str, password: str) -> StoredPassword:
    """What the name signs in with, its password being right. Refuses ``SignInFailed`` and ``SignInLocked``, each noted
    and counted, without telling whether there is such an account."""
    visitor = current_visitor()
    require_attempt(name, visitor)
    with runtime.reading(on_primary=True) as store:
        stored = sign_in_lookup.stored_password(store, name, day_of(runtime.clock()))
    if not passwords.matches(stored, runtime.keys().vault, password):
        raise note_failure(name if stored.actor else None)
    runtime.perform(PUBLIC, lambda work: sign_in.give_attempt_back(work, name, visitor.address))
    return stored


def require_attempt(name: str, visitor: Visitor) -> None:
    """Count an attempt for a name; refuses ``SignInLocked`` when there were too many."""
    if not runtime.perform(PUBLIC, lambda work: sign_in.count_attempt(work, name, visitor.address)):
        raise SignInLocked()


def note_failure(account: str | None) -> SignInFailed:
    """Note a failed attempt in the audit trail; the refusal."""
    failure = SignInFailed(account=account)
    access_trail.note_refusal(failure)
    return failure


def current_visitor() -> Visitor:
    """Who asks, as far as a session keeps it."""
    network = addresses.network_of(request.remote_addr)
    return Visitor(request_limits.address_key(), network, request.user_agent.string)


def open_session(actor: Actor, *, is_complete: bool) -> None:
    """Open a session for this browser in place of the one that it has, under a new token."""
    visitor, former = current_visitor(), current_session()
    if former is not None:
        end_session(former)
    token = runtime.perform(actor, lambda work: sign_in.open_session(work, visitor, is_complete=is_complete))
    keep_token(token)
    if is_complete:
        runtime.perform(actor, lambda work: sign_in.forget_attempts(work, actor.name))


def end_session(signed_in: SignedIn) -> None:
    """End a session, unless it has ended meanwhile."""
    with contextlib.suppress(SessionUnknown):
        runtime.perform(signed_in.actor, lambda work: sign_in.end_session(work, signed_in.number))


def keep_token(token: str) -> None:
    """Give the browser a new token; forms that it opened before are void."""
    session.clear()
    session[_TOKEN] = token
    request.environ.pop(_SIGNED_IN, None)


def forget_token() -> None:
    """Take the token from the browser."""
    session.clear()
    request.environ.pop(_SIGNED_IN, None)


def safe_path(text: str) -> str | None:
    """A path of this site that has a page, or None: no other site, no scheme, nothing that a browser takes for one."""
    parts = urlsplit(text) if text.isprintable() and "\\" not in text else None
    if parts is None or parts.scheme or parts.netloc or not parts.path.startswith("/") or text.startswith("//"):
        return None
    try:
        current_app.url_map.bind("").match(parts.path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def first_page(account: Actor) -> str:
    """The page with which an account begins."""
    entries = navigation_of(account)
    return url_for(entries[0].endpoint if entries else "private.own_account")


def _find_session() -> SignedIn | None:
    token = session.get(_TOKEN)
    if not isinstance(token, str):
        return None
    now = runtime.clock()
    with runtime.reading(on_primary=True) as store:
        signed_in = sign_in_lookup.running_session(store, runtime.keys().vault, token, now)
    if signed_in is not None and now - signed_in.seen_at >= sign_in.SEEN_AGAIN:
        number = signed_in.number
        runtime.perform(signed_in.actor, lambda work: sign_in.touch_session(work, number))
    return signed_in


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.method != "GET":
        flash("登录已经结束，请重新登录。刚才提交的内容没有办理。")
    wanted = safe_path(own_path())
    return redirect(url_for("private.login", next=wanted), _SEE_OTHER)


@private.context_processor
def _add_account() -> dict[str, object]:
    # Only what this request has read: a template may be rendered within a transaction.
    signed_in: SignedIn | None = request.environ.get(_SIGNED_IN)
    account = signed_in.actor if signed_in and signed_in.is_complete else None
    return {
        "account": account,
        "navigation": navigation_of(account) if account else [],
        "may_open": functools.partial(may_open, account) if account else lambda _endpoint: False,
        "is_password_wanted": is_password_wanted if account else lambda: False,
    }


@private.errorhandler(PasswordWanted)
def _ask_for_password(wanted: PasswordWanted) -> ResponseReturnValue:
    if request.method != "POST":
        return redirect(url_for("private.confirm_password", next=own_path()), _SEE_OTHER)
    fields = [(name, value) for name, values in request.form.lists() if name not in _HIDDEN for value in values]
    has_files = any(file.filename for file in request.files.values())
    failure = wanted.failure
    return render_private(
        "password_wanted.html",
        failure.status if failure else 200,
        failure=failure,
        fields=fields,
        has_files=has_files,
        action=own_path(),
    )
