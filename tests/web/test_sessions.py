"""Sessions of browsers: what ends one, forms that are not its own, where signing in leads, what a page keeps shut."""

import re

import pyotp
import pytest
from flask import g
from flask import session as cookie_of
from sqlalchemy import select, update

from registry import runtime
from registry.domain.permissions import SYSTEM, Permission
from registry.models import Account, WebSession
from registry.queries.node import sign_in_lookup
from registry.refusals.sign_in import PageUnknown
from registry.services.node import sign_in as counting
from registry.web import sessions
from tests.web.signing_in import (
    PASSWORD,
    form_token,
    give_password,
    give_second_factor,
    is_signed_in,
    login,
    new_browser,
    open_session,
    post,
    sign_in,
    token_of,
)


@pytest.fixture
def client(app, office):
    return new_browser(app)


class TestSession:
    def test_ends_when_it_was_not_used_for_half_an_hour(self, client, later):
        sign_in(client, "clerk")
        later(minutes=25)
        assert is_signed_in(client)
        later(minutes=25)
        assert is_signed_in(client)
        later(minutes=30)
        assert not is_signed_in(client)

    def test_ends_after_twelve_hours_however_it_was_used(self, client, later):
        sign_in(client, "clerk")
        for _ in range(35):
            later(minutes=20)
            assert is_signed_in(client)
        later(minutes=20)
        assert not is_signed_in(client)

    def test_that_awaits_its_second_factor_opens_nothing_and_ends_soon(self, client, later):
        with client.session_transaction() as cookie:
            cookie["token"] = open_session("clerk", is_complete=False)
        assert client.get("/account").location == "/login?next=/account"
        assert client.get("/login/second-factor").status_code == 200
        later(minutes=11)
        assert client.get("/login/second-factor").status_code == 303

    def test_is_ended_by_its_owner_from_another_browser_and_by_nobody_else(self, client, app):
        stolen, stranger = app.test_client(), app.test_client()
        for browser, name in ((stolen, "clerk"), (client, "clerk"), (stranger, "verifier")):
            sign_in(browser, name)
        with runtime.reading() as session:
            number = sign_in_lookup.running_session(
                session, runtime.keys().vault, token_of(stolen), runtime.clock()
            ).number
        assert f"/account/sessions/{number}/end" in client.get("/account").text
        assert post(stranger, f"/account/sessions/{number}/end").status_code == 404
        assert is_signed_in(stolen)
        assert post(client, f"/account/sessions/{number}/end").status_code == 303
        assert not is_signed_in(stolen)
        assert is_signed_in(client)

    def test_is_over_when_the_browser_signs_out(self, client, app):
        sign_in(client, "clerk")
        token = token_of(client)
        assert post(client, "/logout").location == "/login"
        with client.session_transaction() as cookie:
            cookie["token"] = token
        assert not is_signed_in(client)

    def test_that_somebody_planted_in_a_browser_is_over_at_each_step_of_signing_in(self, client, app, office):
        give_password(office["second-verifier"])
        totp, _ = give_second_factor(office["second-verifier"])
        thief = app.test_client()
        planted = open_session("second-verifier", is_complete=False)
        for step in (
            lambda: login(client, "second-verifier"),
            lambda: post(client, "/login/second-factor", {"code": totp.at(runtime.clock())}),
        ):
            with client.session_transaction() as cookie:
                cookie["token"] = planted
            assert step().status_code == 303
            with thief.session_transaction() as cookie:
                cookie["token"] = planted
            assert token_of(client) != planted
            assert not is_signed_in(thief)
            planted = token_of(client)
        assert is_signed_in(client)

    def test_is_over_with_its_account(self, client, office):
        sign_in(client, "other-centre")
        number = office["other-centre"].actor.account_id
        with runtime.begin() as work:
            work.session.get_one(Account, number).valid_until = work.today
        assert not is_signed_in(client)

    def test_cannot_be_given_to_another_account_in_the_database(self, client, office):
        sign_in(client, "clerk")
        with runtime.begin() as work:
            mine = WebSession.account_id == office["clerk"].actor.account_id
            work.session.execute(update(WebSession).where(mine).values(account_id=office["head"].actor.account_id))
        assert not is_signed_in(client)

    def test_keeps_no_token_on_the_server(self, client):
        sign_in(client, "clerk")
        token = token_of(client).split(".")[1]
        with runtime.reading() as session:
            rows = session.execute(select(WebSession.__table__)).all()
        assert rows
        assert token not in str(rows)

    def test_that_ended_is_deleted(self, client, later):
        sign_in(client, "clerk")
        later(hours=13)
        assert runtime.perform(SYSTEM, counting.delete_ended) >= 1

    def test_has_a_cookie_that_scripts_and_other_sites_do_not_get(self, client):
        g.pop("csrf_token", None)  # the application context of the test outlives its requests
        with client.get("/login") as answer:
            cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Domain" not in cookie


