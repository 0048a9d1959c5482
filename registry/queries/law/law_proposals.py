"""Look up proposals to change the law tables, and the rows that confirmed ones loaded."""

import datetime as dt
import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.models import LawProposal
from registry.refusals.procedure import LawProposalUnknown

RowKey = tuple[str, str, dt.date]
"""Kind, code and first day of a row."""


def proposals(session: Session, limit: int = 100) -> Sequence[LawProposal]:
    """The newest proposals first."""
    return session.scalars(select(LawProposal).order_by(LawProposal.id.desc()).limit(limit)).all()


def by_number(session: Session, number: int) -> LawProposal:
    """One proposal; refuses ``LawProposalUnknown``."""
    proposal = session.get(LawProposal, number)
    if proposal is None:
        raise LawProposalUnknown()
    return proposal


def hold_open(session: Session) -> None:
    """Lock every proposal not yet decided until the transaction ends, so that two decisions follow each other."""
    statement = select(LawProposal.id).where(LawProposal.state == "proposed").order_by(LawProposal.id)
    session.execute(statement.with_for_update())


def loaded_keys(session: Session) -> set[RowKey]:
    """The rows that confirmed proposals loaded: a node's own law, which no release of the program overwrites."""
    statement = select(LawProposal.rows).where(LawProposal.state == "confirmed")
    return {
        (row["kind"], row["body"]["code"], dt.date.fromisoformat(row["body"]["effective_from"]))
        for rows in session.scalars(statement)
        for row in json.loads(rows)
    }
