"""Of when the adopted lists are: the newest state of each list that was told by an entry, and whether that is sound."""

import datetime as dt
import json
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.domain.publication.publication import list_state
from registry.models import ListStateEntry, Publication


def newest_states(session: Session, entry: int) -> list[tuple[str, dt.date]]:
    """The code of each adopted list and the newest state of it that the first ``entry`` entries told, by code."""
    statement = (
        select(ListStateEntry.scheme, func.max(ListStateEntry.as_of))
        .where(ListStateEntry.from_entry <= entry)
        .group_by(ListStateEntry.scheme)
        .order_by(ListStateEntry.scheme)
    )
    return [(scheme, as_of) for scheme, as_of in session.connection().execute(statement)]


def contradictions(session: Session, publication: Publication) -> Iterator[str]:
    """What in the noted states of lists contradicts a publication."""
    state = list_state(json.loads(publication.body))
    row = session.get(ListStateEntry, state) if state else None
    if state and (row is None or row.from_entry > publication.from_entry):
        yield "the state of its list is not noted, or noted too late"


def stray_states(session: Session) -> Iterator[str]:
    """The noted states that the publication of their entry does not tell."""
    statement = select(ListStateEntry, Publication.body).outerjoin(
        Publication, Publication.from_entry == ListStateEntry.from_entry
    )
    for row, body in session.execute(statement):
        if body is None or list_state(json.loads(body)) != (row.scheme, row.as_of):
            yield f"list {row.scheme}: entry {row.from_entry} does not tell its state of {row.as_of}"
