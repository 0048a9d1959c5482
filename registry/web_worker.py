"""Worker of the web server that slow clients cannot occupy: idle connections have no thread, requests have a time."""

import contextlib
import selectors
import socket
import threading
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

IDLE_SECONDS = 10
"""So long a new connection may say nothing."""


class TimedThreadWorker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's thread worker with two bounds of its own.

    Theirs waits in a thread for the first byte, so that a few silent connections hold all threads, and reads a request
    for as long as its client likes.
    """

    def enqueue_req(self, conn: Any) -> None:
        """Hand a connection to a thread once there is something to read; until then the poller has it."""
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + IDLE_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def handle(self, conn: Any) -> Any:
        """Handle a request; after ``timeout`` seconds altogether its connection is cut."""
        copy = conn.sock.dup()  # a shutdown reaches the connection, whoever wraps or closes the original
        timer = threading.Timer(self.cfg.timeout, _shut_down, (copy,))
        timer.daemon = True
        timer.start()
        try:
            return super().handle(conn)
        finally:
            timer.cancel()
            copy.close()


def _shut_down(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
