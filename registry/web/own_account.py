"""Pages of the own account: sessions, password, second factor, recovery codes."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.domain.permissions import Actor
from registry.queries.node import sign_in_lookup
from registry.refusals.sign_in import PasswordRefused, SignInFailed, SignInLocked
from registry.services.node import passwords, second_factor, sign_in
from registry.web import forms, sessions
from registry.web.private import private
from registry.web.sessions import current_account, desk_page, render_private, require_recent_sign_in, safe_path
from registry.web.sign_in import render_draft

_SEE_OTHER = 303
_BROWSERS = ("Edg", "Firefox", "Chrome", "Safari")
_BROWSER_NAMES = {"Edg": "Edge"}
_SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS X", "Linux")


@private.get("/account")
@desk_page()
def own_account() -> ResponseReturnValue:
    """The own account: where it is signed in, its password and second factor."""
    account, here = current_account(), sessions.current_session()
    with runtime.reading(on_primary=True) as store:
        rows = sign_in_lookup.running_sessions(store, _number(account), runtime.clock())
        factor = sign_in_lookup.second_factor(store, _number(account))
        keys = sign_in_lookup.passkeys(store, _number(account))
    running = [(row, _describe_browser(row.browser), here is not None and row.id == here.number) for row in rows]
    return render_private("own_account.html", running=running, factor=factor, passkeys=len(keys))


@private.post("/account/sessions/<int:number>/end")
@desk_page()
def end_session(number: int) -> ResponseReturnValue:
    """End one of the own sessions."""
    runtime.perform(current_account(), lambda work: sign_in.end_session(work, number))
    flash("已结束该登录。")
    return _to_account()


@private.post("/account/sessions/end-others")
@desk_page()
def end_other_sessions() -> ResponseReturnValue:
    """End every own session but this one."""
    here = sessions.current_session()
    number = here.number if here else 0
    ended = runtime.perform(current_account(), lambda work: sign_in.end_other_sessions(work, number))
    flash(f"已结束其他登录 {ended} 个。")
    return _to_account()


@private.get("/account/password")
@desk_page()
def password_form() -> ResponseReturnValue:
    """The form to change the own password."""
    return render_private("password.html", error=None, faults={})


@private.post("/account/password")
@desk_page()
def change_password() -> ResponseReturnValue:
    """Change the own password; every other session ends."""
    account, here = current_account(), sessions.current_session()
    try:
        sessions.verify_password(account.name, request.form.get("current", ""))
        typed, again = request.form.get("password", ""), request.form.get("again", "")
        password_hash = passwords.hash_password(typed, again, account.name)
    except (SignInFailed, SignInLocked, PasswordRefused) as error:
        return render_private("password.html", error.status, error=error, faults=forms.faults_by_field(error))
    number = here.number if here else 0
    runtime.perform(
        account, lambda work: passwords.set_password(work, _number(account), password_hash, keep_session=number)
    )
    sessions.open_session(account, is_complete=True)
    flash("口令已更改，其他登录已经结束。")
    return _to_account()


@private.post("/account/second-factor/draft")
@desk_page()
def draft_second_factor() -> ResponseReturnValue:
    """Begin to set up another second factor; the former holds until the new one has proven itself."""
    require_recent_sign_in()
    account = current_account()
    runtime.perform(account, lambda work: second_factor.draft(work, _number(account)))
    return redirect(url_for("private.new_second_factor"), _SEE_OTHER)


@private.get("/account/second-factor")
@desk_page()
def new_second_factor() -> ResponseReturnValue:
    """The picture to set up another second factor with."""
    signed_in = sessions.current_session()
    return render_draft(signed_in, "private.confirm_second_factor") if signed_in else _to_account()


@private.post("/account/second-factor")
@desk_page()
def confirm_second_factor() -> ResponseReturnValue:
    """Put the new second factor in force by its first code, and show the recovery codes, this once."""
    require_recent_sign_in()
    account, signed_in = current_account(), sessions.current_session()
    code = request.form.get("code", "")
    codes = runtime.perform(account, lambda work: second_factor.confirm_draft(work, _number(account), code))
    if codes is None and signed_in is not None:
        return render_draft(signed_in, "private.confirm_second_factor", SignInFailed("验证码不正确"))
    return render_private("recovery_codes.html", codes=codes, onward=url_for("private.own_account"))


@private.post("/account/recovery-codes")
@desk_page()
def renew_recovery_codes() -> ResponseReturnValue:
    """Draw new recovery codes in place of the former, and show them, this once."""
    require_recent_sign_in()
    account = current_account()
    codes = runtime.perform(account, lambda work: second_factor.renew_recovery_codes(work, _number(account)))
    return render_private("recovery_codes.html", codes=codes, onward=url_for("private.own_account"))


@private.get("/account/confirm")
@desk_page()
def confirm_password() -> ResponseReturnValue:
    """The form to type the password again."""
    fields = [("next", safe_path(request.args.get("next", "")) or "")]
    return render_private(
        "password_wanted.html", failure=None, fields=fields, has_files=False, action=url_for("private.check_password")
    )


@private.post("/account/confirm")
@desk_page()
def check_password() -> ResponseReturnValue:
    """Note that the password was typed again, and go on."""
    require_recent_sign_in()
    return redirect(safe_path(request.form.get("next", "")) or url_for("private.own_account"), _SEE_OTHER)


def _number(account: Actor) -> int:
    return account.account_id or 0


def _to_account() -> ResponseReturnValue:
    return redirect(url_for("private.own_account"), _SEE_OTHER)


def _describe_browser(text: str) -> str:
    """Browser and system, as far as the browser says what it is."""
    browser = next((_BROWSER_NAMES.get(name, name) for name in _BROWSERS if name in text), "浏览器")
    system = next((name for name in _SYSTEMS if name in text), "")
    return f"{browser}（{system}）" if system else browser
