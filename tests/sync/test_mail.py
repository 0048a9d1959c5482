"""Mails reach a real mail server, once, whatever it does on the way."""

import socket
import threading
import time

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.models import MailMessage
from registry.services.node import mail
from registry.settings import Settings
from sync.mail import send_all


class Server:
    """What the mail server answers, and what reached it."""

    def __init__(self):
        self.answers, self.taken = [], []

    async def handle_DATA(self, server, session, envelope):
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.taken.append((envelope.rcpt_tos, envelope.content.decode()))
        return answer

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone@"):
            return "550 no such mailbox gone@example"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def settings(store, tmp_path, server):
    controller = Controller(server, hostname="127.0.0.1", port=_free_port())
    controller.start()
    chosen = {"smtp_host": "127.0.0.1", "smtp_port": controller.port, "smtp_security": "none"}
    yield Settings(home=str(tmp_path), database_url=store, node="city", smtp_timeout_seconds=2, **chosen)
    controller.stop()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def queued(to="legal@firm.example", text="核验码 ABCDE-FGHIJ"):
    return runtime.perform(SYSTEM, lambda work: mail.queue(work, "test", to, "异议核验码", text))


def messages():
    with runtime.reading() as session:
        rows = session.scalars(select(MailMessage).order_by(MailMessage.id))
        return [(row.state, row.attempts, row.detail, row.sealed) for row in rows]


def later(monkeypatch, seconds):
    now = runtime.clock() + mail.dt.timedelta(seconds=seconds)
    monkeypatch.setattr(runtime, "clock", lambda: now)


class TestSend:
    def test_brings_a_mail_once_and_forgets_what_it_said(self, app, server):
        queued()
        assert (send_all().sent, send_all().sent) == (1, 0)
        [(recipients, content)] = server.taken
        assert recipients == ["legal@firm.example"]
        assert "Auto-Submitted: auto-generated" in content
        assert messages() == [("sent", 1, None, b"")]

    def test_keeps_nothing_in_clear_meanwhile(self, app, server):
        queued()
        [(_, _, _, sealed)] = messages()
        assert b"legal" not in sealed
        assert "核验码".encode() not in sealed

    def test_tries_again_after_a_pause_with_the_same_message_id(self, app, server, monkeypatch):
        server.answers = ["451 try later", "250 OK"]
        queued()
        assert (send_all().failed, send_all().failed) == (1, 0)
        later(monkeypatch, mail.RETRY_SECONDS + 1)
        assert send_all().sent == 1
        assert messages()[0][:2] == ("sent", 2)

    def test_gives_up_what_has_no_mailbox_and_keeps_no_address(self, app, server, caplog):
        queued("gone@example.example")
        queued()
        done = send_all()
        assert (done.sent, done.failed) == (1, 1)
        assert messages()[0] == ("failed", 1, "recipient 550", b"")
        assert "gone" not in caplog.text

    def test_keeps_a_mail_whose_sender_or_login_is_refused(self, app, server):
        server.answers = ["554 sender not wanted"]
        queued()
        assert send_all().failed == 1
        assert messages()[0][:3] == ("pending", 1, "554")

    def test_sends_news_after_what_somebody_waits_for(self, app, server):
        runtime.perform(SYSTEM, lambda work: mail.queue(work, mail.NEWS, "reader@firm.example", "新公示", "一条"))
        queued()
        assert send_all().sent == 2
        assert [recipients for recipients, _ in server.taken] == [["legal@firm.example"], ["reader@firm.example"]]

    def test_gives_up_after_many_tries(self, app, server, monkeypatch):
        server.answers = ["451 no"] * mail.ATTEMPTS_MAX
        queued()
        for _ in range(mail.ATTEMPTS_MAX):
            send_all()
            later(monkeypatch, mail.RETRY_SECONDS_MAX + 1)
        assert messages()[0][0] == "failed"

    def test_without_a_server_sends_nothing(self, app, server, settings):
        app.extensions["registry_settings"] = Settings(home=settings.home, database_url=settings.database_url)
        queued()
        assert (send_all().sent, server.taken) == (0, [])


class TestSlowServer:
    def test_is_cut_off_after_the_total_time(self, app, settings):
        """One byte now and then is no answer: a timeout of the socket would begin anew each time."""
        listener = socket.create_server(("127.0.0.1", 0))
        stop = threading.Event()

        def drip():
            connection, _ = listener.accept()
            with connection:
                while not stop.wait(0.3):
                    try:
                        connection.send(b"2")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        slow = {"smtp_host": "127.0.0.1", "smtp_port": listener.getsockname()[1], "smtp_security": "none"}
        app.extensions["registry_settings"] = Settings(
            home=settings.home, database_url=settings.database_url, smtp_timeout_seconds=1, **slow
        )
        queued()
        started = time.monotonic()
        assert send_all().failed == 1
        assert time.monotonic() - started < 5
        assert messages()[0][2] == "TimedOut"
        stop.set()
        thread.join()
        listener.close()
