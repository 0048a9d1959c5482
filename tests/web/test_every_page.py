"""Every page that the URL map knows, with something on it: what axe finds, its weight, its width, whom it asks.

One node, one browser, one session per account; a page is loaded once and seen on a desk and on a telephone, in light
colours and in dark ones, in Chinese and in English. Almost all the time of axe goes into contrast: texts of the same
colours and size on the same grounds contrast alike, so that each such kind is measured once (``contrast.js``). With
``AXE_CONTRAST=all`` every text of every page is measured.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, g
from lxml import html
from playwright.sync_api import Browser, Page, Request, ViewportSize

from registry import runtime
from registry.settings import DEMO_FILE, Settings
from tests.support import stores
from tests.support.applications import application
from tests.support.bureau import Bureau
from tests.support.people import hire
from tests.web import furnished
from tests.web.browsing import needs_browser, served, width_beyond_screen
from tests.web.furnished import Visit
from tests.web.signing_in import sign_in, sign_in_browser
from tests.web.untranslated import untranslated

BYTES_MAX = 100_000
SCREENS: tuple[ViewportSize, ...] = (ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844))
SCHEMES: tuple[Literal["dark", "light"], ...] = ("light", "dark")
NO_CONTRAST = {"resultTypes": ["violations"], "preload": False, "rules": {"color-contrast": {"enabled": False}}}
CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
EXPLORER = "/api/v1/docs/explorer"
RUN = """async options => (await axe.run(options)).violations.map(
    rule => `${rule.id}: ${rule.nodes[0].html.slice(0, 120)} ${rule.nodes[0].failureSummary.slice(0, 200)}`)"""


@pytest.fixture(scope="module")
def store(templates, tmp_path_factory) -> Iterator[str]:
    """One store is enough here: a browser sees the pages, not what is behind them."""
    with templates.copy(stores.STORES[0], tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture(scope="module")
def app(store, tmp_path_factory) -> Iterator[Flask]:
    """A node of the demo, which has all pages."""
    home: Path = tmp_path_factory.mktemp("node")
    (home / DEMO_FILE).touch()
    made = application(Settings(home=str(home), database_url=store, demo=1, applications_per_hour_max=9999))
    made.config["PROPAGATE_EXCEPTIONS"] = False
    with made.app_context():
        yield made
        runtime.db.session.remove()
        runtime.db.engine.dispose()


@pytest.fixture(scope="module")
def values(app) -> Iterator[dict[str, str]]:
    """What is on the pages."""
    with pytest.MonkeyPatch.context() as patch:
        bureau = Bureau(hire(), patch)
        bureau.go(furnished.samples.TODAY)
        yield furnished.furnish(app, bureau)


class Walk:
    """A browser on its way through pages. ``loaded``: the bytes of whatever it loaded, by address; ``measured``: the
    kinds of text whose contrast it has measured."""

    def __init__(self, page: Page, loaded: dict[str, int], measured: set[str]) -> None:
        self.page, self.loaded, self.measured = page, loaded, measured

    def look(self, visit: Visit) -> list[str]:
        """What is wrong with a page."""
        answer = self.page.goto(visit.path)
        assert answer is not None
        own = "/".join(self.page.url.split("/")[:3]) + "/"
        wrong = [f"asks {address}" for address in self.loaded if not address.startswith((own, "data:"))]
        parts = self.page.evaluate(
            "[...document.querySelectorAll('link[rel=stylesheet], script[src]')].map(e => e.href || e.src)"
        )
        weight = sum(self.loaded[address] for address in (answer.url, *parts))
        if weight > BYTES_MAX:
            wrong.append(f"weighs {weight} bytes")
        if visit.button:
            submit(self.page, visit)
        for screen in SCREENS:
            self.page.set_viewport_size(screen)
            wrong += [f"{screen['width']} {found}" for found in self._see(screen)]
        return [f"{visit.path} {one}" for one in wrong]

    def _see(self, screen: ViewportSize) -> list[str]:
        """What is wrong with a page on a screen: by its elements and places, and by each scheme of colours."""
        wrong = self.page.evaluate(RUN, NO_CONTRAST)
        if width_beyond_screen(self.page) > 0:
            wrong.append("wider than the screen")
        for scheme in SCHEMES:
            self.page.emulate_media(color_scheme=scheme)
            known = [] if os.environ.get("AXE_CONTRAST") == "all" else list(self.measured)
            kinds, found = self.page.evaluate(CONTRAST, known)
            self.measured.update(kinds)
            wrong += [f"{scheme} {one}" for one in found]
        return wrong


def submit(page: Page, visit: Visit) -> None:
    """Hand a form in as it is, past what the browser would ask for."""
    page.evaluate("for (const form of document.forms) form.noValidate = true")
    if visit.box:
        page.locator(visit.box).first.check()
    with page.expect_navigation():
        page.get_by_role("button", name=visit.button).click()


@contextmanager
def opened(browser: Browser, site: str, account: str | None) -> Iterator[tuple[Page, dict[str, int]]]:
    """A page of somebody's, with axe in it, and what it loads."""
    context = browser.new_context(base_url=site, reduced_motion="reduce")
    context.add_init_script(Axe().axe_script)
    page, loaded = context.new_page(), {}

    def note(request: Request) -> None:
        if not loaded.get(request.url):  # from the cache of the browser, it weighs the same
            loaded[request.url] = request.sizes()["responseBodySize"]

    page.on("request", lambda request: loaded.setdefault(request.url, 0))
    page.on("requestfinished", note)
    if account:
        sign_in_browser(page, account)
    yield page, loaded
    context.close()


