"""Pages of passkeys: those of the own account, and proving one when signing in. Each needs a script, which the code of
an authenticator never does."""

from flask import Response, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.queries.node import sign_in_lookup
from registry.refusals.sign_in import PageUnknown, PasskeyRefused
from registry.services.node import passkeys
from registry.web import sessions
from registry.web.private import private
from registry.web.sessions import current_account, desk_page, render_private, require_recent_sign_in, safe_path
from registry.web.sign_in import prove_second_factor

_SEE_OTHER = 303


@private.get("/account/passkeys", endpoint="own_passkeys")
@desk_page()
def show_passkeys() -> ResponseReturnValue:
    """The own passkeys, and the form to register one."""
    return _render_passkeys()


@private.post("/account/passkeys/options")
@desk_page()
def registration_options() -> ResponseReturnValue:
    """What the browser makes a passkey with (JSON)."""
    number = _here()
    return _send(runtime.perform(current_account(), lambda work: passkeys.begin_registration(work, number)))


@private.post("/account/passkeys")
@desk_page()
def register_passkey() -> ResponseReturnValue:
    """Register the passkey that the browser made."""
    require_recent_sign_in()
    number, name, answer = _here(), request.form.get("name", "").strip(), request.form.get("answer", "")
    try:
        if not runtime.perform(current_account(), lambda work: passkeys.register(work, number, name, answer)):
            raise PasskeyRefused("浏览器的应答不对或者已经过时，请重试")
    except PasskeyRefused as refusal:
        return _render_passkeys(refusal, name)
    flash("已添加通行密钥。")
    return redirect(url_for("private.own_passkeys"), _SEE_OTHER)


@private.post("/account/passkeys/<int:number>/end")
@desk_page()
def end_passkey(number: int) -> ResponseReturnValue:
    """Take a passkey from the own account."""
    require_recent_sign_in()
    runtime.perform(current_account(), lambda work: passkeys.end(work, number))
    flash("已移除通行密钥。")
    return redirect(url_for("private.own_passkeys"), _SEE_OTHER)


@private.post("/login/passkey/options")
def passkey_options() -> ResponseReturnValue:
    """What the browser proves a passkey with (JSON), to whoever has typed the password."""
    signed_in = sessions.current_session()
    if signed_in is None or signed_in.is_complete:
        raise PageUnknown()
    return _send(runtime.perform(signed_in.actor, lambda work: passkeys.begin_proof(work, signed_in.number)))


@private.post("/login/passkey")
def check_passkey() -> ResponseReturnValue:
    """Complete the sign-in by a passkey."""
    signed_in = sessions.current_session()
    if signed_in is None or signed_in.is_complete:
        return redirect(url_for("private.login", next=safe_path(request.form.get("next", ""))), _SEE_OTHER)
    answer = request.form.get("answer", "")
    return prove_second_factor(signed_in, lambda work: passkeys.prove(work, signed_in.number, answer))


def _render_passkeys(error: PasskeyRefused | None = None, name: str = "") -> Response:
    account_id = current_account().account_id or 0
    with runtime.reading(on_primary=True) as store:
        rows = sign_in_lookup.passkeys(store, account_id)
        factor = sign_in_lookup.second_factor(store, account_id)
    may_add = factor.since is not None and passkeys.is_available(runtime.settings())
    status = error.status if error else 200
    return render_private("passkeys.html", status, rows=rows, may_add=may_add, factor=factor, error=error, name=name)


def _here() -> int:
    """The number of this session. A passkey stands beside a code, never in its place: without a code there is none."""
    signed_in = sessions.current_session()
    with runtime.reading(on_primary=True) as store:
        factor = sign_in_lookup.second_factor(store, current_account().account_id or 0)
    if signed_in is None or factor.since is None or not passkeys.is_available(runtime.settings()):
        raise PageUnknown()
    return signed_in.number


def _send(options: str) -> Response:
    response = make_response(options)
    response.content_type = "application/json"
    return response
