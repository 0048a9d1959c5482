import datetime as dt
import hashlib
import io
import re

import pytest
from sqlalchemy import text

from registry import runtime
from registry.domain.checks import receipts
from registry.keys.signing import Signer
from tests.web import samples

FACTS = receipts.Facts(
    check="c-1",
    issuer="local",
    instant=dt.datetime(2026, 11, 22, 1, tzinfo=dt.UTC),
    on=samples.TODAY,
    entry=1,
    root=None,
    tender=None,
    requester="centre-1",
    complete=True,
    stale=(),
    matcher="1",
    rules="1",
    law="ab" * 32,
    sector="procurement",
    must_tender=True,
)
LINE = {"ref": "1", "name": "盐城<b>虚构</b>有限公司", "verdict": "no_record", "reasons": []}


@pytest.fixture(scope="module", autouse=True)
def published(app):
    samples.release(samples.body(1, name="盐城瀚垚建设工程有限公司"))


def receipt(signer):
    return receipts.build(receipts.statement(FACTS, [LINE], bytes(32)), signer.sign, signer.key_id)


def upload(client, data):
    return client.post("/verify", data={"receipt": (io.BytesIO(data), "receipt.json")})


class TestEveryPage:
    PATHS = ("/", "/records", "/sectors/procurement", "/behaviours", "/law", "/verify", "/reports", "/audit")

    @pytest.mark.parametrize("path", [*PATHS, "/records?on=1", "/records/none", "/static/site.css"])
    def test_carries_the_security_headers(self, client, path):
        with client.get(path) as answer:
            headers = answer.headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"

    @pytest.mark.parametrize("path", PATHS)
    def test_is_chinese_has_landmarks_and_loads_nothing_from_elsewhere(self, client, path):
        page = client.get(path).text
        for part in ('<html lang="zh-CN">', "<main", "<header", "<footer", 'href="#main"', "<h1"):
            assert part in page
        assert "<script" not in page.replace('<script src="/static/', "")
        assert "//" not in page.replace("</", "")

    @pytest.mark.parametrize("path", PATHS)
    def test_can_be_revalidated(self, client, path):
        tag = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


class TestHome:
    def test_shows_sectors_with_counts_and_the_ledger(self, client):
        page = client.get("/").text
        assert page.count("/sectors/") == 7
        assert "公示中 1 条" in page
        assert "第 1 号" in page
        assert "/api/v1/docs" in page

    def test_shows_what_was_published_within_a_week_but_no_natural_person(self, client):
        days = (0, 6, 7)
        bodies = [
            samples.body(
                70 + days_ago,
                name=f"盐城近{days_ago}日有限公司",
                visible_from=str(samples.TODAY - dt.timedelta(days_ago)),
            )
            for days_ago in days
        ]
        person = samples.body(60, name="卞子墨", visible_from=str(samples.TODAY))
        person["subject"]["kind"] = "natural_person"
        samples.release(*bodies, person)
        page = client.get("/").text
        assert [f"盐城近{days_ago}日" in page for days_ago in days] == [True, True, False]
        assert "卞子墨" not in page


class TestShareCard:
    def test_tells_of_a_record_but_not_who_a_natural_person_is(self, client):
        person = samples.body(61, name="卞子墨")
        person["subject"]["kind"] = "natural_person"
        samples.release(samples.body(62, name='盐城"瀚垚"有限公司'), person)
        cards = [
            dict(re.findall(r'<meta property="og:([a-z_]+)" content="([^"]*)">', client.get(path).text))
            for path in ("/", *(f"/records/{samples.record_id(number)}" for number in (62, 61)))
        ]
        assert all({"title", "description", "site_name", "type"} <= card.keys() for card in cards)
        assert "瀚垚" in cards[1]["title"] and "住房和城乡建设局" in cards[1]["description"]
        assert cards[1]["url"].endswith(f"/records/{samples.record_id(62)}")
        assert "卞子墨" not in str(cards)


