"""What one act leaves behind for the next: stays, ends, marks and corrections of one record in every order."""

import datetime as dt
import json

import pytest
from sqlalchemy import func, select

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.models import Base, Clock, Listing, Penalty, Publication
from registry.queries import integrity
from registry.queries.cases import procedure_records
from registry.queries.publication import publications
from registry.refusals.acts import AuthorityNotOwn, RecordUnknown
from registry.refusals.procedure import (
    DefenceWindowOpen,
    GroundUnfit,
    ListingRefused,
    NotDecidedHere,
    OutcomeUnfit,
    TermRefused,
)
from registry.services.cases import (
    listing_drafting,
    listing_publication,
    penalty_filing,
    penalty_verification,
    relief_applications,
    relief_decisions,
    steps,
    suspension,
)
from registry.services.cases.relief_decisions import Ruling
from tests.support.bureau import papers
from tests.support.filings import HOUSING, PERSON_NUMBER, PersonFactory
from tests.support.people import AUTHORITY
from tests.support.walker import read
from tests.sync.bodies import body as planted_body
from tests.sync.planting import published

MOBILE = "联系电话13912345678"


def body(record: str) -> dict:
    with runtime.begin() as work:
        return publications.body(relief_decisions.revisions.newest(work, record))


def shown(record: str, day: dt.date) -> bool:
    with runtime.reading() as session:
        at = publications.moment(session, day)
        question = select(func.count()).select_from(Publication).where(Publication.record == record)
        return bool(session.execute(question.where(publications.visible(at))).scalar_one())


def clock(record: str, code: str) -> Clock:
    with runtime.reading() as session:
        return session.scalars(select(Clock).where(Clock.record == record, Clock.code == code)).one()


def sound() -> list[str]:
    with runtime.begin() as work:
        return list(integrity.findings(work.session, work.keys, work.settings.node, lambda _: None))


class Hands:
    """The acts that befall a published record, with nothing special."""

    def __init__(self, bureau):
        self.bureau = bureau

    def suspend(self, record):
        given, day = papers("court_order"), self.bureau.today
        self.bureau.do("verifier", lambda w: suspension.suspend(w, record, day, None, "法院裁定", given))

    def resume(self, record):
        given, day = papers("resumption_order"), self.bureau.today
        self.bureau.do("verifier", lambda w: suspension.resume(w, record, day, given))

    def decide(self, number, outcome):
        self.bureau.do("clerk", lambda w: relief_applications.accept(w, number, papers()))
        ruling = Ruling(outcome, "经核实", self.bureau.today)
        self.bureau.do("verifier", lambda w: relief_decisions.decide(w, number, ruling, papers("relief_decision")))

    def refile(self, record, **special):
        self.bureau.names[record] |= special
        filing = self.bureau.names[record]
        self.bureau.do("clerk", lambda w: penalty_filing.refile(w, record, read(w, filing), if_version=None))

    def withdraw(self, record):
        day = self.bureau.today
        self.bureau.do("verifier", lambda w: penalty_verification.withdraw(w, record, "撤销", day, if_version=None))


@pytest.fixture
def hands(bureau):
    return Hands(bureau)


class TestDispute:
    def test_that_is_over_before_the_stay_is_lifted_leaves_no_mark(self, bureau, hands):
        record = bureau.published_penalty()
        number = bureau.confirmed("dispute", record)
        hands.suspend(record)
        bureau.do("public", lambda w: relief_applications.cancel(w, number, papers()))
        hands.resume(record)
        assert "disputed_on" not in body(record)

    def test_that_began_during_the_stay_marks_what_is_shown_again(self, bureau, hands):
        record = bureau.published_penalty()
        hands.suspend(record)
        bureau.confirmed("dispute", record)
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
        number = bureau.confirmed("dispute", record)
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
        # What was published had its limit met; a correction of the day does not start that limit again.
        assert (body(record)["publish_by"] < before.due.isoformat()) is not is_published
        assert sound() == []


