"""The desk of the HTTP door, and the bureau below it."""

import pytest
from flask.testing import FlaskClient

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
