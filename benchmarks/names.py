"""``python -m benchmarks.names``: load names into the product's own index, ask, and print how well it answers."""

import argparse
import csv
import gzip
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from benchmarks import peers
from benchmarks.bed import settle
from benchmarks.ranking import Answer, Query, figures, lines
from registry import runtime
from registry.app import create_app
from registry.commands.node import prepare
from registry.domain.naming import name_key
from registry.queries.publication import name_search
from registry.services.publication import name_index
from registry.settings import Settings
from tools import invented

BATCH = 20_000


def main() -> None:
    """Without ``--companies`` the names and the queries are invented; nothing is asserted."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--companies", type=Path, help="gzipped TSV with the columns id and name")
    parser.add_argument("--queries", type=Path, help="JSON lines: qid, q, truth, kind")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="write the answers as JSON lines")
    parser.add_argument("--database", help="the URL of an empty store (default: SQLite in a temporary folder)")
    parser.add_argument("--peers", action="store_true", help="let other scorers score what was found again")
    given = parser.parse_args()
    if bool(given.companies) != bool(given.queries):
        parser.error("--companies and --queries go together")
    if given.companies:
        firms, queries = _read_firms(given.companies, given.rows), _read_queries(given.queries)
    else:
        firms, queries = invented.firms(given.rows, given.seed), invented.queries(given.rows, given.seed)
    with tempfile.TemporaryDirectory(prefix="registry-names-") as folder:
        answers = measure(given.database or f"sqlite:///{folder}/registry.db", folder, firms, queries)
    if given.out:
        given.out.write_text("".join(_written(answers)), encoding="utf-8")
    if given.peers:
        compare(firms, queries, answers)


def measure(url: str, folder: str, firms: Sequence[tuple[int, str]], queries: Sequence[Query]) -> dict[str, Answer]:
    """Load the firms into the empty store at ``url``, ask, and print how well was answered."""
    app = create_app(Settings(home=folder, database_url=url))
    with app.app_context():
        prepare()
        answers = answer(firms, queries)
        runtime.db.engine.dispose()
    for line in lines(figures(queries, answers), answers):
        print(line)
    return answers


def compare(firms: Sequence[tuple[int, str]], queries: Sequence[Query], answers: Mapping[str, Answer]) -> None:
    """Print what other scorers make of the same answers, each as soon as it is through."""
    for line in peers.lines(firms, queries, answers):
        print(line, flush=True)


def answer(firms: Sequence[tuple[int, str]], queries: Sequence[Query]) -> dict[str, Answer]:
    """Load the firms into the store of the application at hand and answer every query."""
    began = time.perf_counter()
    rows = _load(firms)
    seconds = time.perf_counter() - began
    print(f"indexed {len(firms):,} names in {seconds:,.0f} s, {len(firms) / seconds:,.0f}/s")
    return {query.qid: _ask(query, rows) for query in queries}


def _load(firms: Iterable[tuple[int, str]]) -> Mapping[str, list[int]]:
    """Index the names as publishing does; returns the rows by the key of their name."""
    rows: dict[str, list[int]] = defaultdict(list)
    for batch in _batches(firms):
        for row, name in batch:
            rows[name_key.key(name)].append(row)
        with runtime.begin() as work:
            name_index.index(work, [name for _, name in batch])
    settle()
    return rows


def _batches(firms: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    left = iter(firms)
    while batch := list(islice(left, BATCH)):
        yield batch


def _ask(query: Query, rows: Mapping[str, Sequence[int]]) -> Answer:
    with runtime.reading() as session:
        began = time.perf_counter()
        found = name_search.search(session, query.name)
        took = (time.perf_counter() - began) * 1000
    return Answer([(row, one.match.score) for one in found for row in rows[one.name_key]], took)


def _read_firms(path: Path, rows: int) -> list[tuple[int, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(int(row["id"]), row["name"]) for row in islice(table, rows)]


def _read_queries(path: Path) -> list[Query]:
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [Query(one["qid"], one["q"], one["kind"], frozenset(one["truth"])) for one in lines]


def _written(answers: Mapping[str, Answer]) -> Iterator[str]:
    for qid, answer in answers.items():
        yield json.dumps({"qid": qid, "candidates": answer.candidates, "ms": round(answer.ms, 3)}) + "\n"


if __name__ == "__main__":
    main()
