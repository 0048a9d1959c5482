"""Signing in with a browser: what opens a session, and what nobody learns meanwhile."""

import re

import pyotp
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from registry import runtime
from registry.cli import main
from registry.commands import common
from registry.models import AuditEvent, RateLimit
from registry.refusals.sign_in import PasswordRefused
from registry.services.node import passwords
from registry.services.node import sign_in as counting
from tests.web.signing_in import (
    PASSWORD,
    give_password,
    give_second_factor,
    is_signed_in,
    login,
    new_browser,
    post,
    sign_in,
    token_of,
)


@pytest.fixture
def client(app, office):
    return new_browser(app)


@pytest.fixture
def typed_command(app, monkeypatch):
    """Run a command on the node of the tests; what it prints."""
    monkeypatch.setattr(common, "create_node", lambda: app)

    def run(*words):
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output
        return done.output

    return run


class TestLogin:
    def test_takes_password_and_second_factor_and_leads_to_the_wanted_page(self, client, office):
        give_password(office["clerk"])
        totp, _ = give_second_factor(office["clerk"])
        asked = client.get("/account/password")
        assert asked.location == "/login?next=/account/password"
        answer = login(client, "clerk", next="/account/password")
        assert answer.location == "/login/second-factor?next=/account/password"
        assert not is_signed_in(client)
        before = token_of(client)
        code = totp.at(runtime.clock())
        answer = post(client, "/login/second-factor", {"code": code, "next": "/account/password"})
        assert (answer.status_code, answer.location) == (303, "/account/password")
        assert is_signed_in(client)
        assert token_of(client) != before

    @pytest.mark.parametrize(("name", "page"), [("reviewer", "/desk"), ("centre", "/centre"), ("operator", "/admin")])
    def test_leads_to_the_page_that_says_what_waits(self, client, name, page):
        sign_in(client, name)
        assert client.get("/login").location == page

    def test_takes_no_code_twice(self, client, app, office):
        give_password(office["second-clerk"])
        totp, _ = give_second_factor(office["second-clerk"])
        code = totp.at(runtime.clock())
        login(client, "second-clerk")
        assert post(client, "/login/second-factor", {"code": code}).status_code == 303
        other = app.test_client()
        login(other, "second-clerk")
        assert post(other, "/login/second-factor", {"code": code}).status_code == 403

    def test_takes_a_recovery_code_once(self, client, app, office):
        give_password(office["reviewer"])
        _, codes = give_second_factor(office["reviewer"])
        typed = f"{codes[0][:4]}-{codes[0][4:8].lower()} {codes[0][8:]}"
        login(client, "reviewer")
        assert post(client, "/login/second-factor", {"code": typed}).status_code == 303
        other = app.test_client()
        login(other, "reviewer")
        assert post(other, "/login/second-factor", {"code": typed}).status_code == 403

    def test_does_not_tell_whether_there_is_such_an_account(self, client, office):
        give_password(office["head"])
        answers = [login(client, name, "错误的口令错误的口令") for name in ("head", "other-centre", "nobody-at-all")]
        texts = {re.sub(r'value="[^"]*"', "", answer.text).replace("nobody-at-all", "") for answer in answers}
        assert {answer.status_code for answer in answers} == {403}
        assert len(texts) == 1

    @pytest.mark.parametrize("name", ["verifier", "nobody-known"])
    def test_is_locked_after_five_failures_whoever_is_named(self, client, office, later, name):
        give_password(office["verifier"])
        for _ in range(5):
            assert login(client, name, "错误的口令错误的口令").status_code == 403
        assert login(client, name).status_code == 429
        later(minutes=16)
        assert login(client, name).status_code == (303 if name == "verifier" else 403)

    def test_is_locked_for_an_address_that_tries_many_names(self, client, office, later):
        give_password(office["second-verifier"])
        for place in range(30):
            assert login(client, f"guess-{place}", "错误的口令错误的口令").status_code == 403
        assert login(client, "second-verifier").status_code == 429
        client.environ_base["REMOTE_ADDR"] = "203.0.113.77"
        assert login(client, "second-verifier").status_code == 303

    def test_counts_successes_of_many_people_at_one_address_as_nothing(self, client, office, later):
        later(hours=1)
        give_password(office["centre"])
        for _ in range(counting.FAILURES_OF_ADDRESS_MAX + 2):
            assert login(client, "centre").status_code == 303

    def test_notes_a_failure_without_what_was_typed(self, client, office, later, caplog):
        later(hours=2)
        give_password(office["operator"])
        login(client, "operator", "typed-by-mistake-1")
        login(client, "name-typed-nowhere", "typed-by-mistake-2")
        with runtime.reading() as session:
            events = session.scalars(select(AuditEvent).where(AuditEvent.act == "access.sign-in-failed")).all()
            kept = " ".join(f"{row.reference} {row.detail} {row.actor}" for row in session.scalars(select(AuditEvent)))
            keys = " ".join(session.scalars(select(RateLimit.key)))
        assert [row.detail for row in events][-1] == "operator"
        for text in (kept, keys, caplog.text):
            assert "typed-by-mistake" not in text
            assert "name-typed-nowhere" not in text

    def test_sets_up_the_second_factor_the_first_time(self, client, office):
        person = office["auditor"]
        give_password(person)
        answer = login(client, "auditor")
        assert answer.location == "/login/second-factor/new"
        page = client.get(answer.location).text
        secret = re.search(r'密钥 <span class="code">([A-Z2-7]+)</span>', page)[1]
        assert "data:image/svg+xml" in page
        assert post(client, answer.location, {"code": "000000"}).status_code == 403
        shown = post(client, answer.location, {"code": pyotp.TOTP(secret).at(runtime.clock())})
        assert len(re.findall(r"<li>[A-Z2-7]{4}-", shown.text)) == 10
        assert is_signed_in(client)
        assert "no-store" in shown.headers["Cache-Control"]