class TestForms:
    def posts(self, app):
        return [
            re.sub(r"<(?:int:)?\w+>", "1", rule.rule)
            for rule in app.url_map.iter_rules()
            if rule.endpoint.startswith("private.") and "POST" in rule.methods
        ]

    def test_are_refused_without_the_token_of_their_session(self, client, app):
        sign_in(client, "clerk")
        other = app.test_client()
        sign_in(other, "clerk")
        foreign = form_token(other)
        for path in self.posts(app):
            for token in (None, "", "x", foreign):
                data = {} if token is None else {"csrf_token": token}
                answer = client.post(path, data=data)
                assert (answer.status_code, "form-expired" in answer.text) == (400, True), path
        assert is_signed_in(client)

    def test_opened_before_signing_in_are_void_afterwards(self, client, office):
        give_password(office["clerk"])
        client.get("/login")
        before = form_token(client)
        login(client, "clerk")
        assert client.post("/logout", data={"csrf_token": before}).status_code == 400


class TestNext:
    @pytest.mark.parametrize(
        "path",
        [
            "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
            "/%09/evil.example", "/\t/evil.example", "///evil.example", "http:/evil.example", "evil.example",
            "/no-such-page", "/logout", "https:evil.example", " //evil.example", "/@evil.example", "/account\r\nX: y",
        ],
    )  # fmt: skip
    def test_leads_nowhere_but_to_own_pages(self, client, path):
        sign_in(client, "clerk")
        answer = client.get("/login", query_string={"next": path})
        assert answer.status_code == 303
        assert answer.location == client.get("/login").location

    def test_keeps_the_query_of_an_own_page(self, client):
        sign_in(client, "clerk")
        answer = client.get("/login", query_string={"next": "/account?from=x"})
        assert answer.location == "/account?from=x"


class TestPages:
    def test_are_kept_by_nobody_framed_by_nobody_and_load_nothing_from_elsewhere(self, client, app):
        paths = {
            re.sub(r"<(?:int:)?\w+>", "1", rule.rule)
            for rule in app.url_map.iter_rules()
            if rule.endpoint.startswith("private.") and "GET" in rule.methods
        }
        assert len(paths) > 40
        sign_in(client, "clerk")
        for browser in (client, new_browser(app)):  # what opens, what is not there, and what leads to signing in
            for path in paths:
                headers = browser.get(path).headers
                assert headers["Cache-Control"] == "no-store", path
                assert headers["X-Frame-Options"] == "DENY", path
                assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
                assert "default-src 'none'" in headers["Content-Security-Policy"], path
                assert "Cookie" in headers["Vary"], path

    def test_ignore_parameters_that_they_do_not_know(self, client):
        sign_in(client, "clerk")
        assert client.get("/account?from=singlemessage&isappinstalled=0").status_code == 200

    def test_of_the_public_set_no_cookie(self, client):
        for path in ("/", "/records", "/verify"):
            assert "Set-Cookie" not in client.get(path).headers

    def test_outside_of_a_role_do_not_exist(self, app, office):
        page = sessions.desk_page(Permission.AUDIT_READ, Permission.LAW_CONFIRM)(lambda: "page")
        answers = {}
        for name in ("clerk", "auditor", "security"):
            with app.test_request_context("/x"):
                cookie_of["token"] = open_session(name)
                try:
                    answers[name] = page()
                except PageUnknown as refusal:
                    answers[name] = refusal.status
        assert answers == {"clerk": 404, "auditor": "page", "security": "page"}


class TestPasswordAgain:
    def test_is_wanted_before_an_act_when_it_was_typed_ten_minutes_ago(self, client, office, later):
        give_password(office["security"])
        sign_in(client, "security")
        assert "恢复码" in post(client, "/account/recovery-codes").text
        later(minutes=11)
        assert is_signed_in(client)
        asked = post(client, "/account/recovery-codes", {"kept": "词语"})
        assert "再输入一次口令" in asked.text
        assert 'name="kept" value="词语"' in asked.text
        assert 'action="/account/recovery-codes"' in asked.text
        wrong = post(client, "/account/recovery-codes", {"password_again": "错误的口令错误的口令"})
        assert wrong.status_code == 403
        done = post(client, "/account/recovery-codes", {"password_again": PASSWORD})
        assert "离开本页后不再显示" in done.text
        assert "离开本页后不再显示" in post(client, "/account/recovery-codes").text


class TestOwnAccount:
    def test_changes_its_password_and_ends_other_sessions(self, client, app, office, later):
        later(hours=3)
        give_password(office["clerk"])
        other = app.test_client()
        sign_in(client, "clerk")
        sign_in(other, "clerk")
        before = token_of(client)
        new = {"password": "新的口令也很长很长一二三四", "again": "新的口令也很长很长一二三四"}
        assert post(client, "/account/password", new | {"current": "错误的口令错误的口令"}).status_code == 403
        assert post(client, "/account/password", new | {"current": PASSWORD}).status_code == 303
        assert is_signed_in(client)
        assert token_of(client) != before
        assert not is_signed_in(other)
        assert login(other, "clerk", new["password"]).status_code == 303

    def test_shows_the_secret_of_a_new_second_factor_to_its_owner_alone(self, client, office):
        give_password(office["clerk"])
        totp, _ = give_second_factor(office["clerk"])
        sign_in(client, "clerk")
        assert post(client, "/account/second-factor/draft").location == "/account/second-factor"
        page = client.get("/account/second-factor").text
        secret = re.search(r'密钥 <span class="code">([A-Z2-7]+)</span>', page)[1]
        assert secret != totp.secret
        shown = post(client, "/account/second-factor", {"code": pyotp.TOTP(secret).at(runtime.clock())})
        assert shown.status_code == 200
        assert client.get("/account/second-factor").status_code == 303
