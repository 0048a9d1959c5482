"""Mail for a search, a firm or a sector: confirmed first, each record mailed once, ended with one click."""

import email
import json
import re
import socket
from dataclasses import replace
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import event, select, text

from registry import runtime
from registry.domain.permissions import PUBLIC, SYSTEM
from registry.models import MailMessage, Subscription
from registry.refusals.subscriptions import SubscriptionUnknown, TooManySubscriptions
from registry.services import retention
from registry.services.node import mail
from registry.services.publication import subscriptions
from sync.mail import send_all
from sync.subscriptions import mail_all
from tests.web import samples

TO = "reader@example.cn"


class Mailbox:
    """A real mail server, and what reached it."""

    def __init__(self):
        self.taken, self.refuses = [], False

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refuses:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture(scope="module")
def server():
    mailbox = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield mailbox, port
    controller.stop()


@pytest.fixture
def mailbox(server):
    server[0].taken.clear()
    server[0].refuses = False
    return server[0]


@pytest.fixture
def settings(settings, server):
    return replace(settings, smtp_host="127.0.0.1", smtp_port=server[1], smtp_security="none")


def subscribed(typed, to=TO):
    runtime.perform(PUBLIC, lambda work: subscriptions.subscribe(work, to, typed))


def token_in(message):
    return re.search(r"/subscriptions/([0-9a-f]{40})", message.get_content())[1]


def confirmed(mailbox, typed, to=TO):
    subscribed(typed, to)
    send_all()
    token = token_in(mailbox.taken.pop())
    runtime.perform(PUBLIC, lambda work: subscriptions.confirm(work, token))
    return token


def mails(mailbox):
    mail_all()
    send_all()
    taken, mailbox.taken[:] = list(mailbox.taken), []
    return [message.get_content() for message in taken]


def rows():
    with runtime.reading() as session:
        return session.scalars(select(Subscription)).all()


class TestSubscribe:
    def test_mails_what_is_new_once_to_who_confirmed(self, app, mailbox):
        samples.release(samples.body(1, name="盐城瀚蓝建设有限公司"))
        confirmed(mailbox, {"q": "hanlan"})
        confirmed(mailbox, {"sector": "property"})
        subscribed({"q": "瀚"}, "stranger@example.cn")
        send_all()
        mailbox.taken.clear()
        assert mails(mailbox) == []
        samples.release(
            samples.body(2, name="盐城瀚蓝物业有限公司"), samples.body(3), samples.body(4, sectors=["property"])
        )
        first, second = mails(mailbox)
        assert samples.record_id(2) in first and samples.record_id(3) not in first and samples.record_id(1) not in first
        assert samples.record_id(4) in second
        assert mails(mailbox) == []

    def test_mails_what_begins_to_be_shown_later_on_its_day(self, app, mailbox, monkeypatch):
        confirmed(mailbox, {})
        day = runtime.clock() + mail.dt.timedelta(days=2)
        samples.release(samples.body(1, visible_from=day.date().isoformat(), visible_until="2099-01-01"))
        assert mails(mailbox) == []
        monkeypatch.setattr(runtime, "clock", lambda: day)
        assert len(mails(mailbox)) == 1
        assert mails(mailbox) == []

    def test_names_no_natural_person(self, app, mailbox):
        confirmed(mailbox, {})
        body = samples.body(1, name="卞子墨")
        body["subject"]["kind"] = "natural_person"
        samples.release(body)
        [content] = mails(mailbox)
        assert "卞子墨" not in content and samples.record_id(1) in content

    def test_keeps_address_and_question_in_clear_nowhere(self, app, mailbox):
        token = confirmed(mailbox, {"q": "瀚蓝"})
        with runtime.reading() as session:
            kept = [
                session.execute(text(f"SELECT * FROM {name}")).all()
                for name in ("subscriptions", "rate_limits", "audit_events")
            ]
        written = str(kept)
        assert TO not in written and "瀚蓝" not in written and token not in written

    def test_carries_no_words_of_a_stranger_before_it_is_confirmed(self, app, mailbox):
        subscribed({"q": "恭喜中奖", "sector": "property"})
        send_all()
        content = mailbox.taken[0].get_content()
        assert "恭喜" not in content and "国有产权交易领域" in content

    def test_of_one_thing_twice_is_one_and_tells_nobody(self, app, mailbox):
        confirmed(mailbox, {"q": "瀚蓝"})
        subscribed({"q": " 瀚蓝 "})
        assert (send_all().sent, len(rows())) == (0, 1)

    def test_of_one_address_is_refused_beyond_a_few_a_day(self, app, mailbox):
        for number in range(subscriptions.ASKED_PER_DAY_MAX):
            subscribed({"q": f"瀚{number}"})
        with pytest.raises(TooManySubscriptions):
            subscribed({"q": "瀚蓝"}, TO.upper())