class TestPasswordCode:
    def test_sets_a_password_once_and_ends_what_there_was(self, client, office, typed_command):
        give_password(office["other-clerk"], "以前的口令以前的口令甲乙丙丁")
        give_second_factor(office["other-clerk"])
        former = client.application.test_client()
        sign_in(former, "other-clerk")
        code = typed_command("accounts", "set-password", "other-clerk").split()[-1]
        fields = {"name": "other-clerk", "code": code, "password": PASSWORD, "again": PASSWORD}
        assert post(client, "/login/code", fields | {"again": "别的"}).status_code == 422
        assert post(client, "/login/code", fields | {"code": "A" * 24}).status_code == 403
        assert post(client, "/login/code", fields).status_code == 303
        assert post(client, "/login/code", fields).status_code == 403
        assert not is_signed_in(former)
        assert login(client, "other-clerk").location == "/login/second-factor/new"

    def test_is_over_after_a_day(self, client, office, typed_command, later):
        code = typed_command("accounts", "set-password", "other-verifier").split()[-1]
        later(hours=25)
        fields = {"name": "other-verifier", "code": code, "password": PASSWORD, "again": PASSWORD}
        assert post(client, "/login/code", fields).status_code == 403

    def test_of_an_administrator_on_the_shell_waits_for_another(self, client, office, typed_command):
        printed = typed_command("accounts", "set-password", "second-verifier", "--as", "security")
        address, code, waits = printed.splitlines()
        assert address.endswith("/login/code")
        assert waits.startswith("proposal ")
        fields = {"name": "second-verifier", "code": code, "password": PASSWORD, "again": PASSWORD}
        assert post(client, "/login/code", fields).status_code == 403

    @pytest.mark.parametrize(
        ("password", "fault"),
        [
            ("short", "password-too-short"),
            ("clerk-clerk-clerk", "password-guessable"),
            ("abababababab", "password-guessable"),
            ("长" * 129, "password-too-long"),
        ],
    )
    def test_refuses_a_weak_password(self, client, password, fault):
        with pytest.raises(PasswordRefused) as refused:
            passwords.hash_password(password, password, "clerk")
        assert fault in [one.code for one in refused.value.faults]
