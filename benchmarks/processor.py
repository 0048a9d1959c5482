"""Measure the processor time of this process and of what works for it, to the nanosecond, from ``/proc``.

Beside the time by the clock it says what an answer costs, whatever else runs on the machine.
"""

import contextlib
import time
from collections.abc import Collection
from pathlib import Path

from sqlalchemy import text

from registry import runtime


def of_processes(numbers: Collection[int]) -> float:
    """Seconds of processor time that all threads of some processes have used until now."""
    nanoseconds = 0
    for number in numbers:
        for thread in Path(f"/proc/{number}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
                nanoseconds += int((thread / "schedstat").read_text().split()[0])
    return nanoseconds / 1e9


def store_processes() -> list[int]:
    """The server processes that work for the store at hand; none for SQLite, which works in this process."""
    if runtime.db.engine.dialect.name == "sqlite":
        return []
    with runtime.db.engine.connect() as connection:
        statement = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return list(connection.execute(statement).scalars())


def children_of(process: int) -> list[int]:
    """The processes that a process started and that still run."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def peak_megabytes(process: int) -> float:
    """Megabytes (RSS) that a process has had at most; 0 of one that has ended."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return 0.0


class Meter:
    """Processor time of this process, and of the store's processes where it has some."""

    def __init__(self) -> None:
        self._store = store_processes()

    def read(self) -> float:
        """Seconds used until now."""
        return time.process_time() + of_processes(self._store)
