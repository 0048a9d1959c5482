"""``python -m benchmarks.names``: load names into the product's own index, query it, and print how well it ranks."""

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
    """Measure the name search; without ``--companies`` names and queries are invented; nothing is asserted."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--companies", type=Path, help="gzipped TSV with the columns id and name")
    parser.add_argument("--queries", type=Path, help="JSON lines: qid, q, truth, kind")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="write the answers as JSON lines")
    parser.add_argument("--database", help="the URL of an empty store (default: SQLite in a temporary folder)")
    parser.add_argument("--peers", action="store_true", help="let other scorers score what was found again")
    arguments = parser.parse_args()
    if bool(arguments.companies) != bool(arguments.queries):
        parser.error("--companies and --queries go together")
    if arguments.companies:
        firms, queries = _read_firms(arguments.companies, arguments.rows), _read_queries(arguments.queries)
    else:
        firms, queries = (
            invented.firms(arguments.rows, arguments.seed),
            invented.queries(arguments.rows, arguments.seed),
        )
    with tempfile.TemporaryDirectory(prefix="registry-names-") as folder:
        answers = measure(arguments.database or f"sqlite:///{folder}/registry.db", folder, firms, queries)
    if arguments.out:
        arguments.out.write_text("".join(_format_answers(answers)), encoding="utf-8")
    if arguments.peers:
        compare(firms, queries, answers)


def measure(url: str, folder: str, firms: Sequence[tuple[int, str]], queries: Sequence[Query]) -> dict[str, Answer]:
    """Load the firms into the empty store at ``url``, query it, and print the figures of the answers."""
    app = create_app(Settings(home=folder, database_url=url))
    with app.app_context():
        prepare()
        answers = answer(firms, queries)
        runtime.db.engine.dispose()
    for line in lines(figures(queries, answers), answers):
        print(line)
    return answers


def compare(firms: Sequence[tuple[int, str]], queries: Sequence[Query], answers: Mapping[str, Answer]) -> None:
    """Print the figures of other scorers over the same answers, each as soon as it is through."""
    for line in peers.lines(firms, queries, answers):
        print(line, flush=True)


def answer(firms: Sequence[tuple[int, str]], queries: Sequence[Query]) -> dict[str, Answer]:
    """Load the firms into the store of the application at hand and answer every query."""
    began = time.perf_counter()
    rows = _index_names(firms)
    seconds = time.perf_counter() - began
    print(f"indexed {len(firms):,} names in {seconds:,.0f} s, {len(firms) / seconds:,.0f}/s")
    return {query.qid: _answer_query(query, rows) for query in queries}


def _index_names(firms: Iterable[tuple[int, str]]) -> Mapping[str, list[int]]:
    """Index the names as publishing does; returns the rows by the key of their name."""
    rows: dict[str, list[int]] = defaultdict(list)
    for batch in _split_batches(firms):
        for row, name in batch:
            rows[name_key.key(name)].append(row)
        with runtime.begin() as work:
            name_index.index(work, [name for _, name in batch])
    settle()
    return rows


def _split_batches(firms: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    left = iter(firms)
    while batch := list(islice(left, BATCH)):
        yield batch


def _answer_query(query: Query, rows: Mapping[str, Sequence[int]]) -> Answer:
    with runtime.reading() as session:
        began = time.perf_counter()
        hits = name_search.search(session, query.name)
        took = (time.perf_counter() - began) * 1000
    return Answer([(row, hit.match.score) for hit in hits for row in rows[hit.name_key]], took)


def _read_firms(path: Path, rows: int) -> list[tuple[int, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(int(row["id"]), row["name"]) for row in islice(table, rows)]


def _read_queries(path: Path) -> list[Query]:
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [Query(item["qid"], item["q"], item["kind"], frozenset(item["truth"])) for item in lines]


def _format_answers(answers: Mapping[str, Answer]) -> Iterator[str]:
    for qid, answer in answers.items():
        yield json.dumps({"qid": qid, "candidates": answer.candidates, "ms": round(answer.ms, 3)}) + "\n"


if __name__ == "__main__":
    main()
