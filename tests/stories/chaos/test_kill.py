"""Kill -9 at any moment of filing, verifying and exchanging: nothing is lost or doubled, both nodes agree."""

import datetime as dt
import json
import os
import secrets
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import select

from registry import runtime
from registry.domain.filing.parse import document_key
from registry.models import ImportFinding, OutboxMessage, Penalty, PenaltyImport, Publication
from tests.stories.chaos.killer import Client, Killer
from tests.support.processes import Node, authorities_of, wait_for
from tools.invented_decisions import CASES
from tools.synthetic import firms, penalty_rows, row, write_xlsx

ROWS = 1_000
ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "6"))
SINGLES_MAX = 300
DAY = dt.date(2026, 11, 18)
IMPORTS = "/api/v1/penalties/imports"
PENALTIES = "/api/v1/penalties"
SEEDS = {"city": 31, "platform": 57}


class TestKilledProcesses:
    def test_lose_and_double_nothing(self, nodes: tuple[Node, Node], tmp_path: Path) -> None:
        city, platform = nodes
        rows = list(penalty_rows(ROWS))
        write_xlsx(tmp_path / "rows.xlsx", rows)
        with _killed(nodes) as killer:
            documents = _work(nodes, tmp_path / "rows.xlsx", killer)
        documents["city"] += [cells["CF_WSH"] for cells in rows]
        assert len(killer.kills) >= ROUNDS
        assert not killer.ended_alone
        _settle(nodes)
        _assert_equal(nodes)
        for node in nodes:
            assert node.web.end(signal.SIGTERM) == 0
            assert node.worker.end(signal.SIGTERM) == 0
            verified = node.command("ledger", "verify")
            assert verified.returncode == 0, verified.stdout
            _assert_once(node, documents[node.settings.node])
            _assert_calm(node)
        for owner in ("city", "platform"):
            assert _bodies(city, owner) == _bodies(platform, owner) != {}


@contextmanager
def _killed(nodes: tuple[Node, Node]) -> Iterator[Killer]:
    """The nodes running, and somebody who kills them; at the end all run undisturbed."""
    seed = int(os.environ.get("CHAOS_SEED", secrets.randbits(32)))
    print(f"CHAOS_SEED={seed} CHAOS_ROUNDS={ROUNDS}")
    processes = {f"{node.settings.node}.web": node.web for node in nodes}
    processes |= {f"{node.settings.node}.worker": node.worker for node in nodes}
    for process in processes.values():
        process.start()
    for node in nodes:
        node.wait_until_ready()
    killer = Killer(seed, processes, ROUNDS)
    try:
        yield killer
    finally:
        killer.stop()
        print("killed:", dict(Counter(killer.kills)))


def _work(nodes: tuple[Node, Node], path: Path, killer: Killer) -> dict[str, list[str]]:
    """File the file, and single decisions on both nodes for as long as there is killing; document numbers."""
    killer.start()
    with ThreadPoolExecutor(3) as pool:
        whole = pool.submit(_file_whole, Client(nodes[0]), path, killer)
        singles = {node.settings.node: pool.submit(_file_singles, node, killer) for node in nodes}
        whole.result()
        killer.join()
        return {code: future.result() for code, future in singles.items()}


def _file_whole(client: Client, path: Path, killer: Killer) -> None:
    """Hand the file in; kill the worker whenever it has got on, which no random moment would hit; publish."""
    handed_in = client.ask("POST", f"{IMPORTS}?filename={path.name}", "clerk", data=path.read_bytes())
    assert handed_in.status_code == 202, handed_in.text
    number, done = handed_in.json()["id"], 0
    while True:
        state = client.ask("GET", f"{IMPORTS}/{number}", "clerk").json()
        if state["done"] > done:
            done = state["done"]
            killer.kill("city.worker")
        verified = client.ask("PUT", f"{IMPORTS}/{number}/verification", "verifier").json()
        assert not verified["refused"]
        if state["state"] != "running" and not verified["waiting"]:
            return


