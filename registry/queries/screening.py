"""The records that bear on the parties of an award check: one question per kind of key, whole list at once."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.models import Peer, Publication

CHUNK = 500
BEARING = ("published", "expired", "suspended")
"""States that bear on a verdict: a ban runs to its own end even when its publication has ended before, and held
until it was suspended."""
NEUTRAL = ("commendation", "relation")
"""Kinds that never bear on a verdict themselves."""


@dataclass(frozen=True)
class Keys:
    """What the parties are found by."""

    usccs: Collection[str]
    id_indexes: Collection[str]
    name_keys: Collection[str]


def candidates(session: Session, keys: Keys, entry: int) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Bodies as known at ledger size ``entry``, by (``uscc``/``id``/``name``, key)."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    searches = (
        ("uscc", Publication.uscc, keys.usccs),
        ("id", Publication.id_index, keys.id_indexes),
        ("name", Publication.name_key, keys.name_keys),
    )
    for by, column, values in searches:
        for value, body in _bodies(session, column, sorted(set(values)), entry):
            found.setdefault((by, value), []).append(json.loads(body))
    return found


def _bodies(
    session: Session, column: InstrumentedAttribute[Any], values: Sequence[str], entry: int
) -> Iterator[tuple[str, str]]:
    for start in range(0, len(values), CHUNK):
        question = select(column, Publication.body).where(
            column.in_(values[start : start + CHUNK]),
            known_at(entry),
            Publication.state.in_(BEARING),
            Publication.kind.not_in(NEUTRAL),
        )
        if column.key == "name_key":  # what is not public is not found by a mere name
            question = question.where(Publication.audience == "public")
        # No order: asked to sort by entry, PostgreSQL may walk the whole list instead of the index on the key.
        yield from session.execute(question).tuples()


def known_at(entry: int) -> ColumnElement[bool]:
    """The versions that were the newest of their records when the ledger had ``entry`` entries."""
    return (Publication.from_entry <= entry) & or_(
        Publication.until_entry.is_(None), Publication.until_entry > entry
    )


def sealed_number(session: Session) -> bytes | None:
    """Some identity number as it is kept sealed; None when none is held."""
    question = select(Publication.id_sealed).where(
        Publication.id_index > "", Publication.id_sealed.is_not(None)
    )
    return session.execute(question.limit(1)).scalar_one_or_none()


def peers(session: Session) -> list[Peer]:
    """The sources whose lists are pulled into this one; a peer without an address is never asked."""
    return list(session.scalars(select(Peer).where(Peer.url != "").order_by(Peer.code)))
