"""Administrators in a real browser: an account by two persons with the keyboard alone."""

import re
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import expect

from registry import runtime
from registry.domain.permissions import SYSTEM, Role
from registry.queries.node import account_lookup
from registry.services import proposed_acts
from registry.services.node import accounts, passwords, proposals
from registry.unit_of_work import day_of
from tests.support import stores
from tests.web.accessibility import choose, press, type_into
from tests.web.browsing import needs_browser, served
from tests.web.signing_in import PASSWORD, give_password, sign_in_browser

pytestmark = needs_browser


@pytest.fixture(scope="module")
def store(templates, tmp_path_factory) -> Iterator[str]:
    """One store is enough here: a browser sees the pages, not what is behind them."""
    with templates.copy(stores.STORES[0], tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture(scope="module")
def site(app, office) -> Iterator[str]:
    second = accounts.NewAccount("second-security", Role.SECURITY_ADMIN, "centre", ("*",), ("*",))
    runtime.perform(SYSTEM, lambda work: accounts.create(work, second))
    give_password(office["security"])
    with served(app) as address:
        yield address


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def page(request, browser, site):
    """A page with and without scripts."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, base_url=site, java_script_enabled=request.param
    )
    yield context.new_page()
    context.close()


def account_of(name):
    with runtime.reading() as session:
        return account_lookup.by_name(session, name, day_of(runtime.clock()))


class TestAdministrators:
    def test_make_an_account_that_a_second_confirms_with_the_keyboard_alone(self, page, office, request):
        has_scripts = "no-script" not in request.node.callspec.id
        name = "new-by-keyboard" if has_scripts else "new-by-mouse"
        sign_in_browser(page, "security")
        page.goto("/admin/accounts")
        if not has_scripts:  # without them nothing can tell where the focus is: the same by mouse
            page.get_by_role("link", name="设立账号").click()
            self._fill(page, name)
            page.get_by_role("button", name="提出").click()
        else:
            press(page, page.get_by_role("link", name="设立账号"))
            press(page, page.get_by_role("button", name="提出"))  # one mistake: nothing typed; the browser says so
            expect(page).to_have_url(re.compile(r"/new$"))
            type_into(page, page.locator("#name"), name)
            choose(page, page.locator("#role"), "clerk")
            choose(page, page.locator("#department"), "finance")
            press(page, page.get_by_role("button", name="提出"))
        page.get_by_text("这是您提出的，须由另一人确认。").wait_for()
        address = page.url
        sign_in_browser(page, "second-security")
        page.goto(address)
        expect(page.get_by_text(name).first).to_be_visible()
        if has_scripts:
            press(page, page.get_by_role("button", name="确认，立即办理"))
        else:
            page.get_by_role("button", name="确认，立即办理").click()
        page.get_by_text("已确认：设立账号").wait_for()
        page.goto("/admin/accounts")
        expect(page.get_by_role("link", name=name)).to_be_visible()

    def _fill(self, page, name):
        page.locator("#name").fill(name)
        page.locator("#role").select_option("clerk")
        page.locator("#department").select_option("finance")


class TestSigningIn:
    def test_takes_a_code_from_the_shell_to_the_first_page(self, page, office, request):
        name = "head" if "no-script" in request.node.callspec.id else "reviewer"
        code, second = passwords.draw_code(), account_of("second-security")
        proposer = office["security"].actor
        number = runtime.perform(proposer, lambda work: proposed_acts.propose_password_code(work, name, code).id)
        runtime.perform(second, lambda work: proposals.confirm(work, proposed_acts.ACTS, number)[0].state)
        page.goto("/login")
        page.get_by_role("link", name="第一次登录").click()
        page.get_by_label("账号").fill(name)
        page.get_by_label("设置码").fill(f"{code[:8]} {code[8:].lower()}")
        page.get_by_label("新口令").fill("short")
        page.get_by_label("再输入一次").fill("short")
        page.get_by_role("button", name="设置").click()
        page.get_by_role("alert").get_by_text("新口令至少 12 个字符").wait_for()
        expect(page.get_by_label("账号")).to_have_value(name)
        page.get_by_label("新口令").fill(PASSWORD)
        page.get_by_label("再输入一次").fill(PASSWORD)
        page.get_by_role("button", name="设置").click()
        page.get_by_text("口令已设置，请登录。").wait_for()
        page.get_by_label("账号").fill(name)
        page.get_by_label("口令", exact=False).first.fill(PASSWORD)
        page.get_by_role("button", name="继续").click()
        page.get_by_role("heading", name="设置验证器").wait_for()
        secret = re.search(r"密钥 ([A-Z2-7]+)", page.locator("main").inner_text())[1]
        page.get_by_label("验证码").fill(pyotp.TOTP(secret).at(runtime.clock()))
        page.get_by_role("button", name="启用").click()
        page.get_by_role("heading", name="恢复码").wait_for()
        expect(page.get_by_role("list", name="恢复码").get_by_role("listitem")).to_have_count(10)
        page.get_by_role("link", name="已经记下").click()
        page.get_by_role("button", name="退出").click()
        page.get_by_text("已退出登录。").wait_for()
