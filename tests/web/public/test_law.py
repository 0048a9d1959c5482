"""The pages of the list schemes and of the disclosure catalogue, and what is counted there."""

import re

import pytest
from sqlalchemy import event

from registry import runtime
from registry.domain import records
from registry.queries.law import disclosure
from registry.queries.law.disclosure import Tally
from registry.queries.publication import publications
from tests.web import samples

WORDS_OF_THE_PLAN = {
    "listing": "信用奖惩",
    "commendation": "信用奖惩",
    "penalty": "违法违规处罚",
    "handling_decision": "投诉和监督检查等处理决定",
}
"""By what words the plan asks for a kind of record."""


def asked_for(item: dict) -> set[str]:
    """The kinds of record of this house that an item of the plan asks for."""
    return {kind for kind, words in WORDS_OF_THE_PLAN.items() if kind in records.KINDS and words in item["content"]}


def tally(bureau, annex: int, number: int) -> Tally | None:
    with runtime.reading() as session:
        at = publications.moment(session, bureau.today)
        found = disclosure.items(session, at)
    return next(one.tally for one in found if (one.row.annex, one.row.number) == (annex, number))


class TestCatalogue:
    def test_lists_every_item_of_both_annexes_with_who_must_publish_it(self, client):
        page = client.get("/catalogue").text
        numbers = re.findall(r'class="number">(\d-\d\d)<', page)
        assert sorted(numbers) == [f"1-{n:02}" for n in range(1, 28)] + [f"2-{n:02}" for n in range(1, 19)]
        assert "各级财政、政务服务管理等部门" in page
        assert page.count("在其他平台公开</span>") == sum(
            not asked_for(item) for item in client.get("/api/v1/catalogue").get_json()["items"]
        )

    def test_asks_here_for_the_items_of_the_plan_only(self, client):
        items = client.get("/api/v1/catalogue").get_json()["items"]
        assert [(item["code"], set(item["record_kinds"])) for item in items] == [
            (item["code"], asked_for(item)) for item in items
        ]
        assert {item["code"] for item in items if item["here"]} == {item["code"] for item in items if asked_for(item)}
        assert {"1-06", "1-07", "1-18", "1-19"} <= {item["code"] for item in items if item["here"]}

    def test_counts_what_is_shown_and_what_of_it_was_on_time(self, client, bureau):
        before = tally(bureau, 1, 19)
        bureau.published_penalty(decided_on=bureau.today.isoformat())
        bureau.published_penalty(decided_on="2026-10-09")
        samples.release_from("platform", samples.body(1))
        after = tally(bureau, 1, 19)
        assert (after.shown - before.shown, after.timed - before.timed) == (3, 2)
        assert after.on_time - before.on_time == 1
        page = client.get("/catalogue").text
        assert f"公示中 <strong>{after.shown}</strong> 条" in page
        assert f"其中本登记簿作出 {after.timed} 条，按时公示 {after.on_time} 条" in page

    def test_counts_lists_and_commendations_together_by_sector(self, bureau):
        before = tally(bureau, 1, 18), tally(bureau, 1, 6)
        bureau.listed()
        samples.commended(bureau)
        after = tally(bureau, 1, 18), tally(bureau, 1, 6)
        assert after[0] == before[0] + Tally(2, 2, 2)
        assert after[1] == before[1]

    def test_counts_nothing_that_is_not_shown(self, bureau):
        shown = tally(bureau, 1, 19).shown
        samples.release(samples.body(2, audience="authorised"), samples.body(5))
        assert tally(bureau, 1, 19).shown == shown + 1
        samples.withdraw(samples.body(5), "决定被撤销")
        assert tally(bureau, 1, 19).shown == shown

    def test_is_counted_once_for_all_items_and_scans_no_publications(self, client, bureau):
        samples.release(samples.body(3))  # what was counted before is counted anew
        asked: list[str] = []
        heard = lambda conn, cursor, statement, *rest: asked.append(statement)  # noqa: E731
        event.listen(runtime.db.engine, "before_cursor_execute", heard)
        client.get("/catalogue")
        first = [one for one in asked if "clocks" in one]
        client.get("/catalogue")
        event.remove(runtime.db.engine, "before_cursor_execute", heard)
        assert len(first) == 1
        assert len([one for one in asked if "clocks" in one]) == 1
        assert not any("publication_sectors" in one for one in asked)

    def test_is_linked_from_the_foot_of_every_page_and_from_sectors(self, client):
        assert 'href="/catalogue"' in client.get("/records").text
        assert 'href="/catalogue#procurement"' in client.get("/sectors/procurement").text
        assert 'id="procurement"' in client.get("/catalogue").text


class TestCatalogueRoute:
    def test_tells_the_counts_and_the_entry(self, client, bureau):
        answer = client.get("/api/v1/catalogue")
        row = next(one for one in answer.get_json()["items"] if one["code"] == "1-19")
        counted = tally(bureau, 1, 19)
        assert row["here"] == {
            "shown": counted.shown,
            "timed": counted.timed,
            "on_time": counted.on_time,
        }
        tag = {"If-None-Match": answer.headers["ETag"]}
        assert client.get("/api/v1/catalogue", headers=tag).status_code == 304
        samples.release(samples.body(4))
        assert client.get("/api/v1/catalogue", headers=tag).status_code == 200

    def test_counts_for_a_day(self, client):
        early = client.get("/api/v1/catalogue?on=2026-01-01").get_json()
        assert {one["here"]["shown"] for one in early["items"] if one["here"]} == {0}


@pytest.fixture
def rows(client) -> list[dict]:
    """The schemes as programs read them."""
    return client.get("/api/v1/schemes").get_json()["items"]


class TestSchemes:
    @pytest.mark.parametrize(
        "part",
        [
            "政府采购法（2014修正）第七十七条",
            "保障农民工工资支付条例第四十八条",
            "满 6 个月可以申请提前移出",
            "36 个月",
            "没有固定期限，由每份决定写明",
            "处以三万元以上罚款",
            "禁止期限届满移出；信息保存三年",
            "行政法规",
            "可以延长，最多 36 个月",
        ],
    )
    def test_tell_basis_level_entry_exit_and_term(self, client, part):
        assert part in client.get("/schemes").text

    def test_tell_which_may_publish_and_which_stay_inside(self, client, rows):
        page = client.get("/schemes").text
        assert page.count("可以公示</span>") == sum(row["may_publish"] for row in rows)
        assert page.count("只作内部留存</span>") == sum(not row["may_publish"] for row in rows)
        watch = page.split('id="municipal-watch"')[1].split("</section>")[0]
        assert "只作内部留存</span>" in watch
        assert "实施方案不能单独设列名单" in watch

    def test_tell_whether_natural_persons_are_public_under_them(self, client, rows):
        page = client.get("/schemes").text
        assert page.count('自然人</dt><dd class="col-sm-9">不公开</dd>') == len(rows)
        assert not any(row["natural_persons_public"] for row in rows)

    def test_mark_what_is_unconfirmed(self, client, rows):
        marked = client.get("/schemes").text.count('text-bg-warning">未核实</span>')
        assert marked == sum(row["status"] == "unconfirmed" for row in rows) > 0
