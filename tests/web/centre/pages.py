"""Read the pages of a trading centre as a browser does."""

import re
from typing import Any

from flask import Flask, g
from flask.testing import FlaskClient
from lxml import html

from tests.web.signing_in import sign_in


def browser_of(app: Flask, name: str | None) -> FlaskClient:
    """Another browser, signed in as somebody or as nobody. The tests share one application context, in which what a
    request found out about its session would stay."""
    for kept in list(g):
        g.pop(kept)
    client = app.test_client()
    if name is not None:
        sign_in(client, name)
    return client


def filled(text: str, action: str) -> dict[str, Any]:
    """What the form of an address would submit as it stands, by field; files are left out."""
    [form] = [form for form in html.fromstring(text).forms if form.get("action") == action]
    values: dict[str, Any] = {}
    for name, value in form.form_values():
        values.setdefault(name, []).append(value)
    return {name: value for name, value in values.items() if name != "csrf_token"}


def verdicts(text: str) -> list[tuple[str, str]]:
    """The verdict and the party of each line, as they stand on the page of a check."""
    lines = html.fromstring(text).xpath("//article")
    return [(line.xpath(".//h3/span")[0].text_content(), line.xpath(".//h3/bdi")[0].text_content()) for line in lines]


def reviews(text: str) -> list[int]:
    """The numbers of the reviews on the page of a check."""
    return sorted({int(number) for number in re.findall(r'/reviews/(\d+)"', text)})
