"""``python -m benchmarks.run``: rates, latencies, memory, and ratios within this run. Nothing is asserted."""

import argparse
import os
import platform
import sqlite3
import tempfile
from pathlib import Path

from benchmarks import bed as beds
from benchmarks import checking, filing, invented, memory, names, pages, serving, start
from benchmarks.figures import head, rate, tell
from benchmarks.servers import store_url

STORES = ("sqlite", "postgresql")
PARTS = ("filing", "check", "serving", "pages", "memory", "names", "start")
FILLED = {
    "check": checking.measure,
    "serving": serving.measure,
    "pages": pages.measure,
    "memory": memory.measure,
}
SEED = 1


def main() -> None:
    """Measure; every figure is of this machine at this hour, only the ratios travel."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="rows of the file that is filed")
    parser.add_argument(
        "--records", type=int, default=100_000, help="published records to check and search in"
    )
    parser.add_argument("--names", type=int, default=10_000, help="invented names to search among")
    parser.add_argument("--store", choices=STORES, action="append", help="one store (default: both)")
    parser.add_argument(
        "--only", choices=PARTS, action="append", help="one part (default: all); those on records file first"
    )
    given = parser.parse_args()
    parts = set(given.only or PARTS)
    head(f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    for store in given.store or STORES:
        if parts & {"filing", *FILLED}:
            _measure_store(store, parts, given.rows, given.records)
        if "names" in parts:
            _measure_names(store, given.names)
    if "start" in parts:
        head("start of the demo (SQLite, two nodes)")
        start.measure()


def _measure_store(store: str, parts: set[str], rows: int, records: int) -> None:
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as name:
        folder = Path(name)
        with store_url(store, folder) as url, beds.make(url, folder) as bed:
            head(f"{store}: filing and publishing")
            held = filing.measure(bed, folder, rows)
            if not parts & FILLED.keys():
                return
            if records > held:
                span = beds.fill(bed, records - held)
                tell(f"filling up to {records:,} records through the gate alone", f"{span.seconds:,.0f} s",
                     rate(records - held, span.seconds))  # fmt: skip
            _measure_filled(bed, store, parts, max(records, held))


def _measure_filled(bed: beds.Bed, store: str, parts: set[str], records: int) -> None:
    for part, measure in FILLED.items():
        if part in parts:
            head(f"{store}: {part}")
            measure(bed, records)


def _measure_names(store: str, count: int) -> None:
    """On a store of their own, with no other names to be found."""
    head(f"{store}: names, {count:,} invented ones")
    firms, queries = invented.firms(count, SEED), invented.queries(count, SEED)
    with tempfile.TemporaryDirectory() as folder, store_url(store, Path(folder)) as url:
        answers = names.measure(url, folder, firms, queries)
    names.compare(firms, queries, answers)


if __name__ == "__main__":
    main()
