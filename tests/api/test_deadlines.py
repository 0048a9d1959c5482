"""The clocks that run, as a department asks for them."""

import datetime as dt

import pytest

from registry import runtime
from registry.domain.law.workdays import Calendar
from registry.domain.permissions import SYSTEM, Role
from registry.queries.law import reference_data
from registry.services.node import accounts
from tests.support.bureau import Bureau
from tests.support.filings import FilingFactory, filing

NOW = dt.date(2026, 11, 25)


@pytest.fixture
def bureau(people, monkeypatch):
    """Departments at work; it is a Wednesday."""
    made = Bureau(people, monkeypatch)
    made.go(NOW)
    return made


def items(desk, by="clerk", **query):
    answer = desk.get("/deadlines", by, query_string=query)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()["items"]


class TestItem:
    def test_tells_where_the_day_comes_from(self, desk, bureau):
        record = bureau.penalty(decided_on="2026-11-20")
        (found,) = items(desk)
        with runtime.reading() as session:
            calendar: Calendar = reference_data.current(session).calendar
        assert found.pop("number") > 0
        assert found == {
            "id": record,
            "noun": "penalty",
            "state": "due",
            "rule": "D01",
            "clock": "penalty.publish",
            "name": "处罚决定公示",
            "status": "confirmed",
            "starts_on": "2026-11-20",
            "starts_at": "作出决定之日",
            "source": "全市推进公共资源配置领域政府信息公开实施方案（2018）二（三）；发改办财金〔2018〕424号",
            "due": "2026-12-01",
            "provisional": False,
            "calendar": calendar.version,
            "warn": False,
        }

    @pytest.mark.parametrize(
        ("today", "state", "warn"),
        [
            ("2026-11-26", "due", False),
            ("2026-11-27", "due", True),
            ("2026-11-28", "due", True),
            ("2026-12-01", "due", True),
            ("2026-12-02", "overdue", False),
        ],
    )
    def test_warns_two_working_days_ahead(self, desk, bureau, today, state, warn):
        bureau.penalty(decided_on="2026-11-20")
        bureau.go(dt.date.fromisoformat(today))
        (found,) = items(desk)
        assert (found["state"], found["warn"]) == (state, warn)

    def test_is_provisional_beyond_the_announced_calendar(self, desk, bureau):
        bureau.go(dt.date(2026, 12, 29))
        bureau.penalty(decided_on="2026-12-28")
        assert [one["provisional"] for one in items(desk)] == [True]

    def test_is_of_every_noun_with_a_limit(self, desk, bureau):
        record = bureau.noticed()
        bureau.go(bureau.today + dt.timedelta(days=14))
        bureau.step(record, "decide")
        found = {one["clock"]: one for one in items(desk) if one["id"] == record}
        assert set(found) == {"listing.serve", "listing.publish"}
        assert found["listing.serve"]["status"] == "unconfirmed"
        assert {one["noun"] for one in found.values()} == {"listing"}
        bureau.step(record, "serve")
        assert {one["clock"] for one in items(desk)} == {"listing.publish"}


class TestList:
    def test_has_the_soonest_end_first_and_pages_without_a_gap(self, desk, bureau):
        days = ("2026-11-20", "2026-11-03", "2026-11-20", "2026-11-10", "2026-11-03")
        records = [bureau.penalty(decided_on=day) for day in days]
        wanted = [records[place] for place in (1, 4, 3, 0, 2)]
        assert [one["id"] for one in items(desk)] == wanted
        seen, query = [], {"limit": 2}
        while True:
            page = desk.get("/deadlines", "clerk", query_string=query).get_json()
            seen += [one["id"] for one in page["items"]]
            if page["next"] is None:
                break
            query["next"] = page["next"]
        assert seen == wanted

    def test_pages_by_state(self, desk, bureau):
        late = [bureau.penalty(decided_on="2026-11-03") for _ in range(3)]
        bureau.penalty(decided_on="2026-11-20")
        page = desk.get("/deadlines?state=overdue&limit=2", "clerk").get_json()
        rest = desk.get("/deadlines", "clerk", query_string={"state": "overdue", "next": page["next"]})
        assert [one["id"] for one in page["items"] + rest.get_json()["items"]] == late
        assert {one["state"] for one in items(desk, state="due")} == {"due"}

    def test_refuses_tokens_that_are_none(self, desk):
        for token in (
            "x",
            "1",
            "2026-13-01.1",
            "2026-11-20",
            "2026-11-20.x",
            "2026-11-20.-1",
            "2026-11-20.1.1",
        ):
            assert desk.get("/deadlines", "clerk", query_string={"next": token}).status_code == 422, token

    def test_leaves_out_what_was_met(self, desk, bureau):
        record = bureau.penalty()
        assert [one["id"] for one in items(desk)] == [record]
        bureau.verify(record)
        assert items(desk) == []

    def test_follows_a_filing_into_another_sector(self, desk, bureau):
        def make(work):
            new = accounts.NewAccount("builder", Role.CLERK, "finance", ("construction",), ("*",))
            return accounts.issue_key(work, accounts.create(work, new).id, "builder")

        headers = {"Authorization": f"Bearer {runtime.perform(SYSTEM, make)}"}
        facts = filing(sectors="procurement")
        record = desk.filed(facts)
        assert desk.get("/deadlines", headers=headers).get_json()["items"] == []
        assert desk.act("", record, "clerk", json=facts | {"sectors": "construction"}).status_code == 200
        found = desk.get("/deadlines", headers=headers).get_json()["items"]
        assert [one["id"] for one in found] == [record]

    def test_is_asked_of_ones_own_department_only(self, desk, bureau):
        record = desk.filed(FilingFactory())
        assert [one["id"] for one in items(desk, department="finance")] == [record]
        for code in ("housing", "nowhere"):
            answer = desk.get(f"/deadlines?department={code}", "clerk")
            assert (answer.status_code, answer.get_json()["code"]) == (404, "department-unknown")
