"""Build the signed event of a watch: a party's verdict before and after, without its name. Pure."""

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
    """A change of one party's answer: ``entry`` is the ledger entry that did it, or the one at which the day did
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
    """Header of a watch event; ``sequence`` counts 1, 2, 3 … within the watch, without a gap."""

    watch: str
    sequence: int
    issuer: str
    instant: dt.datetime


def event(heading: Heading, change: VerdictChange) -> bytes:
    """Canonical bytes of a watch event, to be signed and sent.

    The party is named by its ``ref`` alone, because bidder lists are secret and the receiver knows its parties.
    """
    return canonical.dumps(
        {
            "type": TYPE,
            "version": VERSION,
            "watch": heading.watch,
            "sequence": heading.sequence,
            "issuer": heading.issuer,
            "instant": heading.instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "entry": change.entry,
            "on": change.on.isoformat(),
            "act": change.act,
            "record": change.record,
            "ref": change.ref,
            "before": _answer_body(change.before),
            "after": _answer_body(change.after),
        }
    )


def _answer_body(answer: Answer) -> Mapping[str, Any]:
    return {"verdict": answer.verdict, "reasons": list(answer.reasons)}
