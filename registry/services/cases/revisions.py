"""The next version of a record that is published, from the version before it, through the one gate out."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from registry.domain.cases import procedures
from registry.models import Publication, Relief
from registry.refusals.acts import RecordUnknown
from registry.services.publication.publishing import Version, publish
from registry.unit_of_work import UnitOfWork, day_of

Body = dict[str, Any]


def newest(work: UnitOfWork, record: str) -> Publication:
    """The newest version of a record; refuses ``RecordUnknown``."""
    question = select(Publication).where(Publication.record == record, Publication.until_entry.is_(None))
    found = work.session.scalars(question).first()
    if found is None:
        raise RecordUnknown()
    return found


def following_version(held: Publication, body: Body) -> Version:
    """A version with this body that follows a published one."""
    return Version(body, held.origin, held.id_index, held.id_sealed)


def revise(work: UnitOfWork, record: str, change: Callable[[Body], Body]) -> int:
    """Publish what ``change`` makes of the newest body; returns the entry. Refuses ``RecordUnknown``."""
    held = newest(work, record)
    return publish(work, [following_version(held, change(json.loads(held.body)))])[0]


def carried_marks(work: UnitOfWork, record: str) -> Body:
    """What a corrected version keeps of the one before: the days on which its measures rested, an open dispute,
    and its end when a dispute was decided by stopping the disclosure."""
    before = json.loads(newest(work, record).body)
    kept = {"suspensions": before["suspensions"]} if "suspensions" in before else {}
    if _is_stopped(work, record):
        kept["visible_until"] = before["visible_until"]
    since = disputed_on(work, record)
    return kept | ({"disputed_on": since} if since else {})


def _is_stopped(work: UnitOfWork, record: str) -> bool:
    question = select(Relief).where(Relief.about == record, Relief.noun == "dispute", Relief.state == "decided")
    return any(held.facts["outcome"] == "stop_disclosure" for held in work.session.scalars(question))


def disputed_on(work: UnitOfWork, record: str) -> str | None:
    """Since when a record is disputed, None when no dispute about it is open: the mark that its versions carry."""
    question = select(Relief.received_at).where(
        Relief.about == record, Relief.noun == "dispute", Relief.state.in_(procedures.OPEN_RELIEF)
    )
    since = work.session.scalars(question.order_by(Relief.received_at).limit(1)).first()
    return day_of(since).isoformat() if since else None