class TestSector:
    def test_shows_duty_catalogue_and_newest_records(self, client):
        page = client.get("/sectors/procurement").text
        for part in ("市财政局", "应当公开", "公开事项目录", "瀚垚", "/records?sector=procurement"):
            assert part in page

    def test_is_not_found_when_unknown(self, client):
        answer = client.get("/sectors/unknown")
        assert answer.status_code == 404
        assert "sector-unknown" in answer.text


class TestReferencePages:
    def test_behaviours_mark_the_inactive_category(self, client):
        page = client.get("/behaviours").text
        assert all(f"{code} " in page for code in ("N1", "N2", "N3", "N4"))
        assert page.count("不启用</span>") == 1
        assert "behaviour=N1-01" in page
        assert "behaviour=N4-01" not in page

    def test_law_names_sources_and_marks_what_is_unconfirmed(self, client):
        page = client.get("/law").text
        assert all(f'<th scope="row">B{number}</th>' in page for number in range(1, 16))
        assert all(f'<th scope="row">D{number:02}</th>' in page for number in range(1, 35))
        assert page.count(">未核实</strong>") > 5
        assert "政府采购法（2014修正）第七十七条" in page


class TestVerify:
    def test_tells_what_an_own_receipt_proves(self, client):
        answer = upload(client, receipt(runtime.keys().signer))
        assert answer.status_code == 200
        assert "回执有效" in answer.text
        assert "在第 1 号记录时未查到" in answer.text
        assert "不证明" in answer.text
        assert "<b>" not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("data", [b"{}", b"\xff", b"[" * 100_000, b"null", b'{"a": NaN}'])
    def test_refuses_what_is_no_receipt(self, client, data):
        answer = upload(client, data)
        assert answer.status_code == 422
        assert "receipt-refused" in answer.text

    def test_refuses_a_stranger_and_a_changed_byte(self, client):
        own = receipt(runtime.keys().signer)
        for data in (receipt(Signer.generate()), own.replace(b"no_record", b"on_record")):
            assert upload(client, data).status_code == 422

    def test_compares_with_the_digest_of_the_printed_code(self, client):
        own = receipt(runtime.keys().signer)
        digest = hashlib.sha256(own).hexdigest()
        form = client.get(f"/verify?digest={digest}").text
        assert f'name="digest" value="{digest}"' in form
        assert 'name="digest"' not in client.get("/verify").text
        for held, status in ((digest, 200), ("0" * 64, 422), ("x", 422)):
            sent = {"receipt": (io.BytesIO(own), "receipt.json"), "digest": held}
            assert client.post("/verify", data=sent).status_code == status
        for path in ("/verify?digest=<b>", f"/verify?digest={digest}&digest={digest}"):
            assert client.get(path).status_code == 422

    def test_refuses_a_missing_file(self, client):
        assert client.post("/verify", data={}).status_code == 422
        assert client.post("/verify", data=b"{}", content_type="application/json").status_code == 422

    def test_refuses_more_than_five_megabytes(self, client):
        body = b" " * (5 * 1024 * 1024 + 1)
        answer = client.post("/verify", data=body, content_type="multipart/form-data; boundary=x")
        assert answer.status_code == 413
        assert "file-too-large" in answer.text


class TestStoreLost:
    def test_says_so_and_shows_no_result(self, client):
        with runtime.begin() as work:
            work.session.execute(text("ALTER TABLE publications RENAME TO lost"))
        answer = client.get("/records?q=瀚垚")
        assert answer.status_code == 503
        assert "store-unavailable" in answer.text
        assert "publications" not in answer.text
        assert "未查到" not in answer.text.split("<footer")[0]


class TestUnmatched:
    def test_is_a_page_for_people_and_a_document_for_programs(self, client):
        shown = client.get("/no-such-page", headers={"Accept": "text/html,*/*;q=0.8"})
        assert (shown.status_code, shown.mimetype) == (404, "text/html")
        assert "没有这个页面" in shown.text
        assert shown.headers["Cache-Control"] == "no-store"
        for path, accept in (("/no-such-page", "*/*"), ("/api/v1/no-such-route", "text/html")):
            answer = client.get(path, headers={"Accept": accept})
            assert (answer.status_code, answer.get_json()["code"]) == (404, "route-unknown")
