"""Pages of standing watches: begin one from a check, read its events, end it."""

import datetime as dt
from collections.abc import Callable

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.domain import literals
from registry.domain.checks import webhook
from registry.domain.permissions import Permission
from registry.errors import Fault, NotFound, Refusal
from registry.models import Watch
from registry.queries.checks import stored_checks, watched_parties
from registry.refusals.acts import BodyRefused
from registry.refusals.procedure import CodeWrong
from registry.services.checks import award_check, watch_notices, watches
from registry.services.checks.request import Inquiry, Party
from registry.serving import access_trail
from registry.unit_of_work import UnitOfWork
from registry.web import forms
from registry.web.centre import watch_views
from registry.web.private import add_navigation, private
from registry.web.sessions import current_account, desk_page, render_private

WATCHES_PER_PAGE = 50
EVENTS_PER_PAGE = 200
_SEE_OTHER = 303
_PARTY = ("ref", "role", "name", "uscc", "of", "section", "organisation_code", "registration_number")
add_navigation("private.centre_watches", "持续关注")


@private.get("/centre/watches")
@desk_page(Permission.WATCH_KEEP)
def centre_watches() -> Response:
    """The watches of the centre, in the order in which they were begun."""
    account, keys = current_account(), runtime.keys()
    after = literals.row_number(request.args.get("after", "")) or 0
    with runtime.reading() as session:
        rows = watched_parties.list_watches(session, account.department_id, after=after, limit=WATCHES_PER_PAGE + 1)
        shown = [watch_views.watch_view(keys, row) for row in rows[:WATCHES_PER_PAGE]]
    access_trail.note_reading(account, "watch.read", "list")
    next_after = rows[WATCHES_PER_PAGE - 1].number if len(rows) > WATCHES_PER_PAGE else None
    return render_private("centre/watches.html", watches=shown, next_after=next_after)


@private.get("/centre/watches/<watch>")
@desk_page(Permission.WATCH_KEEP)
def show_watch(watch: str) -> Response:
    """One watch with its events, by page, and where they are told."""
    return _render_watch(watch)


def _render_watch(watch: str, error: Refusal | None = None) -> Response:
    account, keys = current_account(), runtime.keys()
    after = literals.row_number(request.args.get("after", "")) or 0
    with runtime.reading() as session:
        row = watched_parties.own(session, account.department_id, watch)
        events = watched_parties.events(session, row.id, after=after, limit=EVENTS_PER_PAGE + 1)
        shown = watch_views.event_views(keys, row, events[:EVENTS_PER_PAGE])
        view = watch_views.watch_view(keys, row)
    access_trail.note_reading(account, "watch.read", watch)
    next_after = events[EVENTS_PER_PAGE - 1].sequence if len(events) > EVENTS_PER_PAGE else None
    settings = runtime.settings()
    return render_private(
        "centre/watch.html",
        error.status if error else 200,
        watch=view,
        events=shown,
        next_after=next_after,
        hosts=sorted(webhook.hosts(settings.webhook_hosts)),
        can_mail=bool(settings.smtp_host),
        typed=request.form,
        error=error,
        faults=forms.faults_by_field(error) if error else {},
    )


@private.post("/centre/watches/<watch>/webhook")
@desk_page(Permission.WATCH_KEEP)
def set_webhook(watch: str) -> ResponseReturnValue:
    """Send the events to a webhook from now on, or to none."""
    address = request.form.get("webhook", "").strip()
    return _set(watch, lambda work: watch_notices.set_webhook(work, watch, address))


@private.post("/centre/watches/<watch>/mail")
@desk_page(Permission.WATCH_KEEP)
def set_watch_mail(watch: str) -> ResponseReturnValue:
    """Mail a code to an address, or take mail off."""
    address = request.form.get("email", "").strip()
    return _set(watch, lambda work: watch_notices.set_mail(work, watch, address))


@private.post("/centre/watches/<watch>/mail/confirmation")
@desk_page(Permission.WATCH_KEEP)
def confirm_watch_mail(watch: str) -> ResponseReturnValue:
    """Confirm the address by the code that came there."""
    code = request.form.get("code", "")
    try:
        if not runtime.perform(current_account(), lambda work: watch_notices.count_try(work, watch)):
            raise CodeWrong("今天试得太多，请明天再试")
    except NotFound:
        raise
    except Refusal as error:
        return _render_watch(watch, error)
    return _set(watch, lambda work: watch_notices.confirm_mail(work, watch, code))


def _set(watch: str, act: Callable[[UnitOfWork], Watch]) -> ResponseReturnValue:
    try:
        runtime.perform(current_account(), lambda work: act(work).id)
    except NotFound:
        raise
    except Refusal as error:
        return _render_watch(watch, error)
    return redirect(url_for("private.show_watch", watch=watch, _anchor="notices"), _SEE_OTHER)


@private.post("/centre/checks/<check>/watch")
@desk_page(Permission.WATCH_KEEP)
def begin_watch(check: str) -> ResponseReturnValue:
    """Watch the parties of a check from its entry on, up to and including a day."""
    try:
        last = literals.iso_day(request.form.get("until", "").strip())
    except ValueError:
        raise BodyRefused(faults=(Fault("/until", "day-malformed", "请填写关注的最后一日，写作 2026-05-06"),)) from None

    def act(work: UnitOfWork) -> str:
        stored = stored_checks.of_department(work.session, work.actor.department_id, check)
        inquiry = _inquiry_of(work, award_check.unseal(work.keys, stored))
        return watches.begin(work, inquiry, last + dt.timedelta(days=1), None, stored.entry).id

    watch = runtime.perform(current_account(), act)
    return redirect(url_for("private.show_watch", watch=watch), _SEE_OTHER)


def _inquiry_of(work: UnitOfWork, signed: award_check.SignedCheck) -> Inquiry:
    """The parties of a check that can be found again: of persons no number is kept, so they are not watched."""
    statement = signed.statement
    tender = award_check.tender_of(work.keys, signed.check)
    lines = [line for line in statement["lines"] if "id_last4" not in line]
    if not lines or "code" not in tender:
        raise BodyRefused("本次核查没有留存项目或者单位，不能由此开始关注。")
    refs = {line["ref"] for line in lines}
    parties = [Party(**{name: line[name] for name in _PARTY if name in line}) for line in lines]
    return Inquiry(
        tender=tender,
        sector=statement["sector"],
        must_tender=statement["must_tender"],
        district=statement["district"],
        project=statement.get("project"),
        on=work.today,
        parties=[party for party in parties if party.of is None or party.of in refs],
    )


@private.post("/centre/watches/<watch>/end")
@desk_page(Permission.WATCH_KEEP)
def end_watch(watch: str) -> ResponseReturnValue:
    """End a watch; its parties are forgotten, its events stay."""
    runtime.perform(current_account(), lambda work: watches.end(work, watch))
    return redirect(url_for("private.show_watch", watch=watch), _SEE_OTHER)
