"""Time a backlog between two nodes over HTTP: drained by the worker's own push, compared by digest sheets, and with
planted differences."""

import datetime as dt
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from benchmarks import bed as beds
from benchmarks.bed import Bed
from benchmarks.figures import rate, tell, timed
from benchmarks.processor import children_of, of_processes, peak_megabytes, store_processes
from benchmarks.servers import store_url
from benchmarks.serving import running
from benchmarks.start import stop
from registry import runtime
from registry.domain.exchange import reconciliation
from registry.domain.permissions import SYSTEM
from registry.keys.signing import Signer
from registry.models import JobRun, OutboxMessage, Publication
from registry.queries.exchange import peer_messages
from registry.services.exchange import peers
from registry.services.publication import publishing
from registry.settings import child_environment
from registry.unit_of_work import UnitOfWork
from sync.push import push
from sync.reconcile import reconcile, reconcile_sectors
from tests.support.membership import entitle
from tests.sync.bodies import body, speaking
from tools.synthetic import Firm, firms

OWNER, RECEIVER = "city", "receiver"
MILLION = 1_000_000
PLANTED = 25
"""Differences of each kind that are planted."""
FILLED_AT_ONCE = 5_000
DELIVERED = 100
"""Single records published while the worker runs."""
DELIVERED_EVERY_SECONDS = 0.4
DELIVERED_WITHIN_SECONDS = 120
SEED = 21


def measure(store: str, folder: Path, count: int) -> None:
    """Print how fast a backlog drains, with the memory of both sides, and what comparing them takes and finds."""
    with _node(store, folder, RECEIVER) as receiver, _node(store, folder, OWNER) as owner:
        owner_key = runtime.keys().exchange
        with receiver.app.app_context():
            receiver_key = runtime.keys().exchange
            runtime.perform(SYSTEM, lambda work: _befriend(work, OWNER, "", owner_key))
        with running(receiver, web_workers=1) as (address, server):
            runtime.perform(SYSTEM, lambda work: _befriend(work, RECEIVER, address, receiver_key))
            _fill(count)
            _drain(count, receiver, children_of(server.pid))
            with receiver.app.app_context():
                assert runtime.perform(SYSTEM, _count_copies) == count
            _deliver(owner, receiver)
            _compare(count + DELIVERED)
            with receiver.app.app_context():
                runtime.perform(SYSTEM, _plant)
            _find_planted()


@contextmanager
def _node(store: str, folder: Path, name: str) -> Iterator[Bed]:
    """A node on a store of its own; its context is the one in force."""
    home = folder / name
    home.mkdir()
    with store_url(store, home) as url, beds.make(url, home, name) as bed:
        yield bed


def _befriend(work: UnitOfWork, code: str, url: str, key: Signer) -> None:
    peers.add(work, code, code, url, key.public.hex(), ())
    entitle(work, code, speaking(code))


def _fill(count: int) -> None:
    """Publish records of the owner through the gate in which every act ends; each is promised to the receiver."""
    versions = (_build_version(firm) for firm in firms(count, SEED))
    while chunk := list(islice(versions, FILLED_AT_ONCE)):
        runtime.perform(SYSTEM, partial(publishing.publish, versions=chunk))
    beds.seal()
    beds.settle()


def _build_version(firm: Firm) -> publishing.Version:
    """A record whose texts are its own, as those of decisions are: nothing that was judged once is remembered of it."""
    changed = {
        "subject": {"kind": "organisation", "name": firm.name, "uscc": firm.uscc},
        "document_number": f"盐虚罚〔2026〕{firm.uscc[8:16]}号",
        "facts": f"{firm.name}与他人串通投标，涉及{firm.uscc[12:16]}号标段，经查属实。",
        "content": f"对{firm.name}罚款人民币壹万元，自收到决定书之日起十五日内缴纳。",
    }
    return publishing.Version(body(node=OWNER, **changed), OWNER)


def _drain(count: int, receiver: Bed, workers: list[int]) -> None:
    """Push as the worker does until nothing waits; ``workers`` are the receiver's web processes."""
    with receiver.app.app_context():
        receiving_store = store_processes()
    processes = {
        "the sender": [os.getpid()],
        "the sender's store": store_processes(),
        "the receiver's web process": workers,
        "the receiver's store": receiving_store,
    }
    before = {name: of_processes(numbers) for name, numbers in processes.items()}
    with timed() as span:
        while (done := push(RECEIVER)).sent:
            assert done.failed is None, done.failed
    used = {name: of_processes(numbers) - before[name] for name, numbers in processes.items()}
    tell(f"a backlog of {count:,} records drained over HTTP", f"{span.seconds:,.0f} s", rate(count, span.seconds))
    tell("computed from it: 1,000,000 records", f"{MILLION / count * span.seconds:,.0f} s")
    tell("processor time of all, of that", f"{sum(used.values()):,.1f} s", rate(count, sum(used.values())))
    for name, numbers in processes.items():
        if numbers:
            each = f"{used[name] / count * 1e6:,.0f} µs for a record"
            tell(f"of that {name}", f"{used[name]:,.1f} s", each)
    for name in ("the sender", "the receiver's web process"):
        tell(f"memory (RSS) of {name} at most", f"{max(map(peak_megabytes, processes[name])):,.0f} MB")


