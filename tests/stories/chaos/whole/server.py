"""A PostgreSQL server of its own that crashes: kill -9 of every process of it, and a start that recovers."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psycopg

from tests.support import stores
from tests.support.processes import descendants, is_alive, wait_for

OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": 60,
    "max_wal_size": "64MB",
    "min_wal_size": "32MB",
    "shared_buffers": "32MB",
}


class CrashingServer:
    """The server in a folder; durable as in production (``fsync`` is on)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._user = "postgres" if os.getuid() == 0 else None
        for above in (folder, *folder.parents) if self._user else ():
            if above.stat().st_uid == os.getuid() and str(above) not in ("/", "/tmp"):
                above.chmod(above.stat().st_mode | 0o711)
        if self._user:
            shutil.chown(folder, self._user)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        arguments = ("-U", "tester", "--auth=trust", "-E", "UTF8", "--locale=C", "--wal-segsize=4")
        stores.run_as(self._user, stores.binary("initdb"), "-D", str(self._data), *arguments)
        self.ready_seconds: list[float] = []

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def url(self, database: str = "postgres") -> str:
        """The address of a database."""
        return f"postgresql://tester@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        started = time.monotonic()
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        options = {**OPTIONS, "port": self._port, "unix_socket_directories": "''"}
        words = " ".join(f"-c {name}={value}" for name, value in options.items())
        command = [stores.binary("pg_ctl"), "-D", str(self._data), "-l", str(self._folder / "log"), "-W"]
        subprocess.run(
            [*command, "-o", words, "start"], check=True, user=self._user, cwd="/", stdout=subprocess.DEVNULL
        )
        wait_for(self._answers, "the database answers")
        self.ready_seconds.append(time.monotonic() - started)

    def crash(self) -> None:
        """Kill -9 of the whole server."""
        main = self._main_process()
        if main is None:
            return
        everybody = [main, *descendants(main)]
        for pid in everybody:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not any(map(is_alive, everybody)), "the database is dead")

    def is_running(self) -> bool:
        """Whether its main process is there."""
        main = self._main_process()
        return main is not None and is_alive(main)

    def _main_process(self) -> int | None:
        try:
            return int((self._data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url(), connect_timeout=2):
                return True
        except psycopg.Error:
            time.sleep(0.02)
            return False
