import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, sync_playwright

from registry import runtime
from registry.settings import Settings
from tests.support import stores
from tests.support.applications import application
from tests.support.bureau import Bureau
from tests.support.people import Person, hire
from tests.web.browsing import ARGUMENTS, CHROMIUM, SCREENS
from tests.web.samples import TODAY


@pytest.fixture(scope="module", params=stores.STORES)
def store(
    request: pytest.FixtureRequest, templates: stores.Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of a fresh store for each file of tests: the pages only read it."""
    with templates.copy(request.param, tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture(scope="module")
def app(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A node whose clock stands still at noon of TODAY."""
    home: Path = tmp_path_factory.mktemp("node")
    with pytest.MonkeyPatch.context() as patch:
        noon = dt.datetime.combine(TODAY, dt.time(4), dt.UTC)
        patch.setattr(runtime, "clock", lambda: noon)
        unlimited = {"applications_per_hour_max": 9999, "applications_per_record_max": 9999}
        made = application(Settings(home=str(home), database_url=store, **unlimited))
        with made.app_context():
            yield made
            runtime.db.session.remove()
            runtime.db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def bureau(app: Flask) -> Iterator[Bureau]:
    """Departments and applicants at work on this node."""
    with pytest.MonkeyPatch.context() as patch:
        yield Bureau(hire(), patch)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for each file of tests."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(params=SCREENS)
def page(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Page]:
    """A page on the ``site`` of the file, on a desk and on a telephone."""
    context = browser.new_context(viewport=SCREENS[request.param], base_url=site, java_script_enabled=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser had to complain about."""
    heard: list[str] = []
    page.on(
        "console",
        lambda message: heard.append(message.text) if message.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: heard.append(str(error)))
    # A visitor who goes on before the icon has arrived breaks its request off: that is no fault of the page.
    page.on(
        "requestfailed",
        lambda request: heard.append(request.url) if request.failure != "net::ERR_ABORTED" else None,
    )
    return heard


@pytest.fixture(scope="module")
def office(app: Flask) -> dict[str, Person]:
    """Everybody has an account on this node, nobody a password."""
    return hire()


@pytest.fixture
def later(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Move the clock of the node on."""

    def move(**apart: float) -> None:
        now = runtime.clock() + dt.timedelta(**apart)
        monkeypatch.setattr(runtime, "clock", lambda: now)

    return move
