"""Yearly report: acts of each department by sector, their punctuality, and every time limit missed.

The duty is the plan's: 实施方案（2018）五（三）, each year before the end of December.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, select
from sqlalchemy.orm import Session

from registry.domain.cases import procedures
from registry.domain.law.reference import Reference
from registry.domain.reporting_rates import Tally
from registry.models import (
    CaseStep,
    Clock,
    Department,
    Listing,
    Penalty,
    PenaltyFiling,
    Publication,
    PublicationSector,
    Relief,
)
from registry.queries.cases import statistics
from registry.queries.cases.statistics import PUBLISH_PENALTY, Period
from registry.queries.node import account_lookup
from registry.queries.store_cache import StoreCache
from registry.refusals.procedure import ReportUnknown
from registry.unit_of_work import day_of

FIGURES = (
    "filed", "history", "published", "withdrawn", "listed", "removed",
    "disputes_received", "disputes_decided", "repairs_received", "repairs_decided",
)  # fmt: skip
"""What is counted, in the order of the report."""
_ACTS: dict[type[Penalty] | type[Listing], dict[str, str]] = {
    Penalty: {"publish": "published", "withdraw": "withdrawn"},
    Listing: {"publish": "listed", **dict.fromkeys(("remove", "repair", "expire", "revoke"), "removed")},
}
_DECISIONS = ("decide", "grant", "reject")
_RELIEFS = {procedures.DISPUTE.noun: "disputes", procedures.REPAIR.noun: "repairs"}
ENTRIES_OF_A_BLOCK = 5_000
_blocks: StoreCache[tuple[str, Period, int], list[tuple[int, str, str, int]]] = StoreCache(4_000)
_DEPARTMENT = ""
"""In place of a sector: the department as a whole, in which a record of several sectors counts once."""


@dataclass(frozen=True)
class MissedLimit:
    """A limit that was met late, or is over and not met. ``number`` finds it in ``/api/v1/deadlines``; which record
    it is of is not public. ``days`` are working days."""

    number: int
    name: str
    deadline: str
    source: str
    status: str
    starts_on: dt.date
    due: dt.date
    met_on: dt.date | None
    days: int


@dataclass
class Line:
    """The figures of one sector, or of a whole department; the tally of a sector has its punctuality only."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIGURES, 0))
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True)
class Section:
    """One department: its total, its sectors by code, and the limits that it missed, the first of them where
    ``missed_count`` is more."""

    department: Department
    total: Line
    sectors: dict[str, Line]
    missed: Sequence[MissedLimit]
    missed_count: int


@dataclass(frozen=True)
class Report:
    """The report of a year as it stands on ``on``; the year of that day is not over."""

    year: int
    on: dt.date
    sections: Sequence[Section]


def years(session: Session, today: dt.date) -> list[int]:
    """The years that can be reported on, newest first: from the first filing until now."""
    first = session.execute(select(func.min(Clock.opened_at))).scalar_one()
    return list(range(today.year, (day_of(first).year if first else today.year) - 1, -1))


def yearly(session: Session, reference: Reference, year: int, today: dt.date, missed_max: int | None = None) -> Report:
    """The report of a year, every supervising department in it, with every missed limit or the first ``missed_max`` of
    each department; refuses ``ReportUnknown``."""
    if year not in years(session, today):
        raise ReportUnknown()
    period = statistics.year(year)
    lines = _build_lines(session, period, today)
    counts = _count_missed_limits(session, period, today)
    missed = _find_missed_limits(session, reference, period, today, missed_max)
    sections = []
    for department in account_lookup.departments(session):
        department_lines = lines.get(department.id, {})
        if department.kind == "supervisor" or department_lines or department.id in missed:
            total = department_lines.pop(_DEPARTMENT, Line())
            sections.append(
                Section(
                    department,
                    total,
                    dict(sorted(department_lines.items())),
                    missed.get(department.id, ()),
                    counts.get(department.id, 0),
                )
            )
    return Report(year, today, sections)


def _build_lines(session: Session, period: Period, today: dt.date) -> dict[int, dict[str, Line]]:
    lines: dict[int, dict[str, Line]] = {}
    for department, places, figure, number in _count_acts(session, period):
        for place in places:
            _line_of(lines, department, place).counts[figure] += number
    for department, sector, tally in _count_punctuality(session, period, today):
        line = _line_of(lines, department, sector)
        line.tally = _add_tallies(line.tally, tally)
    for department, tally in statistics.tallies(session, period, today).items():
        _line_of(lines, department, _DEPARTMENT).tally = tally
    return lines


def _line_of(lines: dict[int, dict[str, Line]], department: int, sector: str) -> Line:
    return lines.setdefault(department, {}).setdefault(sector, Line())


Counted = tuple[int, Sequence[str], str, int]
"""Department, the lines on which it counts, figure, how many."""


def _count_acts(session: Session, period: Period) -> Iterable[Counted]:
    sectors_text = cast(Clock.sectors, Text)
    filed = (
        select(Clock.department_id, sectors_text, func.count())
        .where(Clock.code == PUBLISH_PENALTY, period.spans(Clock.opened_at))
        .group_by(Clock.department_id, sectors_text)
    )
    for department, sectors_json, number in session.execute(filed):
        yield department, (_DEPARTMENT, *json.loads(sectors_json)), "filed", number
    yield from _count_history(session, period)
    for table, acts in _ACTS.items():
        yield from _count_entries(session, table, acts, period)
    yield from _count_reliefs(session, period)


