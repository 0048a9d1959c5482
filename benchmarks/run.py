"""``python -m benchmarks.run``: measure rates, latencies, memory and ratios; nothing is asserted."""

import argparse
import os
import platform
import sqlite3
import tempfile
from pathlib import Path

from benchmarks import backlog, checking, filing, lists, memory, names, pages, serving, start
from benchmarks import bed as beds
from benchmarks.figures import head, rate, tell
from benchmarks.servers import store_url
from tools import invented

STORES = ("sqlite", "postgresql")
PAGES = {"pages": pages.measure, "memory": memory.measure}
CHECKS = {"check": checking.measure, "serving": serving.measure}
PARTS = ("filing", *PAGES, *CHECKS, "lists", "names", "backlog", "start")
SEED = 1


def main() -> None:
    """Run the benchmarks; every figure is of this machine at this hour, only the ratios travel."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="rows of the file that is filed")
    parser.add_argument("--records", type=int, default=100_000, help="published records to search and show pages of")
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
        if parts & {"filing", *PAGES, *CHECKS}:
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
            head(f"{store}: filing and publishing")
            published = filing.measure(bed, folder, arguments.rows)
            for measures, wanted in ((PAGES, arguments.records), (CHECKS, arguments.against)):
                chosen = [part for part in measures if part in parts]
                if chosen:
                    published = _fill_up(bed, published, wanted)
                for part in chosen:
                    head(f"{store}: {part}")
                    measures[part](bed, published)


def _fill_up(bed: beds.Bed, published: int, wanted: int) -> int:
    """Fill the store up to ``wanted`` records, when it has fewer; returns how many it has."""
    if published < wanted:
        span = beds.fill(bed, published, wanted)
        tell(
            f"filling up to {wanted:,} records through the gate alone",
            f"{span.seconds:,.0f} s",
            rate(wanted - published, span.seconds),
        )
    return max(published, wanted)


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
