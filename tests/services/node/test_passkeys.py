"""Passkeys as a second factor: what proves one, and every way in which an answer proves nothing."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from registry import runtime
from registry.models import AuditEvent, Passkey
from registry.queries.node import sign_in_lookup
from registry.refusals.sign_in import PasskeyRefused, PasskeyUnknown
from registry.services.node import passkeys, sign_in
from registry.services.node.sign_in import Visitor
from registry.settings import Settings
from tests.support.authenticator import HERE, Authenticator


class Browser:
    """A browser of an account at the site, with one running session."""

    def __init__(self, person):
        self.actor = person.actor
        visitor = Visitor("a", "192.0.2.0/24", "b")
        token = self.do(lambda work: sign_in.open_session(work, visitor, is_complete=True))
        self.session = runtime.perform(self.actor, lambda work: self._number(work, token))

    def _number(self, work, token):
        return sign_in_lookup.running_session(work.session, work.keys.vault, token, work.now).number

    def do(self, act):
        def run(work):
            return act(replace(work, settings=replace(work.settings, base_url=HERE)))

        return runtime.perform(self.actor, run)

    def options(self, begin):
        return self.do(lambda work: begin(work, self.session))

    def register(self, device, name="办公室电脑"):
        answer = device.create(self.options(passkeys.begin_registration))
        return self.do(lambda work: passkeys.register(work, self.session, name, answer))

    def prove(self, answer):
        return self.do(lambda work: passkeys.prove(work, self.session, answer))

    def sign_in(self, device):
        return self.prove(device.get(self.options(passkeys.begin_proof)))


@pytest.fixture
def browser(people):
    return Browser(people["clerk"])


@pytest.fixture
def device(browser):
    made = Authenticator()
    assert browser.register(made)
    return made


class TestProve:
    def test_takes_each_of_the_registered_ones_again_and_again(self, browser, device):
        other = Authenticator()
        assert browser.register(other, "手机")
        assert [browser.sign_in(made) for made in (device, other, device)] == [True, True, True]

    def test_takes_no_answer_twice(self, browser, device):
        answer = device.get(browser.options(passkeys.begin_proof))
        assert browser.prove(answer)
        assert not browser.prove(answer)
        browser.options(passkeys.begin_proof)
        assert not browser.prove(answer)

    @pytest.mark.parametrize("foreign", [{"origin": "https://evil.example"}, {"host": "evil.example"}])
    def test_takes_no_answer_from_another_site(self, browser, device, foreign):
        elsewhere = replace(device, **foreign)
        assert not browser.sign_in(elsewhere)
        assert not browser.register(replace(Authenticator(), **foreign))

    def test_takes_no_copied_key_whose_counter_is_behind_and_notes_it(self, browser, device):
        copied = replace(device)
        assert browser.sign_in(device)
        assert not browser.sign_in(copied)
        with runtime.reading() as session:
            acts = session.scalars(select(AuditEvent.act)).all()
        assert "account.passkey-copied" in acts
        assert browser.sign_in(device)

    def test_takes_no_key_of_another_account_wherever_the_row_points(self, browser, device, people):
        stranger = Browser(people["verifier"])
        assert not stranger.sign_in(device)
        moved = update(Passkey).values(account_id=stranger.actor.account_id)
        stranger.do(lambda work: work.session.execute(moved))
        assert not stranger.sign_in(device)

    def test_takes_no_signature_of_another_key(self, browser, device):
        assert not browser.sign_in(Authenticator(credential_id=device.credential_id, counter=9))

    def test_takes_no_answer_that_comes_too_late(self, browser, device, monkeypatch):
        options = browser.options(passkeys.begin_proof)
        late = runtime.clock() + passkeys.CHALLENGE_WITHIN + dt.timedelta(seconds=1)
        monkeypatch.setattr(runtime, "clock", lambda: late)
        assert not browser.prove(device.get(options))

    @pytest.mark.parametrize("answer", ["", "x", "[]", "{}", '{"id": 1}', '{"id": "é"}'])
    def test_takes_no_text_that_is_no_answer(self, browser, device, answer):
        browser.options(passkeys.begin_proof)
        assert not browser.prove(answer)
        browser.options(passkeys.begin_registration)
        assert not browser.do(lambda work: passkeys.register(work, browser.session, "名称", answer))


class TestRegister:
    def test_takes_no_device_twice_and_no_answer_to_nothing(self, browser, device, people):
        assert not browser.register(device)
        assert not Browser(people["verifier"]).register(device)
        answer = Authenticator().create(browser.options(passkeys.begin_registration))
        browser.options(passkeys.begin_registration)
        assert not browser.do(lambda work: passkeys.register(work, browser.session, "名称", answer))

    def test_wants_a_name_and_refuses_more_than_there_may_be(self, browser, monkeypatch):
        for name in ("", "名" * 51):
            with pytest.raises(PasskeyRefused):
                browser.register(Authenticator(), name)
        monkeypatch.setattr(passkeys, "PASSKEYS_MAX", 1)
        assert browser.register(Authenticator())
        with pytest.raises(PasskeyRefused):
            browser.register(Authenticator())


class TestEnd:
    def test_takes_the_key_from_its_owner_only(self, browser, device, people):
        with runtime.reading() as session:
            number = session.scalars(select(Passkey.id)).one()
        with pytest.raises(PasskeyUnknown):
            Browser(people["verifier"]).do(lambda work: passkeys.end(work, number))
        assert browser.sign_in(device)
        browser.do(lambda work: passkeys.end(work, number))
        assert not browser.sign_in(device)


class TestAvailable:
    @pytest.mark.parametrize(
        ("address", "is_available"),
        [
            ("https://registry.example", True), ("https://registry.example:8443", True),
            ("http://localhost:8000", True),
            ("http://registry.example", False), ("http://127.0.0.1:8000", False), ("https://192.0.2.1", False),
            ("https://[2001:db8::1]", False),
        ],
    )  # fmt: skip
    def test_is_where_browsers_offer_them(self, address, is_available):
        assert passkeys.is_available(Settings(base_url=address)) is is_available
