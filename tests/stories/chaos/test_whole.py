"""Everything at once over real nodes: kill -9, database crashes, bad network, full disks, clock jumps, a stalled peer.

``make chaos MINUTES=10`` is the long form, ``CHAOS_MINUTES=0.2`` a short one. It is not among the tests of every run
yet: what it finds in a minute depends on how busy the machine is.
"""

import datetime as dt
import os
import secrets
import shutil
import statistics
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.keys.signing import Signer
from registry.services.exchange import peers
from registry.settings import Settings
from tests.stories.chaos.conftest import SHORT
from tests.stories.chaos.whole import run as runs
from tests.stories.chaos.whole.client import Acknowledgements, Client
from tests.stories.chaos.whole.crash_points import POINTS
from tests.stories.chaos.whole.disk import Disk
from tests.stories.chaos.whole.judge import judge
from tests.stories.chaos.whole.nodes import ChaosNode
from tests.stories.chaos.whole.proxy import BETWEEN_NODES, TO_CLIENTS, Proxy, StalledPeer
from tests.stories.chaos.whole.run import Run
from tests.stories.chaos.whole.server import CrashingServer
from tests.support import stores
from tests.support.processes import Node, free_ports, furnish, wait_for
from tests.sync.receiver import Receiver, listening
from tools.synthetic import firms

MINUTES = float(os.environ.get("CHAOS_MINUTES", "0.2"))
IS_LONG = "CHAOS_MINUTES" in os.environ
NIGHT_SHARE = 0.3
"""The part of the run after which the day ends."""
START_SECONDS = 12
"""So long the nodes may take to start before the day counts."""
HEALTHY_SECONDS_MAX = 10
WORKERS = 2
"""Of each node: that a second one does no harm is shown all the time."""
SETTINGS: dict[str, Any] = SHORT | {
    "tidy_interval_seconds": 1,
    "reconcile_interval_seconds": 2,
    "list_interval_seconds": 30,
    "watch_interval_seconds": 1,
    "notify_interval_seconds": 1,
    "webhook_timeout_seconds": 2,
    "removal_share_percent_max": 100,
    "source_stale_seconds": 60,
}
PER_MINUTE = {"kill -9": 70, "database crashes": 7, "network faults": 400}


@pytest.mark.skipif(not IS_LONG, reason="make chaos MINUTES=10 runs it")
class TestEverythingAtOnce:
    def test_loses_doubles_and_shows_nothing_too_early_or_too_late(self, templates: stores.Templates) -> None:
        seed = int(os.environ.get("CHAOS_SEED", secrets.randbits(32)))
        print(f"CHAOS_SEED={seed} CHAOS_MINUTES={MINUTES:g}")
        folder = Path(tempfile.mkdtemp(prefix="registry-chaos-"))
        with ExitStack() as kept:
            receiver = kept.enter_context(listening())
            run = _furnish(kept, templates, folder, seed, receiver)
            try:
                violations = _carry_out(run, receiver, folder)
            except Exception as error:
                violations = [f"broken off: {type(error).__name__}: {error}", *run.violations]
            if violations:
                _keep_evidence(run, folder, violations)
        shutil.rmtree(folder, ignore_errors=True)
        assert not violations, violations[:20]


def _keep_evidence(run: Run, folder: Path, violations: list[str]) -> None:
    """Copy everything beside the folder, whose small disks are given back, with what went wrong."""
    for node in run.nodes:
        node.stop()
    if run.server:
        run.server.crash()
    evidence = folder.with_name(f"{folder.name}-evidence")
    copied = shutil.ignore_patterns(".s.PGSQL*", "ballast")
    shutil.copytree(folder, evidence, ignore=copied, ignore_dangling_symlinks=True)
    runs.save(evidence / "violations", violations)
    print(f"evidence: {evidence}")


