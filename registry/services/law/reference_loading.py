"""Load the reference data: idempotent, and a changed row closes the version before it."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from registry.domain.law import reference_kinds
from registry.domain.law.reference_kinds import row_body
from registry.domain.publication import canonical
from registry.models import CatalogRow
from registry.queries.law import reference_data
from registry.services.law import clocks
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

FOLDER = Path(__file__).parents[2] / "reference"


def load(work: UnitOfWork, folder: Path = FOLDER) -> tuple[int, int]:
    """Bring the tables to what the files say; returns (rows opened, rows closed).

    A row is known by kind, code and effective_from. A file row that differs closes the held one and opens its
    successor; a held row that no file names any more is closed, unless the operator may have loaded it
    (``catalog.OPERATED``). Raises ValueError naming a malformed row.
    """
    held = {(row.kind, row.code, row.effective_from.isoformat()): row for row in reference_data.open_rows(work.session)}
    opened = 0
    seen = set()
    for kind, body in _file_rows(folder):
        key = (kind, body["code"], body["effective_from"])
        if key in seen:
            raise ValueError(f"{kind} {body['code']}: two rows from {body['effective_from']}")
        seen.add(key)
        digest = canonical.digest(body).hex()
        if key in held and held[key].digest == digest:
            continue
        if key in held:
            held[key].closed_at = work.now
        work.session.add(row(work, kind, body))
        opened += 1
    for key, left in held.items():
        if key not in seen and left.kind not in reference_kinds.OPERATED:
            left.closed_at = work.now
    work.session.flush()
    closed = sum(one.closed_at is not None for one in held.values())
    if opened or closed:
        audit.note(work, "reference.load", "reference", f"opened {opened}, closed {closed}")
    return opened, closed


def renew(work: UnitOfWork, folder: Path = FOLDER) -> tuple[int, int, int]:
    """Load, and count the running clocks again when a row changed; (rows opened, rows closed, clocks moved)."""
    opened, closed = load(work, folder)
    return opened, closed, clocks.recount(work) if opened or closed else 0


def _file_rows(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in reference_kinds.KINDS:
        document = tomllib.loads((folder / f"{kind}.toml").read_text(encoding="utf-8"))
        for data in document["rows"]:
            yield kind, row_body(reference_kinds.parse_reference_row(kind, data))


def row(work: UnitOfWork, kind: str, body: dict[str, Any]) -> CatalogRow:
    """A row as it is stored, opened now."""
    made = reference_kinds.parse_reference_row(kind, body)
    columns = ("code", "source", "status", "effective_from", "effective_until")
    return CatalogRow(
        kind=kind,
        code=made.code,
        source=made.source,
        status=made.status,
        effective_from=made.effective_from,
        effective_until=made.effective_until,
        body={name: value for name, value in body.items() if name not in columns},
        digest=canonical.digest(body).hex(),
        opened_at=work.now,
    )
