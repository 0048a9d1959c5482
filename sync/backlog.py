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


Event = Received | TimedOut | Refused | Failed


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
        elif isinstance(event, Refused) and event.status in CONTENT_STATUSES:
            self._bisect(event, at)
        else:
            self._wait(event, at)

    def _bisect(self, event: Refused, at: Circumstances) -> None:
        """Halve the chunk until the one record that the peer refuses is found."""
        if event.status == 413:
            self.link = replace(self.link, batch_records=max(1, len(self._sent) // 2))
        if len(self._sent) > 1:
            middle = len(self._sent) // 2
            self._todo.extendleft([self._sent[middle:], self._sent[:middle]])
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
