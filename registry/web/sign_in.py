"""Pages of signing in: password, second factor, first password by a one-time code, signing out."""

from collections.abc import Callable

import segno
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.domain.desk_labels import STAFF
from registry.domain.labels import label_for
from registry.domain.permissions import PUBLIC, Actor
from registry.errors import Refusal
from registry.queries.node import account_lookup, sign_in_lookup
from registry.queries.node.sign_in_lookup import SignedIn, StoredPassword
from registry.refusals.sign_in import PageUnknown, PasswordRefused, SignInFailed, SignInLocked
from registry.services.node import passkeys, passwords, second_factor, sign_in
from registry.unit_of_work import UnitOfWork, day_of
from registry.web import forms, sessions
from registry.web.private import private
from registry.web.sessions import render_private, safe_path

_SEE_OTHER = 303


@private.get("/login")
def login() -> ResponseReturnValue:
    """The form to sign in."""
    signed_in = sessions.current_session()
    if signed_in is not None and signed_in.is_complete:
        return redirect(wanted_page() or sessions.first_page(signed_in.actor), _SEE_OTHER)
    return render_login()


@private.post("/login")
def check_login() -> ResponseReturnValue:
    """Sign in with a password; the second factor follows."""
    name = request.form.get("name", "").strip()
    try:
        stored = sessions.verify_password(name, request.form.get("password", ""))
    except (SignInFailed, SignInLocked) as failure:
        return render_login(failure, name)
    if stored.actor is not None and runtime.settings().is_demo and not stored.has_second_factor:
        return _enter(stored.actor)
    return continue_sign_in(stored, wanted_page())


def continue_sign_in(stored: StoredPassword, wanted: str | None) -> ResponseReturnValue:
    """Open a session, under a new token, for an account whose password or single sign-on was right; the second factor
    follows, or is set up."""
    actor = stored.actor
    if actor is None:
        raise SignInFailed()
    sessions.open_session(actor, is_complete=False)
    if stored.has_second_factor:
        return redirect(url_for("private.second_factor", next=wanted), _SEE_OTHER)
    runtime.perform(actor, lambda work: second_factor.draft(work, actor.account_id or 0))
    return redirect(url_for("private.first_second_factor", next=wanted), _SEE_OTHER)


@private.post("/login/demo")
def enter_demo() -> ResponseReturnValue:
    """Sign in as one of the invented people of the demo; on any other node there is no such page (``PageUnknown``)."""
    if not runtime.settings().is_demo:
        raise PageUnknown()
    with runtime.reading(on_primary=True) as store:
        accounts = sign_in_lookup.demo_accounts(store, day_of(runtime.clock()))
    actors = {account.name: account_lookup.actor_of(account) for account in accounts}
    if (name := request.form.get("name", "")) not in actors:
        raise PageUnknown()
    return _enter(actors[name])


@private.get("/login/second-factor", endpoint="second_factor")
def second_factor_form() -> ResponseReturnValue:
    """The form for a code of the second factor."""
    signed_in = sessions.current_session()
    if signed_in is None or signed_in.is_complete:
        return redirect(url_for("private.login", next=wanted_page()), _SEE_OTHER)
    return _render_second_factor(signed_in)


@private.post("/login/second-factor")
def check_second_factor() -> ResponseReturnValue:
    """Complete the sign-in by a code of the second factor, or a recovery code."""
    signed_in = sessions.current_session()
    if signed_in is None or signed_in.is_complete:
        return redirect(url_for("private.login", next=wanted_page()), _SEE_OTHER)
    code, account_id = request.form.get("code", ""), signed_in.actor.account_id or 0
    return prove_second_factor(signed_in, lambda work: second_factor.prove(work, account_id, code))


def prove_second_factor(signed_in: SignedIn, prove: Callable[[UnitOfWork], bool]) -> ResponseReturnValue:
    """Complete a sign-in whose second factor ``prove`` finds right; an attempt is counted before it is judged."""
    try:
        sessions.require_attempt(signed_in.actor.name, sessions.current_visitor())
        if not runtime.perform(signed_in.actor, prove):
            raise sessions.note_failure(signed_in.actor.name)
    except (SignInFailed, SignInLocked) as failure:
        return _render_second_factor(signed_in, failure)
    _complete(signed_in)
    return redirect(wanted_page() or sessions.first_page(signed_in.actor), _SEE_OTHER)


@private.get("/login/second-factor/new")
def first_second_factor() -> ResponseReturnValue:
    """The picture to set up the second factor with, at the first sign-in."""
    signed_in = sessions.current_session()
    if signed_in is None or signed_in.is_complete:
        return redirect(url_for("private.login", next=wanted_page()), _SEE_OTHER)
    return render_draft(signed_in, "private.confirm_first_second_factor")


