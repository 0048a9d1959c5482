"""What the plan's disclosure catalogues ask for, and what of it is published here, on time or not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from registry.domain.law.reference_kinds import CatalogueItem
from registry.models import Clock, Publication, PublicationSector
from registry.queries.law import reference_data
from registry.queries.publication.publications import Moment, visible

CLOCKS = ("penalty.publish", "listing.publish", "commendation.publish")
"""The clocks that ran until a record decided here was published."""
_KEPT = 8
"""Moments whose counts are kept: programs may ask for other days than today's visitors."""


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
    """An item with its tally; None: what it asks for is kept elsewhere."""

    row: CatalogueItem
    tally: Tally | None


Counts = Mapping[tuple[str, str], Tally]


def items(session: Session, at: Moment) -> list[Item]:
    """The items in force on the day, in the order of the annexes, each with what is shown of it."""
    counts = _counts(session, at)
    rows = sorted(reference_data.current(session).catalogue(at.on), key=lambda row: (row.annex, row.number))
    return [Item(row, _tally(row, counts)) for row in rows]


def by_annex(found: Iterable[Item]) -> dict[int, list[Item]]:
    """The items of each annex."""
    annexes: dict[int, list[Item]] = {}
    for one in found:
        annexes.setdefault(one.row.annex, []).append(one)
    return annexes


def _tally(row: CatalogueItem, counts: Counts) -> Tally | None:
    if not row.record_kinds:
        return None
    return sum((counts.get((row.sector, kind), Tally()) for kind in row.record_kinds), Tally())


def _counts(session: Session, at: Moment) -> Counts:
    """By sector and kind; counted once per entry and day, because every visitor of the page asks for it."""
    key = (id(session.get_bind()), at)
    if key not in _counted:
        # Only what was decided here has clocks.
        clock = and_(Clock.record == Publication.record, Clock.code.in_(CLOCKS))
        question = (
            select(
                PublicationSector.sector,
                Publication.kind,
                func.count(),
                func.count(Clock.id),
                func.coalesce(func.sum(case((Clock.met_on <= Clock.due, 1), else_=0)), 0),
            )
            .join(Publication, Publication.from_entry == PublicationSector.from_entry)
            .outerjoin(Clock, clock)
            .where(visible(at))
            .group_by(PublicationSector.sector, Publication.kind)
        )
        counts = {
            (sector, kind): Tally(shown, timed, int(on_time))
            for sector, kind, shown, timed, on_time in session.execute(question).tuples()
        }
        if len(_counted) >= _KEPT:
            _counted.clear()
        _counted[key] = counts
    return _counted.get(key, {})


_counted: dict[tuple[int, Moment], Counts] = {}
