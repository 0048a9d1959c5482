"""Disputes and repairs: who may apply, what is marked, and what a decision does to the record."""

import datetime as dt

import pytest

from registry import runtime
from registry.models import Relief
from registry.queries.cases import procedure_records
from registry.queries.publication import publications
from registry.refusals.procedure import ApplicantUnfit, OutcomeUnfit, ReliefOpen, RepairTooEarly
from registry.services.cases import relief_applications, relief_confirmation, relief_decisions, revisions
from registry.services.cases.relief_decisions import Ruling
from tests.support.bureau import papers


def body(record: str) -> dict:
    with runtime.begin() as work:
        return publications.body(revisions.newest(work, record))


def relief(number: str) -> Relief:
    with runtime.reading() as session:
        return procedure_records.by_record(session, Relief, number)


@pytest.fixture
def decided(bureau):
    """Decide a dispute about a record with an outcome."""

    def decide(record: str, outcome: str) -> str:
        number = bureau.applied("dispute", record)
        bureau.do("clerk", lambda work: relief_applications.accept(work, number, papers()))
        ruling = Ruling(outcome, "经核实", bureau.today)
        bureau.do("verifier", lambda work: relief_decisions.decide(work, number, ruling, papers("relief_decision")))
        return number

    return decide


class TestDispute:
    def test_marks_the_record_from_its_confirmation_until_it_is_over(self, bureau):
        record = bureau.published_penalty()
        number = bureau.applied("dispute", record)
        assert "disputed_on" not in body(record)
        bureau.do("clerk", lambda work: relief_confirmation.mark(work, number, papers()))
        assert body(record)["disputed_on"] == bureau.today.isoformat()
        bureau.do("public", lambda work: relief_applications.cancel(work, number, papers()))
        assert "disputed_on" not in body(record)
        assert relief(number).state == "cancelled"

    def test_is_open_once_about_a_record(self, bureau):
        record = bureau.published_penalty()
        bureau.confirmed("dispute", record)
        with pytest.raises(ReliefOpen):
            bureau.applied("dispute", record)

    def test_is_the_subjects_own(self, bureau):
        record = bureau.published_penalty()
        for wrong in ({"name": "盐城他人有限公司"}, {"uscc": "91320902MA0TR0027T"}, {"uscc": None}):
            with pytest.raises(ApplicantUnfit):
                bureau.applied("dispute", record, **wrong)

    @pytest.mark.parametrize(
        ("outcome", "state"),
        [
            pytest.param("keep", "published", id="keep 浙江省公共信用信息管理条例30"),
            pytest.param("delete", "withdrawn", id="factual error deletes 浙江省公共信用信息管理条例30"),
            pytest.param("stop_disclosure", "expired", id="over time stops 浙江省公共信用信息管理条例30"),
        ],
    )
    def test_about_a_penalty_ends_it_as_decided(self, bureau, decided, outcome, state):
        record = bureau.published_penalty()
        decided(record, outcome)
        assert body(record)["state"] == state
        assert "disputed_on" not in body(record)

    @pytest.mark.parametrize(
        ("outcome", "state"),
        [
            pytest.param("keep", "published", id="keep 浙江省公共信用信息管理条例30"),
            pytest.param("delete", "revoked", id="factual error revokes 浙江省公共信用信息管理条例30"),
            pytest.param("delist", "removed", id="not removed delists 浙江省公共信用信息管理条例30"),
        ],
    )
    def test_about_a_listing_ends_it_as_decided(self, bureau, decided, outcome, state):
        record = bureau.listed()
        decided(record, outcome)
        assert body(record)["state"] == state

    def test_of_a_text_is_corrected_with_the_decision(self, bureau, decided):
        record = bureau.listed()
        with pytest.raises(OutcomeUnfit):
            decided(record, "correct")
        assert body(record)["state"] == "published"


class TestRepair:
    def test_ends_publication_and_measures_together(self, bureau):
        record = bureau.published_penalty()
        bureau.go(dt.date.fromisoformat(body(record)["repairable_from"]))
        number = bureau.applied("repair", record)
        bureau.do("clerk", lambda work: relief_applications.accept(work, number, papers()))
        bureau.do(
            "verifier",
            lambda work: relief_decisions.grant(work, number, "条件具备", papers("relief_decision")),
        )
        assert body(record)["state"] == "repaired"
        assert relief(number).state == "granted"

    def test_waits_for_the_minimum_period(self, bureau):
        record = bureau.published_penalty()
        bureau.go(dt.date.fromisoformat(body(record)["repairable_from"]) - dt.timedelta(days=1))
        with pytest.raises(RepairTooEarly):
            bureau.applied("repair", record)
