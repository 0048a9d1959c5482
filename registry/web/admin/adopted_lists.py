"""The page of lists that would take many records off: a security administrator confirms that they really left."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.domain import literals
from registry.domain.cases import revision
from registry.domain.permissions import Permission
from registry.queries.cases import adoptions
from registry.queries.law import reference_data
from registry.refusals.procedure import AdoptionUnknown
from registry.services.cases import list_verification
from registry.web.private import add_navigation, private
from registry.web.sessions import current_account, desk_page, render_private, require_recent_sign_in

LISTS_SHOWN = 50
_SEE_OTHER = 303


@private.get("/admin/adopted-lists", endpoint="lists_to_confirm")
@desk_page(Permission.ADOPTION_CONFIRM)
def show_lists() -> ResponseReturnValue:
    """The newest lists that wait for their verifier and would take records off, with how many of how many."""
    with runtime.reading() as session:
        names = reference_data.current(session).names("schemes")
        rows = [
            (adoption, revision.describe_removals(leaving), len(leaving), adoptions.standing(session, adoption))
            for adoption in adoptions.waiting_for_verifier(session, LISTS_SHOWN)
            if (leaving := adoptions.leaving(session, adoption))
        ]
        return render_private("admin/adopted_lists.html", rows=rows, names=names)


@private.post("/admin/adopted-lists/<number>/confirm")
@desk_page(Permission.ADOPTION_CONFIRM)
def confirm_list(number: str) -> ResponseReturnValue:
    """Confirm that the places that were shown really left a list; its verifier may publish it then."""
    require_recent_sign_in()
    adoption_id = literals.row_number(number)
    if adoption_id is None:
        raise AdoptionUnknown()
    removals = request.form.get("removals", "")
    runtime.perform(current_account(), lambda work: list_verification.confirm(work, adoption_id, removals))
    flash("已确认，核验人员可以核验这份名单。")
    return redirect(url_for("private.lists_to_confirm"), _SEE_OTHER)


add_navigation("private.lists_to_confirm", "名单的移出")
