"""Verify what was erased: each blank version by the entry of the ledger that explains it."""

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.publication import erasure
from registry.models import LedgerEntry, Publication


def is_erased(publication: Publication) -> bool:
    """Whether a version was erased, or closes a record that was.

    The rows behind it are blank too: they are compared with what the act of erasure wrote.
    """
    return publication.erased_by is not None or publication.act == erasure.ACT


def explained(session: Session) -> Iterator[str]:
    """Yield one line per version that was erased lawfully, by the entry that says so: a gap, and no contradiction."""
    statement = select(Publication).where(Publication.erased_by.is_not(None)).order_by(Publication.from_entry)
    for publication in session.scalars(statement):
        if not list(contradictions(session, publication)):
            yield (
                f"publication {publication.record} revision {publication.revision} (entry {publication.from_entry}):"
                f" erased by entry {publication.erased_by}"
            )


def contradictions(session: Session, publication: Publication) -> Iterator[str]:
    """Check that what is marked as erased is blank, and that an entry of the record says that it was erased."""
    if publication.erased_by is None:
        return
    entry = session.get(LedgerEntry, publication.erased_by)
    is_later = publication.erased_by > publication.from_entry
    if entry is None or (entry.record, entry.act) != (publication.record, erasure.ACT) or not is_later:
        yield "it was cleared, and no entry of the ledger says that its record was erased"
        return
    body = json.loads(publication.body)
    if erasure.erased_body(body, entry.day) != body or publication.salt or publication.id_sealed is not None:
        yield "it is marked as erased but has content"
