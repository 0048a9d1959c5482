"""The rows of ``retention`` say of every table how long it is kept, and each period has a clearing."""

from registry import runtime
from registry.models import Base
from registry.queries.law import reference_data
from registry.services import retention
from registry.unit_of_work import day_of
from tests.services.test_retention import period_of


class TestPeriods:
    def test_say_of_every_table_how_long_it_is_kept(self, app):
        with runtime.reading() as session:
            named = [
                name
                for row in reference_data.current(session).retention_periods(day_of(runtime.clock()))
                for name in row.tables
            ]
        assert set(named) == set(Base.metadata.tables)

    def test_have_a_clearing_and_none_without_a_period(self, app):
        with runtime.reading() as session:
            periods = reference_data.current(session).retention_periods(day_of(runtime.clock()))
        assert {row.code for row in periods if row.value is not None} == set(retention.CLEARINGS)

    def test_clear_only_tables_that_they_name(self, app):
        for code, clearings in retention.CLEARINGS.items():
            assert {clearing.table.__tablename__ for clearing in clearings} <= set(period_of(code).tables)
