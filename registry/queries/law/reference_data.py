"""Load the reference data in force, or as it was at an instant or under a version digest."""

import datetime as dt
import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from registry.domain.law import reference_kinds
from registry.domain.law.reference import Reference
from registry.domain.law.reference_rows import Row
from registry.domain.publication import canonical
from registry.models import CatalogRow
from registry.queries.store_cache import StoreCache

_references: StoreCache[tuple[int, int], Reference] = StoreCache(1)  # older rows are of no further use
_lock = threading.Lock()
_STAMP = select(func.coalesce(func.max(CatalogRow.id), 0), func.count(CatalogRow.closed_at))


def current(session: Session) -> Reference:
    """The reference data in force; kept in memory until a row is added or closed."""
    newest_id, closed_count = session.connection().execute(_STAMP).one()
    with _lock:  # after a change one thread parses the rows, not all that ask
        return _references.get_or_compute(
            session, (newest_id, closed_count), lambda: _build_reference(open_rows(session))
        )


def hold_scheme(session: Session, code: str) -> None:
    """Lock a scheme until the transaction ends, so that two proposals for the same list follow each other."""
    statement = select(CatalogRow.id).where(CatalogRow.kind == "schemes", CatalogRow.code == code)
    session.execute(statement.order_by(CatalogRow.id).with_for_update())


def open_rows(session: Session) -> list[CatalogRow]:
    """The newest version of every reference row."""
    return _load_rows(session, CatalogRow.closed_at.is_(None))


def as_of(session: Session, instant: dt.datetime) -> Reference:
    """The reference data as it was at an instant: rows closed since are open, rows opened since absent."""
    was_open = or_(CatalogRow.closed_at.is_(None), CatalogRow.closed_at > instant)
    return _build_reference(_load_rows(session, (CatalogRow.opened_at <= instant) & was_open))


def of_version(session: Session, version: str) -> Reference | None:
    """The reference data whose digest is ``version``, from any time; None when this node never had it.

    The digest is computed from the rows at hand, so that a row changed since is not taken for what it was.
    """
    opened = session.scalars(select(CatalogRow.opened_at).distinct())
    closed = session.scalars(select(CatalogRow.closed_at).distinct())
    for instant in sorted({instant for instant in (*opened, *closed) if instant}, reverse=True):
        reference = as_of(session, instant)
        if reference.version == version:
            return reference
    return None


def with_rows(session: Session, rows: Sequence[CatalogRow]) -> Reference:
    """The reference data as it would be with these rows, each in place of the open row of its key or as a new one."""
    by_key = {_key(row): row for row in (*open_rows(session), *rows)}
    return _build_reference([by_key[key] for key in sorted(by_key)])


def _key(row: CatalogRow) -> tuple[str, str, dt.date]:
    return row.kind, row.code, row.effective_from


def _load_rows(session: Session, condition: ColumnElement[bool]) -> list[CatalogRow]:
    statement = select(CatalogRow).where(condition)
    return list(session.scalars(statement.order_by(CatalogRow.kind, CatalogRow.code, CatalogRow.effective_from)))


def _build_reference(catalog_rows: Sequence[CatalogRow]) -> Reference:
    rows: dict[str, list[Row]] = {kind: [] for kind in reference_kinds.KINDS}
    digests = []
    for row in catalog_rows:
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
