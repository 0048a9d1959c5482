"""Find the records that bear on the parties of an award check, in one statement for the whole list."""

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    bindparam,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.domain.records import NEUTRAL_KINDS
from registry.models import FurtherKey, Peer, Publication
from registry.models.base import Key
from registry.queries.any_of import any_of, texts
from registry.queries.publication.publications import BEARING, known_at


@dataclass(frozen=True)
class Keys:
    """Keys of the parties of a check: codes, indexes of identity numbers, names, further keys as stored."""

    usccs: Collection[str]
    id_indexes: Collection[str]
    name_keys: Collection[str]
    further: Collection[str] = ()


NAME_ONLY = "name-only"
"""How a record is found that has neither a code nor a number: by its name alone, whoever else bears it."""
_BY_NAME_ONLY = Publication.uscc.is_(None) & Publication.id_index.is_(None)


def _select_by(
    kind: str, column: InstrumentedAttribute[Any], *further: ColumnElement[bool], by: str | None = None
) -> Select[Any]:
    return select(literal_column(f"'{by or kind}'"), column, Publication.body).where(
        any_of(column, texts(kind)),
        known_at(bindparam("entry", type_=Key)),
        Publication.state.in_((*BEARING, "repaired")),  # a repair ends no ban that is itself the penalty
        Publication.kind.not_in(NEUTRAL_KINDS),
        *further,
    )


# No order: asked to sort by entry, PostgreSQL may walk the whole list instead of the index on the key.
_CANDIDATES = union_all(
    _select_by("uscc", Publication.uscc),
    _select_by("id", Publication.id_index),
    # What is not public is found by a mere name only for a party without a usable code (near_names), or when the record
    # has nothing else to be found by.
    _select_by("name", Publication.name_key, Publication.audience == "public", ~_BY_NAME_ONLY),
    _select_by("name", Publication.name_key, _BY_NAME_ONLY, by=NAME_ONLY),
    _select_by(
        "further", FurtherKey.key, or_(Publication.audience == "public", ~FurtherKey.key.startswith("name:"))
    ).join(FurtherKey, FurtherKey.from_entry == Publication.from_entry),
)
_SOURCES = select(Peer.code, Peer.pulled_at).where(Peer.url != "").order_by(Peer.code)


def candidates(session: Session, keys: Keys, entry: int) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Bodies as known at ledger size ``entry``, by (``uscc``/``id``/``name``/``NAME_ONLY``/``further``, key)."""
    bodies: dict[tuple[str, str], list[dict[str, Any]]] = {}
    parameters = {
        "uscc": keys.usccs,
        "id": keys.id_indexes,
        "name": keys.name_keys,
        "further": keys.further,
        "entry": entry,
    }
    for by, value, body in session.connection().execute(_CANDIDATES, parameters):
        bodies.setdefault((by, value), []).append(json.loads(body))
    return bodies


def sealed_number(session: Session) -> bytes | None:
    """The sealed identity number of some publication; None when no publication has one."""
    statement = select(Publication.id_sealed).where(Publication.id_index > "", Publication.id_sealed.is_not(None))
    return session.execute(statement.limit(1)).scalar_one_or_none()


def sources(session: Session) -> Sequence[Row[tuple[str, dt.datetime | None]]]:
    """``code`` and ``pulled_at`` of the peers whose records are pulled into this node: those with an address."""
    return session.connection().execute(_SOURCES).all()
