"""Read answers whole and close them, as a server does once it has sent a file."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def get(client: FlaskClient, path: str, **options: Any) -> TestResponse:
    """GET a path; the body is read, and what the answer holds open is closed."""
    with client.get(path, buffered=True, **options) as answer:
        answer.get_data()
    return answer
