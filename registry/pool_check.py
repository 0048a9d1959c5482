"""Find out that a pooled connection was lost without asking the server each time it is used."""

import select
import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

IDLE_SECONDS = 1.0
"""A connection that lay idle for longer is asked for a sign of life; a server that ends or restarts closes its
connections, which is seen here without asking."""
_RETURNED = "registry.returned"


def watch(engine: Engine) -> None:
    """Test the connections of a pool of PostgreSQL when they are taken from it; all are renewed when one is lost."""

    @event.listens_for(engine, "checkin")
    def _note_returned(_connection: Any, record: Any) -> None:
        record.info[_RETURNED] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _require_alive(connection: Any, record: Any, _proxy: Any) -> None:
        returned = record.info.get(_RETURNED)
        if returned is None:  # just made
            return
        is_alive = not _has_unread(connection)
        if is_alive and time.monotonic() - returned > IDLE_SECONDS:
            is_alive = _answers(engine, connection)
        if not is_alive:
            raise InvalidatePoolError


def _has_unread(connection: Any) -> bool:
    """Whether the server has said something unasked, as it does when it ends the connection."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _answers(engine: Engine, connection: Any) -> bool:
    try:
        return bool(engine.dialect.do_ping(connection))
    except engine.dialect.loaded_dbapi.Error:
        return False
