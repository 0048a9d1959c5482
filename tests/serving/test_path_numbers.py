"""Numbers in paths: what no row can have is an unknown address, not an error of the program."""

import pytest
from flask import Flask

from registry.serving import path_numbers


@pytest.mark.parametrize("text", ["9223372036854775808", "1" * 16, "9" * 5000, "٣", "１", "-1", "1_0"])
def test_that_no_row_has_are_unknown(text):
    app = Flask(__name__)
    path_numbers.init_app(app)
    app.add_url_rule("/<int:number>", view_func=lambda number: f"{number}")
    client = app.test_client()
    assert client.get(f"/{text}").status_code == 404
    assert client.get("/12").text == "12"


def test_are_read_so_by_every_route(app):
    converters = [one for rule in app.url_map.iter_rules() for one in rule._converters.values()]
    numbers = [one for one in converters if hasattr(one, "num_convert")]
    assert numbers
    assert {type(one) for one in numbers} == {path_numbers.PathNumber}
