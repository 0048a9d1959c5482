"""Send the mails that wait in the outbox through the operator's mail server, outside any transaction."""

import smtplib
import socket
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.services.node import mail
from registry.services.node.mail import Failure, Mail
from registry.settings import Settings
from sync.time_limit import TimeLimit

CONNECT_SECONDS = 10


@dataclass
class MailResult:
    """Mails that the server took, and those that it did not."""

    sent: int = 0
    failed: int = 0


class _Watched(smtplib.SMTP):
    """A connection to a mail server under a total time limit, from its first byte."""

    time_limit: TimeLimit

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self.time_limit.watch(connection)
        return connection


class _WatchedTls(smtplib.SMTP_SSL, _Watched):
    """The same with TLS from the start; the bare connection is watched, so that a slow handshake ends as well."""


def send_all() -> MailResult:
    """Send the mails that are due; one that fails is tried again after a growing pause, or given up."""
    result = MailResult()
    if not runtime.settings().smtp_host:
        return result
    for waiting in runtime.perform(SYSTEM, mail.take_due):
        number, failure = waiting.number, _send(runtime.settings(), waiting)
        if failure is None:
            runtime.perform(SYSTEM, lambda work, number=number: mail.note_sent(work, number))  # type: ignore[misc]
            result.sent += 1
            continue
        runtime.perform(
            SYSTEM,
            lambda work, number=number, failure=failure: mail.note_failed(work, number, failure),  # type: ignore[misc]
        )
        result.failed += 1
    return result


def _send(chosen: Settings, waiting: Mail) -> Failure | None:
    """Send one mail; None when the server took it. Texts of the server are never kept: they repeat the recipient."""
    with TimeLimit(chosen.smtp_timeout_seconds) as time_limit:
        try:
            _deliver(chosen, _compose(chosen, waiting), time_limit)
        except smtplib.SMTPRecipientsRefused as error:
            return Failure(str(next(iter(error.recipients.values()))[0]), is_of_recipient=True)
        except smtplib.SMTPResponseException as error:
            return Failure(str(error.smtp_code))
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return Failure("TimedOut" if time_limit.is_over else type(error).__name__)
    return None


def _deliver(chosen: Settings, message: EmailMessage, time_limit: TimeLimit) -> None:
    timeout = min(CONNECT_SECONDS, chosen.smtp_timeout_seconds)
    context = ssl.create_default_context()
    server = (
        _WatchedTls(timeout=timeout, context=context) if chosen.smtp_security == "tls" else _Watched(timeout=timeout)
    )
    server.time_limit = time_limit
    try:
        server._host = chosen.smtp_host  # type: ignore[attr-defined]  # the name that TLS verifies
        server.connect(chosen.smtp_host, chosen.smtp_port)
        if chosen.smtp_security == "starttls":
            server.starttls(context=context)
        if chosen.smtp_user:
            server.login(chosen.smtp_user, chosen.smtp_password)
        server.send_message(message)
        server.quit()
    finally:
        server.close()


def _compose(chosen: Settings, waiting: Mail) -> EmailMessage:
    """The message; the same one has the same Message-ID at each try, so that a doubled one can be told."""
    message = EmailMessage()
    message["From"] = chosen.mail_from or f"registry@{chosen.smtp_host}"
    message["To"] = waiting.to
    message["Subject"] = waiting.subject
    message["Date"] = format_datetime(waiting.created_at)
    message["Message-ID"] = f"<{chosen.node}.{waiting.number}.{int(waiting.created_at.timestamp())}@registry.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    if waiting.unsubscribe:  # one click in the mail program (RFC 2369, RFC 8058)
        message["List-Unsubscribe"] = f"<{waiting.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(waiting.text)
    return message
