"""Load the reference data: idempotent, and a changed row closes the version before it."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from registry.domain import canonical, catalog
from registry.models import CatalogRow
from registry.queries import reference as questions
from registry.services import audit
from registry.work import Work

FOLDER = Path(__file__).parent.parent / "reference"


def load(work: Work, folder: Path = FOLDER) -> tuple[int, int]:
    """Bring the tables to what the files say; returns (rows opened, rows closed).

    A row is known by kind, code and effective_from. A file row that differs closes the held one and opens its
    successor; a held row that no file names any more is closed. Raises ValueError naming a malformed row.
    """
    held = {
        (row.kind, row.code, row.effective_from.isoformat()): row for row in questions.open_rows(work.session)
    }
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
        work.session.add(_row(work, kind, body, digest))
        opened += 1
    for key, row in held.items():
        if key not in seen:
            row.closed_at = work.now
    work.session.flush()
    closed = sum(row.closed_at is not None for row in held.values())
    if opened or closed:
        audit.note(work, "reference.load", "reference", f"opened {opened}, closed {closed}")
    return opened, closed


def _file_rows(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in catalog.KINDS:
        document = tomllib.loads((folder / f"{kind}.toml").read_text(encoding="utf-8"))
        for data in document["rows"]:
            yield kind, catalog.body(catalog.read(kind, data))


def _row(work: Work, kind: str, body: dict[str, Any], digest: str) -> CatalogRow:
    row = catalog.read(kind, body)
    columns = ("code", "source", "status", "effective_from", "effective_until")
    return CatalogRow(
        kind=kind,
        code=row.code,
        source=row.source,
        status=row.status,
        effective_from=row.effective_from,
        effective_until=row.effective_until,
        body={name: value for name, value in body.items() if name not in columns},
        digest=digest,
        opened_at=work.now,
    )
