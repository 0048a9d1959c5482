"""The desk of the HTTP door."""

import pytest
from flask.testing import FlaskClient

from tests.conftest import Person
from tests.factories.desk import Desk


@pytest.fixture
def desk(client: FlaskClient, people: dict[str, Person]) -> Desk:
    """The door with the people who come to it."""
    return Desk(client, people)
