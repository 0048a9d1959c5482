"""``python -m benchmarks.replays``: make random checks while records and law tables change; then every one is
answered again from the ledger alone. Exits 1 unless all answers are the same byte for byte."""

import argparse
import datetime as dt
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks import bed as beds
from benchmarks.bed import CENTRE, Bed
from benchmarks.figures import head, rate, tell, timed
from benchmarks.servers import store_url
from registry import runtime
from registry.domain.checks import receipts
from registry.domain.checks.receipts import split_receipt
from registry.domain.law.reference import Reference
from registry.domain.permissions import SYSTEM
from registry.domain.publication import merkle
from registry.domain.records import PARTY_ROLES
from registry.queries.law import reference_data
from registry.queries.publication import ledger_state
from registry.services.cases import penalty_verification
from registry.services.checks import award_check, replay
from registry.services.checks.request import Inquiry, Party
from registry.services.law import reference_loading
from registry.unit_of_work import UnitOfWork, day_of
from tools.synthetic import Firm, firms, penalty_rows, resident_id, uscc, write_xlsx

STORES = ("sqlite", "postgresql")
ROUND = 50
"""Checks between two changes of the world."""
LOOK_BACKS = (36, 12, 60)
DAYS = 1100


@dataclass(frozen=True)
class Asked:
    """One check: its inquiry, and the receipt that answers it."""

    inquiry: Inquiry
    receipt: bytes


@dataclass
class World:
    """The node, its firms and persons, and the random numbers of a run."""

    bed: Bed
    folder: Path
    draw: random.Random
    firms: list[Firm] = field(default_factory=list)
    persons: list[tuple[str, str]] = field(default_factory=list)
    withdrawn: set[str] = field(default_factory=set)
    rounds: int = 0

    @property
    def today(self) -> dt.date:
        """The legal day."""
        return day_of(runtime.clock())


def make(world: World, checks: int) -> list[Asked]:
    """Make random checks; the world changes after every ``ROUND`` of them."""
    answered: list[Asked] = []
    while len(answered) < checks:
        _change_world(world)
        wanted = min(ROUND, checks - len(answered))
        answered += [_make_check(world) for _ in range(wanted)]
    return answered


def differing(answered: Sequence[Asked]) -> list[str]:
    """The checks whose replay is not byte for byte what was answered; the ledger is recomputed first, once for all."""
    with runtime.reading() as session:
        work = UnitOfWork(session, SYSTEM, runtime.clock(), runtime.keys(), runtime.settings())
        size = ledger_state.head(session)
        replay.prove(work, size)
        nodes = merkle.nodes_of(ledger_state.leaves(session, size))
        laws: dict[str, Reference] = {}
        return [line for check in answered for line in _replay_check(work, check, nodes, laws)]


def _replay_check(work: UnitOfWork, check: Asked, nodes: merkle.Nodes, laws: dict[str, Reference]) -> Iterator[str]:
    document = split_receipt(check.receipt)[0]
    version, entry = document["law"], document["entry"]
    laws[version] = laws.get(version) or replay.law_of(work, document)
    if document["root"] is not None and merkle.root_at(entry, nodes).hex() != document["root"]:
        yield f"{document['check']}: root"
    request = replay.request_of_receipt(document)
    lines = replay.answer_again(work, request, entry, laws[version])
    if replay.differences(document["lines"], lines, request.left_out):
        yield f"{document['check']}: as its receipt asks"
    listed = replay.ReplayRequest(check.inquiry)
    if receipts.answer_bytes(replay.answer_again(work, listed, entry, laws[version])) != receipts.answer_bytes(
        document["lines"]
    ):
        yield f"{document['check']}: as it was asked"


def _change_world(world: World) -> None:
    """New records, some taken back, another look-back in the law, sometimes a signed head."""
    world.rounds += 1
    if world.rounds % 3 == 1:
        _publish(world)
    if world.rounds % 4 == 2:
        _withdraw(world)
    if world.rounds % 2 == 0:
        _change_law(world)
    if world.draw.random() < 0.5:
        beds.seal()


def _publish(world: World) -> None:
    seed = 500 + world.rounds
    rows = [_age_row(world, row) for row in penalty_rows(20, seed, world.today)]
    world.firms += firms(20, seed)
    for place in range(2):
        number = resident_id("320981", dt.date(1980, 1, 1) + dt.timedelta(days=seed), 100 + place)
        name = f"卞示例{'甲乙'[place]}"
        world.persons.append((name, number))
        rows.append(
            rows[place]
            | {
                "CF_XDR_MC": name,
                "CF_XDR_LB": "自然人",
                "CF_XDR_SHXYM": "",
                "CF_FRDB": "",
                "CF_XDR_ZJLX": "111",
                "CF_XDR_ZJHM": number,
                "CF_WSH": f"盐示财采罚〔2026〕{seed}{place}9号",
            }
        )
    path = world.folder / f"replays-{seed}.xlsx"
    write_xlsx(path, rows)
    beds.publish(world.bed, beds.file(world.bed, path))


