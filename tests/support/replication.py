"""A primary of PostgreSQL and its streaming standby, from the machine's binaries, on loopback."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.support.processes import descendants, free_ports
from tests.support.stores import binary, server_folder

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "wal_level": "replica",
    "hot_standby": "on",
    "max_connections": "100",
    "max_wal_senders": "5",
    "wal_keep_size": "256MB",
    "shared_buffers": "32MB",
    "wal_receiver_timeout": "5s",
    "wal_retrieve_retry_interval": "100ms",
}
WAIT_SECONDS = 60


class Server:
    """One server with its data in a folder of its own."""

    def __init__(self, folder: Path, name: str, user: str | None) -> None:
        self.name, self.data, self._folder, self._user = name, folder / name, folder, user
        # Below those that connections take for themselves: the server is down for a while and wants its port back.
        self.port = free_ports()[0]

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://tester@{self.address}/{database}"

    def init(self) -> None:
        """Make an empty primary."""
        self._run("initdb", "-D", str(self.data), "-U", "tester", "--auth=trust", "-E", "UTF8", "--locale=C")

    def copy(self, primary: "Server") -> None:
        """Make a standby of a primary from a base backup; what was here is gone."""
        shutil.rmtree(self.data, ignore_errors=True)
        source = f"host=127.0.0.1 port={primary.port} user=tester application_name={self.name}"
        self._run("pg_basebackup", "-D", str(self.data), "-d", source, "-R", "-X", "stream", "-c", "fast")

    def start(self, **chosen: str) -> None:
        """Start and wait until it answers."""
        options = {**SETTINGS, "port": str(self.port), "unix_socket_directories": str(self._folder), **chosen}
        text = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        log = str(self._folder / f"{self.name}.log")
        self._run("pg_ctl", "-D", str(self.data), "-l", log, "-w", "-o", text, "start")

    def kill(self) -> None:
        """End it as a crash does: kill -9 of the server and of all its processes."""
        lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        for pid in (int(lines[0]), *descendants(int(lines[0]))):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        # What was killed may stay a process of no parent for a while, and its lock would seem to be in use.
        for left in self._folder.glob(f".s.PGSQL.{self.port}*"):
            left.unlink()

    def stop(self) -> None:
        """End it, whatever it does."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop", check=False)

    def promote(self) -> None:
        """Make the standby a primary."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "promote")

    def ask(self, statement: str, database: str = "postgres") -> object:
        """The first value of a statement."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def _run(self, name: str, *words: str, check: bool = True) -> None:
        subprocess.run(
            [binary(name), *words],
            check=check,
            user=self._user,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


class Pair:
    """A primary and its standby; they change places at each failover."""

    def __init__(self, folder: Path, user: str | None, *, synchronous: bool) -> None:
        self.primary, self.standby = Server(folder, "one", user), Server(folder, "two", user)
        self._synchronous = synchronous
        self.primary.init()
        self.primary.start()
        self.attach()

    def attach(self) -> None:
        """Make the standby anew from the primary, and wait until it streams."""
        self.standby.stop()
        if self._synchronous:  # before the copy, so that whoever takes over acknowledges nothing alone
            self.primary.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
            self.primary.ask("SELECT pg_reload_conf()")
        self.standby.copy(self.primary)
        self.standby.start(cluster_name=self.standby.name)
        wanted = "sync" if self._synchronous else "async"
        self._wait(f"SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = '{wanted}'")

    def fail_over(self) -> None:
        """The primary crashes, the standby takes its place; nothing stands behind it yet."""
        self.primary.kill()
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary

    def url(self, database: str) -> str:
        """Both servers, as libpq takes several hosts: whoever takes writes."""
        hosts = ",".join(server.address for server in (self.primary, self.standby))
        return f"postgresql://tester@{hosts}/{database}?target_session_attrs=read-write&connect_timeout=3"

    def pause(self) -> None:
        """The standby receives and replays nothing more."""
        self.standby.ask("SELECT pg_wal_replay_pause()")
        while self.standby.ask("SELECT pg_get_wal_replay_pause_state()") != "paused":
            time.sleep(0.01)

    def resume(self) -> None:
        """It replays again, and has caught up when this returns."""
        self.standby.ask("SELECT pg_wal_replay_resume()")
        self._wait("SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_flush_lsn()")

    def _wait(self, statement: str) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while not self.primary.ask(statement):
            assert time.monotonic() < deadline, statement
            time.sleep(0.02)


@contextmanager
def replicated(*, synchronous: bool = False) -> Iterator[Pair]:
    """A pair that is gone afterwards."""
    folder, user = server_folder()
    pair = Pair(folder, user, synchronous=synchronous)
    try:
        yield pair
    finally:
        for server in (pair.primary, pair.standby):
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
