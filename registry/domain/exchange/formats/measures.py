"""Measure reports (措施反馈): what was done somewhere because of a record that a platform was told of.

Basis: plan 四（二）: listings go into the municipal joint reward-and-punishment system (纳入市联合奖惩系统), for joint
constraint and punishment. No text that was read states the layout of the answer: columns and codes are our own, and the
rows of ``exchange_codes`` are marked unconfirmed.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from registry.domain.exchange.formats.model import (
    CODE_DETAIL,
    CODE_UNKNOWN,
    Layout,
    ReadContext,
    ReadRow,
    ReportedMeasure,
    code_faults,
    unknown_columns,
)
from registry.domain.filing import party
from registry.domain.filing.columns import Headings
from registry.domain.filing.row_reader import RowReader
from registry.errors import Fault

COLUMNS = {
    "RECORD_CODE": "what the node sent as `SOURCE_RECORD_ID`; may be empty when the two next to it are filled",
    "DOCUMENT_CODE": "number of the decision",
    "BODY_CODE": "unified social credit code of whom the record is about",
    "BODY_NAME": "whom the record is about",
    "MEASURE_TYPE": "kind of measure, by code",
    "MEASURE_STATUS": "taken, lifted or not taken, by code",
    "MEASURE_NAME": "the measure, in words",
    "MEASURE_BASIS": "what it rests on",
    "TAKEN_DATE": "day on which it was taken; empty when it was not",
    "LIFTED_DATE": "day on which it was lifted; only when it was",
    "GOVERNMENT": "who took it, or did not",
    "GOVERNMENT_CODE": "unified social credit code of that unit",
    "REMARK": "result, or why it was not taken",
}
"""Every column, and what stands in it."""
_FIELDS = {
    "RECORD_CODE": "record",
    "DOCUMENT_CODE": "document_number",
    "BODY_CODE": "uscc",
    "BODY_NAME": "subject_name",
    "MEASURE_TYPE": "measure_type",
    "MEASURE_STATUS": "measure_status",
    "MEASURE_NAME": "measure",
    "MEASURE_BASIS": "measure_basis",
    "TAKEN_DATE": "taken_on",
    "LIFTED_DATE": "lifted_on",
    "GOVERNMENT": "authority_name",
    "GOVERNMENT_CODE": "authority_code",
    "REMARK": "remark",
}
_CODED = ("MEASURE_TYPE", "MEASURE_STATUS")
_STATES: Mapping[str, Any] = {"taken": "taken", "lifted": "lifted", "not_taken": "not_taken"}


def _read(row: Mapping[str, str], context: ReadContext) -> ReadRow:
    headings = Headings("plain", _FIELDS)
    reader = RowReader(headings.cells(row), headings)
    faults = [*unknown_columns(MEASURE_REPORTS, row), *code_faults(row, context, _CODED)]
    for column in _CODED:
        reader.text(_FIELDS[column], required=True)
    kind = context.codes.meaning("MEASURE_TYPE", row.get("MEASURE_TYPE", ""))
    state = _STATES.get(context.codes.meaning("MEASURE_STATUS", row.get("MEASURE_STATUS", "")) or "")
    if state is None and not faults and not reader.faults:
        faults.append(Fault("/MEASURE_STATUS", CODE_UNKNOWN, CODE_DETAIL))
    record = reader.text("record", required=False, limit=64)
    reported = ReportedMeasure(
        record=record,
        document_number=reader.text("document_number", required=not record, limit=128),
        subject_name=reader.text("subject_name", required=True, limit=200),
        uscc=party.uscc(reader, "uscc", reader.text("uscc", required=not record)),
        kind=kind or "",
        state=state or "taken",
        measure=reader.text("measure", required=True, limit=1000),
        basis=reader.text("measure_basis", required=False, limit=1000),
        taken_on=reader.day("taken_on", required=state != "not_taken"),
        lifted_on=reader.day("lifted_on", required=state == "lifted"),
        taken_by=reader.organ_name("authority_name", required=True),
        taken_by_code=party.uscc(reader, "authority_code", reader.text("authority_code", required=False)),
        remark=reader.text("remark", required=state == "not_taken", limit=2000),
    )
    _compare_days(reader, reported, context.today)
    faults += reader.faults
    return ReadRow(None if faults else reported, tuple(dict.fromkeys(faults)), tuple(reader.notes))


def _compare_days(reader: RowReader, reported: ReportedMeasure, today: dt.date) -> None:
    for field, day in (("taken_on", reported.taken_on), ("lifted_on", reported.lifted_on)):
        if day is not None and day > today:
            reader.fault(field, "measure-in-future", "日期晚于今天")
    if reported.state == "not_taken" and reported.taken_on is not None:
        reader.fault("taken_on", "measure-state-differs", "未采取措施的不应有采取日期")
    if reported.state != "lifted" and reported.lifted_on is not None:
        reader.fault("lifted_on", "measure-state-differs", "未解除的不应有解除日期")
    if reported.taken_on and reported.lifted_on and reported.lifted_on < reported.taken_on:
        reader.fault("lifted_on", "measure-days-reversed", "解除日期早于采取日期")


MEASURE_REPORTS = Layout(
    code="measure-reports", name="联合惩戒措施反馈（本登记簿自定格式）", columns=tuple(COLUMNS), read=_read
)
