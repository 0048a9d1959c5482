"""Expire publications whose period has ended. Readers compute visibility themselves; this tells ledger and peers."""

import datetime as dt
import json
from typing import Any

from sqlalchemy import select

from registry.domain.cases import procedures, revision
from registry.domain.cases.case_file import StepInput
from registry.domain.permissions import Permission
from registry.models import Publication
from registry.queries.cases import procedure_records
from registry.refusals.acts import TransitionRefused
from registry.services.cases import revisions, steps
from registry.services.node import audit
from registry.services.publication.publishing import publish
from registry.unit_of_work import UnitOfWork

CHUNK = 500


def expire_due(work: UnitOfWork) -> int:
    """Close publications whose period has ended, at most one chunk; returns how many.

    Only records decided here: the owner's expiry arrives by the exchange. A listing or commendation ends with its
    publication; a penalty stands when it is no longer shown. Source: NDRC order 36 — publication ends by itself at
    its maximum. Refuses ``OutOfRole``.
    """
    work.actor.require(Permission.TIME_PASSES)
    statement = (
        select(Publication)
        .where(
            Publication.until_entry.is_(None),
            Publication.state == "published",
            Publication.origin == work.settings.node,
            Publication.visible_until <= work.today,
        )
        .order_by(Publication.from_entry)
        .limit(CHUNK)
    )
    # Cases are locked before the ledger, as by every act: the other way round the two would wait for each other.
    due = [publication for publication in work.session.scalars(statement) if _end_case(work, publication)]
    publish(
        work,
        [revisions.following_version(publication, _build_expired_body(publication, work.today)) for publication in due],
    )
    audit.note(
        work,
        "record.expire",
        [publication.record for publication in due if publication.kind == procedures.PENALTY.noun],
    )
    return len(due)


def _end_case(work: UnitOfWork, publication: Publication) -> bool:
    """Take the step that ends the record too; False when another act has just ended it otherwise."""
    if publication.kind == procedures.PENALTY.noun:
        return True
    case = procedure_records.ending(work.session, publication.kind, publication.record, lock=True)
    try:
        step = steps.admit_step(work, case, "expire", if_version=None)
    except TransitionRefused:
        return False
    steps.take_step(work, case, step, StepInput())
    return True


def _build_expired_body(publication: Publication, today: dt.date) -> dict[str, Any]:
    expired_on = publication.visible_until
    removal = revision.Removal("expire", "expired", "公示期届满", expired_on, expired_on)
    return revision.removed_body(json.loads(publication.body), removal, today)
