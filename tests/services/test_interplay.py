"""What one act leaves behind for the next: stays, ends, marks and corrections of one record in every order."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from registry import db
from registry.models import Clock, Penalty, Publication
from registry.queries import integrity, publications
from registry.refusals.acts import RecordUnknown
from registry.refusals.procedure import (
    OutcomeUnfit,
)
from registry.services import penalties, relief_decisions, reliefs, standing, verification
from registry.services.relief_decisions import Ruling
from tests.factories.bureau import papers
from tests.factories.walker import read

MOBILE = "联系电话13912345678"


def body(record: str) -> dict:
    with db.begin() as work:
        return publications.body(relief_decisions.revisions.newest(work, record))


def shown(record: str, day: dt.date) -> bool:
    with db.reading() as session:
        at = publications.moment(session, day)
        question = select(func.count()).select_from(Publication).where(Publication.record == record)
        return bool(session.execute(question.where(publications.visible(at))).scalar_one())


def clock(record: str, code: str) -> Clock:
    with db.reading() as session:
        return session.scalars(select(Clock).where(Clock.record == record, Clock.code == code)).one()


def sound() -> list[str]:
    with db.begin() as work:
        return list(integrity.findings(work.session, work.keys, work.settings.node, lambda _: None))


class Hands:
    """The acts that befall a published record, with nothing special."""

    def __init__(self, bureau):
        self.bureau = bureau

    def suspend(self, record):
        given, day = papers("court_order"), self.bureau.today
        self.bureau.do("verifier", lambda w: standing.suspend(w, record, day, None, "法院裁定", given))

    def resume(self, record):
        given, day = papers("resumption_order"), self.bureau.today
        self.bureau.do("verifier", lambda w: standing.resume(w, record, day, given))

    def decide(self, number, outcome):
        self.bureau.do("clerk", lambda w: reliefs.accept(w, number, papers()))
        ruling = Ruling(outcome, "经核实", self.bureau.today)
        self.bureau.do(
            "verifier", lambda w: relief_decisions.decide(w, number, ruling, papers("relief_decision"))
        )

    def refile(self, record, **special):
        self.bureau.names[record] |= special
        filing = self.bureau.names[record]
        self.bureau.do("clerk", lambda w: penalties.refile(w, record, read(w, filing), if_version=None))

    def withdraw(self, record):
        day = self.bureau.today
        self.bureau.do("verifier", lambda w: verification.withdraw(w, record, "撤销", day, if_version=None))


@pytest.fixture
def hands(bureau):
    return Hands(bureau)


class TestDispute:
    def test_that_is_over_before_the_stay_is_lifted_leaves_no_mark(self, bureau, hands):
        record = bureau.published_penalty()
        number = bureau.applied("dispute", record)
        hands.suspend(record)
        bureau.do("public", lambda w: reliefs.cancel(w, number, papers()))
        hands.resume(record)
        assert "disputed_on" not in body(record)

    def test_that_began_during_the_stay_marks_what_is_shown_again(self, bureau, hands):
        record = bureau.published_penalty()
        hands.suspend(record)
        bureau.applied("dispute", record)
        hands.resume(record)
        assert body(record)["disputed_on"] == bureau.today.isoformat()

    def test_does_not_bring_back_what_was_withdrawn_meanwhile(self, bureau, hands):
        record = bureau.published_penalty()
        number = bureau.applied("dispute", record)
        hands.withdraw(record)
        with pytest.raises(OutcomeUnfit):
            hands.decide(number, "stop_disclosure")
        assert body(record)["state"] == "withdrawn"

    def test_does_not_stop_what_is_suspended(self, bureau, hands):
        record = bureau.published_penalty()
        number = bureau.applied("dispute", record)
        hands.suspend(record)
        with pytest.raises(OutcomeUnfit):
            hands.decide(number, "stop_disclosure")
        assert body(record)["state"] == "suspended"
        assert sound() == []


class TestStoppedDisclosure:
    @pytest.fixture
    def stopped(self, bureau, hands):
        record = bureau.published_penalty()
        hands.decide(bureau.applied("dispute", record), "stop_disclosure")
        return record

    def test_is_not_undone_by_a_stay_that_is_lifted(self, bureau, hands, stopped):
        hands.suspend(stopped)
        hands.resume(stopped)
        assert not shown(stopped, bureau.today)

    def test_is_not_undone_by_a_correction(self, bureau, hands, stopped):
        hands.refile(stopped, facts="更正后的事实。")
        bureau.verify(stopped)
        assert not shown(stopped, bureau.today)
        assert sound() == []

    def test_leaves_the_ban_in_force(self, bureau, stopped):
        assert body(stopped)["state"] == "expired"
        assert body(stopped)["measures"][0]["ends_on"] > bureau.today.isoformat()


class TestRepair:
    def test_of_what_has_ended_is_refused_though_nobody_tidied(self, bureau):
        record = bureau.published_penalty()
        bureau.go(dt.date.fromisoformat(body(record)["visible_until"]))
        with pytest.raises(RecordUnknown):
            bureau.applied("repair", record)


class TestRefiling:
    @pytest.mark.parametrize("is_published", [False, True], ids=["filed", "published"])
    def test_with_another_day_of_decision_counts_from_that_day(self, bureau, hands, is_published):
        record = bureau.penalty()
        before = clock(record, "penalty.publish")
        if is_published:
            bureau.verify(record)
        day = before.starts_on - dt.timedelta(days=7)
        until = (day + dt.timedelta(days=500)).isoformat()
        hands.refile(record, decided_on=day.isoformat(), effect_until=until)
        assert (clock(record, "penalty.publish").due < before.due) is not is_published
        bureau.verify(record)
        assert body(record)["decided_on"] == day.isoformat()
        assert body(record)["publish_by"] < before.due.isoformat()
        assert sound() == []


class TestAmendedPenalty:
    def test_is_repaired_and_its_correction_falls(self, bureau, hands):
        record = bureau.published_penalty()
        bureau.go(dt.date.fromisoformat(body(record)["repairable_from"]))
        hands.refile(record, facts="更正后的事实。")
        number = bureau.applied("repair", record)
        bureau.do("second-clerk", lambda w: reliefs.accept(w, number, papers()))
        given = papers("relief_decision")
        bureau.do("verifier", lambda w: relief_decisions.grant(w, number, "条件具备", given))
        with db.reading() as session:
            state = session.scalars(select(Penalty.state).where(Penalty.record == record)).one()
        assert (state, body(record)["state"], body(record)["facts"]) == (
            "repaired",
            "repaired",
            "在投标文件中提供虚假业绩合同。",
        )
        assert sound() == []
