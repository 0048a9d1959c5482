"""Worker of the web server that slow clients cannot occupy: idle connections have no thread, requests have a time."""

import contextlib
import selectors
import socket
import sys
import threading
import time
from functools import partial
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from registry import garbage, logs
from registry.settings import from_environment, metrics_folder

IDLE_SECONDS = 10
"""So long a new connection may say nothing."""


def on_starting(_server: object) -> None:
    """Hook of gunicorn before its first process: what former processes counted is forgotten."""
    folder = metrics_folder()
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for counted in folder.glob("*.db"):
            counted.unlink(missing_ok=True)


def post_fork(_server: object, _worker: object) -> None:
    """Hook of gunicorn before a process makes its application."""
    garbage.begin_loading()


def post_worker_init(_worker: object) -> None:
    """Hook of gunicorn once a process has made its application."""
    garbage.end_loading()


class TypedErrorLogger(Logger):  # type: ignore[misc]
    """Gunicorn's log as lines of ours. While an error is handled only its type is written.

    Their texts about requests that cannot be read quote address, path and query.
    """

    def setup(self, cfg: Any) -> None:
        """Take the place of gunicorn's own handlers."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        logs.configure(from_environment())

    def _write(self, level: str, message: str, *args: Any) -> None:
        error = sys.exc_info()[0]
        if error is None:
            getattr(self.error_log, level)(message, *args)
        else:
            getattr(self.error_log, level)("the web server met %s", error.__name__)

    def debug(self, msg: str, *args: Any, **_: Any) -> None:
        """Write detail."""
        self._write("debug", msg, *args)

    def info(self, msg: str, *args: Any, **_: Any) -> None:
        """Write an event."""
        self._write("info", msg, *args)

    def warning(self, msg: str, *args: Any, **_: Any) -> None:
        """Write a warning."""
        self._write("warning", msg, *args)

    def error(self, msg: str, *args: Any, **_: Any) -> None:
        """Write an error."""
        self._write("error", msg, *args)

    def exception(self, msg: str, *args: Any, **_: Any) -> None:
        """Write an error under way."""
        self._write("error", msg, *args)

    def critical(self, msg: str, *args: Any, **_: Any) -> None:
        """Write what ends the server."""
        self._write("critical", msg, *args)


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