def _count_history(session: Session, period: Period) -> Iterable[Counted]:
    """Count what was first published elsewhere and loaded here later: it has no clock. Not divided by sector."""
    first = select(func.min(PenaltyFiling.id)).group_by(PenaltyFiling.penalty_id)
    loaded = (
        select(Penalty.department_id, func.count())
        .join(PenaltyFiling, PenaltyFiling.penalty_id == Penalty.id)
        .where(Penalty.first_published_on.is_not(None), PenaltyFiling.id.in_(first))
        .where(period.spans(PenaltyFiling.filed_at))
        .group_by(Penalty.department_id)
    )
    for department, number in session.execute(loaded):
        yield department, (_DEPARTMENT,), "history", number


def _count_entries(
    session: Session, table: type[Penalty] | type[Listing], acts: dict[str, str], period: Period
) -> Iterable[Counted]:
    """Count the entries of records decided here, each once under its department and once under each sector.

    What an entry says of itself never changes, so that full blocks of entries are counted once.
    """
    newest = session.execute(select(func.max(Publication.from_entry))).scalar_one() or 0
    for start in range(0, newest + 1, ENTRIES_OF_A_BLOCK):
        count = partial(_count_block, session, table, period, start)
        if start + ENTRIES_OF_A_BLOCK > newest + 1:
            rows = count()
        else:
            rows = _blocks.get_or_compute(session, (table.__tablename__, period, start), count)
        for department, act, sector, number in rows:
            yield department, (sector,), acts[act], number


def _count_block(
    session: Session, table: type[Penalty] | type[Listing], period: Period, start: int
) -> list[tuple[int, str, str, int]]:
    """Department, act, sector (``_DEPARTMENT`` for all of them together) and how many of the entries of a block."""

    def build_statement(*columns: Any) -> Select[Any]:
        group_columns = (table.department_id, Publication.act, *columns)
        return (
            select(*group_columns, func.count())
            .select_from(Publication)
            .join(table, table.record == Publication.record)
            .where(Publication.from_entry >= start, Publication.from_entry < start + ENTRIES_OF_A_BLOCK)
            .where(Publication.act.in_(_ACTS[table]), period.spans(Publication.recorded_at))
            .group_by(*group_columns)
        )

    by_sector = build_statement(PublicationSector.sector).join(
        PublicationSector, PublicationSector.from_entry == Publication.from_entry
    )
    together = session.execute(build_statement()).tuples().all()
    return [
        *((department, act, _DEPARTMENT, number) for department, act, number in together),
        *session.execute(by_sector).tuples().all(),
    ]


def _count_reliefs(session: Session, period: Period) -> Iterable[Counted]:
    for relief in session.scalars(select(Relief).where(period.spans(Relief.received_at))):
        yield relief.department_id, (_DEPARTMENT, *relief.scope[0]), f"{_RELIEFS[relief.noun]}_received", 1
    decided = (
        select(Relief)
        .join(CaseStep, CaseStep.record == Relief.record)
        .where(CaseStep.act.in_(_DECISIONS), period.holds(CaseStep.day))
    )
    for relief in session.scalars(decided):
        yield relief.department_id, (_DEPARTMENT, *relief.scope[0]), f"{_RELIEFS[relief.noun]}_decided", 1


def _count_punctuality(session: Session, period: Period, today: dt.date) -> Iterable[tuple[int, str, Tally]]:
    statement = statistics.punctuality(period, today, cast(Clock.sectors, Text))
    for department, sectors_json, timely, late, open_ in session.execute(statement):
        for sector in json.loads(sectors_json):
            yield department, sector, Tally(timely=int(timely), late=int(late), open=int(open_))


def _add_tallies(tally: Tally, other: Tally) -> Tally:
    return Tally(timely=tally.timely + other.timely, late=tally.late + other.late, open=tally.open + other.open)


def _is_missed(period: Period, today: dt.date) -> ColumnElement[bool]:
    """Whether a limit of the period, of whatever kind, was met late or not at all, as SQL."""
    return period.holds(Clock.due) & ((Clock.met_on > Clock.due) | (Clock.met_on.is_(None) & (Clock.due < today)))


def _count_missed_limits(session: Session, period: Period, today: dt.date) -> dict[int, int]:
    statement = select(Clock.department_id, func.count()).where(_is_missed(period, today))
    return dict(session.execute(statement.group_by(Clock.department_id)).tuples().all())


def _find_missed_limits(
    session: Session, reference: Reference, period: Period, today: dt.date, limit: int | None
) -> dict[int, list[MissedLimit]]:
    """The missed limits by department, those that ended first before the others, at most ``limit`` of each."""
    place = func.row_number().over(partition_by=Clock.department_id, order_by=(Clock.due, Clock.id))
    numbered = select(Clock.id, place.label("place")).where(_is_missed(period, today)).subquery()
    chosen = select(Clock).join(numbered, numbered.c.id == Clock.id).order_by(Clock.due, Clock.id)
    if limit is not None:
        chosen = chosen.where(numbered.c.place <= limit)
    by_department: dict[int, list[MissedLimit]] = {}
    rules, days = reference.clocks(), cache(reference.calendar.days_between)
    for clock in session.scalars(chosen):
        rule = rules[clock.code].of(clock.starts_on)
        missed = MissedLimit(
            number=clock.id,
            name=rule.name,
            deadline=clock.deadline,
            source=rule.source,
            status=rule.status,
            starts_on=clock.starts_on,
            due=clock.due,
            met_on=clock.met_on,
            days=days(clock.due, clock.met_on or today),
        )
        by_department.setdefault(clock.department_id, []).append(missed)
    return by_department