def _furnish(kept: ExitStack, templates: stores.Templates, folder: Path, seed: int, receiver: Receiver) -> Run:
    """Two nodes with their stores, disks, proxies and clients, and a peer that stalls."""
    disks = {name: Disk(folder / name, size) for name, size in (("platform", 300), ("postgresql", 500))}
    for disk in disks.values():
        kept.callback(disk.release)
    server = None
    (folder / "city").mkdir()
    if "postgresql" in stores.STORES:
        server = CrashingServer(disks["postgresql"].path)
        server.start()
        kept.callback(server.crash)
    shift, night = _shift_to_evening(MINUTES * 60)
    settings = _settings(kept, templates, folder, server, receiver)
    plain = [Node(one) for one in settings]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "clock", lambda: dt.datetime.now(dt.UTC) + dt.timedelta(seconds=shift))
        proxies = _introduce(plain, seed, kept)
    nodes = [ChaosNode(node, folder, WORKERS, shift) for node in plain]
    for node in nodes:
        kept.callback(node.stop)
        node.wait()
    acknowledgements = Acknowledgements(folder / "acknowledged")
    kept.callback(acknowledgements.close)
    run = Run(seed, nodes, proxies, [], acknowledgements, disks, server, night)
    today = runs.today(nodes[0])
    for place, node in enumerate(nodes):
        door = proxies[2 + place]
        for number in range(2):
            run.clients.append(
                Client(
                    node.node, door.port, acknowledgements, 11 + place * 10 + number, today,
                    today + dt.timedelta(days=1), run.stop,
                )
            )  # fmt: skip
    return run


def _shift_to_evening(seconds: float) -> tuple[float, float]:
    """How far the clocks are shifted so that the day ends within the run, and when that is, monotonic."""
    until_night = START_SECONDS + seconds * NIGHT_SHARE
    now = dt.datetime.now(dt.UTC)
    midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time(16), dt.UTC)
    return (midnight - now).total_seconds() - until_night, time.monotonic() + until_night


def _settings(
    kept: ExitStack, templates: stores.Templates, folder: Path, server: CrashingServer | None, receiver: Receiver
) -> list[Settings]:
    made = []
    for code, port in zip(("city", "platform"), free_ports(), strict=True):
        home = folder / code
        if server and code == "city":
            url = server.url()
            stores.prepare(Settings(home=str(home), node=code, database_url=url))
        else:
            url = kept.enter_context(templates.copy("sqlite", home))
        base = f"http://127.0.0.1:{port}"
        chosen = Settings(home=str(home), database_url=url, node=code, port=port, base_url=base, **SETTINGS)
        made.append(replace(chosen, webhook_hosts=f"127.0.0.1:{receiver.port}"))
    return made


def _introduce(plain: list[Node], seed: int, kept: ExitStack) -> list[Proxy]:
    """The nodes know each other by the addresses of proxies; the city has a third peer, which stalls."""
    proxies = []
    for place, (kinds, share) in enumerate(((BETWEEN_NODES, 0.4), (TO_CLIENTS, 0.4))):
        proxies += [
            Proxy(node.settings.port, kinds, share, seed + place * 10 + number) for number, node in enumerate(plain)
        ]
    behind = [
        Node(replace(node.settings, base_url=f"http://127.0.0.1:{proxy.port}"), node.keys)
        for node, proxy in zip(plain, proxies[:2], strict=True)
    ]
    furnish(behind)
    for node, known in zip(plain, behind, strict=True):
        node.keys = known.keys
    stalled = StalledPeer()
    kept.callback(stalled.close)
    with plain[0].opened():
        add = partial(peers.add, code="stalled", name="stalled", url=stalled.url, owners=())
        runtime.perform(SYSTEM, lambda work: add(work, public_key=Signer.generate().public.hex()))
    for proxy in proxies:
        kept.callback(proxy.close)
    return proxies


