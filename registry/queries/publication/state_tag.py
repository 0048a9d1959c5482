"""Entity tag of everything public: what answers can differ by is read in one statement, before any answer is made."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from registry.models import CatalogRow, Checkpoint, Counter
from registry.queries.publication.log_identity import NEWEST_EPOCH

_ROOT = Path(__file__).parents[2]
STATE = select(
    select(Counter.value).where(Counter.name == "ledger").scalar_subquery(),
    NEWEST_EPOCH.scalar_subquery(),
    select(func.max(Checkpoint.size)).scalar_subquery(),
    select(func.max(CatalogRow.id)).scalar_subquery(),
    select(func.count(CatalogRow.closed_at)).scalar_subquery(),
)
"""What the tag is made of, in one row."""


def state_tag(state: Sequence[Any], settings: str, day: dt.date) -> str:
    """A tag that differs whenever a public page or answer of one address may: by the ledger (its epoch, its entries,
    its signed head), the law, the legal day, the program, and this node's settings. ``state``: the row of ``STATE``;
    ``settings``: the keyed digest of the settings. The only place where they become a tag."""
    text = "·".join(map(str, (settings, *state, day, program_version())))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@cache
def program_version() -> str:
    """Digest of the program and its pages as they stand on the disk when first asked."""
    digest = hashlib.sha256()
    for path in sorted(_ROOT.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
