"""What a person said about a file before it is read: what its columns mean, which doubts are settled, which cells were
mended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Place = tuple[str, int]
"""A row of a file: the name of its sheet, empty where there is only one, and its number."""

CONFIRMABLE = ("row-hidden", "struck-through", "text-unseen", "row-set-apart")
"""Doubts about a row that a person may settle: until then they refuse it."""


@dataclass(frozen=True)
class Reading:
    """``mapping``: from heading to field, field:unit, or - for a column of which nothing is kept. ``confirmed``: which
    of ``CONFIRMABLE`` were looked at and stand. ``mended``: by row, the cells that a person wrote anew after the file
    was made, by heading, or by field where the file has no such column."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()
    mended: Mapping[Place, Mapping[str, str]] = field(default_factory=dict, repr=False)


AS_WRITTEN = Reading()


def parse_mapping(texts: Iterable[str]) -> dict[str, str]:
    """Parse what a person says about headings: HEADING=FIELD, HEADING=FIELD:UNIT, HEADING=-, or HEADING= to forget.

    A heading may have an equals sign, a meaning has none. What says no meaning gets one that no column has, so that
    it is refused with the others.
    """
    pairs = (text.rpartition("=") if "=" in text else (text, "=", "?") for text in texts if text.strip())
    return {heading.strip(): meaning.strip() for heading, _, meaning in pairs}
