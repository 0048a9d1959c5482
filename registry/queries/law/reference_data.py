"""The reference data in force, read once per change of it."""

import datetime as dt
import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from registry.domain.law import reference_kinds
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import Row
from registry.domain.publication import canonical
from registry.models import CatalogRow

_held: dict[tuple[int, int, int], Reference] = {}
_lock = threading.Lock()
_STAMP = select(func.coalesce(func.max(CatalogRow.id), 0), func.count(CatalogRow.closed_at))


def current(session: Session) -> Reference:
    """The reference data as loaded; kept in memory until a row is added or closed."""
    stamp = session.connection().execute(_STAMP).one()
    key = (id(session.get_bind()), stamp[0], stamp[1])
    with _lock:
        if key not in _held:
            _held.clear()  # one node per process: yesterday's rows are of no further use
            _held[key] = _made(open_rows(session))
        return _held[key]


def hold_scheme(session: Session, code: str) -> None:
    """Let whoever else proposes for this list wait until the transaction is over."""
    question = select(CatalogRow.id).where(CatalogRow.kind == "schemes", CatalogRow.code == code)
    session.execute(question.order_by(CatalogRow.id).with_for_update())


def open_rows(session: Session) -> list[CatalogRow]:
    """The newest version of every row."""
    return _rows(session, CatalogRow.closed_at.is_(None))


def as_of(session: Session, instant: dt.datetime) -> Reference:
    """The reference data as it was loaded at an instant: rows closed since are open, rows opened since absent."""
    was_open = or_(CatalogRow.closed_at.is_(None), CatalogRow.closed_at > instant)
    return _made(_rows(session, (CatalogRow.opened_at <= instant) & was_open))


def of_version(session: Session, version: str) -> Reference | None:
    """The reference data whose digest was ``version``, at whatever time that was; None when it never was here.

    The digest is computed from the rows at hand, so that a row changed since is not taken for what it was.
    """
    opened = session.scalars(select(CatalogRow.opened_at).distinct())
    closed = session.scalars(select(CatalogRow.closed_at).distinct())
    for instant in sorted({instant for instant in (*opened, *closed) if instant}, reverse=True):
        found = as_of(session, instant)
        if found.version == version:
            return found
    return None


def _rows(session: Session, condition: ColumnElement[bool]) -> list[CatalogRow]:
    question = select(CatalogRow).where(condition)
    return list(session.scalars(question.order_by(CatalogRow.kind, CatalogRow.code, CatalogRow.effective_from)))


def _made(held: Sequence[CatalogRow]) -> Reference:
    rows: dict[str, list[Row]] = {kind: [] for kind in reference_kinds.KINDS}
    digests = []
    for row in held:
        data = _with_columns(row)
        if row.kind in rows:  # kinds that this program no longer knows count, but cannot be asked
            rows[row.kind].append(reference_kinds.parse_reference_row(row.kind, data))
        digests.append([row.kind, canonical.digest(data).hex()])
    return Reference(rows, canonical.digest(sorted(digests)).hex())


def _with_columns(row: CatalogRow) -> dict[str, Any]:
    return {
        **row.body,
        "code": row.code,
        "source": row.source,
        "status": row.status,
        "effective_from": row.effective_from.isoformat(),
        "effective_until": row.effective_until.isoformat() if row.effective_until else None,
    }