@private.post("/login/second-factor/new")
def confirm_first_second_factor() -> ResponseReturnValue:
    """Put the second factor in force by its first code, and show the recovery codes, this once."""
    signed_in = sessions.current_session()
    if signed_in is None or signed_in.is_complete:
        return redirect(url_for("private.login", next=wanted_page()), _SEE_OTHER)
    account_id = signed_in.actor.account_id or 0
    with runtime.reading(on_primary=True) as store:
        if sign_in_lookup.second_factor(store, account_id).since is not None:
            return redirect(url_for("private.second_factor", next=wanted_page()), _SEE_OTHER)
    code = request.form.get("code", "")
    codes = runtime.perform(signed_in.actor, lambda work: second_factor.confirm_draft(work, account_id, code))
    if codes is None:
        return render_draft(signed_in, "private.confirm_first_second_factor", SignInFailed("验证码不正确"))
    _complete(signed_in)
    sessions.current_session()
    return render_private(
        "recovery_codes.html", codes=codes, onward=wanted_page() or sessions.first_page(signed_in.actor)
    )


@private.get("/login/code")
def password_code_form() -> ResponseReturnValue:
    """The form to set a password by a one-time code."""
    return render_private("password_code.html", typed={}, error=None, faults={})


@private.post("/login/code")
def redeem_password_code() -> ResponseReturnValue:
    """Set a password by a one-time code."""
    typed = {name: request.form.get(name, "").strip() for name in ("name", "code")}
    name, code = typed["name"], typed["code"]
    try:
        password_hash = passwords.hash_password(request.form.get("password", ""), request.form.get("again", ""), name)
        visitor = sessions.current_visitor()
        sessions.require_attempt(name, visitor)
        if not runtime.perform(PUBLIC, lambda work: passwords.redeem_code(work, name, code, password_hash)):
            raise sessions.note_failure(None)
        runtime.perform(PUBLIC, lambda work: sign_in.give_attempt_back(work, name, visitor.address))
    except (SignInFailed, SignInLocked, PasswordRefused) as error:
        faults = forms.faults_by_field(error)
        return render_private("password_code.html", error.status, typed=typed, error=error, faults=faults)
    flash("口令已设置，请登录。")
    return redirect(url_for("private.login"), _SEE_OTHER)


@private.post("/logout")
def logout() -> ResponseReturnValue:
    """End the session of this browser."""
    signed_in = sessions.current_session()
    if signed_in is not None:
        sessions.end_session(signed_in)
    sessions.forget_token()
    flash("已退出登录。")
    return redirect(url_for("private.login"), _SEE_OTHER)


def render_draft(signed_in: SignedIn, endpoint: str, failure: Refusal | None = None) -> ResponseReturnValue:
    """The picture and the secret of a second factor that waits for its first code."""
    with runtime.reading(on_primary=True) as store:
        factor = sign_in_lookup.second_factor(store, signed_in.actor.account_id or 0)
    if factor.draft is None:
        return redirect(url_for("private.own_account"), _SEE_OTHER)
    vault, issuer = runtime.keys().vault, runtime.settings().node_name
    secret, address = second_factor.address_of(vault, factor.draft, issuer, signed_in.actor.name)
    return render_private(
        "second_factor_new.html",
        failure.status if failure else 200,
        secret=secret,
        picture=segno.make(address, micro=False).svg_data_uri(scale=5, border=4),
        action=url_for(endpoint, next=wanted_page()),
        failure=failure,
    )


def _render_second_factor(signed_in: SignedIn, failure: Refusal | None = None) -> ResponseReturnValue:
    with runtime.reading(on_primary=True) as store:
        keys = sign_in_lookup.passkeys(store, signed_in.actor.account_id or 0)
    has_passkeys = bool(keys) and passkeys.is_available(runtime.settings())
    status = failure.status if failure else 200
    return render_private("second_factor.html", status, next=wanted_page(), failure=failure, has_passkeys=has_passkeys)


def _enter(actor: Actor) -> ResponseReturnValue:
    sessions.open_session(actor, is_complete=True)
    return redirect(wanted_page() or sessions.first_page(actor), _SEE_OTHER)


def _complete(signed_in: SignedIn) -> None:
    token = runtime.perform(signed_in.actor, lambda work: sign_in.complete_session(work, signed_in.number))
    sessions.keep_token(token)
    runtime.perform(signed_in.actor, lambda work: sign_in.forget_attempts(work, signed_in.actor.name))


def render_login(failure: Refusal | None = None, name: str = "") -> ResponseReturnValue:
    """The form to sign in, with what was wrong."""
    people: list[tuple[str, str, str]] = []
    if runtime.settings().is_demo:
        with runtime.reading(on_primary=True) as store:
            accounts = sign_in_lookup.demo_accounts(store, day_of(runtime.clock()))
            people = [(account.name, label_for(STAFF, account.role), account.department.name) for account in accounts]
    status = failure.status if failure else 200
    return render_private("login.html", status, next=wanted_page(), failure=failure, name=name, people=people)


def wanted_page() -> str | None:
    """The page that is wanted after signing in, when it is one of ours."""
    return safe_path(request.values.get("next", ""))
