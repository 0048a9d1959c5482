"""A passkey of a virtual authenticator in a real browser: registered, proven, and not needed without scripts."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from registry import runtime
from tests.support import stores
from tests.web.accessibility import violations
from tests.web.browsing import needs_browser, served
from tests.web.signing_in import PASSWORD, give_password, give_second_factor, sign_in_browser

pytestmark = needs_browser


@pytest.fixture(scope="module")
def store(templates, tmp_path_factory) -> Iterator[str]:
    """One store is enough here: a browser sees the pages, not what is behind them."""
    with templates.copy(stores.STORES[0], tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture(scope="module")
def site(app) -> Iterator[str]:
    """The address by a name: passkeys are not bound to numbers."""
    with served(app) as address:
        named = address.replace("127.0.0.1", "localhost")
        app.extensions["registry_settings"] = replace(runtime.settings(), base_url=named)
        yield named


def type_password(page, name):
    page.goto("/login")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="继续").click()


class TestPasskey:
    def test_is_registered_and_signs_in_beside_the_code_which_needs_no_script(self, browser, site, office):
        give_password(office["clerk"])
        _, codes = give_second_factor(office["clerk"])
        context = browser.new_context(base_url=site)
        page = context.new_page()
        heard: list[str] = []
        page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
        device = context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
        device.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}})

        sign_in_browser(page, "clerk")
        page.goto("/account/passkeys")
        assert violations(page) == []
        page.fill("[name=name]", "办公室电脑")
        page.get_by_role("button", name="添加通行密钥").click()
        page.get_by_text("已添加通行密钥").wait_for()
        expect(page.get_by_text("办公室电脑", exact=True)).to_be_visible()

        page.get_by_role("button", name="退出").click()
        type_password(page, "clerk")
        assert violations(page) == []
        page.get_by_role("button", name="用通行密钥登录").click()
        page.wait_for_url("**/desk")
        assert heard == []
        context.close()

        plain = browser.new_context(base_url=site, java_script_enabled=False).new_page()
        type_password(plain, "clerk")
        expect(plain.get_by_role("button", name="用通行密钥登录")).to_be_hidden()
        plain.fill("[name=code]", codes[0])
        plain.get_by_role("button", name="登录", exact=True).click()
        expect(plain).to_have_url(f"{site}/desk")