def _age_row(world: World, row: dict[str, str]) -> dict[str, str]:
    """Some decisions are years old, so that their bans have ended and only the look-back reaches them."""
    if world.draw.random() < 0.6:
        return row
    decided = world.today - dt.timedelta(days=world.draw.randrange(40, DAYS))
    last = decided + dt.timedelta(days=world.draw.randrange(30, 700))
    old = row | {"CF_JDRQ": f"{decided:%Y/%m/%d}", "CF_YXQ": f"{last:%Y/%m/%d}"}
    grave = {"CF_CFLB": "责令停产停业", "CF_NR": "责令停产停业。", "CF_NR_FK": ""}
    return old | grave if world.draw.random() < 0.5 else old


def _withdraw(world: World) -> None:
    with runtime.reading() as session:
        filed = {entry.record for entry in ledger_state.entries(session, after=0, limit=10**6)}
    record = world.draw.choice(sorted(filed))
    if record not in world.withdrawn:
        world.withdrawn.add(record)

        def withdraw(work: UnitOfWork) -> int:
            confirming = replace(work, proposer=replace(work.actor, name="colleague"))  # it takes two persons
            return penalty_verification.withdraw(confirming, record, "经复议撤销", work.today, if_version=None).id

        runtime.perform(world.bed.people["verifier"], withdraw)


def _change_law(world: World) -> None:
    """Load the reference data with another look-back, as if the law had been corrected."""
    copy = world.folder / f"law-{world.rounds}"
    copy.mkdir()
    for path in reference_loading.FOLDER.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        if path.stem == "thresholds":
            months = LOOK_BACKS[world.rounds // 2 % len(LOOK_BACKS)]
            text = text.replace('value = 36\nunit = "month"', f'value = {months}\nunit = "month"')
        (copy / path.name).write_text(text, encoding="utf-8")
    runtime.perform(SYSTEM, lambda work: reference_loading.load(work, copy))


def _make_check(world: World) -> Asked:
    inquiry = _draw_inquiry(world)
    receipt: bytes = runtime.perform(world.bed.people[CENTRE], lambda work: award_check.check(work, inquiry).receipt)
    return Asked(inquiry, receipt)


def _draw_inquiry(world: World) -> Inquiry:
    draw = world.draw
    with runtime.reading() as session:
        size, sectors = ledger_state.head(session), sorted(reference_data.current(session).names("sectors"))
    parties = [_draw_party(world, str(place)) for place in range(1, draw.randint(1, 8) + 1)]
    return Inquiry(
        tender={"code": f"示例-{draw.randrange(10**6)}"},
        sector=draw.choice([*sectors, *["procurement"] * len(sectors)]),
        must_tender=draw.random() < 0.7,
        district=draw.choice([None, "320902"]),
        on=world.today + dt.timedelta(days=draw.choice([0, draw.randint(-DAYS, 300)])),
        parties=parties,
        known_at=draw.choice([None, None, draw.randint(0, size)]),
    )


def _draw_party(world: World, ref: str) -> Party:
    """A firm on record, one with a wrong code or another name, one by name alone, a stranger, or a person."""
    draw = world.draw
    role, of = draw.choice(PARTY_ROLES), draw.choice([None, "1"])
    firm = draw.choice(world.firms)
    what = draw.randrange(7)
    if what == 0:
        return Party(ref, role, "盐城示例无名商贸有限公司", uscc("91320903", 800_000 + draw.randrange(10**5)), of=of)
    if what == 1:
        return Party(ref, role, firm.name, of=of)
    if what == 2:
        return Party(ref, role, firm.name + "分公司", firm.uscc.lower(), of=of)
    if what == 3:
        wrong = "0" if firm.uscc[-1] != "0" else "1"
        return Party(ref, role, firm.name, firm.uscc[:-1] + wrong, of=of)
    if what == 4:
        name, number = draw.choice(world.persons)
        return Party(ref, role, name, id_type="111", id_number=number, of=of)
    return Party(ref, role, firm.name, firm.uscc, of=of)


def main() -> int:
    """Make the checks on each store and answer them again."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--checks", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", choices=STORES, action="append", help="one store (default: both)")
    arguments = parser.parse_args()
    failed = 0
    for store in arguments.store or STORES:
        with tempfile.TemporaryDirectory(prefix="registry-replays-") as name:
            folder = Path(name)
            with store_url(store, folder) as url, beds.make(url, folder) as bed:
                head(f"{store}: replays, seed {arguments.seed}")
                failed += _measure(World(bed, folder, random.Random(arguments.seed)), arguments.checks)
    return 1 if failed else 0


def _measure(world: World, checks: int) -> int:
    with timed() as making:
        answered = make(world, checks)
    verdicts = Counter(line["verdict"] for check in answered for line in split_receipt(check.receipt)[0]["lines"])
    with timed() as replaying:
        wrong = differing(answered)
    states = {split_receipt(check.receipt)[0]["law"] for check in answered}
    tell("checks made, signed and stored", f"{making.seconds:,.0f} s", rate(checks, making.seconds))
    tell("lines by verdict", ", ".join(f"{name} {count}" for name, count in sorted(verdicts.items())))
    tell("states of the law tables", f"{len(states)}")
    tell("checks answered again, twice each", f"{replaying.seconds:,.0f} s", rate(checks, replaying.seconds))
    tell("answers that are not byte for byte the same", f"{len(wrong)}")
    for line in wrong[:20]:
        print(f"  {line}")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main())