class TestListing:
    def test_is_not_extended_after_its_end(self, bureau):
        record = bureau.noticed(scheme="judgment-debtor", measures=[])
        bureau.go(bureau.today + dt.timedelta(days=14))
        decision = bureau.decision(ends_on=None)
        bureau.do("head", lambda w: listing_drafting.decide(w, record, decision, papers("decision")))
        for act in ("serve", "publish"):
            bureau.step(record, act)
        end = dt.date.fromisoformat(body(record)["ends_on"])
        later = end + dt.timedelta(days=60)
        given = papers("extension_decision")
        bureau.go(end)
        with pytest.raises(TermRefused):
            bureau.do("head", lambda w: listing_publication.extend(w, record, later, given))
        bureau.go(end - dt.timedelta(days=1))
        assert bureau.do("head", lambda w: listing_publication.extend(w, record, later, given)).ends_on == later

    def test_is_not_published_after_its_end(self, bureau):
        record = bureau.noticed()
        bureau.go(bureau.today + dt.timedelta(days=14))
        for act in ("decide", "serve"):
            bureau.step(record, act)
        bureau.go(bureau.today + dt.timedelta(days=730))
        with pytest.raises(TermRefused):
            bureau.step(record, "publish")

    def test_is_not_published_on_a_ground_that_has_fallen(self, bureau, hands):
        ground = bureau.published_penalty()
        record = bureau.noticed(ground)
        bureau.go(bureau.today + dt.timedelta(days=14))
        for act in ("decide", "serve"):
            bureau.step(record, act)
        hands.withdraw(ground)
        with pytest.raises(GroundUnfit):
            bureau.step(record, "publish")
        assert bureau.step(record, "revoke").state == "revoked"

    def test_is_not_decided_under_a_day_within_the_defence_window(self, bureau):
        record = bureau.noticed()
        served = bureau.today
        bureau.go(served + dt.timedelta(days=14))
        decision = bureau.decision(decided_on=served, ends_on=served + dt.timedelta(days=730))
        with pytest.raises(DefenceWindowOpen):
            bureau.do("head", lambda w: listing_drafting.decide(w, record, decision, papers("decision")))

    def test_is_not_redrafted_in_the_name_of_another_authority(self, bureau):
        ground = bureau.published_penalty()
        record = bureau.drafted(ground)
        other = bureau.proposal(ground, authority={"name": HOUSING[0], "code": HOUSING[1]})
        with pytest.raises(AuthorityNotOwn):
            bureau.do("clerk", lambda w: listing_drafting.redraft(w, record, other, StepInput()))
        assert json.loads(held(record).content)["authority_name"] == AUTHORITY[0]

    @pytest.mark.parametrize(
        "fields",
        [
            pytest.param({"facts": MOBILE}, id="个人信息保护法34-facts"),
            pytest.param({"basis": f"证件号{PERSON_NUMBER}"}, id="个人信息保护法28-basis"),
            pytest.param(
                {"responsible": [{"name": PERSON_NUMBER, "role": "person_in_charge", "as_of": "2026-01-01"}]},
                id="个人信息保护法28-name",
            ),
            pytest.param(
                {"responsible": [{"name": "卞示例", "role": "neighbour", "as_of": "2026-01-01"}]},
                id="浙江省公共信用信息管理条例24-role",
            ),
            pytest.param({"behaviour": "N9-99"}, id="behaviour"),
            pytest.param({"facts": " "}, id="empty"),
            pytest.param({}, id="nothing"),
        ],
    )
    def test_is_not_corrected_to_what_no_proposal_may_say(self, bureau, fields):
        record = bureau.listed()
        with pytest.raises(ListingRefused):
            bureau.do("clerk", lambda w: listing_publication.amend(w, record, fields, papers("correction")))
        assert held(record).state == "published"

    def test_that_waits_for_its_correction_ends_with_its_term(self, bureau):
        record = bureau.listed()
        bureau.step(record, "amend")
        bureau.go(dt.date.fromisoformat(body(record)["ends_on"]))
        bureau.tidy()
        assert (held(record).state, body(record)["state"]) == ("removed", "expired")
        assert sound() == []

    def test_that_was_removed_may_still_be_revoked(self, bureau):
        record = bureau.listed()
        bureau.step(record, "remove")
        bureau.step(record, "revoke")
        assert (held(record).state, body(record)["state"]) == ("revoked", "revoked")
        assert sound() == []


def held(record: str):
    with runtime.reading() as session:
        return procedure_records.by_record(session, Listing, record)


class TestAmendedPenalty:
    def test_is_repaired_and_its_correction_falls(self, bureau, hands):
        record = bureau.published_penalty()
        bureau.go(dt.date.fromisoformat(body(record)["repairable_from"]))
        hands.refile(record, facts="更正后的事实。")
        number = bureau.applied("repair", record)
        bureau.do("second-clerk", lambda w: relief_applications.accept(w, number, papers()))
        given = papers("relief_decision")
        bureau.do("verifier", lambda w: relief_decisions.grant(w, number, "条件具备", given))
        with runtime.reading() as session:
            state = session.scalars(select(Penalty.state).where(Penalty.record == record)).one()
        assert (state, body(record)["state"], body(record)["facts"]) == (
            "repaired",
            "repaired",
            "在投标文件中提供虚假业绩合同。",
        )
        assert sound() == []


class TestApplication:
    def test_about_a_record_of_another_node_is_sent_to_its_authority(self, app, bureau):
        theirs = planted_body("c" * 32, node="platform")
        published(app, theirs)
        firm = {"subject_name": theirs["subject"]["name"], "uscc": theirs["subject"]["uscc"]}
        bureau.names[theirs["record"]] = firm
        with pytest.raises(NotDecidedHere):
            bureau.applied("dispute", theirs["record"])

    def test_leaves_number_contact_and_statement_nowhere_in_clear(self, bureau, hands, caplog):
        """个人信息保护法 28: not in the steps, the trail, the outcome or the log of a dispute that was decided."""
        filing = dict(PersonFactory())
        record = bureau.published_penalty(**filing)
        secrets = {"contact": "13800009999", "statement": "本人从未到过现场。", "agent": "卞代理"}
        application = bureau.application("dispute", record, **secrets)
        given = relief_applications.read_papers(papers("evidence", "authorisation").documents)
        number = bureau.do("public", lambda w: relief_applications.apply(w, application, given).record)
        hands.decide(number, "keep")
        with runtime.reading() as session:
            held = [str(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table))]
        told = [*held, caplog.text]
        for secret in (filing["id_number"], *secrets.values()):
            assert not [text for text in told if secret in text], secret
        with runtime.begin() as work:
            first = procedure_records.steps(work.session, number)[0]
            assert steps.open_private(work.keys.vault, first)["contact"] == secrets["contact"]
