"""Tidy up what time has ended. Readers compute visibility themselves; this tells ledger and peers."""

import datetime as dt
import json
from typing import Any

from sqlalchemy import select

from registry.domain import procedures, revision
from registry.domain.casefile import Given
from registry.models import Publication
from registry.queries import cases
from registry.services import audit, proceedings, revisions
from registry.services.publishing import publish
from registry.work import Work

CHUNK = 500


def expire_due(work: Work) -> int:
    """Close publications whose period has ended, at most one chunk; returns how many.

    Only records decided here: the owner's expiry arrives by the exchange. A listing or commendation ends with its
    publication; a penalty stands when it is no longer shown. Source: NDRC order 36 — publication ends by itself at
    its maximum.
    """
    question = (
        select(Publication)
        .where(
            Publication.until_entry.is_(None), Publication.state == "published",
            Publication.origin == work.settings.node, Publication.visible_until <= work.today,
        )
        .order_by(Publication.from_entry)
        .limit(CHUNK)
    )  # fmt: skip
    due = list(work.session.scalars(question))
    publish(work, [revisions.after(held, _expired(held, work.today)) for held in due])
    for held in due:
        if held.kind != procedures.PENALTY.noun:
            case = cases.ending(work.session, held.kind, held.record, lock=True)
            proceedings.take(work, case, proceedings.admit(work, case, "expire", if_version=None), Given())
    audit.note(work, "record.expire", [held.record for held in due if held.kind == procedures.PENALTY.noun])
    return len(due)


def _expired(held: Publication, today: dt.date) -> dict[str, Any]:
    ended = held.visible_until
    removal = revision.Removal("expire", "expired", "公示期届满", ended, ended)
    return revision.removed(json.loads(held.body), removal, today)
