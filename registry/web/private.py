"""The blueprint of the pages for signed-in people, and what protects each of them.

Every POST carries a token against forgery, no cache keeps a page, no other site frames one. Query parameters that a
page does not know are ignored: links that are passed on pick some up.
"""

from dataclasses import dataclass

from flask import Blueprint, Flask, Response, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import RequestEntityTooLarge

from registry import runtime
from registry.domain import desk_labels, labels
from registry.domain.filing import cells
from registry.domain.permissions import Actor
from registry.errors import Fault, Refusal
from registry.keys.signing import Keys
from registry.refusals.acts import BodyRefused, OutOfRole, OutOfScope
from registry.refusals.content import FileTooLarge
from registry.refusals.sign_in import FormExpired, PageUnknown
from registry.serving import access_trail
from registry.settings import Settings
from registry.web import problems
from registry.web.formatting import beijing_time, plain

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_LAYOUT = "desk_base.html"

private = Blueprint("private", __name__)
csrf = CSRFProtect()


@dataclass(frozen=True)
class Entry:
    """An entry of the navigation, for whoever may open its page."""

    endpoint: str
    label: str


NAVIGATION: list[Entry] = []
"""The entries of all rooms, in the order in which the rooms are imported."""


def add_navigation(endpoint: str, label: str, *, is_first: bool = False) -> None:
    """Put a page into the navigation; who may open it, its view says (``desk_page``). ``is_first``: those who may
    open it begin with it."""
    NAVIGATION.insert(0 if is_first else len(NAVIGATION), Entry(endpoint, label))


def navigation_of(account: Actor) -> list[Entry]:
    """The entries that an account may open."""
    return [entry for entry in NAVIGATION if may_open(account, entry.endpoint)]


def may_open(account: Actor, endpoint: str) -> bool:
    """Whether an account has one of the permissions of a private page, or the page needs none."""
    permissions = getattr(current_app.view_functions.get(endpoint), "permissions", ())
    return not permissions or any(account.may(permission) for permission in permissions)


def init_app(app: Flask) -> None:
    """Register the private pages; their POSTs are protected one by one, the API takes no cookie."""
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # it lasts as long as the session that it belongs to
        WTF_CSRF_SSL_STRICT=False,  # it asks for the Referer, which Referrer-Policy: no-referrer takes away
    )
    csrf.init_app(app)
    app.register_blueprint(private)


def connect(app: Flask, settings: Settings, keys: Keys) -> None:
    """Give an application the cookies of its node: signed under its secret, over TLS only where it is reached so."""
    is_secure = settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=keys.vault.index("cookie", "signature").hex(),
        SESSION_COOKIE_SECURE=is_secure,
        SESSION_COOKIE_NAME="__Host-registry" if is_secure else "registry",
    )


@private.before_request
def _require_own_form() -> None:
    csrf.protect()


@private.before_request
def _require_visible() -> None:
    """Refuse what nobody sees in a form, as every other door does; a password may have any character."""
    unseen = [
        name
        for name, texts in request.form.lists()
        if "password" not in name and any(cells.is_forbidden(text) for text in (name, *texts))
    ]
    if unseen:
        details = cells.FORBIDDEN, cells.FORBIDDEN_DETAIL
        raise BodyRefused(faults=tuple(Fault(cells.pointer(plain(name)), *details) for name in unseen))


@private.after_request
def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.vary.add("Cookie")
    return response


@private.context_processor
def _add_context() -> dict[str, object]:
    words = {"labels": labels, "desk_labels": desk_labels, "beijing_time": beijing_time}
    return {"site": runtime.settings().node_name, **words}


@private.errorhandler(CSRFError)
def _handle_foreign_form(_error: CSRFError) -> Response:
    return problems.page(FormExpired(), layout=_LAYOUT)


@private.errorhandler(RequestEntityTooLarge)
def _handle_too_large(_error: RequestEntityTooLarge) -> Response:
    return problems.page(FileTooLarge(), 413, layout=_LAYOUT)


@private.errorhandler(Refusal)
def _handle_refusal(error: Refusal) -> Response:
    access_trail.note_refusal(error)
    # What lies outside somebody's role or scope is not there for him.
    shown = PageUnknown() if isinstance(error, OutOfRole | OutOfScope) else error
    return problems.page(shown, layout=_LAYOUT)


def own_path() -> str:
    """The path of this request, with its query."""
    return request.full_path.rstrip("?")
