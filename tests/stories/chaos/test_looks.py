"""Kill -9 while a long list is answered, and while watches are looked at and told: nothing is lost or doubled."""

import csv
import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from registry import runtime, tabular
from registry.domain.filing.columns import PLAIN
from registry.domain.filing.parse import clean
from registry.domain.permissions import Actor
from registry.models import Check, CheckFile, CheckFilePart, WatchEvent
from registry.queries.law import reference_data
from registry.queries.node import account_lookup
from registry.services.cases import penalty_filing, penalty_verification
from registry.services.checks import watches
from registry.services.checks.request import Inquiry, Party
from registry.unit_of_work import UnitOfWork, day_of
from tests.support.filings import BanFactory
from tests.support.processes import BIN, Node, Process, wait_for
from tests.sync.receiver import Receiver, listening
from tools.synthetic import firms

ROWS = 6_500
KILLS = 3
BANS = 24


@pytest.fixture
def city(nodes: tuple[Node, Node]) -> Node:
    return nodes[0]


def _actor(name: str) -> Actor:
    with runtime.reading() as session:
        return account_lookup.by_name(session, name, day_of(runtime.clock()))


class TestKilledCheckOfALongList:
    def test_goes_on_where_it_was(self, city: Node, tmp_path: Path) -> None:
        path, result = tmp_path / "parties.csv", tmp_path / "result.xlsx"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("name", "uscc"), *((one.name, one.uscc) for one in firms(ROWS))])
        words = ("check", str(path), "--sector", "procurement", "--as", "centre", "--result", str(result))
        with city.opened():
            reached = 0
            for _ in range(KILLS):
                process = Process([str(BIN / "registry"), *words], city.environment, tmp_path / "log")
                process.start()
                reached = wait_for(partial(_beyond, reached), "it gets on")
                process.end(signal.SIGKILL)
            assert _files()[0][0] == "running"
        done = city.command(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"{ROWS} of {ROWS} answered at entry 0, 0 unchecked, finished" in done.stdout
        with city.opened():
            assert _files() == [("finished", ROWS)]
            with runtime.reading() as session:
                starts = list(session.scalars(select(CheckFilePart.start).order_by(CheckFilePart.start)))
                numbers = sorted(session.scalars(select(Check.number)))
        assert starts == list(range(0, ROWS, 1000))
        assert numbers == list(range(1, len(starts) + 1))
        rows = [row.cells for row in tabular.read_table(result.read_bytes()).rows]
        assert [row["行号"] for row in rows] == [str(number) for number in range(2, ROWS + 2)]
        assert {row["结论代码"] for row in rows} == {"no_record"}


def _files() -> list[tuple[str, int]]:
    with runtime.reading() as session:
        return list(session.execute(select(CheckFile.state, CheckFile.next_row)).tuples())


def _beyond(reached: int) -> int:
    return next((done for _, done in _files() if done > reached), 0)


class TestKilledWorker:
    def test_tells_every_event_of_a_watch_in_order(self, city: Node) -> None:
        with listening() as receiver:
            settings = replace(
                city.settings,
                webhook_hosts=f"127.0.0.1:{receiver.port}",
                watch_interval_seconds=1,
                notify_interval_seconds=1,
                webhook_timeout_seconds=1,
            )
            node = Node(settings)
            receiver.plan = ["ok", "drop", "ok", "500", "delay"]
            with node.opened(), _working(node) as worker:
                records = _filed()
                watch = _watch(records, receiver)
                for number, record in enumerate(records, start=1):
                    assert runtime.perform(_actor("verifier"), partial(_verify, record=record))
                    if number % 6 == 0:
                        seen = len(receiver.got)
                        wait_for(lambda seen=seen: len(receiver.got) > seen, "something is told")
                        worker.end(signal.SIGKILL)
                        worker.start()
                wait_for(partial(_is_told, watch), "every event is told", seconds=240)
            sequences = [json.loads(body)["sequence"] for body in receiver.taken]
            assert sorted(set(sequences)) == list(range(1, BANS + 1))
            assert sequences == sorted(sequences)  # in order; one that was sent twice comes twice in a row
            by_sequence = {json.loads(body)["sequence"]: json.loads(body) for body in receiver.taken}
            assert {one["ref"] for one in by_sequence.values()} == records.keys()


@contextmanager
def _working(node: Node) -> Iterator[Process]:
    node.worker.start()
    try:
        yield node.worker
    finally:
        node.worker.end()


def _filed() -> dict[str, dict[str, str]]:
    """Filed bans by record."""
    filings = [dict(BanFactory()) for _ in range(BANS)]

    def act(work: UnitOfWork) -> list[str]:
        rules = reference_data.current(work.session).filing_rules
        read = [clean(one, rules, work.today, PLAIN)[0] for one in filings]
        return [str(one) for one in penalty_filing.file(work, [penalty_filing.Submission(one) for one in read if one])]

    return dict(zip(runtime.perform(_actor("clerk"), act), filings, strict=True))


def _verify(work: UnitOfWork, record: str) -> bool:
    return isinstance(penalty_verification.verify(work, [record])[0], int)


def _watch(records: dict[str, dict[str, str]], receiver: Receiver) -> str:
    parties = [Party(record, "bidder", one["subject_name"], one["uscc"]) for record, one in records.items()]

    def act(work: UnitOfWork) -> str:
        inquiry = Inquiry({"code": "YC-1"}, "procurement", True, None, work.today, parties)
        until = work.today.replace(year=work.today.year + 1)
        settings = replace(work.settings, webhook_hosts=f"127.0.0.1:{receiver.port}")
        return watches.begin(replace(work, settings=settings), inquiry, until, receiver.url, None).id

    return runtime.perform(_actor("centre"), act)


def _is_told(watch: str) -> bool:
    with runtime.reading() as session:
        states = list(session.scalars(select(WatchEvent.state).where(WatchEvent.watch_id == watch)))
    return len(states) == BANS and set(states) == {"delivered"}
