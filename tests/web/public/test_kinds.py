"""The pages of the three kinds of record, their marks, and what can be applied for from them."""

import datetime as dt
import re

import pytest

from registry.domain.cases.case_file import StepInput
from registry.services.cases import listing_publication, suspension
from tests.support.bureau import papers
from tests.web import samples


@pytest.fixture(scope="module")
def penalty(bureau) -> str:
    return bureau.published_penalty()


@pytest.fixture(scope="module")
def listing(bureau, penalty) -> str:
    """A listing on the ground of a penalty and a judgment."""
    judgment = {"number": "（2026）苏0902行终3号", "court": "盐城市示例人民法院", "decided_on": bureau.today}
    return bureau.listed(penalty, grounds=[{"penalty": penalty}, {"judgment": judgment}])


@pytest.fixture(scope="module")
def commendation(bureau, listing) -> str:
    return samples.commended(bureau)


def shown(client, record):
    answer = client.get(f"/records/{record}")
    assert answer.status_code == 200
    return answer.text


class TestListing:
    @pytest.mark.parametrize(
        "part",
        [
            "政府采购严重违法失信行为记录名单",
            "政府采购法（2014修正）第七十七条（法律）",
            "盐示财列〔2026〕1号",
            "提供虚假材料谋取中标，情节严重。",
            "事实清楚，依据充分。",
            "禁止期限届满移出；信息保存三年",
            "申请行政复议",
            "提起行政诉讼",
            "列入机关",
            "列入期限",
        ],
    )
    def test_shows_scheme_decision_exit_and_remedies(self, client, listing, part):
        assert part in shown(client, listing)

    def test_links_the_penalties_it_rests_on_and_names_judgments(self, client, listing, penalty):
        page = shown(client, listing)
        assert f'href="/records/{penalty}"' in page
        assert "（2026）苏0902行终3号" in page
        assert "盐城市示例人民法院" in page

    def test_names_a_penalty_that_is_no_longer_shown_without_a_link(self, client, bureau):
        ground = bureau.published_penalty()
        record = bureau.listed(ground)
        bureau.do(
            "verifier",
            lambda work: suspension.suspend(
                work, ground, bureau.today, None, "复议停止执行", papers("authority_decision")
            ),
        )
        page = shown(client, record)
        assert f'href="/records/{ground}"' not in page
        assert bureau.names[ground]["document_number"] in page

    def test_names_the_responsible_where_its_scheme_does(self, client):
        made = samples.listing_body(
            11, responsible=[{"name": "卞示例", "role": "actual_controller", "as_of": "2026-05-01"}]
        )
        samples.release(made)
        page = shown(client, made["record"])
        assert "卞示例</bdi>，实际控制人（2026-05-01 的任职情况）" in page

    def test_tells_of_a_correction_and_an_extension(self, client):
        samples.release(samples.listing_body(12))
        samples.release(samples.listing_body(12, revision=2, act="extend", visible_until="2029-01-01"))
        assert "<td>延长期限</td>" in shown(client, samples.record_id(12))

    def test_has_no_measure_in_force_while_it_rests(self, client):
        body = samples.listing_body(13, suspensions=[{"from": "2026-11-01", "until": "2026-11-10"}])
        samples.release(body)
        page = shown(client, body["record"])
        assert "2026-11-01 起中止，2026-11-10 恢复" in page
        assert "当日有效" in client.get("/records?uscc=" + body["subject"]["uscc"]).text
        assert "当日有效" not in client.get("/records?on=2026-11-05&uscc=" + body["subject"]["uscc"]).text


class TestCommendation:
    def test_shows_title_facts_and_basis_and_bars_nobody(self, client, commendation):
        page = shown(client, commendation)
        for part in ("诚信履约供应商", "连续三年按期履约。", "示例办法第八条", "激励机关", "守信激励"):
            assert part in page
        for part in ("限制措施</h2>", "失信程度", "处罚", "提出异议</a>", "申请信用修复</a>"):
            assert part not in page


class TestSearch:
    @pytest.mark.parametrize("kind", ["penalty", "listing", "commendation"])
    def test_narrows_to_a_kind(self, client, penalty, listing, commendation, kind):
        page = client.get(f"/records?kind={kind}").text
        ids = {"penalty": penalty, "listing": listing, "commendation": commendation}
        found = {name for name, record in ids.items() if f'<a href="/records/{record}">' in page}
        assert found == {kind}
        assert f'<option value="{kind}" selected>' in page

    def test_refuses_a_kind_that_there_is_none_of(self, client):
        assert "query-refused" in client.get("/records?kind=rumour").text

    def test_shows_each_kind_as_it_is(self, client, listing, commendation):
        page = client.get("/records").text
        assert page.count('class="badge kind-listing"') >= 1
        assert "激励名称" in page
        assert "列入机关" in page


class TestDispute:
    def test_marks_page_and_card(self, client, bureau):
        record = bureau.published_penalty()
        day = bureau.today.isoformat()
        assert "异议处理中（自" not in shown(client, record)
        bureau.confirmed("dispute", record)
        page = shown(client, record)
        assert page.count(f"异议处理中（自 {day}）") == 2
        assert "<td>标注异议</td>" in page
        name = bureau.names[record]["subject_name"]
        assert f"异议处理中（自 {day}）" in client.get(f"/records?q={name}").text


class TestRelief:
    def test_links_dispute_at_once_and_repair_from_its_day_on(self, client, bureau):
        record = bureau.published_penalty()
        page = shown(client, record)
        assert f'href="/records/{record}/dispute"' in page
        assert f'href="/records/{record}/repair"' not in page
        opens = dt.date.fromisoformat(re.search(r"自 (\S+) 起</strong>", page)[1])
        with bureau.on(opens - dt.timedelta(days=1)):
            assert f"自 {opens} 起</strong>" in shown(client, record)
        with bureau.on(opens):
            page = shown(client, record)
        assert f'href="/records/{record}/repair"' in page
        assert "还不能申请信用修复" not in page

    def test_of_a_record_from_elsewhere_is_asked_for_there(self, client):
        made = samples.body(20)
        samples.release_from("platform", made)
        page = shown(client, made["record"])
        assert "请向作出决定的机关办理" in page
        assert "/dispute" not in page


class TestCorrection:
    def test_of_a_listing_is_in_its_history(self, client, bureau):
        record = bureau.listed()
        bureau.step(record, "amend")
        bureau.do("verifier", lambda work: listing_publication.correct(work, record, StepInput()))
        page = shown(client, record)
        assert "更正后的事实。" in page
        assert "<td>更正</td>" in page
