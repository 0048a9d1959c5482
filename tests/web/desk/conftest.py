"""Officers at their desks: signed-in browsers on one node for each file of tests."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.bureau import Bureau
from tests.web.desk.walking import Officer
from tests.web.signing_in import sign_in

OfficerOf = Callable[[str], Officer]


@pytest.fixture
def officer(app: Flask, bureau: Bureau) -> OfficerOf:
    """An officer by the name of the account, signed in."""

    def seat(name: str) -> Officer:
        client: FlaskClient = app.test_client()
        sign_in(client, name)
        return Officer(client)

    return seat
