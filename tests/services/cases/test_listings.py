"""From proposal to publication, and what may befall a listing then."""

import datetime as dt

import pytest

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.models import Listing
from registry.queries.cases import procedure_records
from registry.queries.publication import publications
from registry.refusals.procedure import (
    DefenceWindowOpen,
    DocumentMissing,
    GroundUnfit,
    ListedAlready,
    MeasureOutsideScheme,
    SchemeWithoutBasis,
)
from registry.services.cases import revisions


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
