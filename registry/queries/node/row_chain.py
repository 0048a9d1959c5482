"""Read the chain of row commitments: its head, and the tables that it knows."""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.publication.row_digests import FIRST
from registry.models import RowCommitment

_HEAD = select(RowCommitment.number, RowCommitment.digest).order_by(RowCommitment.number.desc()).limit(1)


def head(session: Session) -> tuple[int, str]:
    """Number and digest of the newest commitment; 0 before the first."""
    row = session.connection().execute(_HEAD).tuples().first()
    return row or (0, FIRST)


def newest_act(session: Session, after: int) -> bool:
    """Whether anything but the sealing itself wrote rows after a commitment."""
    statement = select(RowCommitment.number).where(RowCommitment.number > after, RowCommitment.kind != "upkeep")
    return session.execute(statement.limit(1)).first() is not None


def adopted_columns(session: Session) -> dict[str, list[str]]:
    """The columns in which each table was taken as found last."""
    statement = select(RowCommitment.tables).where(RowCommitment.tables.is_not(None)).order_by(RowCommitment.number)
    columns: dict[str, list[str]] = {}
    for text in session.scalars(statement):
        columns.update(json.loads(text or "{}"))
    return columns
