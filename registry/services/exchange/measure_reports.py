"""Join what a platform reports of measures to the record that it was told of, and keep it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, insert, select, tuple_, update

from registry.domain.exchange.formats.model import ReportedMeasure, RowMessage
from registry.domain.naming import name_key
from registry.models import MeasureReport, Peer, Publication
from registry.queries.exchange import measure_reports
from registry.unit_of_work import UnitOfWork

RECORD_UNKNOWN = "report-record-unknown"
RECORD_AMBIGUOUS = "report-record-ambiguous"
SUBJECT_DIFFERS = "report-subject-differs"
BEFORE_DECISION = "report-before-decision"
REPORT_UNKNOWN = "report-unknown"
CHUNK = 500


@dataclass(frozen=True)
class JoinedReport:
    """A report and the record that it belongs to."""

    record: str
    message: RowMessage
    reported: ReportedMeasure


def join(work: UnitOfWork, peer: Peer, message: RowMessage, reported: ReportedMeasure) -> JoinedReport | str:
    """Find the record that a report belongs to, among those that this platform was told of; else the code of why not.

    What it was never told of reads as unknown, whether it exists or not.
    """
    publication = _find(work, peer, reported)
    if isinstance(publication, str):
        return publication
    if not _is_about(publication, reported):
        return SUBJECT_DIFFERS
    body = json.loads(publication.body)
    if reported.taken_on and reported.taken_on.isoformat() < body["decided_on"]:
        return BEFORE_DECISION
    return JoinedReport(publication.record, message, reported)


def store(work: UnitOfWork, peer: Peer, joined: Sequence[JoinedReport]) -> None:
    """Keep versions of reports, in the order of revisions, each with the record that it belongs to; one with operation
    D is taken back."""
    rows = [
        {
            "peer_id": peer.id,
            "report": one.message.record,
            "revision": one.message.revision,
            "record": one.record,
            "kind": one.reported.kind,
            "state": one.reported.state,
            "measure": one.reported.measure,
            "basis": one.reported.basis,
            "taken_on": one.reported.taken_on,
            "lifted_on": one.reported.lifted_on,
            "taken_by": one.reported.taken_by,
            "taken_by_code": one.reported.taken_by_code,
            "remark": one.reported.remark,
            "provider": one.message.provider,
            "received_at": work.now,
            "is_retracted": one.message.operation == "D",
        }
        for one in sorted(joined, key=lambda one: one.message.revision)
    ]
    if rows:
        work.session.execute(insert(MeasureReport), rows)


def retract(work: UnitOfWork, peer: Peer, reports: Sequence[str]) -> None:
    """Mark reports as taken back: a full batch has them no more."""
    for start in range(0, len(reports), CHUNK):
        _mark(work, peer, MeasureReport.report.in_(reports[start : start + CHUNK]), is_retracted=True)


def reinstate(work: UnitOfWork, peer: Peer, messages: Sequence[RowMessage]) -> None:
    """Mark reports as standing whose newest version a full batch has again."""
    versions = [(message.record, message.revision) for message in messages if message.operation != "D"]
    for start in range(0, len(versions), CHUNK):
        is_named = tuple_(MeasureReport.report, MeasureReport.revision).in_(versions[start : start + CHUNK])
        _mark(work, peer, is_named, is_retracted=False)


def _mark(work: UnitOfWork, peer: Peer, is_named: ColumnElement[bool], *, is_retracted: bool) -> None:
    """Mark those of these versions that are the newest of their reports."""
    newest = select(func.max(MeasureReport.id)).where(MeasureReport.peer_id == peer.id).group_by(MeasureReport.report)
    work.session.execute(
        update(MeasureReport)
        .where(is_named, MeasureReport.id.in_(newest), MeasureReport.is_retracted.is_(not is_retracted))
        .values(is_retracted=is_retracted)
        .execution_options(synchronize_session=False)
    )


def _find(work: UnitOfWork, peer: Peer, reported: ReportedMeasure) -> Publication | str:
    if reported.record:
        return measure_reports.record_told(work.session, peer.id, reported.record) or RECORD_UNKNOWN
    records = measure_reports.records_told_of(work.session, peer.id, reported.uscc or "", reported.document_number)
    if len(records) > 1:
        return RECORD_AMBIGUOUS
    return records[0] if records else RECORD_UNKNOWN


def _is_about(publication: Publication, reported: ReportedMeasure) -> bool:
    """Whether a report names the subject of the record: by the code where both have one, else by the name."""
    if reported.uscc and publication.uscc:
        return reported.uscc == publication.uscc
    return name_key.key(reported.subject_name) == publication.name_key
