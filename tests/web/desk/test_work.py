"""The first page of a desk: what is due, what waits for whom, what came back, most urgent first."""

import dataclasses
import datetime as dt
import re

import pytest

from registry import runtime
from registry.domain.cases import sample
from registry.domain.cases.procedures import PROCEDURES
from registry.queries.cases import sampling
from registry.queries.cases.desk_work import NEXT_ACTS
from tests.support.bureau import papers
from tests.support.filings import days_ago
from tests.web.desk.walking import text_of


@pytest.fixture
def today(bureau):
    return bureau.today


class TestDesk:
    def test_leads_to_signing_in(self, client):
        answer = client.get("/desk")
        assert (answer.status_code, answer.location) == (303, "/login?next=/desk")

    @pytest.mark.parametrize("name", ["centre", "security", "operator", "auditor"])
    def test_is_not_there_for_others(self, officer, name):
        officer(name).open("/desk", 404)

    def test_has_the_most_urgent_limit_first_with_working_days_left(self, officer, bureau):
        bureau.penalty(decided_on=days_ago(40))
        bureau.penalty(decided_on=days_ago(1))
        text = text_of(officer("clerk").open("/desk"))
        assert "已超期" in text
        lefts = re.findall(r"已超期 \d+|还剩 \d+|今天到期", text)
        assert lefts.index(next(left for left in lefts if left.startswith("还剩"))) > 0
        assert lefts[0].startswith("已超期")

    def test_shows_each_officer_only_what_waits_for_that_officer(self, officer, bureau):
        listing = bureau.drafted()
        assert listing in officer("reviewer").open("/desk").text
        assert "法制审核" not in text_of(officer("clerk").open("/desk"))
        bureau.step(listing, "review")
        assert listing not in officer("reviewer").open("/desk").text.split("等我办理")[1]
        assert listing in officer("clerk").open("/desk").text
        bureau.step(listing, "notice")
        assert listing not in officer("head").open("/desk").text.split("等我办理")[1]
        bureau_day = bureau.today
        with bureau.on(bureau_day + dt.timedelta(days=14)):
            assert listing in officer("head").open("/desk").text

    def test_shows_a_returned_draft_with_its_reason(self, officer, bureau):
        listing = bureau.drafted()
        bureau.step(listing, "review", given=papers("legal_opinion"))
        bureau.step(listing, "return", given=papers())
        text = officer("clerk").open("/desk").text
        assert listing in text.split("退回给我的")[1].split("期限")[0]

    def test_shows_nothing_of_another_department(self, officer, bureau):
        record = bureau.penalty()
        for name in ("other-clerk", "other-verifier"):
            assert record not in officer(name).open("/desk").text

    def test_gives_no_verifier_what_the_verifier_may_not_verify(self, officer, bureau):
        record = bureau.penalty()
        assert record in officer("verifier").open("/desk").text
        assert record not in officer("clerk").open("/desk").text.split("等我办理")[1]


class TestNextActs:
    def test_are_steps_of_their_procedures(self):
        for (noun, state), act in NEXT_ACTS.items():
            assert PROCEDURES[noun].step(state, act).to

    def test_name_every_state_that_waits_for_an_officer(self):
        resting = {"published", "suspended", "watched", "closed", "withdrawn", "repaired", "removed", "revoked",
                   "archived", "expired", "refused", "decided", "granted", "rejected", "cancelled", ""}  # fmt: skip
        for noun, procedure in PROCEDURES.items():
            if noun == "adopted_listing":  # verified with its list, not case by case
                continue
            states = {step.state for step in procedure.steps} | {step.to for step in procedure.steps}
            waiting = states - resting
            named = {state for kind, state in NEXT_ACTS if kind == noun}
            assert waiting <= named, noun


class TestSamplingList:
    def test_draws_the_same_again_and_names_the_numbers_left_out(self, officer, bureau):
        for number in (881, 883):
            bureau.penalty(document_number=f"盐示抽罚〔2026〕{number}号", decided_on="2026-11-03")
        clerk, path = officer("clerk"), "/desk/sampling?since=2026-11-01&until=2026-11-05&seed=甲&count=50"
        page = text_of(clerk.open(path))
        assert "882" in page and "抽到" in page
        assert page == text_of(clerk.open(path))
        assert "881" not in text_of(officer("other-clerk").open(path))

    def test_draws_from_what_the_officer_may_see(self, bureau):
        for number in range(6):
            sectors = "construction" if number % 2 else "procurement"
            bureau.penalty(document_number=f"盐示抽界〔2026〕{number}号", decided_on="2026-11-07", sectors=sectors)
        actor = dataclasses.replace(bureau.people["clerk"].actor, sectors=frozenset({"construction"}))
        with runtime.reading() as session:
            days = (dt.date(2026, 11, 7), dt.date(2026, 11, 8))
            found = sampling.decisions(session, actor, *days, 100)
            drawn = sample.draw([number for number, _ in found], 3, "甲")
            cases = sampling.penalties_of(session, drawn)
            assert [sorted(case.scope[0]) for case in cases] == [["construction"]] * 3
