"""Audit events of reading what is sealed, and of keys, signatures and codes that prove nothing.

Each is written once a minute, so that neither a reader nor a stranger fills the trail.
"""

from sqlalchemy import delete

from registry.models import RateLimit
from registry.services.node import audit, rate_limits
from registry.unit_of_work import UnitOfWork

WINDOW_SECONDS = 60
_FAILED, _READ = "failed", "read"
_BETWEEN = "|"
_ADDRESS_DIGITS = 16
"""So much of an address's keyed hash tells addresses apart."""


def note_reading(work: UnitOfWork, act: str, reference: str) -> None:
    """Note that the actor read something sealed; once a minute for the same reader and thing."""
    if _is_first(work, (_READ, act, str(work.actor.account_id), reference)):
        audit.note(work, act, reference)


def note_failure(work: UnitOfWork, act: str, address: str, detail: str | None = None) -> None:
    """Note that somebody at an address (a keyed hash) failed to prove who he is: once a minute, the rest is counted."""
    reference = f"address {address[:_ADDRESS_DIGITS]}"
    if _is_first(work, (_FAILED, act, reference)):
        audit.note(work, act, reference, detail)


def close_minutes(work: UnitOfWork) -> int:
    """Delete the counters whose minute is over, and note how many failures each counted beyond the first; returns how
    many were deleted."""
    is_ours = RateLimit.key.startswith(_FAILED + _BETWEEN) | RateLimit.key.startswith(_READ + _BETWEEN)
    over = delete(RateLimit).where(is_ours, RateLimit.expires_at <= work.now).returning(RateLimit.key, RateLimit.hits)
    rows = work.session.execute(over).all()
    for key, hits in rows:
        kind, act, reference, *_ = key.split(_BETWEEN)
        if kind == _FAILED and hits > 1:
            audit.note(work, act, reference, f"{hits} times in a minute")
    return len(rows)


def _is_first(work: UnitOfWork, parts: tuple[str, ...]) -> bool:
    minute = int(work.now.timestamp()) // WINDOW_SECONDS
    return rate_limits.hit(work, _BETWEEN.join((*parts, str(minute))), WINDOW_SECONDS) == 1
