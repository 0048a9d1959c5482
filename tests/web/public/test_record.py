import pytest

from registry import runtime
from registry.services.publication import ledger
from tests.web import samples

HOSTILE = '<script>alert(1)</script>"盐城\u202e司公限有\u200b&amp;'


@pytest.fixture(scope="module", autouse=True)
def published(app):
    samples.release(
        samples.body(1, name="盐城瀚垚建设工程有限公司"),
        samples.body(2, name=HOSTILE, facts="<img src=x onerror=alert(2)>"),
        samples.body(3, name="盐城撤去贸易有限公司"),
    )


def shown(client, number):
    answer = client.get(f"/records/{samples.record_id(number)}")
    assert answer.status_code == 200
    return answer.text


class TestRecord:
    def test_shows_every_public_field(self, client):
        page = shown(client, 1)
        made = samples.body(1)
        for field in (
            "document_number",
            "behaviour_text",
            "facts",
            "basis",
            "content",
            "decided_on",
            "filing",
        ):
            assert made[field] in page
        for part in (
            made["subject"]["uscc"],
            made["authority"]["name"],
            made["authority"]["code"],
            "0.860000 万元（8,600.00 元）",
            "文件报送",
            "亭湖区",
            "一般失信信息公示期限",
            "2027-01-01",
            "第 1 号",
            "第 1 版",
        ):
            assert part in page

    @pytest.mark.parametrize(
        "part",
        [
            "政府采购法（2014修正）第七十七条",
            "2026-10-01 至 2027-09-30（含）",
            "今日有效",
            "政府采购领域；投标人",
        ],
    )
    def test_shows_each_measure_with_basis_days_and_scope(self, client, part):
        assert part in shown(client, 1)

    def test_marks_a_district_as_derived_where_the_decision_names_none(self, client):
        samples.release(samples.body(9, district=None))
        assert "地区（按统一社会信用代码推定）" in shown(client, 9)
        assert "推定" not in shown(client, 1)

    def test_tells_how_to_dispute(self, client):
        assert "提出异议" in shown(client, 1)

    def test_shows_hostile_text_as_text(self, client):
        page = shown(client, 2)
        assert "<script>" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;" in page
        assert "\u202e" not in page
        assert "[U+202E]" in page
        assert "[U+200B]" in page

    def test_shows_history_after_a_correction(self, client):
        samples.release(samples.body(4))
        samples.release(samples.body(4, revision=2, act="correct", facts="更正后的事实。"))
        page = shown(client, 4)
        assert "更正后的事实。" in page
        assert page.index("<td>公示</td>") < page.index("<td>更正</td>")

    def test_tells_whether_the_entry_is_sealed(self, client):
        assert "等待签入下一个检查点" in shown(client, 1)
        with runtime.begin() as work:
            size = ledger.seal(work).size
        assert f"已签入第 {size} 号检查点" in shown(client, 1)

    @pytest.mark.parametrize("record", ["0" * 32, "x", "a%00b", "%2e%2e", "a' or 1=1"])
    def test_is_not_found_when_unknown(self, client, record):
        answer = client.get(f"/records/{record}")
        assert answer.status_code == 404
        assert "record-unknown" in answer.text


class TestWithdrawn:
    def test_leaves_day_and_reason_only(self, client):
        samples.withdraw(samples.body(3, name="盐城撤去贸易有限公司"), "处罚决定被依法撤销")
        answer = client.get(f"/records/{samples.record_id(3)}")
        assert answer.status_code == 410
        assert "处罚决定被依法撤销" in answer.text
        assert "2026-11-22" in answer.text
        made = samples.body(3)
        for gone in (
            "撤去",
            made["subject"]["uscc"],
            made["document_number"],
            made["facts"],
            made["authority"]["name"],
        ):
            assert gone not in answer.text

    def test_is_not_found_when_it_was_never_public(self, client):
        made = samples.body(5, audience="authorised")
        samples.release(made)
        samples.withdraw(made, "决定被撤销")
        assert client.get(f"/records/{samples.record_id(5)}").status_code == 404
