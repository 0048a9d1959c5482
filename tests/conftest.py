"""Fixtures: a real store per test, an application on it, and the people who use it."""

import gc
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from registry import runtime
from registry.cli import main
from registry.commands import common
from registry.garbage import ALLOCATIONS
from registry.settings import Settings
from tests.support import attacks, stores
from tests.support.applications import application
from tests.support.bureau import Bureau
from tests.support.desk import Desk
from tests.support.people import Person, hire, staff

# The suite is the same whenever it is run; ``HYPOTHESIS_RANDOM=1`` and the long forms look where nobody has looked yet.
hypothesis_settings.register_profile(
    "registry",
    deadline=None,
    derandomize="HYPOTHESIS_RANDOM" not in os.environ and not attacks.is_long(),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("registry")
# Thousands of tests share what they have loaded, and the collector would walk through it for each of them.
gc.set_threshold(ALLOCATIONS)


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are processors: tests of whole nodes wait for their processes."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take long, so that others run while they wait and none of them is left to the end."""
    items.sort(key=lambda item: "stories" not in item.path.parts and item.get_closest_marker("long") is None)


def pytest_configure(config: pytest.Config) -> None:
    """The controlling process starts one PostgreSQL server for all workers."""
    if hasattr(config, "workerinput") or "postgresql" not in stores.STORES or stores.SERVER_VARIABLE in os.environ:
        return
    if config.option.collectonly:
        return
    os.environ[stores.SERVER_VARIABLE], config.stash[SERVER] = stores.start_server()


def pytest_unconfigure(config: pytest.Config) -> None:
    """And stops it."""
    if folder := config.stash.get(SERVER, None):
        stores.stop_server(folder)
        del os.environ[stores.SERVER_VARIABLE]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what each part of the attack tried and found; short forms run silently."""
    if attacks.is_long():
        reports = [one for found in terminalreporter.stats.values() for one in found if hasattr(one, "when")]
        for line in attacks.lines(reports):
            terminalreporter.write_line(line)


SERVER = pytest.StashKey[Path]()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stores.Templates]:
    """Prepared stores of this process."""
    made = stores.Templates(tmp_path_factory.mktemp("template"))
    yield made
    made.drop()


@pytest.fixture(params=stores.STORES)
def store(request: pytest.FixtureRequest, templates: stores.Templates, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh store, once per kind; the people of a test that needs them are in it."""
    with templates.copy(request.param, tmp_path, staff if "people" in request.fixturenames else None) as url:
        yield url


@pytest.fixture
def settings(store: str, tmp_path: Path) -> Settings:
    """Settings of a node called ``city`` on the fresh store."""
    return Settings(home=str(tmp_path), database_url=store, node="city")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application, its context open."""
    made = application(settings)
    with made.app_context():
        yield made
        runtime.db.session.remove()
        runtime.db.engine.dispose()


@pytest.fixture
def people(app: Flask, store: str, templates: stores.Templates) -> dict[str, Person]:
    """The people of the application."""
    return dict(templates.people_in(store) or hire())  # a test may add somebody


@pytest.fixture
def client(app: Flask, people: dict[str, Person]) -> FlaskClient:
    """A test client of an application whose people exist."""
    return app.test_client()


@pytest.fixture
def desk(client: FlaskClient, people: dict[str, Person]) -> Desk:
    """The door with the people who come to it."""
    return Desk(client, people)


@pytest.fixture
def bureau(people: dict[str, Person], monkeypatch: pytest.MonkeyPatch) -> Bureau:
    """Departments and applicants at work."""
    return Bureau(people, monkeypatch)


@pytest.fixture
def attack(request: pytest.FixtureRequest) -> Iterator[attacks.Attack]:
    """What a part of the attack tries and finds, the log of this process included; named after its file."""
    made = attacks.Attack(request.path.stem.removeprefix("test_"))
    logging.getLogger().addHandler(made.log)
    yield made
    logging.getLogger().removeHandler(made.log)
    request.node.user_properties.append((attacks.PROPERTY, made.end()))


@pytest.fixture
def typed(app: Flask, people: dict[str, Person], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run a command on the test's own application; returns exit code and output."""
    monkeypatch.setattr(common, "create_node", lambda: app)

    def run(*words: object) -> tuple[int, str]:
        done = CliRunner().invoke(main, [str(word) for word in words])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return run
