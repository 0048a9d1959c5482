"""Mutated files at every door that takes one: read or refused, soon, in little memory, and nothing is half-written."""

import json
import random
import resource
import time
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from sqlalchemy import func, select

from registry import runtime
from registry.domain.cases.filed_kinds import FILED_KINDS
from registry.models import CheckFile, ListAdoption, Penalty, PenaltyFiling, PenaltyImport
from registry.queries import integrity
from registry.services.cases import list_adoption, penalty_import
from registry.services.checks import batch_check
from tests.attack import mutations
from tests.support.attacks import Attack, count
from tests.support.desk import Desk, bidder, stranger
from tests.support.filed import draft
from tests.support.filings import filing, today
from tests.support.sources import ROOT
from tests.tabular.workbooks import workbook

pytestmark = pytest.mark.attack
SECONDS_MAX = 10
"""Processor time of one request; the largest file that a mutation makes takes far less."""
GROWTH_MAX = 600 * 2**20
"""Bytes by which the process may grow over the whole part."""
WORKED_EACH = 25
SHARDS = 2


@dataclass(frozen=True)
class Door:
    """A route that takes a file or a body, who goes there, and good ones to begin with."""

    path: str
    by: str | None
    seeds: tuple[bytes, ...]
    query: dict[str, Any] = field(default_factory=dict)
    content_type: str | None = None


@cache
def sample(name: str) -> bytes:
    """A file of the samples."""
    return (ROOT / "samples" / name).read_bytes()


def table_as(rows: list[dict[str, str]], kind: str) -> bytes:
    """Rows as a file of a format."""
    columns = list(rows[0])
    if kind == "xlsx":
        return workbook([columns, *([row[name] for name in columns] for row in rows)])
    if kind == "json":
        return json.dumps(rows, ensure_ascii=False).encode()
    if kind == "xml":
        cells = ("".join(f"<{name}>{row[name]}</{name}>" for name in columns) for row in rows)
        return ("<rows>" + "".join(f"<row>{one}</row>" for one in cells) + "</rows>").encode()
    return "\n".join([",".join(columns), *(",".join(row[name] for name in columns) for row in rows)]).encode()


def drafted(noun: str) -> bytes:
    """What is filed of a kind of record."""
    return json.dumps(draft(noun, today=today()), ensure_ascii=False, default=str).encode()


def doors() -> list[Door]:
    """Every door of the attack."""
    names = ("penalties.json", "penalties.xml", "penalties_cf2016.csv", "penalties_cf2018.xlsx", "penalties_zh.csv")
    filings = [filing() for _ in range(3)]
    made = tuple(table_as(filings, kind) for kind in ("xlsx", "csv", "xml", "json"))
    parties = [{"name": one["subject_name"], "uscc": one["uscc"]} for one in filings] + [stranger()]
    bodies = tuple(json.dumps(one, ensure_ascii=False).encode() for one in filings)
    check = {"tender": {"code": "YC1", "sector": "procurement"}, "parties": [{"ref": "1", **bidder(filings[0])}]}
    watch = {**check, "until": "2999-01-01"}
    debtors = {"list": "judgment-debtor", "as_of": "2026-11-20", "source": "示例法院", "full": "true"}
    plain = "application/json"
    return [
        Door("/api/v1/penalties/imports", "clerk", (*map(sample, (*names, "penalties_office.xlsx")), *made),
             {"sectors": "procurement", "district": "320902"}),
        Door("/api/v1/listings/adoptions", "clerk", (sample("debtors.csv"), sample("debtors_update.csv")), debtors),
        Door("/api/v1/checks/files", "centre",
             (sample("bidders.csv"), *(table_as(parties, kind) for kind in ("xlsx", "csv", "xml", "json"))),
             {"sector": "procurement"}),
        Door("/api/v1/penalties", "clerk", bodies, {}, plain),
        Door("/api/v1/checks", "centre", (json.dumps(check, ensure_ascii=False).encode(),), {}, plain),
        Door("/api/v1/watches", "centre", (json.dumps(watch, ensure_ascii=False).encode(),), {}, plain),
        Door("/api/v1/disputes", None, (sample("dispute.json"),), {}, plain),
        *(Door(f"/api/v1/{kind.plural}", "clerk", (drafted(noun),), {}, plain) for noun, kind in FILED_KINDS.items()),
    ]  # fmt: skip


def work_off(desk: Desk) -> None:
    """What the worker does with the files that wait."""
    with runtime.reading() as session:
        imports = [(number, desk.people["clerk"].actor) for number, _ in penalty_import.pending_imports(session)]
        lists = [(number, desk.people["clerk"].actor) for number, _ in list_adoption.pending_adoptions(session)]
        files = session.scalars(select(CheckFile.id).where(CheckFile.state == "running")).all()
    penalty_import.run_pending(runtime.perform, imports)
    list_adoption.run_pending(runtime.perform, lists)
    batch_check.run_pending(runtime.perform, [(one, desk.people["centre"].actor) for one in files])


def require_whole(attack: Attack) -> None:
    """Every file ended, every count fits, every penalty has its filing, and the ledger is sound."""
    with runtime.begin() as work:
        session = work.session
        for row in session.scalars(select(PenaltyImport)):
            ended = row.state == "failed" or (
                row.state == "finished" and row.filed + row.unchanged + row.refused == row.total
            )
            attack.require(
                ended, f"import {row.id} is {row.state}: {row.filed} + {row.unchanged} + {row.refused} of {row.total}"
            )
        for table in (ListAdoption, CheckFile):
            waiting = session.scalars(select(func.count()).select_from(table).where(table.state == "running")).one()
            attack.require(not waiting, f"{waiting} of {table.__tablename__} never ended")
        bare = select(Penalty.record).where(
            ~select(PenaltyFiling.id).where(PenaltyFiling.penalty_id == Penalty.id).exists()
        )
        attack.require(not session.scalars(bare).all(), "a penalty without a filing")
        for found in integrity.findings(session, work.keys, work.settings.node, lambda _: None):
            attack.find(found)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_mutated_files_are_read_or_refused(desk, attack, shard):
    chance, places = random.Random(f"files {shard}"), doors()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    for number in range(count(120, 6_000) // SHARDS):
        door = places[number % len(places)]
        data = mutations.of_file(chance.choice(door.seeds), chance)
        began = time.process_time()
        answer = desk.ask(
            "POST", door.path, door.by, data=data, query_string=door.query, content_type=door.content_type
        )
        spent = time.process_time() - began
        attack.look(f"{door.path} number {number} of shard {shard}", answer)
        attack.require(spent < SECONDS_MAX, f"{spent:.1f} s at {door.path} number {number} of shard {shard}")
        if number % WORKED_EACH == WORKED_EACH - 1:
            work_off(desk)
    work_off(desk)
    require_whole(attack)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    attack.require(grown < GROWTH_MAX, f"the process grew by {grown // 2**20} MB")
    attack.assert_nothing_found()
