"""The page of the contact of a record's subject: propose a mail address, give a confirmation code at the counter."""

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from registry import runtime
from registry.domain.permissions import Permission
from registry.errors import NotFound, Refusal
from registry.models import Listing, Penalty
from registry.queries.cases import procedure_records
from registry.refusals.acts import RecordUnknown
from registry.services.cases import proposed_steps, relief_confirmation, relief_contacts
from registry.serving import access_trail
from registry.unit_of_work import UnitOfWork
from registry.web import forms
from registry.web.desk import case_views
from registry.web.private import private
from registry.web.sessions import current_account, desk_page, render_private, require_recent_sign_in

EMAIL_MAX = 254
_SEE_OTHER = 303


@private.get("/desk/contacts/<record>")
@desk_page(Permission.RELIEF_HANDLE)
def subject_contact(record: str) -> Response:
    """Whether an address of the subject is on file and since when, and the forms. The address itself is not shown."""
    return _render(record)


@private.post("/desk/contacts/<record>/email")
@desk_page(Permission.RELIEF_HANDLE)
def propose_contact(record: str) -> ResponseReturnValue:
    """Propose the mail address of the subject; it holds when another officer confirms it."""
    require_recent_sign_in()
    email = request.form.get("email", "").strip()[: EMAIL_MAX + 1]
    try:
        _require_own(record)
        number = runtime.perform(current_account(), lambda work: proposed_steps.propose_contact(work, record, email).id)
    except NotFound:
        raise
    except Refusal as error:
        return _render(record, error)
    return redirect(url_for(".proposal", number=number), _SEE_OTHER)


@private.post("/desk/contacts/<record>/code")
@desk_page(Permission.RELIEF_HANDLE)
def propose_code(record: str) -> ResponseReturnValue:
    """Propose a code for the subject, whom the officer has identified, and show it this once."""
    require_recent_sign_in()
    _require_own(record)

    def act(work: UnitOfWork) -> tuple[int, str]:
        proposal, code = proposed_steps.propose_code(work, record)
        return proposal.id, code

    try:
        number, code = runtime.perform(current_account(), act)
    except NotFound:
        raise
    except Refusal as error:
        return _render(record, error)
    return render_private("desk/contact_code.html", record=record, code=f"{code[:5]}-{code[5:]}", number=number)


def _require_own(record: str) -> None:
    """Refuse ``RecordUnknown`` for what is no record of the officer's department and scope."""
    with runtime.reading() as session:
        _find_own(session, record)


def _find_own(session: Session, record: str) -> Penalty | Listing:
    case = procedure_records.by_records(session, [record]).get(record)
    account = current_account()
    if not isinstance(case, Penalty | Listing) or not account.covers(*case.scope):
        raise RecordUnknown()
    account.require_own(case.department_id, RecordUnknown)
    return case


def _render(record: str, error: Refusal | None = None) -> Response:
    account = current_account()
    with runtime.reading() as session:
        case = _find_own(session, record)
        filed_at = relief_contacts.contact_filed_at(session, record)
        response = render_private(
            "desk/contact.html",
            error.status if error else 200,
            line=case_views.line(case),
            filed_at=filed_at,
            can_mail=bool(runtime.settings().smtp_host),
            days=relief_confirmation.CODE_DAYS,
            error=error,
            faults=forms.faults_by_field(error) if error else {},
        )
    access_trail.note_reading(account, "relief.read", record)
    return response
