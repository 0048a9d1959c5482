"""Load the reference data from its files: idempotent, and a changed row closes the version before it."""

import datetime as dt
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from registry.domain.law import reference_kinds
from registry.domain.law.reference_rows import row_body
from registry.domain.publication import canonical
from registry.models import CatalogRow
from registry.queries.law import law_proposals, reference_data
from registry.queries.law.law_proposals import RowKey
from registry.services.law import clocks
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

FOLDER = Path(__file__).parents[2] / "reference"


def load(work: UnitOfWork, folder: Path = FOLDER) -> tuple[int, int]:
    """Load the reference files into the tables; returns (rows opened, rows closed).

    A row is known by kind, code and effective_from. A file row that differs closes the stored one and opens its
    successor; a stored row that no file names any more is closed, unless the operator may have loaded it
    (``reference_kinds.OPERATED``). What a confirmed proposal loaded (``law_proposals``) is this node's own law: no file
    row replaces it, ends it, or comes to stand beside it on one day. Raises ValueError naming a malformed row.
    """
    own_keys = law_proposals.loaded_keys(work.session)
    open_rows = {(row.kind, row.code, row.effective_from): row for row in reference_data.open_rows(work.session)}
    opened = 0
    seen = set()
    for kind, body in _file_rows(folder):
        key = (kind, body["code"], dt.date.fromisoformat(body["effective_from"]))
        if key in seen:
            raise ValueError(f"{kind} {body['code']}: two rows from {body['effective_from']}")
        seen.add(key)
        if _is_own_law(key, body, own_keys, open_rows):
            continue
        digest = canonical.digest(body).hex()
        if key in open_rows and open_rows[key].digest == digest:
            continue
        if key in open_rows:
            open_rows[key].closed_at = work.now
        work.session.add(row(work, kind, body))
        opened += 1
    for key, open_row in open_rows.items():
        if key not in seen | own_keys and open_row.kind not in reference_kinds.OPERATED:
            open_row.closed_at = work.now
    work.session.flush()
    closed = sum(open_row.closed_at is not None for open_row in open_rows.values())
    if opened or closed:
        audit.note(work, "reference.load", "reference", f"opened {opened}, closed {closed}")
    return opened, closed


def _is_own_law(
    key: RowKey, body: Mapping[str, Any], own_keys: Collection[RowKey], open_rows: Mapping[RowKey, CatalogRow]
) -> bool:
    """Whether the node's own law stands where a file row would: under its key, or on a day of its term."""
    if key in own_keys:
        return True
    own = [open_rows[other] for other in own_keys if other[:2] == key[:2] and other in open_rows]
    until = dt.date.fromisoformat(body["effective_until"]) if body["effective_until"] else dt.date.max
    return any(row.effective_from < until and key[2] < (row.effective_until or dt.date.max) for row in own)


def renew(work: UnitOfWork, folder: Path = FOLDER) -> tuple[int, int, int]:
    """Load the reference data, and recount the running clocks when a row changed.

    Returns (rows opened, rows closed, clocks moved).
    """
    opened, closed = load(work, folder)
    return opened, closed, clocks.recount(work) if opened or closed else 0


def _file_rows(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in reference_kinds.KINDS:
        document = tomllib.loads((folder / f"{kind}.toml").read_text(encoding="utf-8"))
        for data in document["rows"]:
            yield kind, row_body(reference_kinds.parse_reference_row(kind, data))


def row(work: UnitOfWork, kind: str, body: dict[str, Any]) -> CatalogRow:
    """Build a reference row as it is stored, opened now."""
    reference_row = reference_kinds.parse_reference_row(kind, body)
    columns = ("code", "source", "status", "effective_from", "effective_until")
    return CatalogRow(
        kind=kind,
        code=reference_row.code,
        source=reference_row.source,
        status=reference_row.status,
        effective_from=reference_row.effective_from,
        effective_until=reference_row.effective_until,
        body={name: value for name, value in body.items() if name not in columns},
        digest=canonical.digest(body).hex(),
        opened_at=work.now,
    )
