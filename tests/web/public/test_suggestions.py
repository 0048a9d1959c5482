"""Names suggested while somebody types: a piece of a page, a few names, none of what is refused."""

import re

import pytest

from registry.queries.publication.record_search import SUGGESTED_MAX
from tests.web import samples


@pytest.fixture(scope="module", autouse=True)
def published(app):
    samples.release(*(samples.body(number, name=f"盐城瀚垚{number}号<有限>公司") for number in range(1, 20)))


class TestSuggestions:
    @pytest.mark.parametrize(
        ("typed", "number"),
        [
            ("瀚垚", SUGGESTED_MAX),
            ("hanyao", SUGGESTED_MAX),
            ("hy17h", 1),
            ("hanyao17hao", 1),
            ("hanyao17hy", 0),
            ("chenghany", SUGGESTED_MAX),
            ("", 0),
        ],
    )
    def test_are_a_few_options(self, client, typed, number):
        answer = client.get("/suggestions", query_string={"q": typed})
        assert len(re.findall('role="option"', answer.text)) == number
        assert "<有限>" not in answer.text
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]

    @pytest.mark.parametrize("typed", ["320902199003074518", "瀚\u202e垚", "?q=*", "瀚" * 200])
    def test_are_none_of_what_is_refused(self, client, typed):
        answer = client.get("/suggestions", query_string={"q": typed})
        assert (answer.status_code, answer.text.strip()) == (200, "")

    def test_need_no_script_on_the_page_to_search(self, client):
        for path in ("/", "/records"):
            page = client.get(path).text
            assert 'name="q" type="search"' in page
            assert "combobox" not in page
            assert not re.findall(r"<script(?![^>]*src=\"/static/)", page)
            assert not re.findall(r"\son[a-z]+=|style=", page)
