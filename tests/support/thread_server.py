"""A server in a thread, as long as a test needs it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer

_POLL_SECONDS = 0.02
"""How soon a server notices that it is to stop. Unless it is told, after half a second, and hundreds of tests wait."""


@contextmanager
def run_server(server: BaseServer) -> Iterator[str]:
    """The address of the server; it is closed with the block."""
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
