"""From proposal to publication, and what may befall a listing then."""

import datetime as dt

import pytest

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.domain.exchange import record_schema
from registry.models import Listing
from registry.queries import integrity
from registry.queries.cases import procedure_records
from registry.queries.publication import publications
from registry.refusals.procedure import (
    DefenceWindowOpen,
    DocumentMissing,
    GroundUnfit,
    ListedAlready,
    MeasureOutsideScheme,
    SchemeWithoutBasis,
    TermRefused,
)
from registry.services.cases import listing_publication, revisions
from registry.services.checks import award_check
from registry.services.checks.request import Inquiry, Party
from tests.support.bureau import papers


def held(record: str) -> Listing:
    with runtime.reading() as session:
        return procedure_records.by_record(session, Listing, record)


def body(record: str) -> dict:
    with runtime.begin() as work:
        return publications.body(revisions.newest(work, record))


class TestListing:
    def test_runs_from_proposal_to_publication(self, bureau):
        record = bureau.listed()
        shown = body(record)
        assert held(record).state == "published"
        assert (shown["kind"], shown["state"], shown["audience"]) == ("listing", "published", "public")
        assert shown["measures"][0]["code"] == "B1"
        assert shown["visible_until"] == shown["ends_on"]

    def test_waits_for_the_defence_window(self, bureau):
        record = bureau.noticed()
        with pytest.raises(DefenceWindowOpen):
            bureau.step(record, "decide")
        bureau.go(held(record).reply_until)
        with pytest.raises(DefenceWindowOpen):
            bureau.step(record, "decide")
        bureau.go(held(record).reply_until + dt.timedelta(days=1))
        assert bureau.step(record, "decide").state == "decided"

    def test_needs_its_documents(self, bureau):
        record = bureau.drafted()
        with pytest.raises(DocumentMissing):
            bureau.step(record, "review", given=StepInput())
        assert held(record).state == "draft"

    def test_of_a_scheme_without_basis_stays_inside(self, bureau):
        record = bureau.drafted(scheme="municipal-watch", measures=[])
        bureau.step(record, "review")
        with pytest.raises(SchemeWithoutBasis):
            bureau.step(record, "notice")

    def test_takes_no_measure_its_scheme_does_not_name(self, bureau):
        with pytest.raises(MeasureOutsideScheme):
            bureau.drafted(measures=["B6"])

    def test_rests_on_a_verified_penalty_of_its_own_subject(self, bureau):
        one, other = bureau.published_penalty(), bureau.published_penalty()
        with pytest.raises(GroundUnfit):
            bureau.drafted(one, grounds=[{"penalty": other}])
        unverified = bureau.penalty()
        with pytest.raises(GroundUnfit):
            bureau.drafted(unverified)

    def test_is_proposed_once(self, bureau):
        penalty = bureau.published_penalty()
        bureau.drafted(penalty)
        with pytest.raises(ListedAlready):
            bureau.drafted(penalty)


class TestDecision:
    def test_cannot_be_dated_into_the_defence_window(self, bureau):
        record = bureau.noticed()
        until = held(record).reply_until
        bureau.pass_window(record)
        with pytest.raises(DefenceWindowOpen):
            bureau.step(record, "decide", decided_on=until)
        assert bureau.step(record, "decide").state == "decided"


def decided(bureau, scheme="judgment-debtor", **decision):
    """A listing under a scheme, decided so."""
    record = bureau.noticed(scheme=scheme, measures=[])
    bureau.pass_window(record)
    bureau.step(record, "decide", **decision)
    return record


ENDLESS = {"ends_on": None, "without_end": True}


class TestWithoutEnd:
    """法释〔2017〕7号 第一条第（一）项、第二条: listed until performance, settlement or 终结."""

    def listed(self, bureau):
        record = decided(bureau, **ENDLESS)
        bureau.step(record, "serve")
        bureau.step(record, "publish")
        return record

    def verdict(self, bureau, record):
        firm = bureau.names[record]
        party = Party("1", "bidder", firm["subject_name"], firm["uscc"], None, None, None)
        inquiry = Inquiry({"code": "YC2036-1"}, "procurement", False, None, bureau.today, [party])
        receipt = bureau.do("centre", lambda work: award_check.check(work, inquiry)).receipt.decode()
        return receipt.split('"verdict":"')[1].split('"')[0]

    @pytest.mark.parametrize(
        "years", [pytest.param(years, id=f"E37-B15-法释2017-7-1-{years}年") for years in (0, 2, 3, 9)]
    )
    def test_stands_and_bears_until_it_is_removed(self, bureau, years):
        record = self.listed(bureau)
        bureau.go(bureau.today.replace(year=bureau.today.year + years))
        bureau.tidy()
        shown = body(record)
        assert (shown["ends_on"], shown["visible_until"], shown["state"]) == (None, "2199-12-31", "published")
        assert (held(record).ends_on, held(record).state) == (None, "published")
        # The listing bars by 财库〔2016〕125号; the ban of the penalty behind it is over by then.
        assert self.verdict(bureau, record) == "barred"
        bureau.step(record, "remove")
        assert body(record)["state"] == "removed"
        with runtime.begin() as work:
            assert list(integrity.findings(work.session, work.keys, work.settings.node, lambda _: None)) == []

    def test_is_exchanged_as_it_stands(self, bureau):
        assert record_schema.faults(body(self.listed(bureau)), ["procurement"]) == []

    def test_is_never_extended(self, bureau):
        record = self.listed(bureau)
        later = bureau.today + dt.timedelta(days=4000)
        given = papers("extension_decision")
        with pytest.raises(TermRefused):
            bureau.do("head", lambda work: listing_publication.extend(work, record, later, given))

    @pytest.mark.parametrize(
        ("scheme", "decision"),
        [
            pytest.param("procurement-serious", ENDLESS, id="B15-政府采购法77-有期限"),
            pytest.param("wage-arrears", ENDLESS, id="B15-人社部令45-三年"),
            pytest.param("tax-major", ENDLESS, id="B15-税务总局令54-三年"),
            pytest.param("judgment-debtor", {"without_end": True}, id="B15-法释2017-7-截止日与无期限并列"),
            pytest.param("operation-abnormal", {"ends_on": None}, id="B15-企业信息公示暂行条例-未写明"),
        ],
    )
    def test_is_refused_where_the_list_has_a_term_or_the_decision_says_two_things(self, bureau, scheme, decision):
        with pytest.raises(TermRefused):
            decided(bureau, scheme, **decision)

    def test_items_two_to_six_keep_their_two_years(self, bureau):
        record = decided(bureau, ends_on=None)
        bureau.step(record, "serve")
        assert held(record).ends_on == bureau.today.replace(year=bureau.today.year + 2)


class TestRepair:
    @pytest.mark.parametrize(
        "law", [pytest.param("B1", id="B3-政府采购法77-名单上的禁止"), pytest.param(None, id="B3-令36-只有名单")]
    )
    def test_opens_when_the_bans_of_the_listing_are_over(self, bureau, law):
        record = bureau.listed(measures=[law] if law else [])
        shown = body(record)
        minimum = bureau.today.replace(year=bureau.today.year + 1).isoformat()
        assert shown["repairable_from"] == (shown["ends_on"] if law else minimum)
