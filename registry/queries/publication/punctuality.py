"""Which records that stand had a limit for their publication here, and which were published within it."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from registry.domain.records import PUBLIC_KINDS
from registry.models import Clock, Publication
from registry.queries.any_of import any_of, numbers

CLOCKS = tuple(f"{kind}.publish" for kind in PUBLIC_KINDS)
"""The clocks that ran until a record decided here was published."""
TIMED, ON_TIME = "limit:timed", "limit:met"
"""The terms of entries whose record has such a clock, and of those that met it by its last day."""
_CHUNK = 2_000
_CLOCKS = (
    select(Publication.from_entry, Clock.met_on <= Clock.due)
    .join(Clock, and_(Clock.record == Publication.record, Clock.code.in_(CLOCKS)))
    .where(any_of(Publication.from_entry, numbers("entries")))
)


def terms(session: Session, entries: Collection[int]) -> dict[str, set[int]]:
    """The entries of each of the two terms, among these; read from the clocks, which no longer move once met."""
    found: dict[str, set[int]] = defaultdict(set)
    wanted = sorted(entries)
    for start in range(0, len(wanted), _CHUNK):
        rows = session.connection().execute(_CLOCKS, {"entries": wanted[start : start + _CHUNK]})
        for entry, is_on_time in rows.tuples():
            found[TIMED].add(entry)
            if is_on_time:
                found[ON_TIME].add(entry)
    return found
