"""Disclosure catalogue of the plan: for each item, how many records are published here and how many on time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from registry.domain.law.reference_kinds import CatalogueItem
from registry.queries.law import reference_data
from registry.queries.publication import record_search
from registry.queries.publication.publications import Moment
from registry.queries.store_cache import StoreCache

_MOMENTS_MAX = 8
"""Moments whose counts are cached: programs may ask for other days than today's visitors."""


@dataclass(frozen=True)
class Tally:
    """Records shown; those of them decided here whose clock is known; and those published by its last day."""

    shown: int = 0
    timed: int = 0
    on_time: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.shown + other.shown, self.timed + other.timed, self.on_time + other.on_time)


@dataclass(frozen=True)
class Item:
    """A catalogue item with its tally, None when the records it asks for are kept elsewhere."""

    row: CatalogueItem
    tally: Tally | None


Counts = Mapping[tuple[str, str], Tally]


def items(session: Session, at: Moment) -> list[Item]:
    """The catalogue items in force on the day, in the order of the annexes, each with its tally."""
    counts = _cached_counts.get_or_compute(session, at, lambda: _count_records(session, at))
    rows = sorted(reference_data.current(session).catalogue(at.on), key=lambda row: (row.annex, row.number))
    return [Item(row, _sum_tallies(row, counts)) for row in rows]


def by_annex(catalogue_items: Iterable[Item]) -> dict[int, list[Item]]:
    """Group catalogue items by annex."""
    annexes: dict[int, list[Item]] = {}
    for item in catalogue_items:
        annexes.setdefault(item.row.annex, []).append(item)
    return annexes


def _sum_tallies(catalogue_row: CatalogueItem, counts: Counts) -> Tally | None:
    if not catalogue_row.record_kinds:
        return None
    return sum((counts.get((catalogue_row.sector, kind), Tally()) for kind in catalogue_row.record_kinds), Tally())


def _count_records(session: Session, at: Moment) -> Counts:
    """Count what is visible by sector and kind."""
    counts = record_search.punctuality_counts(session, at)
    return {key: Tally(*numbers) for key, numbers in counts.items()}


_cached_counts: StoreCache[Moment, Counts] = StoreCache(_MOMENTS_MAX)
"""Counted once per entry and day, because every visitor of the page asks for it."""
