"""Start the stores to measure: durable, with the memory that `docs/operations.md` advises, PostgreSQL by its socket,
unlike those of the tests."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from registry import runtime
from tests.support import stores


@contextmanager
def store_url(store: str, folder: Path) -> Iterator[str]:
    """The URL of an empty store in ``folder``, or on a PostgreSQL server of its own."""
    if store == "sqlite":
        yield f"sqlite:///{folder / 'registry.db'}"
        return
    url, server = stores.start_server()
    try:
        parts = urlsplit(url)
        _restart_server(parts.port or 0, server)
        yield f"postgresql://{parts.username}@{parts.path}?host={server}&port={parts.port}"
    finally:
        stores.stop_server(server)


def _restart_server(port: int, server: Path) -> None:
    """Restart the server of the tests without its switches that spare the disk."""
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={server} -c shared_buffers=512MB"
    user = server.owner() if os.getuid() == 0 else None
    subprocess.run(
        [
            stores.binary("pg_ctl"),
            "-D",
            str(server / "data"),
            "-l",
            str(server / "log"),
            "-w",
            "-o",
            options,
            "-m",
            "fast",
            "restart",
        ],
        check=True,
        user=user,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )


class Driver:
    """The bare driver on the store of the application at hand, with the switches of the application."""

    def __init__(self) -> None:
        self.is_sqlite = runtime.db.engine.dialect.name == "sqlite"
        self._pooled = runtime.db.engine.raw_connection()
        self._connection: Any = self._pooled.driver_connection

    @property
    def mark(self) -> str:
        """The driver's mark of a parameter."""
        return "?" if self.is_sqlite else "%s"

    def cursor(self) -> Any:
        """A cursor of the driver."""
        return self._connection.cursor()

    def execute(self, statement: str) -> None:
        """Run one statement by itself."""
        self._connection.execute(statement)
        if not self.is_sqlite:
            self._connection.commit()

    def insert(self, statement: str, rows: Sequence[tuple[str, ...]]) -> None:
        """Insert all rows in one transaction."""
        if self.is_sqlite:
            self._connection.execute("BEGIN")
        self.cursor().executemany(statement, rows)
        self._connection.commit()

    def close(self) -> None:
        """Give the connection back."""
        self._connection.rollback()
        self._pooled.close()
