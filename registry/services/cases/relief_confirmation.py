"""Confirm who applied for relief: contacts on file, codes by mail or at the counter, the department's own look.

Anybody knows the name and code of a firm, so an application alone marks nothing and keeps nobody else from applying.
"""

import base64
import datetime as dt
import secrets

from sqlalchemy import select

from registry.domain.cases import procedures, relief, revision
from registry.domain.cases.case_file import StepInput
from registry.domain.permissions import Permission
from registry.domain.publication import canonical
from registry.models import ConfirmationCode, Publication, Relief, SubjectContact
from registry.queries.cases import procedure_records
from registry.queries.publication import publications
from registry.refusals.acts import RecordUnknown
from registry.refusals.procedure import CodeWrong, ContactRefused, ReliefOpen
from registry.services.cases import relief_notices, revisions, steps
from registry.services.cases.relief_contacts import find_contact
from registry.services.node import audit, mail
from registry.unit_of_work import UnitOfWork

CODE_BYTES = 7
"""Of which ten characters of base 32 are kept: fifty bits, too many to be guessed within the limits per address."""
CODE_LENGTH = 10
CODE_DAYS = 7
_PURPOSE = "relief.code"


def file_contact(work: UnitOfWork, about: str, email: str) -> None:
    """File the mail address of the subject of a record, as its department knows it; replaces the one before.

    It takes two persons, because a code that goes there confirms an application. Refuses ``SecondPersonMissing``,
    ``ContactRefused`` and, for another department's record, ``RecordUnknown``.
    """
    publication = _require_own_record(work, about)
    if not relief.EMAIL.fullmatch(email):
        raise ContactRefused()
    contact = find_contact(work.session, publication)
    if contact is None:
        contact = SubjectContact(subject_key=publications.subject_key(publication))
        work.session.add(contact)
    contact.address = work.keys.vault.seal(email.encode())
    contact.department_id, contact.account_id = work.actor.department_id or 0, work.initiator.account_id or 0
    contact.filed_at = work.now
    work.session.flush()
    audit.note(work, "relief.contact", about)


def issue_code(work: UnitOfWork, about: str, code_hash: str) -> None:
    """Let a code hold that an officer gave at the counter to the subject of a record; it takes two persons.

    Refuses ``SecondPersonMissing``, and ``RecordUnknown`` for another department's record.
    """
    _require_own_record(work, about)
    _store_code(work, about, code_hash)
    audit.note(work, "relief.code", about)


def mail_code(work: UnitOfWork, application: Relief, publication: Publication) -> bool:
    """Mail a code to the contact on file of the subject; False when there is none, or no mail server."""
    contact = find_contact(work.session, publication)
    if contact is None or not work.settings.smtp_host:
        return False
    code = add_code(work, application.about)
    noun = {"dispute": "异议", "repair": "信用修复申请"}[application.noun]
    text = (
        f"有人以贵方名义就信用记录 {application.about} 提出了{noun}。\n\n"
        f"如系贵方提出，请在进度页填写核验码：{code[:5]}-{code[5:]}（{CODE_DAYS} 日内有效，只能使用一次）。\n"
        f"如非贵方提出，不必理会；未经核验的申请不会公开，也不影响贵方自行申请。\n\n"
        f"{application.department.name}　{work.settings.node_name}\n"
    )
    mail.queue(work, _PURPOSE, work.keys.vault.open(contact.address).decode(), f"{noun}核验码", text)
    return True


def confirm(work: UnitOfWork, number: str, code: str) -> Relief:
    """Confirm an application by a code. Refuses ``CodeWrong``, ``ReliefOpen``, ``TransitionRefused``."""
    application = procedure_records.by_record(work.session, Relief, number, lock=True)
    step = steps.admit_step(work, application, "confirm", if_version=None)
    redeem_code(work, application.about, code)
    steps.take_step(work, application, step, StepInput())
    set_confirmed(work, application)
    relief_notices.queue_notice(work, application)
    return application


def mark(work: UnitOfWork, number: str, step_input: StepInput) -> Relief:
    """Confirm an applicant by the department's own look, as at a statement under the firm's seal (异议标注).

    Refuses ``ReliefOpen`` while another confirmed application of the kind is open.
    """
    application = procedure_records.by_record(work.session, Relief, number, lock=True)
    step = steps.admit_step(work, application, "mark", if_version=step_input.if_version)
    steps.take_step(work, application, step, step_input)
    set_confirmed(work, application)
    relief_notices.queue_notice(work, application)
    return application


def redeem_code(work: UnitOfWork, about: str, code: str) -> None:
    """Use a code up; refuses ``CodeWrong`` what is unknown, used or over."""
    statement = select(ConfirmationCode).where(
        ConfirmationCode.about == about,
        ConfirmationCode.code_hash == hash_code(work, about, relief.fold_code(code)),
        ConfirmationCode.used_at.is_(None),
        ConfirmationCode.expires_at > work.now,
    )
    row = work.session.scalars(statement.with_for_update()).first()
    if row is None:
        raise CodeWrong()
    row.used_at = work.now
    work.session.flush()


def set_confirmed(work: UnitOfWork, application: Relief) -> None:
    """Note that the applicant is confirmed, and mark a disputed record. Nothing to do when it is done already.

    Refuses ``ReliefOpen`` while another confirmed application of the kind is open.
    """
    if application.confirmed_on is not None:
        return
    require_none_confirmed(work, application.about, application.noun)
    today = work.today.isoformat()
    application.content = canonical.dumps({**application.facts, "confirmed_on": today}).decode()
    work.session.flush()
    if application.noun == "dispute" and revisions.newest(work, application.about).state == "published":
        revisions.revise(work, application.about, lambda body: revision.changed_body(body, "mark", disputed_on=today))


def require_none_confirmed(work: UnitOfWork, about: str, noun: str) -> None:
    """Refuse ``ReliefOpen`` while a confirmed application of a kind is open about a record."""
    statement = (
        select(Relief)
        .where(Relief.about == about, Relief.noun == noun, Relief.state.in_(procedures.OPEN_RELIEF))
        .order_by(Relief.id)
        .with_for_update()  # two that are confirmed at the same moment wait for each other here
    )
    if any(other.confirmed_on is not None for other in work.session.scalars(statement)):
        raise ReliefOpen()


def _require_own_record(work: UnitOfWork, about: str) -> Publication:
    work.initiator.require(Permission.RELIEF_HANDLE)
    case = procedure_records.holder(work.session, about)
    work.actor.require_own(case.department_id, RecordUnknown)
    work.actor.require_scope(*case.scope)
    work.require_second_person()
    return revisions.newest(work, about)


def add_code(work: UnitOfWork, about: str) -> str:
    """Add a code for the subject of a record, for whoever brings it there: it is not kept."""
    code = draw_code()
    _store_code(work, about, hash_code(work, about, code))
    return code


def draw_code() -> str:
    """A new code, drawn at random."""
    return base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode()[:CODE_LENGTH]


def _store_code(work: UnitOfWork, about: str, code_hash: str) -> None:
    expires_at = work.now + dt.timedelta(days=CODE_DAYS)
    work.session.add(ConfirmationCode(about=about, code_hash=code_hash, issued_at=work.now, expires_at=expires_at))
    work.session.flush()


def hash_code(work: UnitOfWork, about: str, code: str) -> str:
    """The keyed hash by which a code of a record is known."""
    return work.keys.vault.index("confirmation-code", f"{about} {code}").hex()
