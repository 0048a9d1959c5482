"""Mail outbox: queue a mail in the transaction of its act, take what is due, note what became of it."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from registry.domain.publication import canonical
from registry.models import MailMessage
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

AT_ONCE = 20
ATTEMPTS_MAX = 12
RETRY_SECONDS = 60
RETRY_SECONDS_MAX = 6 * 3600


@dataclass(frozen=True)
class Mail:
    """A mail to be sent; ``number`` stays the same at each try."""

    number: int
    to: str
    subject: str
    text: str
    created_at: dt.datetime
    unsubscribe: str = ""


def queue(work: UnitOfWork, purpose: str, to: str, subject: str, text: str, *, unsubscribe: str = "") -> int:
    """Queue a mail and return its number; recipient and text are kept sealed until it is sent.

    ``unsubscribe``: address to which a mail program sends an empty form to end what the mail belongs to.
    """
    content = canonical.dumps({"to": to, "subject": subject, "text": text, "unsubscribe": unsubscribe})
    message = MailMessage(
        purpose=purpose,
        state="pending",
        sealed=work.keys.vault.seal(content),
        attempts=0,
        created_at=work.now,
    )
    work.session.add(message)
    work.session.flush()
    return message.id


def take_due(work: UnitOfWork) -> Sequence[Mail]:
    """Take the oldest mails that are due and count the try; each is taken again only after its pause."""
    statement = (
        select(MailMessage)
        .where(MailMessage.state == "pending", (MailMessage.retry_at.is_(None)) | (MailMessage.retry_at <= work.now))
        .order_by(MailMessage.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    messages = work.session.scalars(statement).all()
    for message in messages:
        message.attempts += 1
        pause = min(RETRY_SECONDS * 2 ** (message.attempts - 1), RETRY_SECONDS_MAX)
        message.retry_at = work.now + dt.timedelta(seconds=pause)
    work.session.flush()
    return [
        Mail(message.id, **json.loads(work.keys.vault.open(message.sealed)), created_at=message.created_at)
        for message in messages
    ]


def note_sent(work: UnitOfWork, number: int) -> None:
    """Note that a mail was taken by the mail server; its content is erased."""
    _settle(work, number, "sent", None)


def note_failed(work: UnitOfWork, number: int, code: str, *, is_final: bool) -> None:
    """Note a failure by its code. A final one, or the last of many, gives the mail up and erases its content."""
    message = work.session.get_one(MailMessage, number)
    message.detail = code
    work.session.flush()
    if is_final or message.attempts >= ATTEMPTS_MAX:
        _settle(work, number, "failed", code)
        audit.note(work, "mail.failed", f"mail {number}", code)


def _settle(work: UnitOfWork, number: int, state: str, detail: str | None) -> None:
    work.session.execute(
        update(MailMessage)
        .where(MailMessage.id == number)
        .values(state=state, detail=detail, sealed=b"", settled_at=work.now, retry_at=None)
        .execution_options(synchronize_session=False)
    )
