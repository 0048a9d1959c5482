"""Deterministic simulation of the exchange: a seed draws what all sides do, what gets lost, where the node is killed.

After the faults all sides go on until nothing moves any more; then nothing may be lost, doubled or different, over each
channel alone and over all three at once. ``make sim HISTORIES=1000`` runs more; seeds that once failed are kept for
ever.
"""

import os

import pytest

from registry import runtime
from registry.settings import Settings
from tests.sim.node import NodePeer
from tests.sim.platforms import FilePlatform, FrontEndPlatform
from tests.sim.world import World
from tests.support.applications import application

CHANNELS = ("files", "front-end", "service", "mixed")
KEPT_SEEDS = (("files", 1), ("files", 7), ("front-end", 1001), ("service", 1002), ("mixed", 1003))
HISTORIES = int(os.environ.get("HISTORIES", "0"))
DRAWN = [(CHANNELS[number % len(CHANNELS)], 2000 + number) for number in range(HISTORIES)]


@pytest.fixture
def peer_app(store, templates, tmp_path):
    """Another node on a store of the same kind."""
    home = tmp_path / "peer"
    home.mkdir()
    kind = "sqlite" if store.startswith("sqlite") else "postgresql"
    with templates.copy(kind, home) as url:
        app = application(Settings(home=str(home), database_url=url, node="platform"))
        yield app
        with app.app_context():
            runtime.db.session.remove()
            runtime.db.engine.dispose()


@pytest.fixture
def world(request, app, people, tmp_path, monkeypatch):
    """The node with the channels of a history."""
    channel, seed = request.param
    made = World(seed, monkeypatch)
    makers = {
        "files": lambda: FilePlatform(made.draw, tmp_path),
        "front-end": lambda: FrontEndPlatform(made.draw, tmp_path),
        "service": lambda: NodePeer(made.draw, request.getfixturevalue("peer_app"), made.others),
    }
    made.channels = [make() for name, make in makers.items() if channel in (name, "mixed")]
    return made


@pytest.mark.parametrize("world", (*KEPT_SEEDS, *DRAWN), indirect=True, ids=lambda case: f"{case[0]}-{case[1]}")
def test_ends_with_all_sides_holding_the_same(world):
    world.play()
