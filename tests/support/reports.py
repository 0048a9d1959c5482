"""Reports of measures as if a platform had sent them."""

import datetime as dt

from registry import runtime
from registry.domain.exchange.formats.model import ReportedMeasure, RowMessage
from registry.domain.permissions import SYSTEM
from registry.services.exchange import measure_reports, peers
from registry.services.exchange.measure_reports import JoinedReport
from registry.unit_of_work import UnitOfWork


def report_measure(record: str) -> None:
    """Let a joint-measures system report a measure because of a record."""
    message = RowMessage("m-1", 1, "I", "measure-reports", {}, "盐城市虚构采购中心")
    reported = ReportedMeasure(
        record=record,
        document_number="",
        subject_name="",
        uscc=None,
        kind="procurement",
        state="taken",
        measure="取消其参加本次政府采购活动的资格",
        basis="《中华人民共和国政府采购法》第二十二条",
        taken_on=dt.date(2026, 11, 10),
        lifted_on=None,
        taken_by="盐城市虚构采购中心",
        taken_by_code=None,
        remark="",
    )

    def act(work: UnitOfWork) -> None:
        intake = peers.Intake("clerk")
        address = "sqlite:////nowhere.db"
        peer = peers.add_platform(work, "joint", "市虚构联合奖惩系统", address, "municipal-joint-measures", intake)
        measure_reports.store(work, peer, [JoinedReport(record, message, reported)])

    runtime.perform(SYSTEM, act)
