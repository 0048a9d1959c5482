"""Reading on a streaming replica of PostgreSQL, only once it has what the primary had."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

log = logging.getLogger(__name__)
HEAD_SECONDS = 1.0
"""The primary is asked for its position no more often than this for who wrote nothing: so old may answers be."""
AWAY_SECONDS = 5.0
"""A replica that failed is left alone for so long."""
CONNECT_SECONDS = 3
TRIES, TRY_SECONDS = 4, 0.005
HEAD = text("SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn")
"""Position of the primary in its log, in bytes: whatever was acknowledged lies before it."""
_REPLAYED = text("SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() - '0/0'::pg_lsn")


class ReplicaLost(Exception):  # noqa: N818 - an event of the world, not an error of the program
    """The replica failed while it was read; the primary may answer."""


class Replica:
    """The replica behind ``REGISTRY_READ_URL``. Whoever gets no connection reads on the primary."""

    def __init__(self, url: str, connections: int, ask_head: Callable[[], int]) -> None:
        options: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS}
        self.engine = create_engine(url, pool_size=connections, pool_pre_ping=True, connect_args=options)
        self._ask_head = ask_head
        self._lock = threading.Lock()
        self._head: int | None = None
        self._asked = self._away_until = float("-inf")

    def connect(self, at_least: int, *, fresh: bool) -> Connection | None:
        """A connection on which everything can be seen that the primary had a second ago, or has now if ``fresh``.

        ``at_least`` is the position of what the reader wrote. None when the replica is behind, lost, or none.
        """
        if time.monotonic() < self._away_until:
            return None
        head = self._known_head(at_least, fresh=fresh)
        if head is None:
            return None
        try:
            connection = self.engine.connect()
        except DBAPIError as error:
            self.leave(error)
            return None
        try:
            if self._has(connection, head):
                return connection
        except DBAPIError as error:
            self.leave(error)
        connection.close()
        return None

    def leave(self, error: DBAPIError) -> None:
        """Leave the replica alone for a while: it did not answer."""
        self._away_until = time.monotonic() + AWAY_SECONDS
        log.warning("the replica failed: %s", type(error.orig).__name__)

    def _known_head(self, at_least: int, *, fresh: bool) -> int | None:
        """The primary's position; while the primary is lost the last one known, because nothing is acknowledged."""
        with self._lock:
            head, is_old = self._head, time.monotonic() - self._asked > HEAD_SECONDS
        if head is None or fresh or is_old or at_least > head:
            try:
                head = self._ask_head()
            except DBAPIError as error:
                log.warning("the primary did not tell its position: %s", type(error.orig).__name__)
            with self._lock:
                self._head, self._asked = head, time.monotonic()
        return head

    def _has(self, connection: Connection, head: int) -> bool:
        for attempt in range(TRIES):
            if attempt:
                time.sleep(TRY_SECONDS)
            is_replica, replayed = connection.execute(_REPLAYED).one()
            connection.rollback()
            if is_replica and replayed is not None and int(replayed) >= head:
                return True
        return False
