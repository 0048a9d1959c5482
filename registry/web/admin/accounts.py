"""Pages of accounts: who may act, with which keys and sessions; propose what widens rights, end what must end."""

import datetime as dt
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from registry import runtime
from registry.domain import literals
from registry.domain.desk_labels import STAFF
from registry.domain.permissions import EVERYWHERE, Permission, Role
from registry.errors import Conflict, Fault, Invalid
from registry.models import Proposal
from registry.queries.law import reference_data
from registry.queries.node import account_list, account_lookup
from registry.refusals.acts import BodyRefused
from registry.services import proposed_acts
from registry.services.node import accounts, passwords
from registry.services.node.accounts import Grant, NewAccount
from registry.unit_of_work import day_of
from registry.web import forms
from registry.web.private import add_navigation, private
from registry.web.sessions import current_account, desk_page, render_private, require_recent_sign_in

_SEE_OTHER = 303
_NAME_CHARACTERS_MAX = 60
_FIELDS = ("name", "role", "department", "districts", "valid_until")


@private.get("/admin/accounts", endpoint="accounts")
@desk_page(Permission.ACCOUNT_MANAGE)
def list_accounts() -> ResponseReturnValue:
    """Every account with its role, its reach, its keys and sessions."""
    with runtime.reading() as session:
        return render_private(
            "admin/accounts.html",
            rows=account_list.overview(session, _today()),
            sectors=reference_data.current(session).names("sectors"),
        )


@private.get("/admin/accounts/new")
@desk_page(Permission.ACCOUNT_MANAGE)
def new_account() -> ResponseReturnValue:
    """The form to propose an account."""
    return _render_new({"sectors": [EVERYWHERE], "districts": EVERYWHERE})


@private.post("/admin/accounts/new")
@desk_page(Permission.ACCOUNT_MANAGE)
def propose_account() -> ResponseReturnValue:
    """Propose an account; it is there when another security administrator confirms."""
    require_recent_sign_in()
    typed: dict[str, Any] = {name: request.form.get(name, "").strip() for name in _FIELDS}
    typed["sectors"] = request.form.getlist("sectors")
    try:
        new = _parse_account(typed)
        number = runtime.perform(current_account(), lambda work: proposed_acts.propose_account(work, new, None).id)
    except (Invalid, Conflict) as error:
        return _render_new(typed, error)
    flash("已提出，待另一名安全管理员确认后设立。")
    return redirect(url_for("private.proposal", number=number), _SEE_OTHER)


@private.get("/admin/accounts/<name>", endpoint="account_page")
@desk_page(Permission.ACCOUNT_MANAGE)
def show_account(name: str) -> ResponseReturnValue:
    """One account: its reach, its keys by when they were issued, and what may be done."""
    return _render_account(name)


@private.post("/admin/accounts/<name>/grant")
@desk_page(Permission.ACCOUNT_MANAGE)
def propose_grant(name: str) -> ResponseReturnValue:
    """Propose how far an account reaches, and until when."""
    require_recent_sign_in()
    try:
        until = _parse_day(request.form.get("valid_until", "").strip())
        sectors = parse_sectors(request.form.getlist("sectors"))
        grant = Grant(sectors, parse_districts(request.form.get("districts", "")), until)
        number = runtime.perform(current_account(), lambda work: proposed_acts.propose_grant(work, name, grant).id)
    except (Invalid, Conflict) as error:
        return _render_account(name, error)
    return _to_proposal(number)


@private.post("/admin/accounts/<name>/key")
@desk_page(Permission.ACCOUNT_MANAGE)
def propose_key(name: str) -> ResponseReturnValue:
    """Propose a machine key, and show it this once; it opens nothing before another person confirms."""
    require_recent_sign_in()
    key = accounts.draw_key()
    return _show_secret(name, "访问密钥", key, lambda work: proposed_acts.propose_key(work, name, key))


@private.post("/admin/accounts/<name>/password-code")
@desk_page(Permission.ACCOUNT_MANAGE)
def propose_password_code(name: str) -> ResponseReturnValue:
    """Propose a code to set the password with, and show it this once; it opens nothing before it is confirmed."""
    require_recent_sign_in()
    code = passwords.draw_code()
    return _show_secret(name, "口令设置码", code, lambda work: proposed_acts.propose_password_code(work, name, code))


@private.post("/admin/accounts/<name>/revoke-keys")
@desk_page(Permission.ACCOUNT_MANAGE)
def revoke_keys(name: str) -> ResponseReturnValue:
    """Revoke every machine key of an account, alone and at once."""
    revoked = runtime.perform(current_account(), lambda work: accounts.revoke_keys(work, name))
    flash(f"已收回访问密钥 {revoked} 个。")
    return _to_account(name)


