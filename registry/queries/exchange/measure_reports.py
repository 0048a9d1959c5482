"""Look up what platforms report of measures, and the records that they may report on."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from registry.domain.filing.parse import document_key
from registry.models import MeasureReport, OutboxMessage, Peer, Publication

KINDS = ("penalty", "listing", "adopted_listing")
"""Kinds of record because of which measures are taken."""
NOT_LIFTED = "measure-not-lifted"
AFTER_END = "measure-after-end"


@dataclass(frozen=True)
class ReportLine:
    """A report as a desk sees it. ``attention``: what is wrong with it by what stands of the record today."""

    report: MeasureReport
    peer_code: str
    peer_name: str
    attention: str | None


def of_record(session: Session, record: str) -> list[ReportLine]:
    """What platforms report of measures because of a record: the newest version of each report that stands, in the
    order received.

    A measure that is reported as taken while the record stands no longer should have been lifted (36号令: with the
    repair its use stops and the measures are lifted); one taken on or after the day it ended, never taken.
    """
    later = aliased(MeasureReport)
    is_newest = ~(
        select(later.id)
        .where(later.peer_id == MeasureReport.peer_id, later.report == MeasureReport.report)
        .where(later.revision > MeasureReport.revision)
        .exists()
    )
    statement = (
        select(MeasureReport, Peer.code, Peer.name)
        .join(Peer, Peer.id == MeasureReport.peer_id)
        .where(MeasureReport.record == record, MeasureReport.is_retracted.is_(False), is_newest)
        .order_by(MeasureReport.id)
    )
    rows = session.execute(statement).all()
    body = _newest_body(session, record) if rows else {}
    return [ReportLine(report, code, name, _attention(report, body)) for report, code, name in rows]


def _newest_body(session: Session, record: str) -> dict[str, Any]:
    text = session.scalar(
        select(Publication.body).where(Publication.record == record, Publication.until_entry.is_(None))
    )
    body: dict[str, Any] = json.loads(text) if text else {}
    return body


def _attention(report: MeasureReport, body: dict[str, Any]) -> str | None:
    if body.get("state", "published") == "published":
        return None
    ended_on = body.get("removed_on")
    if report.taken_on and ended_on and report.taken_on >= dt.date.fromisoformat(ended_on):
        return AFTER_END
    return NOT_LIFTED if report.state == "taken" else None


def record_told(session: Session, peer_id: int, record: str) -> Publication | None:
    """The newest version of a record that a platform was told of; None when there is none or it was not."""
    return next(iter(_told(session, peer_id, Publication.record == record)), None)


def records_told_of(session: Session, peer_id: int, uscc: str, document_number: str) -> list[Publication]:
    """The newest versions of records about a firm by the decision of this number that a platform was told of."""
    wanted = document_key(document_number)
    return [
        publication
        for publication in _told(session, peer_id, Publication.uscc == uscc)
        if document_key(json.loads(publication.body)["document_number"]) == wanted
    ]


def _told(session: Session, peer_id: int, condition: ColumnElement[bool]) -> list[Publication]:
    version = aliased(Publication)
    delivery = (
        select(OutboxMessage.id)
        .join(version, version.from_entry == OutboxMessage.entry)
        .where(version.record == Publication.record, OutboxMessage.peer_id == peer_id)
        .where(OutboxMessage.state.not_in(("pending", "cancelled")))
    )
    statement = select(Publication).where(
        Publication.until_entry.is_(None), Publication.kind.in_(KINDS), condition, delivery.exists()
    )
    return list(session.scalars(statement.order_by(Publication.from_entry)))