def _deliver(owner: Bed, receiver: Bed) -> None:
    """Time single records from the act that publishes them, at the verification, to the act that accepts them at the
    peer, with the owner's worker running."""
    with (Path(owner.settings.home) / "worker.log").open("ab") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "sync"], env=child_environment(owner.settings), start_new_session=True, stderr=log
        )
        try:
            _wait_while(lambda: not runtime.perform(SYSTEM, _count_runs))
            for firm in firms(DELIVERED, SEED + 1):
                time.sleep(DELIVERED_EVERY_SECONDS)
                runtime.perform(SYSTEM, partial(publishing.publish, versions=[_build_version(firm)]))
            _wait_while(lambda: runtime.perform(SYSTEM, _count_waiting) > 0)
        finally:
            stop(worker)
    published = runtime.perform(SYSTEM, _read_instants)
    with receiver.app.app_context():
        accepted = runtime.perform(SYSTEM, _read_instants)
    seconds = [(accepted[record] - at).total_seconds() for record, at in published.items()]
    assert len(seconds) == DELIVERED
    cuts = statistics.quantiles(seconds, n=100)
    what = f"from verified to accepted at the peer, {DELIVERED} single records, p50 {cuts[49]:.1f} s, p99"
    tell(what, f"{cuts[98]:.1f} s")


def _wait_while(is_waiting: Callable[[], bool]) -> None:
    until = time.monotonic() + DELIVERED_WITHIN_SECONDS
    while is_waiting() and time.monotonic() < until:
        time.sleep(1)


def _count_runs(work: UnitOfWork) -> int:
    """How often the worker has pushed: it has begun."""
    return work.session.execute(select(func.count()).where(JobRun.job == "push")).scalar_one()


def _count_waiting(work: UnitOfWork) -> int:
    statement = select(func.count()).where(OutboxMessage.state == "pending")
    return work.session.execute(statement).scalar_one()


def _read_instants(work: UnitOfWork) -> dict[str, dt.datetime]:
    """When each of the newest records was published here, by the act's own instant."""
    statement = select(Publication.record, Publication.recorded_at).order_by(Publication.from_entry.desc())
    return dict(work.session.execute(statement.limit(DELIVERED)).tuples().all())


def _count_copies(work: UnitOfWork) -> int:
    statement = select(func.count()).where(Publication.origin == OWNER)
    return work.session.execute(statement).scalar_one()


def _compare(count: int) -> None:
    """Time the digest sheet alone, also of a million invented rows, then a reconciliation of nodes that hold the same,
    whole and by sector."""
    with runtime.reading() as session, timed() as reading:
        rows = list(peer_messages.owned(session, OWNER))
    with timed() as digesting:
        buckets = reconciliation.buckets(rows)
        sheet = {bucket: reconciliation.digest(part) for bucket, part in buckets.items()}
    tell(f"reading {count:,} records of an owner for its digest sheet", f"{reading.seconds:,.2f} s")
    tell(f"the digest sheet of {count:,} records, {len(sheet):,} buckets", f"{digesting.seconds:,.2f} s")
    invented = ((f"{number * 0x9E3779B97F4A7C15 % 2**128:032x}", 1, f"{number:064x}") for number in range(MILLION))
    with timed() as digesting:
        for part in reconciliation.buckets(invented).values():
            reconciliation.digest(part)
    tell(
        "the digest sheet of 1,000,000 invented rows, by the clock, by the processor",
        f"{digesting.seconds:,.1f} s",
        f"{digesting.processor:,.1f} s",
    )
    with timed() as span:
        report = reconcile(RECEIVER)
    assert report["equal"] == count, report
    tell("a whole reconciliation over HTTP, all equal", f"{span.seconds:,.1f} s")
    with timed() as span:
        reports = reconcile_sectors(RECEIVER)
    assert sum(report["equal"] for report in reports.values()) >= count, reports
    tell(f"the same by sector, {len(reports)} sectors", f"{span.seconds:,.1f} s")


def _plant(work: UnitOfWork) -> None:
    """Plant differences of each kind at the receiver: lost, older, of another content, and under another record."""
    statement = select(Publication.from_entry).where(Publication.origin == OWNER).order_by(Publication.record)
    entries = list(work.session.scalars(statement.limit(4 * PLANTED)))
    changes: tuple[dict[str, Any], ...] = (
        {"origin": "lost"},
        {"revision": 0},
        {"content_hash": "0" * 64},
        {"record": "x" + Publication.record},
    )
    for place, change in enumerate(changes):
        part = entries[place * PLANTED : (place + 1) * PLANTED]
        statement = update(Publication).where(Publication.from_entry.in_(part)).values(**change)
        work.session.execute(statement.execution_options(synchronize_session=False))


def _find_planted() -> None:
    with timed() as span:
        report = reconcile(RECEIVER)
    lacking, different = len(report["missing"]), len(report["different"])
    # One under another record is lacked under its own, and nobody's under the other.
    expected = (3 * PLANTED, 2 * PLANTED)
    found = f"{lacking + different} of {sum(expected)}"
    tell("planted: lost, older, other content, another record; found", found, f"{span.seconds:,.1f} s")
    assert (lacking, different) == expected, report
