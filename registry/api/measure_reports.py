"""Routes under the record that they belong to: what platforms report of measures taken because of it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from registry import runtime
from registry.api.auth import actor, allow
from registry.api.schemas.measure_report import MeasureReportsAnswer
from registry.api.wire import Blueprint
from registry.domain.permissions import Actor, Permission
from registry.queries.exchange import measure_reports
from registry.queries.exchange.measure_reports import ReportLine

Require = Callable[[Session, Actor, str], object]
"""Refuses a record that the reader may not see."""


def add_route(blueprint: Blueprint, permission: Permission, require: Require) -> None:
    """Add the route to the records of a blueprint."""

    @blueprint.route("/<record>/measure-reports", methods=["GET"], endpoint="measure_reports")
    @allow(permission)
    @blueprint.doc(summary="What platforms report of measures taken because of the record.")
    @blueprint.response(200, MeasureReportsAnswer)
    def view(record: str) -> dict[str, Any]:
        with runtime.reading() as session:
            require(session, actor(), record)
            return {"items": [_describe(line) for line in measure_reports.of_record(session, record)]}


def _describe(line: ReportLine) -> dict[str, Any]:
    report = line.report
    return {
        "report": report.report,
        "revision": report.revision,
        "peer": line.peer_code,
        "provider": report.provider,
        "kind": report.kind,
        "state": report.state,
        "measure": report.measure,
        "basis": report.basis,
        "taken_on": report.taken_on,
        "lifted_on": report.lifted_on,
        "taken_by": report.taken_by,
        "taken_by_code": report.taken_by_code,
        "remark": report.remark,
        "received_at": report.received_at.isoformat(),
        "attention": line.attention,
    }
