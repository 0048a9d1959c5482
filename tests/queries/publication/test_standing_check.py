"""The index of records that stand is verified against the publications, and rebuilt from them."""

import datetime as dt

import pytest
from sqlalchemy import text, update

from registry import runtime
from registry.domain.cases.revision import Removal, removed_body
from registry.domain.permissions import SYSTEM
from registry.models import Clock
from registry.queries.publication import ledger_state, postings, publications, record_search, standing_check
from registry.services.publication import standing
from registry.web.public import statistics
from tests.support.filings import filing, today
from tests.web import samples

TAMPERINGS = {
    "row lost": "DELETE FROM standing WHERE entry = 3",
    "row of one that left": "UPDATE standing SET entry = 999 WHERE entry = 3",
    "sector changed": "UPDATE standing SET sectors = 'property' WHERE entry = 3",
    "day changed": "UPDATE standing SET visible_until = '2026-11-23' WHERE entry = 3",
    "name changed": "UPDATE standing SET names = '瀚垚' WHERE entry = 3",
    "posting lost": "DELETE FROM postings WHERE term = 'sector:procurement'",
    "posting of a common text lost": "DELETE FROM postings WHERE term = '=有限公'",
    "size changed": "UPDATE postings SET size = size + 1 WHERE term = '=有'",
}


@pytest.fixture
def indexed(app, monkeypatch):
    """Records published, revised and withdrawn over several folds."""
    monkeypatch.setattr(postings, "TAIL_MAX", 3)
    monkeypatch.setattr(postings, "COMMON", 1)
    bodies = [samples.body(number) for number in range(12)]
    for start in range(0, 12, 4):
        samples.release(*bodies[start : start + 4])
    samples.release(bodies[0] | {"revision": 2, "act": "correct", "sectors": ["property"]})
    samples.release(
        removed_body(bodies[1], Removal("withdraw", "withdrawn", "撤回", samples.TODAY, samples.TODAY), samples.TODAY)
    )


def findings():
    """What is found wrong in the index."""
    with runtime.reading() as session:
        return list(standing_check.findings(session, ledger_state.head(session)))


class TestFindings:
    def test_are_none_after_any_acts(self, indexed):
        assert findings() == []

    @pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS.keys())
    def test_name_a_change_which_a_rebuild_mends(self, indexed, tampering):
        with runtime.begin() as work:
            assert work.session.execute(text(tampering)).rowcount
        assert findings()
        runtime.perform(SYSTEM, standing.rebuild)
        assert findings() == []


class TestBuildMissing:
    def test_fills_the_index_of_a_store_that_had_none(self, indexed):
        with runtime.begin() as work:
            for table in ("standing", "postings", "posting_folds"):
                work.session.execute(text(f"DELETE FROM {table}"))
        assert runtime.perform(SYSTEM, standing.build_missing) == 11
        assert findings() == []
        assert runtime.perform(SYSTEM, standing.build_missing) == 0

    def test_fills_it_though_records_were_published_and_folded_before(self, indexed):
        with runtime.begin() as work:
            for table in ("standing", "postings", "posting_folds"):
                work.session.execute(text(f"DELETE FROM {table}"))
        samples.release(*(samples.body(number) for number in range(12, 17)))
        assert findings()
        assert runtime.perform(SYSTEM, standing.build_missing) == 16
        assert findings() == []

    def test_builds_again_though_a_fold_used_the_new_terms_before(self, indexed):
        runtime.perform(SYSTEM, standing.rebuild)
        with runtime.begin() as work:
            work.session.execute(text("UPDATE postings SET term = 'all.1' WHERE term LIKE 'all.%'"))
        samples.release(*(samples.body(number) for number in range(12, 17)))
        assert runtime.perform(SYSTEM, standing.build_missing) == 16
        assert findings() == []

    def test_builds_again_where_records_were_found_by_other_terms(self, indexed):
        runtime.perform(SYSTEM, standing.rebuild)
        with runtime.begin() as work:
            work.session.execute(text("UPDATE postings SET term = 'all' WHERE term LIKE 'all.%'"))
            work.session.execute(text("DELETE FROM postings WHERE term LIKE '~%'"))
        assert runtime.perform(SYSTEM, standing.build_missing) == 11
        assert findings() == []


class TestPunctuality:
    def test_of_the_catalogue_is_that_of_the_clocks_over_folds(self, desk, monkeypatch):
        """Two are decided and published over each fold, one of them late; what was withdrawn counts no more."""
        monkeypatch.setattr(postings, "TAIL_MAX", 1)
        records = [desk.published(filing()) for _ in range(4)]
        with runtime.begin() as work:
            published = update(Clock).where(Clock.code == "penalty.publish")
            work.session.execute(published.values(due=today()))
            late = published.where(Clock.record == records[0])
            work.session.execute(late.values(due=today() - dt.timedelta(days=1)))
        runtime.perform(SYSTEM, standing.rebuild)
        with runtime.reading() as session:
            at = publications.moment(session, today())
            counts = record_search.punctuality_counts(session, at)
            by_authority = record_search.punctuality_by_authority(session, at)
        assert {numbers for (_, kind), numbers in counts.items() if kind == "penalty"} == {(4, 4, 3)}
        assert list(by_authority.values()) == [(4, 3)]
        [bar] = statistics.build_rate_chart("punctuality", "按时公示", by_authority).bars
        assert (bar.text, bar.query) == ("75.0%（3/4）", {"authority": bar.label})
        assert findings() == []
