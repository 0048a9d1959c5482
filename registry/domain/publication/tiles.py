"""Paths of the tiles of a ledger (C2SP tlog-tiles): static pieces of the tree, 256 hashes wide."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

WIDTH = 256
HEIGHT = 8
LEVEL_MAX = 7
"""The highest level of a tile: no ledger has 2^64 entries."""
_PATH = re.compile(
    r"(?P<level>0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True)
class Tile:
    """Tile ``index`` at ``level``; ``width`` hashes of it, all 256 in a full one."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def is_full(self) -> bool:
        """Whether it never changes any more."""
        return self.width == WIDTH

    @property
    def path(self) -> str:
        """Its path under ``tile/``: ``0/x001/x234/067``, of a partial tile with ``.p/WIDTH``."""
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[place : place + 3] for place in range(0, len(digits), 3)]
        index = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        return f"{self.level}/{index}" + ("" if self.is_full else f".p/{self.width}")

    def nodes(self) -> Iterator[tuple[int, int]]:
        """(level, position) of its hashes in the binary tree."""
        for place in range(self.width):
            yield HEIGHT * self.level, self.index * WIDTH + place

    def exists_at(self, size: int) -> bool:
        """Whether a tree of so many entries has all its hashes."""
        return self.index * WIDTH + self.width <= size >> (HEIGHT * self.level)


def parse_path(path: str) -> Tile | None:
    """The tile of a path under ``tile/``, None when no tile has it: there is one spelling only for each."""
    matched = _PATH.fullmatch(path)
    if matched is None:
        return None
    index = int(matched["index"].replace("x", "").replace("/", ""))
    tile = Tile(int(matched["level"]), index, int(matched["width"] or WIDTH))
    return tile if tile.level <= LEVEL_MAX and tile.path == path else None


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of a tree of so many entries, lowest level first; the last of each level may be partial."""
    level = 0
    while count := size >> (HEIGHT * level):
        for index in range(-(-count // WIDTH)):
            yield Tile(level, index, min(WIDTH, count - index * WIDTH))
        level += 1
