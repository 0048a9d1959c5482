"""Send a backlog over an unreliable link: chunk sizes, back-off, bisection. No clock, socket, randomness or database.

The caller takes the next chunk, sends it, and reports what happened as an event; instants and the random
number come in with the event. Items are opaque.
"""

import datetime as dt
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

Item = TypeVar("Item")

BACKOFF_BASE_SECONDS = 5
BACKOFF_MAX_SECONDS = 300
RETRY_AFTER_MAX_SECONDS = 3600
PATIENCE_FAILURES = 2
"""After so many failed runs in a row a peer that answers with what is no answer is tried with fewer records."""
ANSWER_BROKEN = "answer-broken"
"""Reason of a record on which the peer breaks while it answers to others."""
SET_ASIDE_MAX = 10
"""More refused records than this in one run mean a broken peer, not bad records: stop and try later."""
CONTENT_STATUSES = frozenset({400, 413, 422})
"""Refusals that may be due to one record. 401, 403, 404 and the like are due to the link as a whole."""


@dataclass(frozen=True)
class Link:
    """State of the link to a peer, kept between runs."""

    batch_records: int
    failures: int = 0
    retry_at: dt.datetime | None = None


@dataclass(frozen=True)
class Received:
    """The peer answered with a receipt."""


@dataclass(frozen=True)
class TimedOut:
    """No answer in time: the chunk may be too much for the peer, or may have arrived all the same."""


@dataclass(frozen=True)
class Refused:
    """The peer refused with a client error; ``code`` is its own."""

    status: int
    code: str
    retry_after_seconds: int | None = None


@dataclass(frozen=True)
class Failed:
    """The peer could not be reached, or could not answer now (5xx, 429)."""

    retry_after_seconds: int | None = None


@dataclass(frozen=True)
class Broken:
    """The peer answered with what is no answer: an error of its own (500), or a receipt that does not verify. One
    record may be the cause."""


Event = Received | TimedOut | Refused | Failed | Broken


@dataclass(frozen=True)
class Circumstances:
    """The instant and a random number in [0, 1), which come from the caller."""

    now: dt.datetime
    jitter: float


def back_off(link: Link, at: Circumstances, retry_after_seconds: int | None = None) -> Link:
    """The link after one more failure: full jitter over a doubling span, never before the peer's time."""
    failures = link.failures + 1
    span = min(BACKOFF_MAX_SECONDS, BACKOFF_BASE_SECONDS * 2 ** min(failures, 16))
    peer_seconds = min(retry_after_seconds or 0, RETRY_AFTER_MAX_SECONDS)
    wait = dt.timedelta(seconds=max(at.jitter * span, peer_seconds))
    return replace(link, failures=failures, retry_at=at.now + wait)


class Run(Generic[Item]):
    """One run over a backlog: what to send next, what was set aside, and the link afterwards."""

    def __init__(self, link: Link, items: Sequence[Item], records_max: int) -> None:
        self.link = replace(link, batch_records=max(1, min(link.batch_records, records_max)))
        self.set_aside: list[tuple[Item, str]] = []
        self._records_max = records_max
        self._todo: deque[list[Item]] = deque([list(items)] if items else [])
        self._sent: list[Item] = []
        self._is_stopped = False
        self._is_patient = link.failures < PATIENCE_FAILURES
        self._suspect: list[Item] = []

    def next_chunk(self) -> list[Item]:
        """The items to send now; empty when the run is over."""
        if self._is_stopped or not self._todo:
            return []
        first = self._todo.popleft()
        size = self.link.batch_records
        if len(first) > size:
            self._todo.appendleft(first[size:])
        self._sent = first[:size]
        return self._sent

    def report(self, event: Event, at: Circumstances) -> None:
        """Record what happened to the last chunk, and adapt chunk size and back-off."""
        if isinstance(event, Received):
            grown = min(self.link.batch_records * 2, self._records_max)
            self.link = Link(grown)
            self._put_aside_suspect(at)
        elif isinstance(event, Refused) and event.status in CONTENT_STATUSES:
            self._bisect(event, at)
        elif isinstance(event, (Broken, TimedOut)) and self._may_narrow(event):
            self._narrow(at)
        else:
            self._wait(event, at)

    def _may_narrow(self, event: Event) -> bool:
        """Whether the chunk itself is looked at: not at the first failures, which are the link's, and not by halves
        where each costs the whole time limit."""
        return not self._is_patient and (isinstance(event, Broken) or len(self._sent) == 1)

    def _narrow(self, at: Circumstances) -> None:
        """Halve the chunk on which the peer breaks again and again, down to one record. Then another one, drawn by
        chance, tells whether the link is at fault: if the peer answers to it, the record is."""
        if len(self._sent) > 1 and not self._suspect:
            self._split()
        elif self._suspect or not self._todo:
            self._stop(at, None)
        else:
            self._suspect = self._sent
            self._bring_forward(at.jitter)

    def _bring_forward(self, jitter: float) -> None:
        """Put one of the items that are left, drawn by chance, before all others."""
        items = [item for part in self._todo for item in part]
        place = int(jitter * len(items))
        parts = (items[place : place + 1], items[:place], items[place + 1 :])
        self._todo = deque(part for part in parts if part)

    def _put_aside_suspect(self, at: Circumstances) -> None:
        self.set_aside += [(item, ANSWER_BROKEN) for item in self._suspect]
        self._suspect = []
        if len(self.set_aside) >= SET_ASIDE_MAX:
            self._stop(at, None)

    def _split(self) -> None:
        middle = len(self._sent) // 2
        self._todo.extendleft([self._sent[middle:], self._sent[:middle]])

    def _bisect(self, event: Refused, at: Circumstances) -> None:
        """Halve the chunk until the one record that the peer refuses is found."""
        self._put_aside_suspect(at)
        if event.status == 413:
            self.link = replace(self.link, batch_records=max(1, len(self._sent) // 2))
        if len(self._sent) > 1:
            self._split()
            return
        self.set_aside.append((self._sent[0], event.code))
        if len(self.set_aside) >= SET_ASIDE_MAX:
            self._stop(at, None)

    def _wait(self, event: Event, at: Circumstances) -> None:
        if isinstance(event, TimedOut) and len(self._sent) > 1:
            self.link = replace(self.link, batch_records=len(self._sent) // 2)
        self._stop(at, event.retry_after_seconds if isinstance(event, (Refused, Failed)) else None)

    def _stop(self, at: Circumstances, retry_after_seconds: int | None) -> None:
        self.link = back_off(self.link, at, retry_after_seconds)
        self._is_stopped = True
