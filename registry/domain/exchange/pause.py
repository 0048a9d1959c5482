"""Describe the pause of a peer, so that who ends it ends this one and no later one."""

import datetime as dt
import hashlib

from registry.domain.publication import canonical


def describe(reason: str, at: dt.datetime | None, removals: str | None) -> str:
    """For how many removals a peer is paused, and a digest of them, of the reason and of the instant.

    ``removals``: as ``revision.describe_removals`` describes them; None of a pause that is not for removals.
    """
    instant = at.astimezone(dt.UTC).isoformat(timespec="microseconds") if at else ""
    digest = hashlib.sha256(canonical.dumps([reason, instant, removals or ""])).hexdigest()
    return f"{count_removals(removals)} {digest[:32]}"


def count_removals(removals: str | None) -> int:
    """How many removals a description is of."""
    return int(removals.split()[0]) if removals else 0
