"""Count hits against limits, exactly over all processes: one statement counts and tells."""

import datetime as dt

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from registry.models import RateLimit
from registry.unit_of_work import UnitOfWork

CLOCKS_APART = dt.timedelta(minutes=1)
"""So far may the clocks of two machines of a node differ."""


def hit(work: UnitOfWork, key: str, window_seconds: int, amount: int = 1) -> int:
    """Count a hit and return how many there are in the window, which begins with its first hit.

    Two at once wait for each other, so that no limit is passed by a race.
    """
    dialect = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
    ends = work.now + dt.timedelta(seconds=window_seconds)
    statement = dialect.insert(RateLimit).values(key=key, hits=amount, expires_at=ends)
    # A window that would end much later than a new one was begun under a clock that has been set back since; a little
    # later is usual, because who comes second may have looked at the clock first.
    is_over = (RateLimit.expires_at <= work.now) | (RateLimit.expires_at > ends + CLOCKS_APART)
    statement = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "hits": case((is_over, amount), else_=RateLimit.hits + amount),
            "expires_at": case((is_over, ends), else_=RateLimit.expires_at),
        },
    )
    hits: int = work.session.execute(statement.returning(RateLimit.hits)).scalar_one()
    return hits


def find(work: UnitOfWork, key: str) -> tuple[int, dt.datetime]:
    """Hits in the running window and its end; none, and now, when no window runs."""
    row = work.session.execute(select(RateLimit.hits, RateLimit.expires_at).where(RateLimit.key == key)).first()
    return (row.hits, row.expires_at) if row and row.expires_at > work.now else (0, work.now)


def clear(work: UnitOfWork, key: str) -> None:
    """Forget the hits of a key."""
    work.session.execute(delete(RateLimit).where(RateLimit.key == key))


def delete_over(work: UnitOfWork) -> int:
    """Delete the counters whose window is over; returns how many."""
    statement = delete(RateLimit).where(RateLimit.expires_at <= work.now).returning(RateLimit.key)
    return len(work.session.scalars(statement).all())
