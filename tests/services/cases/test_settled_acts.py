"""What an audit of the law settled about acts: summary procedure, stated classes, periods counted from publication."""

import datetime as dt

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.cases.case_file import StepDocument, StepInput
from registry.domain.law.publicity import add_months
from registry.models import Clock, Relief
from registry.queries.cases import procedure_records
from registry.queries.law import deadlines as queries_deadlines
from registry.queries.publication import publications
from registry.refusals.acts import ChangeInFuture
from registry.refusals.procedure import ChangeDayMissing, ReliefRefused, RepairTooEarly
from registry.services.cases import penalty_filing, penalty_verification, revisions, suspension
from registry.services.checks import award_check
from registry.services.checks.request import Inquiry, Party
from tests.support.filings import BanFactory
from tests.support.walker import read

DAY = dt.timedelta(days=1)
BEGINS = dt.date(2026, 5, 11)
SAMR = "盐城市市场监督管理局"


@pytest.fixture
def bureau(bureau):
    bureau.go(BEGINS)
    return bureau


def body(record: str) -> dict:
    with runtime.begin() as work:
        return publications.body(revisions.newest(work, record))


def is_public(record: str, on: dt.date) -> bool:
    with runtime.reading() as session:
        return bool(publications.visible_records(session, [record], publications.moment(session, on)))


def verdict(bureau, record: str) -> str:
    firm = bureau.names[record]
    party = Party("1", "bidder", firm["subject_name"], firm["uscc"], None, None, None)
    inquiry = Inquiry({"code": "YC2026-9"}, "procurement", False, None, bureau.today, [party])
    receipt = bureau.do("centre", lambda work: award_check.check(work, inquiry)).receipt.decode()
    return receipt.split('"verdict":"')[1].split('"')[0]


FINE = {"content": "罚款二千元。", "fine": "0.2", "effect_until": "长期"}


class TestNotPublic:
    @pytest.mark.parametrize(
        "special",
        [
            pytest.param({"title": "当场行政处罚决定书"}, id="B24-行政处罚法51-简易程序"),
            pytest.param(
                {"severity": "4", "override_reason": "首次违法且危害后果轻微"}, id="令36-轻微由部门认定并写明理由"
            ),
            pytest.param(
                {"title": "当场行政处罚决定书", "severity": "1"}, id="B24-行政处罚法51-简易程序，部门填写一般"
            ),
        ],
    )
    def test_is_told_to_checks_alone(self, bureau, special):
        record = bureau.published_penalty(**FINE, **special)
        assert body(record)["audience"] == "authorised"
        assert not is_public(record, bureau.today)
        assert verdict(bureau, record) == "on_record"


class TestCountedFromPublication:
    def test_keeps_its_day_when_the_record_is_corrected(self, bureau):
        decided = {"decided_on": "2025-11-10", "authority_name": SAMR, **FINE}
        record = bureau.published_penalty(**decided)
        assert body(record)["visible_until"] == "2026-08-11"
        bureau.go(BEGINS + 30 * DAY)
        corrected = dict(BanFactory(**bureau.names[record] | {"facts": "更正后的事实。"}))
        bureau.do("clerk", lambda work: penalty_filing.refile(work, record, read(work, corrected), if_version=None))
        bureau.verify(record)
        assert body(record)["visible_until"] == "2026-08-11"
        assert body(record)["revision"] == 2


def running(record: str, code: str) -> list[tuple[str, str | None]]:
    with runtime.reading() as session:
        rows = session.scalars(select(Clock).where(Clock.record == record, Clock.code == code).order_by(Clock.id))
        return [(row.due.isoformat(), row.met_on.isoformat() if row.met_on else None) for row in rows]


def noted(bureau, record: str, changed_on: dt.date | None, *documents: StepDocument) -> None:
    given = StepInput(documents=documents)
    bureau.do("clerk", lambda work: suspension.note_change(work, record, "经复议撤销", changed_on, given))


