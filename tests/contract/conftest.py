"""Fixtures: the node that the release before left, brought up to date."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from registry import runtime
from registry.commands.node import prepare
from registry.domain.permissions import SYSTEM, Role
from registry.queries.node import account_lookup
from registry.services.node import accounts
from registry.unit_of_work import UnitOfWork
from tests.support import former as release
from tests.support.bureau import Bureau
from tests.support.desk import Desk
from tests.support.people import Person


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the former node after `registry init` of today."""
    home = tmp_path_factory.mktemp("former")
    release.furnish(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "clock", lambda: release.UPGRADED)
        with release.running(home):
            prepare()
    return home


@pytest.fixture
def former(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The migrated node, a copy for each test."""
    monkeypatch.setattr(runtime, "clock", lambda: release.UPGRADED)
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    with release.running(tmp_path) as app:
        yield app


@pytest.fixture
def staff(former: Flask) -> dict[str, Person]:
    """The accounts that the former node had, with the machine keys that it gave them, and a second verifier."""
    new = accounts.NewAccount("second-verifier", Role.VERIFIER, "finance", ("procurement", "construction"), ("*",))

    def hire(work: UnitOfWork) -> Person:
        account = accounts.create(work, new)
        key = accounts.issue_key(work, account.id, new.name)
        return Person(account_lookup.actor_of(account), {"Authorization": f"Bearer {key}"})

    second = runtime.perform(SYSTEM, hire)
    with runtime.reading() as session:
        return {
            name: Person(
                account_lookup.by_name(session, name, release.UPGRADED.date()), {"Authorization": f"Bearer {key}"}
            )
            for name, key in release.kept("accounts.json").items()
        } | {new.name: second}


@pytest.fixture
def door(former: Flask, staff: dict[str, Person]) -> Desk:
    """The door of the migrated node."""
    return Desk(former.test_client(), staff)


@pytest.fixture
def office(staff: dict[str, Person], monkeypatch: pytest.MonkeyPatch) -> Bureau:
    """The migrated node's departments at work; its penalties are remembered."""
    names = {release.RECORDS[name]: filing for name, filing in release.FILINGS.items()}
    return Bureau(staff, monkeypatch, names)
