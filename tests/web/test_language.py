"""The English pages under their path: what leads there, what stays Chinese, what has one address only."""

import io
from collections.abc import Iterator

import pytest
from flask import url_for
from lxml import html

from registry import runtime
from registry.printing import receipt_pdf
from registry.web import language
from tests.support import stores
from tests.web import samples
from tests.web.public.test_pages import receipt
from tests.web.untranslated import untranslated


@pytest.fixture(scope="module")
def store(templates, tmp_path_factory) -> Iterator[str]:
    """One store is enough here: the language changes no question."""
    with templates.copy(stores.STORES[0], tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture(scope="module", autouse=True)
def published(app) -> None:
    samples.release(samples.body(1, name="盐城市亭湖区瀚垚建设工程有限公司"))


class TestEnglish:
    def test_record_keeps_names_and_law_in_chinese_and_says_so(self, client):
        page = html.fromstring(client.get(f"/en/records/{samples.record_id(1)}").text)
        assert page.xpath("//h1//*[@lang='zh']/text()") == ["盐城市亭湖区瀚垚建设工程有限公司"]
        terms = {term.text_content(): term.getnext().text_content() for term in page.xpath("//dt")}
        assert terms["Kinds of penalty"] == "fine"
        assert terms["Fine"] == "8,600.00 yuan (0.860000 × 10,000 yuan)"
        assert "第七十七条" in terms["Basis of the penalty"]

    @pytest.mark.parametrize(
        "path",
        ["/login", "/desk?state=x", "/api/v1/records?limit=1", "/static/site.css", "/records.atom", "/robots.txt"],
    )
    def test_has_no_address_for_what_has_no_language(self, client, path):
        answer = client.get(f"/en{path}")
        assert (answer.status_code, answer.location) == (308, path)

    def test_page_that_is_not_there_is_said_in_english(self, client):
        answer = client.get("/en/nothing", headers={"Accept": "text/html"})
        assert answer.status_code == 404
        assert "There is no such page" in answer.text

    @pytest.mark.parametrize(("prefix", "words"), [("", "请稍后再试"), ("/en", "please try again later")])
    def test_page_of_a_failure_is_in_the_look_and_language_of_the_site(self, app, client, monkeypatch, prefix, words):
        monkeypatch.setitem(app.view_functions, "web.audit_summary", lambda: 1 // 0)
        answer = client.get(f"{prefix}/audit", headers={"Accept": "text/html"})
        assert (answer.status_code, answer.mimetype) == (500, "text/html")
        assert words in answer.text
        assert 'class="masthead' in answer.text

    def test_link_to_the_other_language_repeats_no_number_of_a_person(self, client):
        assert "/en/hotline?q=%E7%80%9A%E5%9E%9A" in client.get("/hotline?q=瀚垚").text
        assert "32090219800101001X" not in client.get("/hotline?q=32090219800101001X").text

    def test_is_a_state_of_its_own_for_caches_by_its_address(self, client):
        chinese, english = client.get("/records"), client.get("/en/records")
        assert chinese.headers["ETag"] == english.headers["ETag"]
        assert "Cookie" not in english.headers.get("Vary", "")
        assert english.text != chinese.text


class TestEnglishWords:
    """What the product itself says of a record, a receipt and a mistake is said in English."""

    @pytest.mark.parametrize("is_printed", [False, True])
    def test_what_a_receipt_proves(self, client, is_printed):
        data = receipt(runtime.keys().signer)
        if is_printed:
            data = receipt_pdf.render(data, "https://registry.example/", language="en")
        answer = client.post("/en/verify", data={"receipt": (io.BytesIO(data), "receipt")})
        assert answer.status_code == 200
        assert "As of entry 1, nothing was found" in answer.text
        assert list(untranslated(html.fromstring(answer.text))) == []

    def test_why_a_receipt_is_refused(self, client):
        changed = receipt(runtime.keys().signer).replace(b"no_record", b"on_record")
        answer = client.post(
            "/en/verify", data={"receipt": (io.BytesIO(changed), "receipt")}, headers={"Accept": "text/html"}
        )
        assert answer.status_code == 422
        assert "The verdicts do not belong to their root hash" in answer.text
        assert 'lang="zh"' not in answer.text.split("<main")[1].split("</main")[0]

    def test_sentence_of_the_hotline(self, client):
        page = html.fromstring(client.get("/en/hotline", query_string={"q": "瀚垚"}).text)
        [sentence] = page.xpath("//a[@class='answer']/bdi")
        assert sentence.xpath("string(.//*[@lang='zh'])") == "盐城市亭湖区瀚垚建设工程有限公司"
        assert "on 2026-10-01: administrative penalty" in sentence.text_content().lower()
        assert "published until 2027-09-30." in sentence.text_content()

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("q=32090219800101001X", "do not search by identity"),
            ("q=a*b", "Wildcards"),
            ("on=1", "written like 2026-01-31"),
            ("sector=x", "There is no such code"),
            ("state=x", "state should be one of"),
        ],
    )
    def test_what_would_be_right_to_search_for(self, client, typed, words):
        answer = client.get(f"/en/records?{typed}", headers={"Accept": "text/html"})
        assert answer.status_code == 422
        assert words in answer.text
        assert list(untranslated(html.fromstring(answer.text))) == []


class TestCachedUrlFor:
    @pytest.mark.parametrize("root", ["", "/en"])
    @pytest.mark.parametrize(
        "values",
        [
            {},
            {"sector": "procurement"},
            {"q": "瀚垚 a/b:c?@!$'()*,;&=+%#", "year": "2026"},
            {"q": "司", "state": "disputed", "next": "12.2026-11-29.7.ab"},
            {"q": "司", "page": None},
        ],
    )
    def test_is_what_url_for_gives(self, app, root, values):
        with app.test_request_context("/records", base_url=f"http://localhost{root}"):
            assert language.cached_url_for("web.records", **values) == url_for("web.records", **values)
