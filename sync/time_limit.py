"""Total time limit of an outbound call: when it is over, its connections are cut, wherever the call stands.

Timeouts of sockets begin anew with every byte, so that who sends one byte now and then holds a caller for ever.
"""

import contextlib
import socket
import threading
from types import TracebackType


class TimeLimit:
    """Cuts the connections that it watches after so many seconds; a context manager around one call."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._connections: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def watch(self, connection: socket.socket) -> None:
        """Watch a connection. It is duplicated: TLS takes the original over, and a shutdown reaches both."""
        copy = connection.dup()
        with self._lock:
            self._connections.append(copy)
            if self.is_over:
                _shut_down(copy)

    def __enter__(self) -> "TimeLimit":
        self._timer.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    def _cut(self) -> None:
        with self._lock:
            self.is_over = True
            for connection in self._connections:
                _shut_down(connection)


def _shut_down(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
