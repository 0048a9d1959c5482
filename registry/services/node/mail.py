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
NEWS = "news"
"""Purpose of mails that nobody waits for; they are sent after all others."""
_UNKNOWN_RECIPIENT = range(500, 600)
_GONE = "recipient "
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


@dataclass(frozen=True)
class Failure:
    """Why the mail server did not take a mail: its status or the kind of error. Only what it says of the recipient can
    be final: a wrong password of ours, say, is mended by the operator."""

    code: str
    is_of_recipient: bool = False

    @property
    def is_final(self) -> bool:
        return self.is_of_recipient and self.code.isdigit() and int(self.code) in _UNKNOWN_RECIPIENT


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
    """Take the oldest mails that are due, news last, and count the try; each is taken again only after its pause."""
    statement = (
        select(MailMessage)
        .where(MailMessage.state == "pending", (MailMessage.retry_at.is_(None)) | (MailMessage.retry_at <= work.now))
        .order_by(MailMessage.purpose == NEWS, MailMessage.id)
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


def note_failed(work: UnitOfWork, number: int, failure: Failure) -> None:
    """Note a failure. A final one, or the last of many, gives the mail up and erases its content."""
    message = work.session.get_one(MailMessage, number)
    message.detail = failure.code
    work.session.flush()
    if failure.is_final or message.attempts >= ATTEMPTS_MAX:
        _settle(work, number, "failed", f"{_GONE}{failure.code}" if failure.is_final else failure.code)
        audit.note(work, "mail.failed", f"mail {number}", failure.code)


def cancel(work: UnitOfWork, number: int) -> None:
    """Give up a mail that was not sent yet and erase its content."""
    message = work.session.get(MailMessage, number)
    if message is not None and message.state == "pending":
        _settle(work, number, "failed", "cancelled")


def is_recipient_gone(work: UnitOfWork, number: int) -> bool:
    """Whether a mail was given up because the server knows no such recipient."""
    message = work.session.get(MailMessage, number)
    return message is not None and message.state == "failed" and (message.detail or "").startswith(_GONE)


def _settle(work: UnitOfWork, number: int, state: str, detail: str | None) -> None:
    work.session.execute(
        update(MailMessage)
        .where(MailMessage.id == number)
        .values(state=state, detail=detail, sealed=b"", settled_at=work.now, retry_at=None)
        .execution_options(synchronize_session=False)
    )
