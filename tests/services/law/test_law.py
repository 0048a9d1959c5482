"""Thresholds of law as the acts apply them, with their code and source in the id (``docs/law.md``)."""

import datetime as dt

import pytest

from registry import runtime
from registry.models import Listing
from registry.queries.cases import procedure_records
from registry.queries.publication import publications
from registry.refusals.procedure import DefenceWindowOpen
from registry.services.cases import commendations, revisions
from registry.services.checks import award_check
from registry.services.checks.request import Inquiry, Party
from tests.support.bureau import papers
from tests.support.walker import Case, commended

DAY = dt.timedelta(days=1)
BEGINS = dt.date(2026, 5, 11)


@pytest.fixture
def bureau(bureau):
    bureau.go(BEGINS)
    return bureau


def body(record: str) -> dict:
    with runtime.begin() as work:
        return publications.body(revisions.newest(work, record))


def fined(bureau, yuan: str) -> str:
    return bureau.published_penalty(fine=yuan, content=f"处以罚款{yuan}万元。", effect_until="长期")


@pytest.mark.parametrize(
    ("fine", "is_grave"),
    [
        pytest.param("200.000000", True, id="threshold-large_fine_fen-财库2022-3"),
        pytest.param("199.999999", False, id="threshold-large_fine_fen-财库2022-3-below"),
    ],
)
def test_a_large_fine_is_a_grave_violation(bureau, fine, is_grave):
    assert body(fined(bureau, fine))["is_grave"] is is_grave


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        pytest.param(0, "review", id="threshold-lookback_months-政府采购法22-three-years"),
        pytest.param(1, "no_record", id="threshold-lookback_months-政府采购法22-a-day-more"),
    ],
)
def test_a_grave_violation_is_looked_back_at_for_three_years(bureau, after, verdict):
    record = fined(bureau, "300.000000")
    decided = dt.date.fromisoformat(body(record)["decided_on"])
    firm = bureau.names[record]
    on = decided.replace(year=decided.year + 3) + after * DAY
    bureau.go(on)
    party = Party("1", "bidder", firm["subject_name"], firm["uscc"], None, None, None)
    inquiry = Inquiry({"code": "YC2029-1"}, "procurement", False, None, on, [party])
    made = bureau.do("centre", lambda work: award_check.check(work, inquiry))
    assert f'"verdict":"{verdict}"'.encode() in made.receipt


@pytest.mark.parametrize("days", [pytest.param(5, id="threshold-listing_reply_days-本登记簿配置")])
def test_a_reply_is_waited_for_five_working_days(bureau, days):
    record = bureau.noticed()
    with runtime.reading() as session:
        held = procedure_records.by_record(session, Listing, record)
    assert held.reply_until == dt.date(2026, 5, 18)
    bureau.go(held.reply_until)
    with pytest.raises(DefenceWindowOpen):
        bureau.step(record, "decide")
    bureau.go(held.reply_until + DAY)
    assert bureau.step(record, "decide").state == "decided"


@pytest.mark.parametrize("months", [pytest.param(36, id="threshold-commendation_months-本登记簿配置")])
def test_a_commendation_is_shown_for_three_years_from_its_award(bureau, months):
    firm = bureau.names[bureau.penalty()]
    facts = commended(Case("commendation", "", firm), None)
    record = bureau.do("clerk", lambda work: commendations.file(work, facts, papers()).record)
    bureau.do("verifier", lambda work: commendations.verify(work, record, papers()))
    assert body(record)["visible_until"] == "2029-05-06"
