"""The reference data in force, read once per change of it."""

import threading
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.domain import catalog
from registry.domain.reference import Reference
from registry.models import CatalogRow

_held: dict[tuple[int, int, int], Reference] = {}
_lock = threading.Lock()


def current(session: Session) -> Reference:
    """The reference data as loaded; kept in memory until a row is added or closed."""
    stamp = session.execute(
        select(func.coalesce(func.max(CatalogRow.id), 0), func.count(CatalogRow.closed_at))
    ).one()
    key = (id(session.get_bind()), stamp[0], stamp[1])
    with _lock:
        if key not in _held:
            _held.clear()  # one node per process: yesterday's rows are of no further use
            _held[key] = _read(session)
        return _held[key]


def hold_scheme(session: Session, code: str) -> None:
    """Let whoever else proposes for this list wait until the transaction is over."""
    question = select(CatalogRow.id).where(CatalogRow.kind == "schemes", CatalogRow.code == code)
    session.execute(question.order_by(CatalogRow.id).with_for_update())


def open_rows(session: Session) -> list[CatalogRow]:
    """The newest version of every row."""
    question = select(CatalogRow).where(CatalogRow.closed_at.is_(None))
    return list(
        session.scalars(question.order_by(CatalogRow.kind, CatalogRow.code, CatalogRow.effective_from))
    )


def _read(session: Session) -> Reference:
    rows: dict[str, list[catalog.Row]] = {kind: [] for kind in catalog.KINDS}
    for row in open_rows(session):
        rows[row.kind].append(catalog.read(row.kind, _with_columns(row)))
    return Reference(rows)


def _with_columns(row: CatalogRow) -> dict[str, Any]:
    return {
        **row.body,
        "code": row.code,
        "source": row.source,
        "status": row.status,
        "effective_from": row.effective_from,
        "effective_until": row.effective_until,
    }
