"""Of when the adopted lists are: of which day each whole list is known by the ledger, and whether that is sound."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.domain.publication.publication import list_state, whole_list_state
from registry.models import ListStateEntry, Publication, WholeListState


@dataclass(frozen=True)
class KnownList:
    """What the ledger knows of an adopted list: of one ``source`` (empty: all of them) as the node ``origin`` has it.

    ``as_of``: the newest day of which the whole list is known, None when only rows of it are. Then ``newest_row`` is
    the newest day stated for any of them, which is no promise about the others.
    """

    scheme: str
    source: str
    origin: str
    as_of: dt.date | None
    newest_row: dt.date | None = None


def known_lists(session: Session, entry: int) -> list[KnownList]:
    """The adopted lists of which the first ``entry`` entries tell, by scheme, source and node."""
    rows = (
        select(ListStateEntry.scheme, func.max(ListStateEntry.as_of))
        .where(ListStateEntry.from_entry <= entry)
        .group_by(ListStateEntry.scheme)
    )
    of_list = (WholeListState.scheme, WholeListState.source, WholeListState.origin)
    wholes = (
        select(*of_list, func.max(WholeListState.as_of))
        .where(WholeListState.from_entry <= entry)
        .group_by(*of_list, WholeListState.record)
    )
    connection = session.connection()
    newest_rows: dict[str, dt.date] = dict(connection.execute(rows).tuples().all())
    known = [KnownList(*row) for row in connection.execute(wholes)]
    whole_schemes = {one.scheme for one in known}
    known += [
        KnownList(scheme, "", "", None, newest_row)
        for scheme, newest_row in newest_rows.items()
        if scheme not in whole_schemes
    ]
    return sorted(known, key=lambda one: (one.scheme, one.source, one.origin))


def newest_whole(session: Session, origin: str, scheme: str, source: str) -> WholeListState | None:
    """The last entry by which a node told of which day it knows the whole of a list; None before the first."""
    statement = select(WholeListState).where(
        WholeListState.origin == origin, WholeListState.scheme == scheme, WholeListState.source == source
    )
    return session.scalars(statement.order_by(WholeListState.from_entry.desc()).limit(1)).first()


def contradictions(session: Session, publication: Publication) -> Iterator[str]:
    """What in the noted states of lists contradicts a publication."""
    body = json.loads(publication.body)
    state = list_state(body)
    row = session.get(ListStateEntry, state) if state else None
    if state and (row is None or row.from_entry > publication.from_entry):
        yield "the state of its list is not noted, or noted too late"
    whole = whole_list_state(body)
    whole_row = session.get(WholeListState, publication.from_entry) if whole else None
    if whole and (whole_row is None or _describe_whole(whole_row) != (publication.record, publication.origin, *whole)):
        yield "the state of the whole list that it tells is not noted, or noted otherwise"


def stray_states(session: Session) -> Iterator[str]:
    """The noted states that the publication of their entry does not tell."""
    statement = select(ListStateEntry, Publication.body).outerjoin(
        Publication, Publication.from_entry == ListStateEntry.from_entry
    )
    for row, body in session.execute(statement):
        if body is None or list_state(json.loads(body)) != (row.scheme, row.as_of):
            yield f"list {row.scheme}: entry {row.from_entry} does not tell its state of {row.as_of}"
    wholes = select(WholeListState, Publication.body).outerjoin(
        Publication, Publication.from_entry == WholeListState.from_entry
    )
    for whole_row, body in session.execute(wholes):
        if body is None or whole_list_state(json.loads(body)) is None:
            yield f"list {whole_row.scheme}: entry {whole_row.from_entry} tells of no whole list"


def _describe_whole(row: WholeListState) -> tuple[str, str, str, str, dt.date]:
    return row.record, row.origin, row.scheme, row.source, row.as_of
