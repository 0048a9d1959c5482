"""The doors, by HTTP and by command, and the bureau below them."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from registry.cli import main
from registry.commands import common
from tests.conftest import Person
from tests.factories.bureau import Bureau
from tests.factories.desk import Desk


@pytest.fixture
def desk(client: FlaskClient, people: dict[str, Person]) -> Desk:
    """The door with the people who come to it."""
    return Desk(client, people)


@pytest.fixture
def bureau(people: dict[str, Person], monkeypatch: pytest.MonkeyPatch) -> Bureau:
    """Departments and applicants at work."""
    return Bureau(people, monkeypatch)


@pytest.fixture
def typed(
    app: Flask, people: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str]]:
    """Run a command on the test's own application; returns exit code and output."""
    monkeypatch.setattr(common, "create_app", lambda: app)

    def run(*words: object) -> tuple[int, str]:
        done = CliRunner().invoke(main, [str(word) for word in words])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return run
