"""Fixtures: a real store per test, an application on it, and the people who use it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from registry import db
from registry.app import create_app
from registry.domain.permissions import SYSTEM, Actor, Role
from registry.queries.accounts import actor_of
from registry.services import accounts
from registry.settings import Settings
from registry.work import Work
from tests import stores

hypothesis_settings.register_profile(
    "registry",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("registry")

AUTHORITY = ("盐城市示例财政局", "11320900MA0T000010")
GRANTS = {
    "clerk": (Role.CLERK, "finance", ("procurement", "construction")),
    "verifier": (Role.VERIFIER, "finance", ("procurement", "construction")),
    "other-clerk": (Role.CLERK, "housing", ("construction",)),
    "other-verifier": (Role.VERIFIER, "housing", ("construction",)),
    "reviewer": (Role.LEGAL_REVIEWER, "finance", ("procurement", "construction")),
    "head": (Role.HEAD, "finance", ("procurement", "construction")),
    "second-clerk": (Role.CLERK, "finance", ("procurement", "construction")),
    "centre": (Role.TRADING_CENTRE, "centre", ("*",)),
    "other-centre": (Role.TRADING_CENTRE, "housing", ("*",)),
    "security": (Role.SECURITY_ADMIN, "centre", ("*",)),
    "operator": (Role.SYSTEM_ADMIN, "centre", ("*",)),
    "auditor": (Role.AUDIT_ADMIN, "centre", ("*",)),
}


def pytest_configure(config: pytest.Config) -> None:
    """The controlling process starts one PostgreSQL server for all workers."""
    if (
        hasattr(config, "workerinput")
        or "postgresql" not in stores.STORES
        or stores.SERVER_VARIABLE in os.environ
    ):
        return
    if config.option.collectonly:
        return
    os.environ[stores.SERVER_VARIABLE], config.stash[SERVER] = stores.start_server()


def pytest_unconfigure(config: pytest.Config) -> None:
    """And stops it."""
    if folder := config.stash.get(SERVER, None):
        stores.stop_server(folder)
        del os.environ[stores.SERVER_VARIABLE]


SERVER = pytest.StashKey[Path]()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stores.Templates]:
    """Prepared stores of this process."""
    made = stores.Templates(tmp_path_factory.mktemp("template"))
    yield made
    made.drop()


@pytest.fixture(params=stores.STORES)
def store(request: pytest.FixtureRequest, templates: stores.Templates, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh store, once per kind."""
    with templates.copy(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def settings(store: str, tmp_path: Path) -> Settings:
    """Settings of a node called ``city`` on the fresh store."""
    return Settings(home=str(tmp_path), database_url=store, node="city")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application, its context open."""
    made = create_app(settings)
    with made.app_context():
        yield made
        db.db.session.remove()
        db.db.engine.dispose()


@dataclass(frozen=True)
class Person:
    """Somebody with an account: as the acts see them, and as the door does."""

    actor: Actor
    headers: dict[str, str]


def hire() -> dict[str, Person]:
    """One account per role, in two departments and a trading centre of the application at hand."""
    return db.perform(SYSTEM, staff)


def staff(work: Work) -> dict[str, Person]:
    """Make the departments and their accounts."""
    for code, name, authority in (
        ("finance", AUTHORITY[0], AUTHORITY[1]),
        ("housing", "盐城市示例住房和城乡建设局", None),
        ("centre", "盐城市示例公共资源交易中心", None),
    ):
        accounts.ensure_department(work, accounts.NewDepartment(code, name, "supervisor", authority))
    made = {}
    for name, (role, department, sectors) in GRANTS.items():
        account = accounts.create(work, accounts.NewAccount(name, role, department, sectors, ("*",)))
        key = accounts.issue_key(work, account.id, name)
        made[name] = Person(actor_of(account), {"Authorization": f"Bearer {key}"})
    return made


@contextmanager
def town(
    store: str, templates: stores.Templates, folder: Path, **special: Any
) -> Iterator[tuple[dict[str, Person], pytest.MonkeyPatch]]:
    """A node on a store of its own with everybody at work, for tests that share it or bring their own days."""
    with templates.copy(store, folder) as url, pytest.MonkeyPatch.context() as patch:
        made = create_app(Settings(home=str(folder), database_url=url, node="city", **special))
        with made.app_context():
            yield db.perform(SYSTEM, staff), patch
            db.db.session.remove()
            db.db.engine.dispose()


@pytest.fixture
def people(app: Flask) -> dict[str, Person]:
    """The people of the application."""
    return hire()


@pytest.fixture
def client(app: Flask, people: dict[str, Person]) -> FlaskClient:
    """A test client of an application whose people exist."""
    return app.test_client()
