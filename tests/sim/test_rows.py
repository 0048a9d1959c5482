"""Deterministic simulation of the row exchange: a seed draws what both sides do and where the node is killed.

The node's own code runs, on a real store and a real folder; the platform is the foreign program. After the faults both
sides go on until nothing moves any more; then nothing may be lost, doubled or different. ``make sim HISTORIES=1000``
runs more; seeds that once failed are kept for ever.
"""

import os
import random
from pathlib import Path

import pytest

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.services.exchange import row_outbox
from registry.services.publication.publishing import Version, publish
from sync import row_exchange
from sync.file_drop import FileDrop
from tests.stories.foreign.program import Platform
from tests.sync.bodies import body, removed
from tests.sync.platforms.conftest import CODE, Side, register
from tests.sync.platforms.rows import decided, row

KEPT_SEEDS = (1, 7)
SEEDS = (*KEPT_SEEDS, *range(1000, 1000 + int(os.environ.get("HISTORIES", "1"))))
STEPS = 30
ROUNDS = 12
KILLED_IN = (
    (row_outbox, "prepare"),
    (row_outbox, "note_sent"),
    (row_outbox, "settle"),
    (row_exchange, "_take"),
    (FileDrop, "write_batch"),
    (FileDrop, "_put"),
    (FileDrop, "answer"),
    (FileDrop, "settled"),
)
"""Where the node may be killed, before or after the step."""


class Killed(BaseException):
    """The node is gone in the middle of its work."""


class World:
    """Both sides, and what each was told."""

    def __init__(self, seed: int, side: Side, partner: Platform, patch: pytest.MonkeyPatch) -> None:
        self.draw, self.side, self.partner, self.patch = random.Random(seed), side, partner, patch
        self.ours: dict[str, dict] = {}
        self.theirs: list[int] = []

    def publish(self) -> None:
        one = body(document_number=f"盐虚罚〔2026〕{len(self.ours) + 1}号")
        self._publish(one)

    def change(self) -> None:
        standing = [one for one in self.ours.values() if one["state"] == "published"]
        if standing:
            one = self.draw.choice(standing)
            changed = {**one, "revision": one["revision"] + 1, "act": "correct", "content": f"更正{one['revision']}次"}
            self._publish(self.draw.choice([changed, removed(one)]))

    def _publish(self, one: dict) -> None:
        runtime.perform(SYSTEM, lambda work: publish(work, [Version(one, "city")]))
        self.ours[one["record"]] = one

    def run(self) -> None:
        self.side.change(retry_at=None)
        self.side.run()

    def run_and_die(self) -> None:
        place, name = self.draw.choice(KILLED_IN)
        is_before, step = self.draw.random() < 0.5, getattr(place, name)

        def dies(*arguments, **named):
            if not is_before:
                step(*arguments, **named)
            raise Killed

        with self.patch.context() as patch:
            patch.setattr(place, name, dies)
            try:
                self.run()
            except Killed:
                return

    def take(self) -> None:
        self.partner.take()

    def send(self) -> None:
        number = len(self.theirs) + 1
        self.theirs.append(number)
        self.partner.send("cf-2018", [row(decided(number, record=f"{number:032x}"))])

    def send_again(self) -> None:
        if self.theirs:
            number = self.draw.choice(self.theirs)
            self.partner.send("cf-2018", [row(decided(number, record=f"{number:032x}"))])

    def settle(self) -> None:
        self.partner.settle()

    def forget(self) -> None:
        """The platform comes back from an old backup: a part of what it held is gone."""
        for record in list(self.partner.memory["held"]):
            if self.draw.random() < 0.3:
                del self.partner.memory["held"][record]

    def lose_receipts(self) -> None:
        for path in Path(self.partner.outward).glob("receipt-*.json"):
            path.unlink()

    def compare(self) -> None:
        self.partner.show_holdings()
        self.side.reconcile()

    def calm_down(self) -> None:
        """Both sides go on without faults until nothing moves any more."""
        for _ in range(ROUNDS):
            for act in (self.run, self.take, self.run, self.settle, self.compare, self.compare):
                act()


def held_by_platform(world: World) -> dict[str, tuple[int, str]]:
    operations = {"published": lambda one: "I" if one["revision"] == 1 else "U"}
    return {
        record: (one["revision"], operations.get(one["state"], lambda _: "D")(one))
        for record, one in world.ours.items()
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_ends_with_both_sides_holding_the_same(app, people, tmp_path, monkeypatch, seed):
    folder = tmp_path / "drop"
    folder.mkdir()
    terms = {"file_type": "csv", "formats": ["cf-2018"], "formats_in": ["cf-2018"]}
    side = register(app, f"file://{folder}", **terms)
    world = World(seed, side, Platform(folder, "city", CODE), monkeypatch)
    acts = [world.publish, world.change, world.run, world.run_and_die, world.run_and_die, world.take, world.send]
    acts += [world.send_again, world.settle, world.forget, world.lose_receipts, world.compare]
    for _ in range(STEPS):
        world.draw.choice(acts)()
    world.calm_down()
    held = {record: (version[0], version[2]) for record, version in world.partner.memory["held"].items()}
    assert held == held_by_platform(world)
    assert {message.state for message in side.messages()} <= {"delivered"}
    assert len(side.penalties()) == len(world.theirs)
    assert side.items("quarantined") == []
    assert world.partner.compare() == {"differ": []} or not world.theirs