@private.post("/admin/accounts/<name>/end-sessions")
@desk_page(Permission.ACCOUNT_MANAGE)
def end_sessions(name: str) -> ResponseReturnValue:
    """End every session of an account, alone and at once."""
    ended = runtime.perform(current_account(), lambda work: accounts.end_sessions(work, name))
    flash(f"已结束登录 {ended} 个。")
    return _to_account(name)


@private.post("/admin/accounts/<name>/end")
@desk_page(Permission.ACCOUNT_MANAGE)
def end_account(name: str) -> ResponseReturnValue:
    """End an account today, alone: a person who leaves must not wait for another."""
    require_recent_sign_in()
    runtime.perform(current_account(), lambda work: accounts.end(work, name))
    flash("账号已经停用。")
    return _to_account(name)


def _render_new(typed: dict[str, Any], error: Invalid | Conflict | None = None) -> ResponseReturnValue:
    with runtime.reading() as session:
        departments = [(row.code, row.name) for row in account_lookup.departments(session)]
        sectors = sector_options(session)
    return render_private(
        "admin/account_new.html",
        error.status if error else 200,
        typed=typed,
        error=error,
        faults=forms.faults_by_field(error) if error else {},
        roles=list(STAFF.items()),
        departments=departments,
        sectors=sectors,
    )


def _render_account(name: str, error: Invalid | Conflict | None = None) -> ResponseReturnValue:
    with runtime.reading() as session:
        row = account_list.one(session, _today(), name)
        return render_private(
            "admin/account.html",
            error.status if error else 200,
            row=row,
            keys=account_list.keys_of(session, row.account.id),
            sectors=sector_options(session),
            names=reference_data.current(session).names("sectors"),
            error=error,
            faults=forms.faults_by_field(error) if error else {},
            is_own=name == current_account().name,
        )


def _show_secret(name: str, what: str, secret: str, propose: Any) -> ResponseReturnValue:
    proposal: Proposal = runtime.perform(current_account(), propose)
    return render_private("admin/secret.html", name=name, what=what, secret=secret, number=proposal.id)


def sector_options(session: Session) -> list[tuple[str, str]]:
    """Every sector to choose from, all of them first."""
    names = reference_data.current(session).names("sectors")
    return [(EVERYWHERE, "全部领域"), *names.items()]


def _parse_account(typed: dict[str, Any]) -> NewAccount:
    """The account of a form; refuses ``BodyRefused`` with every fault."""
    faults = []
    if not 0 < len(typed["name"]) <= _NAME_CHARACTERS_MAX:
        faults.append(Fault("/name", "name-empty", f"请填写账号名，最多 {_NAME_CHARACTERS_MAX} 个字符"))
    if typed["role"] not in STAFF:
        faults.append(Fault("/role", "field-refused", "请选择角色"))
    if not typed["department"]:
        faults.append(Fault("/department", "field-refused", "请选择部门"))
    until, sectors, districts = None, [], []
    try:
        until = _parse_day(typed["valid_until"])
        sectors = parse_sectors(typed["sectors"])
        districts = parse_districts(typed["districts"])
    except BodyRefused as error:
        faults += error.faults
    if faults:
        raise BodyRefused(faults=tuple(faults))
    return NewAccount(typed["name"], Role(typed["role"]), typed["department"], sectors, districts, until)


def _parse_day(text: str) -> dt.date | None:
    try:
        return literals.iso_day(text) if text else None
    except ValueError:
        raise BodyRefused(faults=(Fault("/valid_until", "field-refused", "日期写作 2027-01-31"),)) from None


def parse_sectors(codes: list[str]) -> list[str]:
    """The sectors that were chosen; refuses ``BodyRefused``."""
    with runtime.reading() as session:
        known = {code for code, _ in sector_options(session)}
    if not codes or not set(codes) <= known:
        raise BodyRefused(faults=(Fault("/sectors", "field-refused", "请选择领域"),))
    return [EVERYWHERE] if EVERYWHERE in codes else codes


def parse_districts(text: str) -> list[str]:
    """The districts that were typed; refuses ``BodyRefused``."""
    codes = text.replace("，", ",").replace("、", ",").split(",")
    codes = [code.strip() for code in codes if code.strip()]
    with runtime.reading() as session:
        known = {EVERYWHERE, *reference_data.current(session).names("districts")}
    if not codes or not set(codes) <= known:
        raise BodyRefused(faults=(Fault("/districts", "field-refused", "地区填写行政区划代码，全部地区填 *"),))
    return codes


def _to_proposal(number: int) -> ResponseReturnValue:
    flash("已提出，待另一名安全管理员确认。")
    return redirect(url_for("private.proposal", number=number), _SEE_OTHER)


def _to_account(name: str) -> ResponseReturnValue:
    return redirect(url_for("private.account_page", name=name), _SEE_OTHER)


def _today() -> dt.date:
    return day_of(runtime.clock())


add_navigation("private.accounts", "账号")
