"""Pages of acts that take two persons: what waits, with what the first person saw; confirm or refuse."""

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.domain.cases.procedures import DOCUMENTS
from registry.domain.desk_labels import ARGUMENTS, PROPOSED_ACTS
from registry.domain.labels import label_for
from registry.domain.permissions import Permission
from registry.errors import Fault
from registry.queries.node.proposals import STATES
from registry.refusals.acts import BodyRefused
from registry.services.node import proposals
from registry.services.proposed_acts import ACTS
from registry.serving import access_trail, proposal_access
from registry.web import forms
from registry.web.private import add_navigation, private
from registry.web.sessions import current_account, desk_page, render_private, require_recent_sign_in

_SEE_OTHER = 303
LIST_MAX = 100
REASON_CHARACTERS_MAX = 2000


@private.get("/proposals", endpoint="proposals")
@desk_page(Permission.PROPOSAL_READ)
def list_proposals() -> ResponseReturnValue:
    """What waits for a second person, or what became of it."""
    state = request.args.get("state", "")
    chosen = state if state in STATES else STATES[0]
    account = current_account()
    items, last = proposal_access.list_visible(account, chosen, _number(request.args.get("after", "")), LIST_MAX)
    return render_private("proposals.html", items=items, state=chosen, states=STATES, last=last)


@private.get("/proposals/<int:number>", endpoint="proposal")
@desk_page(Permission.PROPOSAL_READ)
def show_proposal(number: int) -> ResponseReturnValue:
    """One proposal with its arguments, as its proposer stated them."""
    return _render(number)


@private.get("/proposals/<int:number>/documents/<int:place>")
@desk_page(Permission.PROPOSAL_READ)
def proposal_document(number: int, place: int) -> ResponseReturnValue:
    """The file of one document of a proposal: who confirms must be able to read it."""
    account = current_account()
    with runtime.reading() as session:
        document = proposal_access.find_document(session, account, number, place)
    access_trail.note_reading(account, "proposal.read-document", str(number))
    name = proposal_access.file_name(document, number, place)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(document.content, content_type=document.media_type(), headers=headers)


@private.post("/proposals/<int:number>/confirm")
@desk_page(Permission.PROPOSAL_READ)
def confirm_proposal(number: int) -> ResponseReturnValue:
    """Confirm another person's proposal: the act is done now, in both names."""
    require_recent_sign_in()
    answer = proposal_access.confirm_proposal(current_account(), number)
    flash(f"已确认：{label_for(PROPOSED_ACTS, answer['act'])}（{answer['reference']}）。")
    return redirect(url_for("private.proposals"), _SEE_OTHER)


@private.post("/proposals/<int:number>/refuse")
@desk_page(Permission.PROPOSAL_READ)
def refuse_proposal(number: int) -> ResponseReturnValue:
    """Refuse a proposal, or take the own one back, with the reason."""
    reason = request.form.get("reason", "").strip()
    if not 0 < len(reason) <= REASON_CHARACTERS_MAX:
        return _render(number, BodyRefused(faults=(Fault("/reason", "reason-missing", "请写明退回的理由"),)))
    runtime.perform(current_account(), lambda work: proposals.refuse(work, ACTS, number, reason).id)
    flash("已退回。")
    return redirect(url_for("private.proposals"), _SEE_OTHER)


def _render(number: int, error: BodyRefused | None = None) -> ResponseReturnValue:
    account = current_account()
    with runtime.reading() as session:
        row = proposal_access.find_visible(session, account, number)
        proposal = proposal_access.describe(session, row)
        arguments = proposal_access.describe_arguments(row)
    access_trail.note_reading(account, "proposal.read", str(number))
    act = ACTS[proposal["act"]]
    return render_private(
        "proposal.html",
        error.status if error else 200,
        proposal=proposal,
        arguments=_describe_arguments(arguments),
        documents=[(label_for(DOCUMENTS, document["kind"]), document) for document in arguments.get("documents", ())],
        is_own=proposal["proposed_by"] == account.name,
        may_confirm=account.may(act.confirmed_by),
        error=error,
        faults=forms.faults_by_field(error) if error else {},
    )


def _describe_arguments(arguments: dict[str, Any]) -> list[tuple[str, str]]:
    """The arguments in words: those of a step are the body of its form."""
    fields = arguments.get("body", arguments)
    return [(label_for(ARGUMENTS, name), _in_words(value)) for name, value in fields.items() if name != "documents"]


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join("全部" if item == "*" else str(item) for item in value) or "无"
    return "未填" if value in (None, "") else str(value)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


add_navigation("private.proposals", "待确认事项")
