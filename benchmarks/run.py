"""``python -m benchmarks.run``: measure rates, latencies, memory and ratios; nothing is asserted."""

import argparse
import os
import platform
import sqlite3
import tempfile
from pathlib import Path

from benchmarks import (
    backlog,
    checking,
    delivering,
    desks,
    exporting,
    filing,
    lists,
    memory,
    names,
    searching,
    serving,
    start,
)
from benchmarks import bed as beds
from benchmarks.figures import head
from benchmarks.published import Filling
from benchmarks.servers import store_url
from tools import invented

STORES = ("sqlite", "postgresql")
READING = ("publishing", "search", "delivery", "desks", "export", "memory")
CHECKS = {"check": checking.measure, "serving": serving.measure}
PARTS = ("filing", *READING, *CHECKS, "lists", "names", "backlog", "start")
SEED = 1


def main() -> None:
    """Run the benchmarks; every figure is of this machine at this hour, only the ratios travel."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="rows of the file that is filed")
    parser.add_argument("--records", type=int, default=100_000, help="published records to read publicly")
    parser.add_argument("--against", type=int, default=1_000_000, help="published records to check bidders against")
    parser.add_argument("--places", type=int, default=100_000, help="places of the list that is updated weekly")
    parser.add_argument("--names", type=int, default=10_000, help="invented names to search among")
    parser.add_argument("--backlog", type=int, default=20_000, help="records of the backlog between two nodes")
    parser.add_argument("--store", choices=STORES, action="append", help="one store (default: both)")
    parser.add_argument(
        "--only", choices=PARTS, action="append", help="one part (default: all); those on records file first"
    )
    arguments = parser.parse_args()
    parts = set(arguments.only or PARTS)
    head(f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    for store in arguments.store or STORES:
        if parts & {"filing", *READING, *CHECKS}:
            _measure_store(store, parts, arguments)
        if "lists" in parts:
            _measure_list(store, arguments.places)
        if "names" in parts:
            _measure_names(store, arguments.names)
        if "backlog" in parts:
            head(f"{store}: a backlog between two nodes")
            with tempfile.TemporaryDirectory(prefix="registry-bench-") as name:
                backlog.measure(store, Path(name), arguments.backlog)
    if "start" in parts:
        head("start of the demo (SQLite, two nodes)")
        start.measure()


def _measure_store(store: str, parts: set[str], arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as name:
        folder = Path(name)
        with store_url(store, folder) as url, beds.make(url, folder) as bed:
            filling = Filling(bed, 0)
            if parts & {"filing", "desks", *CHECKS}:
                head(f"{store}: filing and publishing")
                filling = Filling(bed, filing.measure(bed, folder, arguments.rows))
            if parts & set(READING):
                _measure_reading(store, parts, filling, arguments.records)
            chosen = [part for part in CHECKS if part in parts]
            if chosen:
                filling.fill(arguments.against)
                filling.tell_rates()
            for part in chosen:
                head(f"{store}: {part}")
                CHECKS[part](bed, filling.published)


def _measure_reading(store: str, parts: set[str], filling: Filling, records: int) -> None:
    """Measure what the public reads, at so many records."""
    head(f"{store}: public reading")
    if "search" in parts:
        searching.measure(filling, records)
    filling.fill(records)
    filling.tell_rates()
    if "delivery" in parts:
        head(f"{store}: delivery over HTTP")
        delivering.measure(filling.bed, filling.published)
    if "desks" in parts:
        head(f"{store}: desks")
        desks.measure(filling.bed, filling.published)
    if "memory" in parts:
        head(f"{store}: memory")
        memory.measure(filling.bed, filling.published)
    if "export" in parts:
        head(f"{store}: data files")
        exporting.measure(filling, Path(filling.bed.settings.home))


def _measure_list(store: str, places: int) -> None:
    """Measure a list of another authority on a store of its own."""
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as name:
        folder = Path(name)
        with store_url(store, folder) as url, beds.make(url, folder) as bed:
            head(f"{store}: a list of another authority, 1 % of it changed every week")
            lists.measure(bed, places)


def _measure_names(store: str, count: int) -> None:
    """Measure the name search on a store of its own, with no other names to be found."""
    head(f"{store}: names, {count:,} invented ones")
    firms, queries = invented.firms(count, SEED), invented.queries(count, SEED)
    with tempfile.TemporaryDirectory() as folder, store_url(store, Path(folder)) as url:
        answers = names.measure(url, folder, firms, queries)
    names.compare(firms, queries, answers)


if __name__ == "__main__":
    main()
