"""Tidy up what time has ended. Readers compute visibility themselves; this tells ledger and peers."""

from sqlalchemy import select

from registry.domain.penalty import Removal
from registry.models import Publication
from registry.services import audit, releases
from registry.services.publishing import publish
from registry.work import Work

CHUNK = 500


def expire_due(work: Work) -> int:
    """Close publications whose period has ended, at most one chunk; returns how many.

    Only records decided here: the owner's expiry arrives by the exchange. Source: NDRC order 36 — publication
    ends by itself at its maximum.
    """
    question = (
        select(Publication.record, Publication.visible_until)
        .where(
            Publication.until_entry.is_(None), Publication.state == "published",
            Publication.origin == work.settings.node, Publication.visible_until <= work.today,
        )
        .order_by(Publication.from_entry)
        .limit(CHUNK)
    )  # fmt: skip
    due = work.session.execute(question).all()
    publish(
        work,
        [
            releases.removal(work, record, Removal("expire", "expired", "公示期届满", ended, ended))
            for record, ended in due
        ],
    )
    audit.note(work, "record.expire", [record for record, _ in due])
    return len(due)
