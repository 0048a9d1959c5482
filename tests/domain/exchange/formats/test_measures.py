"""Reports of measures: read whole, or refused with the place and the reason."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import case_labels
from registry.domain.exchange.formats.known import FORMATS, LAYOUTS
from registry.domain.exchange.formats.measures import COLUMNS, MEASURE_REPORTS
from tests.support.exchanged import codes, read_context
from tests.sync.platforms.rows import firm, report_cells


def read(**changed):
    return MEASURE_REPORTS.read(report_cells("a" * 32, firm(1), **changed), read_context())


def places(outcome):
    return [(fault.pointer.removeprefix("/"), fault.code) for fault in outcome.faults]


class TestReading:
    def test_reads_what_was_done_by_whom_and_when(self):
        content = read().content
        assert (content.record, content.uscc, content.kind, content.state) == (
            "a" * 32,
            firm(1)["uscc"],
            "procurement",
            "taken",
        )
        assert (content.taken_on, content.lifted_on) == (dt.date(2026, 11, 10), None)
        assert content.taken_by == "盐城市虚构采购中心"

    @pytest.mark.parametrize(
        ("changed", "expected"),
        [
            ({"MEASURE_TYPE": "77"}, ("MEASURE_TYPE", "exchange-code-unknown")),
            ({"MEASURE_TYPE": ""}, ("MEASURE_TYPE", "required")),
            ({"MEASURE_STATUS": "已惩戒"}, ("MEASURE_STATUS", "exchange-code-unknown")),
            ({"MEASURE_STATUS": ""}, ("MEASURE_STATUS", "required")),
            ({"RECORD_CODE": "", "DOCUMENT_CODE": ""}, ("DOCUMENT_CODE", "required")),
            ({"RECORD_CODE": "", "BODY_CODE": ""}, ("BODY_CODE", "required")),
            ({"MEASURE_STATUS": "2"}, ("LIFTED_DATE", "required")),
            ({"MEASURE_STATUS": "2", "LIFTED_DATE": "2026-11-01"}, ("LIFTED_DATE", "measure-days-reversed")),
            ({"LIFTED_DATE": "2026-11-20"}, ("LIFTED_DATE", "measure-state-differs")),
            ({"MEASURE_STATUS": "3", "REMARK": "无业务往来"}, ("TAKEN_DATE", "measure-state-differs")),
            ({"MEASURE_STATUS": "3", "TAKEN_DATE": ""}, ("REMARK", "required")),
            ({"TAKEN_DATE": "2026-11-29"}, ("TAKEN_DATE", "measure-in-future")),
            ({"TAKEN_DATE": "无处罚期限"}, ("TAKEN_DATE", "date-malformed")),
            ({"GOVERNMENT": "undefined"}, ("GOVERNMENT", "required")),
            ({"MEASURE_NEW": "1"}, ("MEASURE_NEW", "exchange-column-unknown")),
        ],
    )
    def test_names_the_place_and_the_reason(self, changed, expected):
        outcome = read(**changed)
        assert outcome.content is None
        assert expected in places(outcome)

    @given(data=st.data())
    def test_reads_any_row_or_says_why_not(self, data):
        dirt = st.text(max_size=20) | st.sampled_from(
            ["undefined", "1", "99", "2026-11-10", "\u202e", "无", "1900-01-01"]
        )
        outcome = MEASURE_REPORTS.read({column: data.draw(dirt) for column in COLUMNS}, read_context())
        assert (outcome.content is None) == bool(outcome.faults)


class TestTables:
    def test_have_a_label_for_every_meaning(self):
        assert set(codes().tables["MEASURE_TYPE"].values()) == set(case_labels.MEASURE_KINDS)
        assert set(codes().tables["MEASURE_STATUS"].values()) == set(case_labels.REPORT_STATES)

    def test_go_no_way_but_in(self):
        assert MEASURE_REPORTS.code in LAYOUTS
        assert MEASURE_REPORTS.code not in FORMATS
