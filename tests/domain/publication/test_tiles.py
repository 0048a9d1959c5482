"""Paths and widths of tiles as C2SP tlog-tiles has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.publication import tiles
from registry.domain.publication.tiles import Tile


class TestPath:
    @pytest.mark.parametrize(
        ("tile", "path"),
        [
            (Tile(0, 0), "0/000"),
            (Tile(0, 1234067), "0/x001/x234/067"),
            (Tile(1, 999, 17), "1/999.p/17"),
            (Tile(2, 1000, 1), "2/x001/000.p/1"),
        ],
    )
    def test_is_that_of_the_specification(self, tile, path):
        assert tile.path == path
        assert tiles.parse_path(path) == tile

    @given(st.builds(Tile, st.integers(0, 7), st.integers(0, 10**15), st.integers(1, 256)))
    def test_leads_back_to_its_tile(self, tile):
        assert tiles.parse_path(tile.path) == tile

    @pytest.mark.parametrize(
        "path",
        ["", "0", "0/0", "0/0000", "00/000", "0/x000/000", "0/001/002", "0/000.p/0", "0/000.p/256", "0/000.p/01",
         "8/000", "0/000.p/", "entries/000", "0/x001/x2/003", "-1/000", "0/٠٠٠", "0/000\n", "0/" + "x001/" * 9 + "000"],
    )  # fmt: skip
    def test_has_no_other_spelling(self, path):
        assert tiles.parse_path(path) is None


class TestTilesOf:
    def test_are_those_of_the_example_of_the_specification(self):
        found = list(tiles.tiles_of(70_000))
        full = [sum(tile.is_full and tile.level == level for tile in found) for level in range(3)]
        assert full == [273, 1, 0]
        assert [tile for tile in found if not tile.is_full] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]

    @given(st.integers(0, 200_000))
    def test_exist_at_that_size_and_no_wider(self, size):
        for tile in tiles.tiles_of(size):
            assert tile.exists_at(size)
            assert tile.is_full or not Tile(tile.level, tile.index, tile.width + 1).exists_at(size)
