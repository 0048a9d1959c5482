"""Two workers on one store: every slot of every job is run once, by one of them, and one alone is enough."""

import re
import signal
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import select

from registry import runtime
from registry.domain.permissions import Actor
from registry.models import ImportFinding, JobRun, Penalty, PenaltyImport
from registry.queries.node import account_lookup
from registry.services.cases import penalty_import
from registry.unit_of_work import day_of
from tests.support.processes import Node, Process, running, wait_for
from tools.synthetic import penalty_rows, write_xlsx

ROWS = 1_500
SECONDS = 8
EACH_SECOND = ("imports", "push", "pull", "seal")
RAN = re.compile(r'event="([\w-]+) run (\d+) ')


class TestTwoWorkers:
    def test_run_every_slot_once_and_one_goes_on_alone(self, nodes: tuple[Node, Node], tmp_path: Path) -> None:
        city, _ = nodes
        first, second = _worker(city, "first"), _worker(city, "second")
        with city.opened(), running(first, second):
            names = [_name(first), _name(second)]
            _hand_in(tmp_path / "rows.xlsx", ROWS)
            wait_for(lambda: any(map(_busy, names)), "one has run slots")
            _let_in(first if _busy(names[0]) else second, lambda: all(map(_busy, names)))
            wait_for(partial(_both_have_run, names), "both have run slots")
            first.end(signal.SIGKILL)
            seen = _newest_slot(names[1])
            wait_for(lambda: _newest_slot(names[1]) >= seen + 3, "the other goes on alone")
            wait_for(lambda: _imports() == [("finished", ROWS, 0)], "the file is filed")
            assert second.end(signal.SIGTERM) == 0
            _assert_each_ran_where_claimed({names[0]: first.log, names[1]: second.log}, killed=names[0])
            _assert_filed_once()


class TestTwoRunsOfOneFile:
    def test_file_every_row_once(self, nodes: tuple[Node, Node], tmp_path: Path) -> None:
        with nodes[0].opened():
            clerk, number = _hand_in(tmp_path / "rows.xlsx", ROWS)
            run = partial(penalty_import.run, partial(runtime.perform, clerk), clerk, number)
            run(lambda done, _: run() if done < ROWS else None)  # another process overtakes after a chunk
            assert _imports() == [("finished", ROWS, 0)]
            _assert_filed_once()
            run()
            assert _imports() == [("finished", ROWS, 0)]


def _worker(node: Node, name: str) -> Process:
    log = Path(node.settings.home) / f"{name}.log"
    return Process([sys.executable, "-m", "sync"], node.environment, log)


def _hand_in(path: Path, rows: int) -> tuple[Actor, int]:
    """The clerk and the import of a new file of good rows."""
    write_xlsx(path, penalty_rows(rows))
    with runtime.reading() as session:
        clerk = account_lookup.by_name(session, "clerk", day_of(runtime.clock()))
    receive = partial(
        penalty_import.store_import, data=path.read_bytes(), filename=path.name, options=penalty_import.Options()
    )
    return clerk, runtime.perform(clerk, lambda work: receive(work).id)


def _name(worker: Process) -> str:
    assert worker.child is not None
    return f"{socket.gethostname()}:{worker.child.pid}"


def _runs(worker: str | None = None) -> list[JobRun]:
    with runtime.reading() as session:
        return [run for run in session.scalars(select(JobRun)) if worker in (None, run.worker)]


def _busy(name: str) -> bool:
    """Whether a worker has run a slot of the jobs that come every second."""
    return any(run.job in EACH_SECOND for run in _runs(name))


def _let_in(worker: Process, is_enough: Callable[[], bool]) -> None:
    """Stop a worker for moments until another got slots: two that tick in step would never meet."""
    assert worker.child is not None
    for _ in range(20):
        worker.child.send_signal(signal.SIGSTOP)
        time.sleep(2.5)
        worker.child.send_signal(signal.SIGCONT)
        time.sleep(0.3)
        if is_enough():
            return


def _both_have_run(names: list[str]) -> bool:
    """Each has run slots of the jobs that come every second, and together they have for long enough."""
    counts = [len([run for run in _runs(name) if run.job in EACH_SECOND]) for name in names]
    slots = {run.slot for run in _runs() if run.job == "imports"}
    return min(counts) > 0 and len(slots) >= SECONDS


def _newest_slot(worker: str) -> int:
    return max((run.slot for run in _runs(worker) if run.job == "imports" and run.finished_at), default=0)


def _imports() -> list[tuple[str, int, int]]:
    with runtime.reading() as session:
        return [(one.state, one.filed, one.refused) for one in session.scalars(select(PenaltyImport))]


def _assert_each_ran_where_claimed(logs: dict[str, Path], killed: str) -> None:
    """What the workers say they ran is what they claimed: no slot twice, none by the one that did not claim it."""
    ran = [
        (found[1], int(found[2]), name)
        for name, log in logs.items()
        for found in RAN.finditer(log.read_text(encoding="utf-8"))
    ]
    assert len(ran) == len(set(ran))
    claimed = {(run.job, run.slot, run.worker): run for run in _runs()}
    assert set(ran) <= set(claimed)
    unfinished = [run for run in claimed.values() if run.finished_at is None]
    assert {run.worker for run in unfinished} <= {killed}
    assert {key for key, run in claimed.items() if run.finished_at} <= set(ran)
    assert {run.outcome for run in claimed.values() if run.finished_at} == {"done"}


def _assert_filed_once() -> None:
    with runtime.reading() as session:
        documents = list(session.scalars(select(Penalty.document_number)))
        findings = [(one.row_number, one.column, one.code, one.kind) for one in session.scalars(select(ImportFinding))]
    assert len(documents) == len(set(documents)) == ROWS
    assert len(findings) == len(set(findings))
    assert "fault" not in {kind for _, _, _, kind in findings}
