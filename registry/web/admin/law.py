"""Pages of the law tables: rows by date with their status, and proposals to change them."""

import datetime as dt
import json

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.domain import literals
from registry.domain.law.reference_kinds import KINDS
from registry.domain.law.reference_rows import row_body
from registry.domain.permissions import Permission
from registry.domain.reference_labels import fields_in_words
from registry.errors import Fault
from registry.queries.law import reference_data
from registry.queries.law.law_proposals import by_number, proposals
from registry.refusals.acts import BodyRefused
from registry.services.law import law_proposals
from registry.unit_of_work import day_of
from registry.web.private import add_navigation, private
from registry.web.sessions import current_account, desk_page, render_private, require_recent_sign_in

_SEE_OTHER = 303


@private.get("/admin/law", endpoint="law")
@desk_page(Permission.LAW_READ)
def show_law() -> ResponseReturnValue:
    """The rows of a kind in force on a day, each with its source and whether it is confirmed."""
    kind = request.args.get("kind", "")
    chosen = kind if kind in KINDS else "deadlines"
    day = _day(request.args.get("on", ""))
    with runtime.reading() as session:
        reference = reference_data.current(session)
        rows = reference.rows(chosen, day)
        fields = [fields_in_words(chosen, row_body(row), reference.names) for row in rows]
        newest = proposals(session)
    return render_private(
        "admin/law.html",
        rows=list(zip(rows, fields, strict=True)),
        kinds=sorted(KINDS),
        kind=chosen,
        day=day,
        proposals=newest,
    )


@private.get("/admin/law/proposals/<int:number>", endpoint="law_proposal")
@desk_page(Permission.LAW_READ)
def show_law_proposal(number: int) -> ResponseReturnValue:
    """One proposal: its rows, and which stored checks would be answered otherwise."""
    return _render(number)


@private.post("/admin/law/proposals/<int:number>/confirm")
@desk_page(Permission.LAW_CONFIRM)
def confirm_law_proposal(number: int) -> ResponseReturnValue:
    """Confirm another person's proposal: its rows are the law from now on, and running clocks are counted again."""
    require_recent_sign_in()
    _, moved = runtime.perform(current_account(), lambda work: law_proposals.confirm(work, number))
    flash(f"已确认，{moved} 个期限的最后一天有变动。")
    return redirect(url_for("private.law"), _SEE_OTHER)


@private.post("/admin/law/proposals/<int:number>/reject")
@desk_page(Permission.LAW_CONFIRM)
def reject_law_proposal(number: int) -> ResponseReturnValue:
    """Reject a proposal, with the reason."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        return _render(number, BodyRefused(faults=(Fault("/reason", "field-empty", "请写明退回的理由"),)))
    runtime.perform(current_account(), lambda work: law_proposals.reject(work, number, reason))
    flash("已退回。")
    return redirect(url_for("private.law"), _SEE_OTHER)


def _render(number: int, error: BodyRefused | None = None) -> ResponseReturnValue:
    with runtime.reading() as session:
        proposal = by_number(session, number)
        names = reference_data.current(session).names
    rows = [(row, fields_in_words(row["kind"], row["body"], names)) for row in json.loads(proposal.rows)]
    return render_private(
        "admin/law_proposal.html",
        error.status if error else 200,
        proposal=proposal,
        rows=rows,
        preview=json.loads(proposal.preview),
        may_confirm=current_account().may(Permission.LAW_CONFIRM)
        and proposal.proposed_by != current_account().account_id,
        error=error,
    )


def _day(text: str) -> dt.date:
    try:
        return literals.iso_day(text.strip()) if text.strip() else day_of(runtime.clock())
    except ValueError:
        return day_of(runtime.clock())


add_navigation("private.law", "法律依据表")
