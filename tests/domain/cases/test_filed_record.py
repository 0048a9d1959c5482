"""How long a filed record is shown, and what its columns are read as."""

import datetime as dt

import pytest

from registry.domain.cases import filed_record
from registry.domain.filing import record_columns
from registry.refusals.content import DuplicateColumn, MissingColumn, UnknownColumn

VOCABULARY = record_columns.vocabulary_for({})
COMMON = ["当事人名称", "案号", "认定事实", "法律依据", "裁判日期", "审理法院"]


@pytest.mark.parametrize("months", [pytest.param(36, id="threshold-filed_record_months-本登记簿配置")])
def test_is_shown_for_its_months_and_as_long_as_what_it_orders(months):
    facts = {"decided_on": "2026-05-06"}
    assert filed_record.visible_until(facts, months, []) == dt.date(2029, 5, 6)
    ban = {"effect": "bars", "code": "B1", "ends_on": "2031-01-01"}
    assert filed_record.visible_until(facts, months, [ban]) == dt.date(2031, 1, 1)


class TestColumns:
    def test_are_the_common_ones_and_the_titles_of_the_kind(self):
        headings = record_columns.resolve([*COMMON, "罪名"], record_columns.vocabulary_for({"offence": "罪名"}))
        assert headings.fields["罪名"] == "offence"
        assert headings.fields["审理法院"] == "authority_name"

    def test_that_nobody_knows_are_named_or_refuse_the_file(self):
        assert record_columns.resolve([*COMMON, "备注"], VOCABULARY).left_out == ("备注",)
        with pytest.raises(UnknownColumn):
            record_columns.resolve([*COMMON, "案件状态"], VOCABULARY)
        mapped = VOCABULARY.mapped({"案件状态": "-"})
        assert "案件状态" not in record_columns.resolve([*COMMON, "案件状态"], mapped).fields

    def test_that_say_one_thing_twice_refuse_the_file(self):
        with pytest.raises(DuplicateColumn):
            record_columns.resolve([*COMMON, "文号"], VOCABULARY)

    @pytest.mark.parametrize("left_out", COMMON)
    def test_that_must_be_there_are_asked_for(self, left_out):
        with pytest.raises(MissingColumn):
            record_columns.resolve([column for column in COMMON if column != left_out], VOCABULARY)