class TestEnd:
    def test_deletes_all_that_is_kept(self, app, mailbox):
        token = confirmed(mailbox, {"q": "瀚蓝"})
        runtime.perform(PUBLIC, lambda work: subscriptions.end(work, token))
        assert rows() == []
        with pytest.raises(SubscriptionUnknown):
            runtime.perform(PUBLIC, lambda work: subscriptions.confirm(work, token))

    def test_takes_back_a_mail_that_waits(self, app, mailbox):
        token = confirmed(mailbox, {})
        samples.release(samples.body(1))
        mail_all()
        runtime.perform(PUBLIC, lambda work: subscriptions.end(work, token))
        assert (send_all().sent, mailbox.taken) == (0, [])
        with runtime.reading() as session:
            assert session.scalars(text("SELECT DISTINCT length(sealed) FROM mail_messages")).all() == [0]

    def test_comes_by_itself_when_no_mail_arrives(self, app, mailbox):
        confirmed(mailbox, {})
        samples.release(samples.body(1))
        mail_all()
        with runtime.begin() as work:
            work.session.execute(
                text("UPDATE mail_messages SET state = 'failed', detail = '535' WHERE state = 'pending'")
            )
        samples.release(samples.body(2))
        mail_all()
        assert len(rows()) == 1  # that was our own password
        mailbox.refuses = True
        send_all()
        samples.release(samples.body(3))
        mail_all()
        assert rows() == []

    def test_of_what_was_never_confirmed_is_its_retention_period(self, app, mailbox, monkeypatch):
        subscribed({"q": "瀚蓝"})
        later = runtime.clock() + mail.dt.timedelta(days=subscriptions.UNCONFIRMED_DAYS + 1)
        monkeypatch.setattr(runtime, "clock", lambda: later)
        send_all()
        with pytest.raises(SubscriptionUnknown):
            runtime.perform(PUBLIC, lambda work: subscriptions.read(work, token_in(mailbox.taken[0])))
        runtime.perform(SYSTEM, lambda work: retention.clear(work, "subscriptions"))
        assert rows() == []


class TestKilled:
    def test_at_any_statement_mails_each_record_once(self, app, mailbox):
        """The worker dies at each statement of the job in turn, and begins again."""
        confirmed(mailbox, {})
        confirmed(mailbox, {"kind": "penalty"}, "other@example.cn")
        samples.release(samples.body(1))
        place, deaths = 0, 0

        def die(*_):
            nonlocal place
            place -= 1
            if place == 0:
                raise KeyboardInterrupt

        event.listen(runtime.db.engine, "before_cursor_execute", die)
        try:
            while True:
                deaths += 1
                place = deaths
                try:
                    mail_all()
                    break
                except KeyboardInterrupt:
                    runtime.db.session.remove()
        finally:
            event.remove(runtime.db.engine, "before_cursor_execute", die)
        assert deaths > 5
        with runtime.reading() as session:
            queued = session.scalars(select(MailMessage).where(MailMessage.state == "pending")).all()
            vault = runtime.keys().vault
            recipients = [json.loads(vault.open(message.sealed))["to"] for message in queued]
        assert sorted(recipients) == ["other@example.cn", TO]

    def test_between_sending_and_noting_it_repeats_the_same_message_id(self, app, mailbox, monkeypatch):
        subscribed({"q": "瀚蓝"})

        def die(*_args):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(mail, "note_sent", die)
            with pytest.raises(KeyboardInterrupt):
                send_all()
        later = runtime.clock() + mail.dt.timedelta(seconds=mail.RETRY_SECONDS + 1)
        monkeypatch.setattr(runtime, "clock", lambda: later)
        send_all()
        assert len({message["Message-ID"] for message in mailbox.taken}) == 1


class TestPages:
    def test_subscribe_confirm_and_end_by_the_link_in_the_mail(self, client, mailbox):
        samples.release(samples.body(1))
        uscc = samples.body(1)["subject"]["uscc"]
        assert 'action="/subscriptions"' in client.get(f"/records/{samples.record_id(1)}").text
        answer = client.post("/subscriptions", data={"email": TO, "uscc": uscc})
        assert (answer.status_code, answer.headers["Cache-Control"]) == (202, "no-store")
        send_all()
        token = token_in(mailbox.taken.pop())
        page = client.get(f"/subscriptions/{token}").text
        assert uscc in page and TO not in page and "confirmation" in page
        assert "退订" in client.post(f"/subscriptions/{token}/confirmation").text
        samples.release(samples.body(1) | {"revision": 2, "act": "correct"})
        mail_all()
        send_all()
        [message] = mailbox.taken
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        path = message["List-Unsubscribe"].strip("<>").removeprefix(runtime.settings().base_url)
        assert "已经退订" in client.post(path, data={"List-Unsubscribe": "One-Click"}).text
        assert client.get(f"/subscriptions/{token}").status_code == 404

    @pytest.mark.parametrize(
        ("form", "status", "code"),
        [
            ({"email": "reader"}, 422, "mail-address-refused"),
            ({"email": TO, "q": "320902199003074518"}, 422, "query-refused"),
            ({"email": TO, "sector": "无"}, 422, "query-refused"),
        ],
    )
    def test_refuse_what_is_no_address_and_no_question(self, client, mailbox, form, status, code):
        answer = client.post("/subscriptions", data=form)
        assert (answer.status_code, code in answer.text, rows()) == (status, True, [])