class TestEnglish:
    def test_leaves_nothing_of_a_public_page_in_chinese_that_does_not_say_so(self, app, values):
        client, found = app.test_client(), {}
        for visit in furnished.public_visits(app, values):
            answer = client.get(f"/en{visit.path}", headers={"Accept": "text/html"})
            page = html.fromstring(answer.text)
            assert (page.get("lang"), answer.mimetype) == ("en", "text/html"), visit
            if texts := list(untranslated(page)):
                found[visit.path] = texts
        assert found == {}

    def test_is_one_link_away_and_back_on_every_public_page(self, app, values):
        client = app.test_client()
        for visit in furnished.public_visits(app, values):
            for path in (visit.path, f"/en{visit.path}"):
                answer = client.get(path, headers={"Accept": "text/html"})
                [link] = html.fromstring(answer.text).xpath("//a[@class='language']")
                other = client.get(link.get("href"), headers={"Accept": "text/html"})
                assert html.fromstring(other.text).get("lang") == link.get("hreflang"), path
                if answer.status_code == 200:
                    assert client.get(other.request.full_path).status_code == 200
                    assert {answer.request.path, other.request.path} == {
                        visit.path.split("?")[0],
                        f"/en{visit.path.split('?')[0]}",
                    }


class TestParameters:
    def test_that_a_page_does_not_know_change_nothing(self, app, values):
        client = app.test_client()
        for visit in furnished.public_visits(app, values):
            plain, added = (client.get(path) for path in (visit.path, furnished.with_strange_parameters(visit.path)))
            assert (added.status_code, added.text) == (plain.status_code, plain.text), visit

    def test_that_a_page_does_not_know_never_refuse_a_private_one(self, app, values):
        refused = set[str]()
        for account, seen in groupby(furnished.private_visits(app, values), key=lambda visit: visit.account):
            client = app.test_client()
            if account:
                sign_in(client, account)
            for visit in seen:
                g.pop("signed_in", None)
                plain, added = (
                    client.get(path)
                    for path in (
                        visit.path,
                        f"{visit.path}{'&' if '?' in visit.path else '?'}from=groupmessage&isappinstalled=0",
                    )
                )
                assert added.status_code == plain.status_code, visit
                refused |= {visit.path} if plain.status_code != 200 else set()
        # Single sign-on is not set up.
        assert {path for path in refused if not path.startswith("/login/single-sign-on")} == {furnished.NOWHERE}


@pytest.mark.long
@needs_browser
class TestPage:
    def test_has_nothing_that_axe_finds_is_light_fits_and_asks_nobody_else(self, app, browser, values):
        public = furnished.public_visits(app, values)
        english = (Visit(f"/en{visit.path}") for visit in public)
        visits = [*public, *english, *furnished.private_visits(app, values), *furnished.submissions(values)]
        visits.sort(key=lambda visit: visit.account or "")
        wrong: list[str] = []
        measured: set[str] = set()
        with served(app) as site:
            for account, seen in groupby(visits, key=lambda visit: visit.account):
                with opened(browser, site, account) as (page, loaded):
                    walk = Walk(page, loaded, measured)
                    for visit in seen:
                        wrong += walk.look(visit)
        assert not wrong, "\n".join(wrong)


class TestExplorer:
    """Swagger UI, a page for developers: it is no part of the walk, since its markup and its weight are not ours."""

    def test_is_linked_from_the_description_of_the_api_and_without_a_script_leads_back(self, app):
        client = app.test_client()
        assert EXPLORER in client.get("/api/v1/docs").text
        page = html.fromstring(client.get(EXPLORER).text)
        assert page.xpath("//noscript//a/@href") == ["/api/v1/docs"]

    @needs_browser
    def test_shows_the_operations_under_our_policy_and_asks_nobody_else(self, app, browser):
        with served(app) as site:
            page = browser.new_page(base_url=site)
            errors: list[str] = []
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto(EXPLORER)
            operations = page.locator(".opblock-tag")
            operations.first.wait_for()
            assert operations.count() > 5
            page.locator("#explorer .opblock-tag").first.click()
            page.locator(".opblock").first.wait_for()
            page.close()
        assert [address for address in asked if not address.startswith((site, "data:"))] == []
        assert errors == []