def _carry_out(run: Run, receiver: Receiver, folder: Path) -> list[str]:
    """Trouble, settle, measure, judge; prints the figures and returns the violations."""
    run.start()
    _watch(run, receiver)
    offices = [replace(client, seed=51 + place) for place, client in enumerate(_first_clients(run))]
    receiver.plan = ["ok", "drop", "500"] * 200
    run.trouble(MINUTES * 60, [partial(office.hand_in_files, folder) for office in offices])
    receiver.plan = []
    runs.settle(run)
    wait_for(lambda: time.monotonic() > run.night + 3, "the day is over", MINUTES * 60 + 60)
    measured = runs.delays(run, run.clients[0], run.nodes[1], 30 if IS_LONG else 5)
    runs.settle(run)
    _reconcile(run)
    found, examined = judge(run.nodes, run.acknowledgements)
    violations = run.violations + [line for client in (*run.clients, *offices) for line in client.errors] + found
    if max(measured) > HEALTHY_SECONDS_MAX:
        violations.append(f"slow: a healthy peer waited {max(measured):.1f} s")
    violations += _tell(run, measured, examined)
    return violations


def _first_clients(run: Run) -> list[Client]:
    """One client of each node."""
    return list({client.node.settings.node: client for client in reversed(run.clients)}.values())


def _watch(run: Run, receiver: Receiver) -> None:
    """A watch at each node over some of the firms, told to the webhook."""
    parties = [{"ref": f"{place}", "name": one.name, "uscc": one.uscc} for place, one in enumerate(firms(8, 1), 1)]
    until = f"{run.clients[0].today + dt.timedelta(days=300)}"
    body = {"tender": {"code": "YC-W", "sector": "procurement"}, "parties": parties, "until": until}
    for client in _first_clients(run):
        answer = client.ask("POST", "/api/v1/watches", "centre", json=body | {"webhook": receiver.url})
        assert answer.status_code == 201, answer.text


def _reconcile(run: Run) -> None:
    for node in run.nodes:
        told = node.command("exchange", "reconcile")
        if '"different": []' not in told or '"missing": []' not in told:
            run.violations.append(f"reconcile at {node.code}: {told[-800:]}")


def _tell(run: Run, measured: list[float], examined: Counter[str]) -> list[str]:
    """Print the figures; which targets of the long form were missed."""
    figures, reached, faults = run.figures, run.reached(), Counter[str]()
    for proxy in run.proxies:
        faults.update(proxy.faults)
    totals = {
        "kill -9": figures.kills,
        "database crashes": figures.database_crashes,
        "network faults": sum(faults.values()),
    }
    print(", ".join(f"{count} {name} ({count / MINUTES:.1f} a minute)" for name, count in totals.items()))
    print("network faults:", dict(faults))
    print(f"kills at random moments: {figures.random_kills}; full disks: {dict(figures.full_disks)}; "
          f"clock jumps: {figures.clock_jumps}")  # fmt: skip
    print("crash points:", {point: reached[point] for point in POINTS})
    _tell_times("web server ready after", figures.ready_seconds)
    _tell_times("database ready after", run.server.ready_seconds if run.server else [])
    _tell_times("healthy peer beside a stalled one", measured)
    print("examined:", dict(examined))
    if not IS_LONG:
        return []
    wanted = {name: rate * MINUTES for name, rate in PER_MINUTE.items() if run.server or name != "database crashes"}
    missed = [
        f"too few {name}: {totals[name]} of {count:.0f}" for name, count in wanted.items() if totals[name] < count
    ]
    return missed + [f"{point} reached {reached[point]} times" for point in POINTS if reached[point] < 2 * MINUTES]


def _tell_times(name: str, times: list[float]) -> None:
    if times:
        ordered = sorted(times)
        p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
        p50, longest = statistics.median(ordered), ordered[-1]
        print(f"{name}: p50 {p50:.2f} s, p99 {p99:.2f} s, max {longest:.2f} s (n={len(ordered)})")
