"""Show bans that still run as long as they bind: move the public end of records published under earlier rules."""

import datetime as dt
import json
from typing import Any

from sqlalchemy import select

from registry.domain.cases import procedures, revision
from registry.domain.law.publicity import Publicity, while_binding
from registry.domain.permissions import Permission
from registry.models import Publication
from registry.services.cases import revisions
from registry.services.node import audit
from registry.services.publication.publishing import publish
from registry.unit_of_work import UnitOfWork

CHUNK = 500


def extend_running_bans(work: UnitOfWork, after: int = 0) -> int | None:
    """Give own penalties whose ban outlasts their publication a version with the later end, one chunk of entries.

    Returns the entry to go on after, None when all have been looked at. What was expired while its ban ran is shown
    again. Source: 招标投标法 53, 54, 60 (予以公告); 市场监管总局令第45号 13. Refuses ``OutOfRole``.
    """
    work.actor.require(Permission.TIME_PASSES)
    statement = (
        select(Publication)
        .where(
            Publication.from_entry > after,
            Publication.until_entry.is_(None),
            Publication.kind == procedures.PENALTY.noun,
            Publication.origin == work.settings.node,
            Publication.state.in_(("published", "expired")),
            Publication.body.not_like('%"measures":[]%'),
        )
        .order_by(Publication.from_entry)
        .limit(CHUNK)
    )
    publications = list(work.session.scalars(statement))
    extended = [
        (publication, body) for publication in publications if (body := _extended_body(publication, work.today))
    ]
    publish(work, [revisions.following_version(publication, body) for publication, body in extended])
    audit.note(work, "record.extend", [publication.record for publication, _ in extended])
    return publications[-1].from_entry if len(publications) == CHUNK else None


def _extended_body(publication: Publication, today: dt.date) -> dict[str, Any] | None:
    """The body with the days that its running bans ask for; None when they are already so, or no ban runs."""
    body = json.loads(publication.body)
    running = [
        measure
        for measure in body["measures"]
        if measure["ends_on"] is None or dt.date.fromisoformat(measure["ends_on"]) > today
    ]
    stated = Publicity(publication.visible_until, dt.date.fromisoformat(body["repairable_from"]), None)
    needed = while_binding(stated, running)
    if (needed.visible_until, needed.repairable_from) == (stated.visible_until, stated.repairable_from):
        return None
    days = {
        "visible_until": needed.visible_until.isoformat(),
        "repairable_from": needed.repairable_from.isoformat(),
    }
    return revision.changed_body(body, "extend", **days, disputed_on=body.get("disputed_on"))
