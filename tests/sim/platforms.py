"""Platforms of a simulated history: one that takes files, one that works on a front-end database with plain SQL."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import select

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.models import Peer, Penalty
from registry.services.exchange import peers, row_outbox
from sync import row_exchange
from sync.file_drop import FileDrop
from sync.front_end import FrontEnd
from tests.sim.world import Act, expected_at_platform, rows
from tests.stories.foreign import program
from tests.sync.platforms.rows import decided, row

FORMAT = "cf-2018"
NODE_STEPS = (
    (row_outbox, "prepare"),
    (row_outbox, "note_sent"),
    (row_outbox, "settle"),
    (row_exchange, "_take"),
)


def register(code: str, url: str, profile: str) -> None:
    """Register a platform that is told of penalties and sends some."""

    def act(work: Any) -> None:
        intake = peers.Intake("clerk", "procurement-serious")
        peer: Peer = peers.add_platform(work, code, code, url, profile, intake)
        peer.file_type, peer.formats, peer.formats_in = "csv", [FORMAT], [FORMAT]

    runtime.perform(SYSTEM, act)


class _Platform:
    """What both have in common: rows of their own, numbered so that no two send the same decision."""

    numbers_from = 0

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.theirs: list[int] = []

    def run(self) -> None:
        row_exchange.exchange(self.code)

    def send(self) -> None:
        number = self.numbers_from + len(self.theirs) + 1
        self.theirs.append(number)
        self._send(number)

    def send_again(self) -> None:
        if self.theirs:
            self._send(self.draw.choice(self.theirs))

    def compare(self) -> None:
        self.show_holdings()
        row_exchange.reconcile(self.code)

    def go_on(self) -> None:
        self.take()
        self.run()
        self.settle()
        self.compare()
        self.compare()

    def _check_taken_in(self) -> None:
        numbers = {f"盐示财采罚2026·{number}" for number in self.theirs}
        filed = [penalty.document_number for penalty in rows(select(Penalty))]
        assert sorted(number for number in filed if number in numbers) == sorted(numbers)

    @staticmethod
    def _row(number: int) -> tuple[str, int, str, dict[str, str]]:
        return row(decided(number, record=f"{number:032x}"))


class FilePlatform(_Platform):
    """The foreign program with a folder."""

    code = "files"
    killed_in = (*NODE_STEPS, *((FileDrop, name) for name in ("write_batch", "_put", "answer", "settled")))

    def __init__(self, draw: random.Random, home: Path) -> None:
        super().__init__(draw)
        folder = home / "drop"
        folder.mkdir()
        register(self.code, f"file://{folder}", "municipal-trading")
        self.partner = program.Platform(folder, "city", self.code)
        self.take, self.settle = self.partner.take, self.partner.settle
        self.show_holdings = self.partner.show_holdings

    def acts(self) -> list[Act]:
        return [
            self.take, self.send, self.send_again, self.settle, self.forget, self.lose_receipts, self.compare,
        ]  # fmt: skip

    def _send(self, number: int) -> None:
        self.partner.send(FORMAT, [self._row(number)])

    def forget(self) -> None:
        """The platform comes back from an old backup: a part of what it held is gone."""
        for record in list(self.partner.memory["held"]):
            if self.draw.random() < 0.3:
                del self.partner.memory["held"][record]

    def lose_receipts(self) -> None:
        for path in Path(self.partner.outward).glob("receipt-*.json"):
            path.unlink()

    def check(self, ours: dict[str, dict[str, Any]], others: dict[str, dict[str, Any]]) -> None:
        held = {record: (version[0], version[2]) for record, version in self.partner.memory["held"].items()}
        assert held == expected_at_platform(ours | others)
        assert self.partner.compare() == {"differ": []} or not self.theirs
        self._check_taken_in()


class FrontEndPlatform(_Platform):
    """A platform on a front-end database: it knows the tables of ``docs/exchange.md`` and the standard library."""

    code = "frontend"
    numbers_from = 500
    killed_in = (*NODE_STEPS, *((FrontEnd, name) for name in ("write_batch", "answer", "settled")))

    def __init__(self, draw: random.Random, home: Path) -> None:
        super().__init__(draw)
        self.path = home / "front.db"
        url = f"sqlite:///{self.path}"
        register(self.code, url, "municipal-credit")
        FrontEnd(url, "city", self.code).create([FORMAT], [FORMAT])
        self.held: dict[str, tuple[int, str, str]] = {}

    def acts(self) -> list[Act]:
        return [
            self.take, self.send, self.send_again, self.settle, self.forget, self.sweep, self.compare,
        ]  # fmt: skip

    def _run(self, *statements: tuple[str, tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Run statements in one transaction; the rows of the last."""
        found: list[tuple[Any, ...]] = []
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for statement, values in statements:
                found = connection.execute(statement, values).fetchall()
        return found

    def take(self) -> None:
        """Take in the rows that are new, and answer each."""
        names = "ROW_ID, SOURCE_RECORD_ID, M_VERSION, ROW_HASH, OP"
        for number, record, revision, value, operation in self._run(
            (f"SELECT {names} FROM out_cf_2018 WHERE STATUS = 0 ORDER BY ROW_ID", ())
        ):
            outcome = self._judge(record, revision, value, operation)
            answer = "INSERT INTO exchange_feedback (ANSWERS, SOURCE_RECORD_ID, M_VERSION, OUTCOME, STATUS) VALUES ('out', ?, ?, ?, 0)"  # noqa: E501
            status = 2 if outcome in ("accepted", "duplicate", "stale") else 3
            self._run(
                (answer, (record, revision, outcome)),
                ("UPDATE out_cf_2018 SET STATUS = ? WHERE ROW_ID = ?", (status, number)),
            )

    def _judge(self, record: str, revision: int, value: str, operation: str) -> str:
        known = self.held.get(record)
        if known and known[0] == revision:
            return "duplicate" if known[1] == value else "conflict"
        if known and known[0] > revision:
            return "stale"
        self.held[record] = (revision, value, operation)
        return "accepted"

    def _send(self, number: int) -> None:
        record, revision, operation, cells = self._row(number)
        value = program.row_hash(record, revision, operation, FORMAT, cells)
        control = {"BATCH": 1, "STATUS": 0, "SOURCE_RECORD_ID": record, "M_VERSION": revision, "OP": operation}
        columns = control | {"ROW_HASH": value, "PROVIDE_UNIT_NAME": "虚构平台"} | cells
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        again = "UPDATE in_cf_2018 SET STATUS = 0 WHERE SOURCE_RECORD_ID = ?"
        put = f"INSERT OR IGNORE INTO in_cf_2018 ({names}) VALUES ({marks})"
        self._run((again, (record,)), (put, tuple(columns.values())))

    def settle(self) -> None:
        """Take note of what the node answered."""
        self._run(("UPDATE exchange_feedback SET STATUS = 1 WHERE ANSWERS = 'in'", ()))

    def sweep(self) -> None:
        """Sweep away what is answered and was taken."""
        self._run(
            ("DELETE FROM out_cf_2018 WHERE STATUS >= 2", ()),
            ("DELETE FROM in_cf_2018 WHERE STATUS >= 2", ()),
            ("DELETE FROM exchange_feedback WHERE STATUS = 1", ()),
        )

    def forget(self) -> None:
        """The platform comes back from an old backup: a part of what it held is gone."""
        for record in list(self.held):
            if self.draw.random() < 0.3:
                del self.held[record]

    def show_holdings(self) -> None:
        put = "INSERT INTO exchange_holdings (HOLDER, SOURCE_RECORD_ID, M_VERSION, ROW_HASH) VALUES (?, ?, ?, ?)"
        self._run(
            ("DELETE FROM exchange_holdings WHERE HOLDER = ?", (self.code,)),
            *((put, (self.code, record, held[0], held[1])) for record, held in self.held.items()),
        )

    def check(self, ours: dict[str, dict[str, Any]], others: dict[str, dict[str, Any]]) -> None:
        assert {record: (held[0], held[2]) for record, held in self.held.items()} == expected_at_platform(ours | others)
        shown = self._run(("SELECT SOURCE_RECORD_ID FROM exchange_holdings WHERE HOLDER = 'city'", ()))
        assert sorted(record for (record,) in shown) == sorted(f"{number:032x}" for number in self.theirs)
        self._check_taken_in()
