"""Anybody can mirror the ledger: its tiles alone give the root that was signed."""

import pytest

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.domain.publication import merkle, signed_notes, tiles
from registry.domain.publication.publication import Leaf
from registry.domain.publication.tiles import Tile
from registry.services.publication import ledger
from tests.support.desk import Desk, seal

SIZE = 70_000 // 100


@pytest.fixture
def grown(desk: Desk) -> Desk:
    """A ledger of 700 entries, sealed twice on the way."""
    for start, count in ((0, 3), (3, 290), (293, SIZE - 293)):
        leaves = [Leaf(f"{start + place:032x}", 1, "publish", f"{place:064x}") for place in range(count)]
        runtime.perform(SYSTEM, lambda work, leaves=leaves: ledger.append(work, leaves))
        seal()
    return desk


def fetched(desk, tile, query=""):
    """The hashes of a tile."""
    answer = desk.get(f"/ledger/tile/{tile.path}{query}")
    assert answer.status_code == 200, answer.get_data()
    data = answer.get_data()
    assert len(data) == 32 * tile.width
    return [data[place : place + 32] for place in range(0, len(data), 32)], answer


class TestTiles:
    def test_give_the_root_that_was_signed(self, grown):
        note = grown.get("/ledger/checkpoint").get_data(as_text=True)
        signed = signed_notes.parse_checkpoint(note.rpartition("\n\n")[0] + "\n")
        assert signed.size == SIZE
        found = {tile: fetched(grown, tile)[0] for tile in tiles.tiles_of(SIZE)}
        leaves = [leaf for tile, hashes in found.items() if tile.level == 0 for leaf in hashes]
        assert merkle.root(leaves) == signed.root
        for place, value in enumerate(found[Tile(1, 0, 2)]):
            assert value == merkle.root(leaves[place * 256 : (place + 1) * 256])

    def test_are_kept_for_ever_once_full(self, grown):
        _, full = fetched(grown, Tile(0, 0))
        assert "immutable" in full.headers["Cache-Control"]
        _, partial = fetched(grown, Tile(0, 2, 188))
        assert "immutable" not in partial.headers["Cache-Control"]
        assert full.content_type == "application/octet-stream"

    @pytest.mark.parametrize("path", ["0/003", "0/002", "0/002.p/189", "1/000.p/3", "2/000.p/1"])
    def test_reach_no_further_than_the_signed_head(self, grown, path):
        answer = grown.get(f"/ledger/tile/{path}")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not-sealed")

    @pytest.mark.parametrize("path", ["0/0", "0/x000/000", "entries/000", "0/000.p/256", "a"])
    def test_have_one_path_only(self, grown, path):
        answer = grown.get(f"/ledger/tile/{path}")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "tile-unknown")

    def test_of_another_epoch_get_410(self, grown):
        epoch = grown.get("/changes").get_json()["epoch"]
        fetched(grown, Tile(0, 0), f"?epoch={epoch}")
        renewed = runtime.perform(SYSTEM, ledger.renew_epoch).epoch
        answer = grown.get(f"/ledger/tile/0/000?epoch={epoch}")
        assert (answer.status_code, answer.get_json()["epoch"]) == (410, renewed)
