"""Single sign-on: it stands for the password of an account that exists, and every other answer opens nothing."""

import time
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc.jwk import ECKey
from sqlalchemy import select

from registry import runtime
from registry.models import Account, AuditEvent
from tests.support import stores
from tests.support.identity_provider import CLIENT, SECRET, serving
from tests.web.signing_in import (
    give_password,
    give_second_factor,
    is_signed_in,
    new_browser,
    open_session,
    post,
    token_of,
)

START, RETURN = "/login/single-sign-on", "/login/single-sign-on/return"


@pytest.fixture(scope="module")
def store(templates, tmp_path_factory):
    """One store is enough here: what is asked of it is what signing in asks."""
    with templates.copy(stores.STORES[0], tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture(scope="module")
def provider(app, office, tmp_path_factory):
    """The provider of the node; the clerk has a password and a second factor, the head a password alone."""
    secret = tmp_path_factory.mktemp("secret") / "client"
    secret.write_text(SECRET + "\n")
    give_password(office["clerk"])
    give_password(office["head"])
    with serving() as made:
        app.extensions["registry_settings"] = replace(
            runtime.settings(),
            oidc_issuer=made.issuer,
            oidc_client_id=CLIENT,
            oidc_client_secret_file=str(secret),
            oidc_account_claim="preferred_username",
        )
        made.totp, _ = give_second_factor(office["clerk"])
        yield made


@pytest.fixture
def truthful(provider):
    """The provider, which tells the truth until a test has it lie."""
    provider.name, provider.claims, provider.signs_with = "clerk", {}, None
    return provider


@pytest.fixture
def client(app, truthful):
    return new_browser(app)


def come_back(client, next_page=None):
    """Go to the provider and come back with its answer: the address that the provider sent the browser to."""
    sent = client.get(START, query_string={"next": next_page} if next_page else None)
    assert sent.status_code == 302
    back = requests.get(sent.location, allow_redirects=False, timeout=10).headers["Location"]
    assert back.startswith(runtime.settings().base_url + RETURN)
    return f"{RETURN}?{urlsplit(back).query}"


class TestSingleSignOn:
    def test_stands_for_the_password_and_leads_on_to_the_second_factor(self, client, truthful):
        answer = client.get(come_back(client, "/account/password"))
        assert answer.location == "/login/second-factor?next=/account/password"
        assert not is_signed_in(client)
        code = truthful.totp.at(runtime.clock())
        assert post(client, answer.location, {"code": code}).location == "/account/password"
        assert is_signed_in(client)

    def test_gives_the_browser_a_new_token(self, client, truthful):
        with client.session_transaction() as cookie:
            cookie["token"] = planted = open_session("verifier", is_complete=False)
        client.get(come_back(client))
        assert token_of(client) != planted

    def test_asks_with_state_nonce_and_a_challenge_that_are_new_each_time(self, client, truthful):
        asked = [parse_qs(urlsplit(client.get(START).location).query) for _ in range(2)]
        assert asked[0]["code_challenge_method"] == ["S256"]
        for name in ("state", "nonce", "code_challenge"):
            assert asked[0][name] != asked[1][name]

    def test_leads_back_to_own_pages_only(self, client, truthful):
        assert client.get(come_back(client, "https://evil.example")).location == "/login/second-factor"


class TestRefusals:
    def refused(self, client, address):
        answer = client.get(address)
        assert (answer.status_code, "sign-in-failed" in answer.text or "没有登录" in answer.text) == (403, True)
        assert not is_signed_in(client)
        assert client.get("/login/second-factor").status_code == 303
        return answer

    @pytest.mark.parametrize("name", ["nobody-here", "verifier", "head", "", 7, None, ["clerk"]])
    def test_of_whoever_has_no_account_with_both_factors_here_and_nothing_is_made(self, client, truthful, name):
        def accounts():
            with runtime.reading() as session:
                return session.scalars(select(Account.name)).all()

        before = accounts()
        truthful.name = name
        self.refused(client, come_back(client))
        assert accounts() == before
        with runtime.reading() as session:
            assert "access.sign-in-failed" in session.scalars(select(AuditEvent.act)).all()

    @pytest.mark.parametrize(
        "claims",
        [{"iss": "https://evil.example"}, {"aud": "another"}, {"nonce": "x"}, {"exp": int(time.time()) - 999}],
        ids=lambda claims: next(iter(claims)),
    )
    def test_of_a_token_that_is_not_for_this_sign_in(self, client, truthful, claims):
        truthful.claims = claims
        self.refused(client, come_back(client))

    def test_of_a_token_that_another_key_signed(self, client, truthful):
        truthful.signs_with = ECKey.generate_key("P-256", {"kid": "1"})
        self.refused(client, come_back(client))

    def test_of_an_answer_that_another_browser_asked_for(self, client, app, truthful):
        self.refused(client, come_back(new_browser(app)))

    def test_of_an_answer_that_came_before(self, client, truthful):
        address = come_back(client)
        client.get(address)
        post(client, "/logout")
        self.refused(client, address)

    @pytest.mark.parametrize("query", ["", "?error=access_denied", "?code=x&state=y"])
    def test_of_an_answer_to_nothing(self, client, truthful, query):
        self.refused(client, RETURN + query)


class TestLeaving:
    def test_leads_to_where_the_provider_ends_its_session(self, client, truthful):
        location = client.get("/login/single-sign-on/end").location
        assert location.startswith(f"{truthful.issuer}/leave?")
        assert parse_qs(urlsplit(location).query)["client_id"] == [CLIENT]


class TestWithoutProvider:
    def test_has_no_such_pages(self, client, app, monkeypatch):
        for changes in ({"oidc_client_id": ""}, {"oidc_issuer": "http://provider.example"}):
            changed = replace(runtime.settings(), **changes)
            monkeypatch.setitem(app.extensions, "registry_settings", changed)
            assert [client.get(path).status_code for path in (START, RETURN, f"{START}/end")] == [404] * 3
            assert "统一身份认证" not in client.get("/login").text

    def test_that_answers_says_so_and_leaves_the_password(self, client, app, monkeypatch):
        monkeypatch.setitem(
            app.extensions, "registry_settings", replace(runtime.settings(), oidc_issuer="http://127.0.0.1:9")
        )
        monkeypatch.delitem(app.extensions, "registry_single_sign_on", raising=False)
        answer = client.get(START)
        assert (answer.status_code, "统一身份认证暂不可用" in answer.text) == (503, True)
        monkeypatch.delitem(app.extensions, "registry_single_sign_on", raising=False)
