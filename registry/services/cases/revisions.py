"""Publish the next version of a published record, made from the version before it."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from registry.domain.cases import procedures
from registry.models import Publication, Relief
from registry.refusals.acts import RecordUnknown
from registry.services.publication.publishing import Version, publish
from registry.unit_of_work import UnitOfWork

Body = dict[str, Any]


def newest(work: UnitOfWork, record: str) -> Publication:
    """The newest version of a record; refuses ``RecordUnknown``."""
    statement = select(Publication).where(Publication.record == record, Publication.until_entry.is_(None))
    publication = work.session.scalars(statement).first()
    if publication is None:
        raise RecordUnknown()
    return publication


def first_published_on(work: UnitOfWork, record: str) -> dt.date:
    """The day of the first publication of a record; today when it has none."""
    statement = select(func.min(Publication.visible_from)).where(Publication.record == record)
    return work.session.execute(statement).scalar_one() or work.today


def following_version(publication: Publication, body: Body) -> Version:
    """A version with this body that follows a published one."""
    return Version(body, publication.origin, publication.id_index, publication.id_sealed)


def revise(work: UnitOfWork, record: str, change: Callable[[Body], Body]) -> int:
    """Publish what ``change`` makes of the newest body; returns the entry. Refuses ``RecordUnknown``."""
    publication = newest(work, record)
    return publish(work, [following_version(publication, change(json.loads(publication.body)))])[0]


def carried_marks(work: UnitOfWork, record: str) -> Body:
    """The marks that a corrected version keeps of the version before it.

    They are the days on which its measures rested, an open dispute, and its end when a dispute was decided by
    stopping the disclosure.
    """
    body = json.loads(newest(work, record).body)
    marks = {"suspensions": body["suspensions"]} if "suspensions" in body else {}
    if _is_disclosure_stopped(work, record):
        marks["visible_until"] = body["visible_until"]
    since = disputed_on(work, record)
    return marks | ({"disputed_on": since} if since else {})


def _is_disclosure_stopped(work: UnitOfWork, record: str) -> bool:
    statement = select(Relief).where(Relief.about == record, Relief.noun == "dispute", Relief.state == "decided")
    return any(relief.facts["outcome"] == "stop_disclosure" for relief in work.session.scalars(statement))


def disputed_on(work: UnitOfWork, record: str) -> str | None:
    """The day since which a record is disputed, None when no confirmed dispute is open: the mark of its versions."""
    statement = select(Relief).where(
        Relief.about == record, Relief.noun == "dispute", Relief.state.in_(procedures.OPEN_RELIEF)
    )
    days = [dispute.confirmed_on for dispute in work.session.scalars(statement)]
    return min((day for day in days if day is not None), default=None)
