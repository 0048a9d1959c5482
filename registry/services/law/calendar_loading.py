"""Load the yearly notices of the working-day calendar, and recount the running clocks."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from registry.domain.law import calendar_notice
from registry.domain.law.reference_kinds import CalendarYear
from registry.domain.law.reference_rows import row_body
from registry.domain.permissions import Permission
from registry.errors import Fault
from registry.models import Clock
from registry.queries.law import reference_data
from registry.refusals.procedure import CalendarRefused
from registry.services.law import clocks, reference_loading
from registry.services.law.clocks import MovedClock
from registry.services.node import audit
from registry.services.node.accounts import require_two_or_bootstrap
from registry.unit_of_work import UnitOfWork

KIND = "calendar"


@dataclass(frozen=True)
class CalendarLoad:
    """Result of a load: how many rows are new, how many running clocks moved, how many are still provisional."""

    rows: int
    moved: int
    provisional: int


def load(work: UnitOfWork, data: bytes) -> CalendarLoad:
    """Load calendar years from a TOML file of ``[[rows]]``; a row that is loaded already changes nothing.

    It takes two persons, or the node's shell while the node is being set up.

    A year already loaded is replaced by a row with a later ``effective_from``, as when the holiday of 2020 was
    extended; the row before stays, for the record. Refuses ``OutOfRole`` and, naming each row,
    ``CalendarRefused``. Every clock that moves is noted in the audit trail.
    """
    require_two_or_bootstrap(work, Permission.CALENDAR_LOAD)
    rows = read_notice(work, data)
    for row in rows:
        work.session.add(reference_loading.row(work, KIND, row_body(row)))
        audit.note(work, "calendar.load", row.code, f"{row.effective_from} {row.source}")
    work.session.flush()
    moved = clocks.recount(work)
    return CalendarLoad(len(rows), moved, _count_provisional(work))


def preview(work: UnitOfWork, data: bytes) -> list[MovedClock]:
    """The running clocks that would end on another day under a notice; changes nothing. Refuses as ``load`` does."""
    work.actor.require(Permission.CALENDAR_LOAD)
    rows = [reference_loading.row(work, KIND, row_body(row)) for row in read_notice(work, data)]
    return clocks.would_move(work, reference_data.with_rows(work.session, rows))


def read_notice(work: UnitOfWork, data: bytes) -> list[CalendarYear]:
    """The rows of a notice that are not loaded yet; refuses ``CalendarRefused``, naming each row."""
    return calendar_notice.parse_notice(_parse_rows(data), reference_data.current(work.session))


def _parse_rows(data: bytes) -> Sequence[Any]:
    try:
        document = tomllib.loads(data.decode("utf-8"))
    except ValueError:
        raise CalendarRefused("不是 UTF-8 编码的 TOML 文件") from None
    rows = document.get("rows")
    if set(document) != {"rows"} or not isinstance(rows, list) or not rows:
        raise CalendarRefused(faults=(Fault("/rows", "rows-missing", "文件应当只有 [[rows]]，每个年度一行"),))
    return rows


def _count_provisional(work: UnitOfWork) -> int:
    statement = select(func.count()).select_from(Clock)
    return work.session.execute(statement.where(Clock.met_on.is_(None), Clock.provisional)).scalar_one()
