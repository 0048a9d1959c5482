"""What may be seen on a day, decided when it is read, even when every job is dead."""

import datetime as dt

import pytest

from registry import runtime
from registry.queries.publication import publications, record_search
from registry.refusals.acts import EntryAhead, RecordUnknown
from registry.services.cases import expiry
from tests.support.desk import bidder, head
from tests.support.filings import BanFactory, filing, today

ONE_DAY = dt.timedelta(days=1)


def seen(record, day, **moment):
    """Whether the record is shown to a reader of this day."""
    with runtime.reading() as session:
        try:
            publications.record(session, record, publications.moment(session, day, **moment))
        except RecordUnknown:
            return False
        return True


def last_day(desk, record):
    """The last day on which a record is shown."""
    return dt.date.fromisoformat(desk.get(f"/records/{record}").get_json()["visible_until"]) - ONE_DAY


class TestVisible:
    def test_ends_with_its_period_without_any_job(self, desk):
        """信用修复管理办法（国家发展改革委令第36号）: at most twelve months from the document."""
        record = desk.published(filing())
        last = last_day(desk, record)
        assert seen(record, last)
        assert not seen(record, last + ONE_DAY)
        with runtime.reading() as session:
            after = publications.moment(session, last + ONE_DAY)
            assert record_search.Search(session, publications.Filter(), after).total() == 0
            assert record_search.sector_counts(session, after) == {}

    def test_is_not_brought_back_by_a_look_into_the_past(self, desk):
        record = desk.published(filing())
        last = last_day(desk, record)
        assert not seen(record, last + ONE_DAY, on=last)
        assert not seen(record, last + ONE_DAY, on=last, entry=1)

    def test_begins_with_publication(self, desk):
        record = desk.published(filing())
        assert not seen(record, today(), on=today() - ONE_DAY)
        assert not seen(record, today(), entry=0)

    def test_of_an_entry_that_is_not_there_is_refused(self, desk):
        with runtime.reading() as session, pytest.raises(EntryAhead):
            publications.moment(session, today(), entry=1)


class TestExpire:
    def test_of_a_ban_waits_for_its_end(self, desk):
        """招标投标法 53, 54, 60; 市场监管总局令第45号 13: a ban is public while it runs."""
        record = desk.published(BanFactory(decided_on="2026-04-10", publicity_until="2026-07-20"))
        assert desk.get(f"/records/{record}").get_json()["visible_until"] == "2028-04-10"
        with runtime.begin() as work:
            assert expiry.expire_due(work) == 0

    def test_tells_the_ledger(self, desk):
        plain = filing(decided_on="2026-04-10", publicity_until="2026-07-20", effect_until="")
        record = desk.published(plain)
        assert desk.get(f"/records/{record}").status_code == 404
        with runtime.begin() as work:
            assert expiry.expire_due(work) == 1
        with runtime.begin() as work:
            assert expiry.expire_due(work) == 0
        assert head(desk) == 2
        assert desk.get("/changes").get_json()["items"][-1]["act"] == "expire"
        assert desk.get(f"/records/{record}").status_code == 404
        assert desk.verdicts(bidder(plain)) == ["no_record"]
