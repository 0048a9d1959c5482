"""Pages of the working-day calendar: the years announced, a new notice, and which last days it would move."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.domain import literals
from registry.domain.law.reference_kinds import CalendarYear
from registry.domain.permissions import Permission
from registry.errors import Fault, Refusal
from registry.queries.law import reference_data
from registry.refusals.acts import BodyRefused
from registry.services import proposed_acts
from registry.services.law import calendar_loading
from registry.unit_of_work import UnitOfWork
from registry.web import forms
from registry.web.private import add_navigation, private
from registry.web.sessions import current_account, desk_page, render_private, require_recent_sign_in

_SEE_OTHER = 303
_FIELDS = ("year", "source", "holidays", "workdays", "effective_from")
MOVED_SHOWN_MAX = 200


@private.get("/admin/calendar", endpoint="calendar")
@desk_page(Permission.CALENDAR_LOAD, Permission.LAW_CONFIRM)
def show_calendar() -> ResponseReturnValue:
    """The years that were announced, the newest first, and the form for the next notice."""
    return _render({})


@private.post("/admin/calendar/preview")
@desk_page(Permission.CALENDAR_LOAD)
def preview_notice() -> ResponseReturnValue:
    """What a notice would change: every running clock whose last day moves. Nothing is changed."""
    typed = _typed()
    try:
        notice = _write_notice(typed)
        with runtime.reading() as session:
            work = UnitOfWork(session, current_account(), runtime.clock(), runtime.keys(), runtime.settings())
            moved = calendar_loading.preview(work, notice)
    except Refusal as error:
        return _render(typed, error)
    return _render(typed, moved=moved)


@private.post("/admin/calendar")
@desk_page(Permission.CALENDAR_LOAD)
def propose_notice() -> ResponseReturnValue:
    """Propose a notice; a security administrator confirms it, and only then the clocks are counted again."""
    require_recent_sign_in()
    typed = _typed()
    try:
        notice = _write_notice(typed)
        number = runtime.perform(current_account(), lambda work: proposed_acts.propose_calendar(work, notice).id)
    except Refusal as error:
        return _render(typed, error)
    flash("已提出，待安全管理员确认。")
    return redirect(url_for("private.proposal", number=number), _SEE_OTHER)


def _typed() -> dict[str, str]:
    typed = {name: request.form.get(name, "").strip() for name in _FIELDS}
    return typed | {"confirmed": request.form.get("confirmed", "")}


def _render(
    typed: dict[str, str], error: Refusal | None = None, moved: Sequence[Any] | None = None
) -> ResponseReturnValue:
    with runtime.reading() as session:
        years = reference_data.current(session).calendar_years()
    return render_private(
        "admin/calendar.html",
        error.status if error else 200,
        years=sorted(years, key=_newest_first),
        typed=typed,
        error=error,
        faults=forms.faults_by_field(error) if error else {},
        moved=moved[:MOVED_SHOWN_MAX] if moved is not None else None,
        count=len(moved) if moved is not None else 0,
        may_propose=current_account().may(Permission.CALENDAR_LOAD),
    )


def _newest_first(year: CalendarYear) -> tuple[int, int]:
    return -int(year.code), -year.effective_from.toordinal()


def _write_notice(typed: dict[str, str]) -> bytes:
    """The notice of a form as the file that the command loads; refuses ``BodyRefused`` by field."""
    faults = []
    if not (typed["year"].isascii() and typed["year"].isdigit() and len(typed["year"]) == 4):
        faults.append(Fault("/year", "field-refused", "年度写作四位数字，例如 2027"))
    if not typed["source"] or '"' in typed["source"] or "\\" in typed["source"] or "\n" in typed["source"]:
        faults.append(Fault("/source", "field-empty", "请填写通知的名称，不带引号"))
    days = {}
    for name in ("holidays", "workdays"):
        try:
            days[name] = [literals.iso_day(word) for word in _words(typed[name])]
        except ValueError:
            faults.append(Fault(f"/{name}", "field-refused", "日期写作 2027-01-01，以空格、逗号或者换行分开"))
    begins = typed["effective_from"] or f"{typed['year']}-01-01"
    try:
        literals.iso_day(begins)
    except ValueError:
        faults.append(Fault("/effective_from", "field-refused", "日期写作 2027-01-01"))
    if faults:
        raise BodyRefused(faults=tuple(faults))
    status = "confirmed" if typed["confirmed"] else "unconfirmed"
    return (
        f'[[rows]]\ncode = "{typed["year"]}"\nname = "{typed["year"]}年"\neffective_from = {begins}\n'
        f'source = "{typed["source"]}"\nstatus = "{status}"\n'
        f"holidays = [{_join(days['holidays'])}]\nworkdays = [{_join(days['workdays'])}]\n"
    ).encode()


def _words(text: str) -> list[str]:
    for mark in "，、；,;":
        text = text.replace(mark, " ")
    return text.split()


def _join(days: Sequence[dt.date]) -> str:
    return ", ".join(day.isoformat() for day in days)


add_navigation("private.calendar", "工作日历")
