"""What an officer does at a page: open it, submit one of its forms as a browser would, follow where it leads."""

import html
import re
from dataclasses import dataclass
from typing import Any

from flask import g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.signing_in import post

_MARKUP = re.compile(r"<[^>]+>")


@dataclass
class Officer:
    """Somebody at a desk."""

    client: FlaskClient

    def open(self, path: str, status: int = 200) -> TestResponse:
        """A page; no cache keeps it, whatever it answers."""
        _forget_request()
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        assert "no-store" in answer.headers["Cache-Control"]
        return answer

    def submit(self, path: str, data: dict[str, Any] | None = None, **request: Any) -> TestResponse:
        """Submit a form."""
        _forget_request()
        return post(self.client, path, data, **request)

    def follow(self, path: str, data: dict[str, Any] | None = None, **request: Any) -> TestResponse:
        """Submit a form that must be taken; the page that it leads to."""
        answer = self.submit(path, data, **request)
        assert answer.status_code == 303, text_of(answer)
        return self.open(answer.location)


def _forget_request() -> None:
    """The tests run within one application context, which a server opens anew for each request: what was read of the
    one before, who is signed in above all, must not be taken for this one's."""
    g.pop("signed_in", None)


def text_of(answer: TestResponse) -> str:
    """The words of a page."""
    return html.unescape(re.sub(r"\s+", " ", _MARKUP.sub(" ", answer.text)))


def hidden(answer: TestResponse, name: str) -> list[str]:
    """The values of the hidden fields of a name."""
    found = re.findall(rf'<input type="hidden" name="{re.escape(name)}" value="([^"]*)"', answer.text)
    return [html.unescape(value) for value in found]