def _file_singles(node: Node, killer: Killer) -> list[str]:
    client, seed = Client(node), SEEDS[node.settings.node]
    documents = []
    for number, firm in enumerate(firms(SINGLES_MAX, seed), 1):
        if not killer.is_alive():
            break
        cells = row(firm, CASES[number % len(CASES)], DAY, seed * 1_000_000 + number, "procurement")
        name, code = authorities_of(node.settings.node)[0]
        cells |= {"CF_CFJG": name, "CF_CFJGDM": code, "CF_SJLY": name, "CF_SJLYDM": code}
        _file_single(client, {column: text for column, text in cells.items() if text}, f"single-{number}")
        documents.append(cells["CF_WSH"])
    return documents


def _file_single(client: Client, cells: dict[str, str], key: str) -> None:
    """File with an idempotency key and verify with the version; a lost answer is found out by asking."""
    filed = client.ask("POST", PENALTIES, "clerk", json=cells, headers={"Idempotency-Key": key})
    assert filed.status_code == 201, filed.text
    record = f"{PENALTIES}/{filed.json()['id']}"
    seen = {"If-Match": f'"{filed.json()["version"]}"'}
    answer = client.ask("PUT", f"{record}/verification", "verifier", headers=seen)
    if answer.status_code in (409, 412):
        answer = client.ask("GET", record, "verifier")
    assert answer.json()["state"] == "published"


def _settle(nodes: tuple[Node, Node]) -> None:
    """Wait until both answer and every promise is kept."""

    for node in nodes:
        node.wait_until_ready()
    for node in nodes:
        wait_for(partial(_has_delivered, node), "every promise is kept")


def _has_delivered(node: Node) -> bool:
    node.command("exchange", "push")
    with node.opened(), runtime.reading() as session:
        open_promise = select(OutboxMessage.id).where(OutboxMessage.state != "delivered").limit(1)
        return session.scalars(open_promise).first() is None


def _assert_equal(nodes: tuple[Node, Node]) -> None:
    for node in nodes:
        told = node.command("exchange", "reconcile")
        assert told.returncode == 0, told.stderr + told.stdout
        for report in json.loads(told.stdout).values():
            assert report["equal"] == report["checked"] > 0
            assert not report["missing"] + report["different"]


def _assert_once(node: Node, documents: list[str]) -> None:
    """Every document number is held once and published once, and no import is left or refused a row."""
    with node.opened(), runtime.reading() as session:
        held = session.execute(select(Penalty.document_number, Penalty.state, Penalty.record)).all()
        own = select(Publication.record).where(Publication.origin == node.settings.node)
        published = list(session.scalars(own))
        imports = [(one.state, one.filed, one.refused) for one in session.scalars(select(PenaltyImport))]
        refusals = session.scalars(select(ImportFinding.code).where(ImportFinding.kind == "fault")).all()
    assert sorted(document for document, _, _ in held) == sorted(map(document_key, documents))
    assert {state for _, state, _ in held} == {"published"}
    assert sorted(published) == sorted(record for _, _, record in held)
    assert imports == ([("finished", ROWS, 0)] if node.settings.node == "city" else [])
    assert not refusals


def _assert_calm(node: Node) -> None:
    """No process met anything that it did not foresee."""
    for process in (node.web, node.worker):
        said = process.log.read_text(encoding="utf-8")
        odd = [line for line in said.splitlines() if "unforeseen" in line or "failed:" in line or "Traceback" in line]
        assert not odd


def _bodies(node: Node, owner: str) -> dict[tuple[str, int], tuple[str, str]]:
    """(record, revision) → (body, content hash) of what an owner published to all, as this node holds it."""
    columns = (Publication.record, Publication.revision, Publication.body, Publication.content_hash)
    with node.opened(), runtime.reading() as session:
        is_theirs = (Publication.origin == owner) & (Publication.audience == "public")
        found = session.execute(select(*columns).where(is_theirs)).all()
    return {(record, revision): (body, content) for record, revision, body, content in found}