class TestChangeNoted:
    def test_starts_the_limit_of_the_withdrawal_which_can_be_overdue(self, bureau):
        record = bureau.published_penalty()
        noted(bureau, record, BEGINS)
        assert running(record, "penalty.withdraw") == [("2026-05-14", None)]
        bureau.go(BEGINS + 7 * DAY)
        with runtime.reading() as session:
            actor = bureau.people["clerk"].actor
            overdue = queries_deadlines.running_clocks(session, actor, ("overdue",), bureau.today)
            assert [clock.code for clock in overdue] == ["penalty.withdraw"]
        act = lambda work: penalty_verification.withdraw(work, record, "撤销", BEGINS, if_version=None)  # noqa: E731
        bureau.do("verifier", act)
        assert running(record, "penalty.withdraw") == [("2026-05-14", "2026-05-18")]

    def test_takes_the_day_of_a_court_document(self, bureau):
        record = bureau.published_penalty()
        day = BEGINS - 3 * DAY
        noted(bureau, record, None, StepDocument("court_order", "（2026）苏09行终1号", day))
        assert running(record, "penalty.withdraw") == [("2026-05-12", None)]

    def test_is_refused_without_a_day_and_with_one_to_come(self, bureau):
        record = bureau.published_penalty()
        with pytest.raises(ChangeDayMissing):
            noted(bureau, record, None, StepDocument("court_order"))
        with pytest.raises(ChangeInFuture):
            noted(bureau, record, BEGINS + DAY)
        assert running(record, "penalty.withdraw") == []

    def test_again_with_another_day_moves_the_same_limit(self, bureau):
        record = bureau.published_penalty()
        noted(bureau, record, BEGINS)
        noted(bureau, record, BEGINS - 4 * DAY)
        assert running(record, "penalty.withdraw") == [("2026-05-11", None)]

    def test_can_be_cleared_by_the_second_officer(self, bureau):
        record = bureau.published_penalty()
        noted(bureau, record, BEGINS)
        bureau.do("verifier", lambda work: suspension.clear_change(work, record, "误登", StepInput()))
        assert running(record, "penalty.withdraw") == [("2026-05-14", BEGINS.isoformat())]
        assert body(record)["state"] == "published"

    def test_of_a_listing_starts_the_limit_of_its_revocation(self, bureau):
        record = bureau.listed()
        noted(bureau, record, bureau.today)
        assert [met for _, met in running(record, "listing.revoke")] == [None]
        bureau.step(record, "revoke")
        assert [met for _, met in running(record, "listing.revoke")] == [bureau.today.isoformat()]


class TestEarlyExit:
    @pytest.mark.parametrize("months", [pytest.param(6, id="D27-B18-人社部令45-改正之日起满六个月")])
    def test_counts_from_the_correction(self, bureau, months):
        record = bureau.noticed(scheme="wage-arrears", measures=["B13"])
        bureau.go(BEGINS + 14 * DAY)
        bureau.step(record, "decide", ends_on=None)
        for act in ("serve", "publish"):
            bureau.step(record, act)
        subject = body(record)["subject"]
        bureau.names[record] = {"subject_name": subject["name"], "uscc": subject["uscc"]}
        bureau.go(dt.date.fromisoformat(body(record)["repairable_from"]))
        with pytest.raises(ReliefRefused) as refused:
            bureau.applied("repair", record)
        assert [one.pointer for one in refused.value.faults] == ["/corrected_on"]
        with pytest.raises(ReliefRefused):
            bureau.applied("repair", record, corrected_on=bureau.today + DAY)
        with pytest.raises(RepairTooEarly):
            bureau.applied("repair", record, corrected_on=bureau.today)
        corrected_on = bureau.today
        bureau.go(add_months(corrected_on, months) - DAY)
        with pytest.raises(RepairTooEarly):
            bureau.applied("repair", record, corrected_on=corrected_on)
        bureau.go(add_months(corrected_on, months))
        number = bureau.applied("repair", record, corrected_on=corrected_on)
        with runtime.reading() as session:
            relief = procedure_records.by_record(session, Relief, number)
            assert relief.facts["corrected_on"] == corrected_on.isoformat()
