"""The event of a watch: what one party's verdict became, signed, and without a name. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain.checks.verdict import Answer
from registry.domain.publication import canonical

TYPE, VERSION = "watch-event", 1
ACTIVE, OVER, ENDED = "active", "over", "ended"
"""A watch is active until its day has come (``over``) or its centre ended it (``ended``)."""


@dataclass(frozen=True)
class VerdictChange:
    """One party whose answer changed: ``entry`` is the ledger entry that did it, or the one at which the day did
    (then ``act`` and ``record`` are None)."""

    ref: str
    before: Answer
    after: Answer
    entry: int
    on: dt.date
    act: str | None = None
    record: str | None = None


@dataclass(frozen=True)
class Heading:
    """What every event of a watch says first; ``sequence`` counts 1, 2, 3 … within the watch, without a gap."""

    watch: str
    sequence: int
    issuer: str
    instant: dt.datetime


def event(heading: Heading, moved: VerdictChange) -> bytes:
    """The canonical bytes that are signed and sent. The party is named by its ``ref`` alone, because bidder lists
    are secret and the receiver knows whom it asked about."""
    return canonical.dumps(
        {
            "type": TYPE,
            "version": VERSION,
            "watch": heading.watch,
            "sequence": heading.sequence,
            "issuer": heading.issuer,
            "instant": heading.instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "entry": moved.entry,
            "on": moved.on.isoformat(),
            "act": moved.act,
            "record": moved.record,
            "ref": moved.ref,
            "before": _answer(moved.before),
            "after": _answer(moved.after),
        }
    )


def _answer(answer: Answer) -> Mapping[str, Any]:
    return {"verdict": answer.verdict, "reasons": list(answer.reasons)}
