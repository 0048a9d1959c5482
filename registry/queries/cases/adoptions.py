"""Look up adoptions of lists: the places that a file waits with, that it lets leave, and what its verification did."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from registry.models import AdoptedListing, AdoptionFinding, ListAdoption, ListChange
from registry.refusals.procedure import AdoptionUnknown

LISTED = ("published", "amended", "suspended")
"""The states of a place that stands on its list."""
# Canonical JSON: a quotation mark inside a text is escaped, so that only the keys themselves are found.
_OFF, _AMENDMENT = '"off_since":', '"amendment":{'


@dataclass(frozen=True)
class PlaceChange:
    """What an update of a list does, or did, to one record: ``came``, ``changed`` or ``left``."""

    number: int
    record: str
    change: str
    name: str
    uscc: str | None
    document_number: str


def of_department(session: Session, department_id: int | None, adoption_id: int, *, lock: bool = False) -> ListAdoption:
    """An adoption of a department; refuses ``AdoptionUnknown``."""
    statement = select(ListAdoption).where(ListAdoption.id == adoption_id)
    adoption = session.scalars(statement.with_for_update() if lock else statement).first()
    if adoption is None or adoption.department_id != department_id:
        raise AdoptionUnknown()
    return adoption


def of_list(session: Session, department_id: int | None, scheme: str, after: int = 0) -> list[ListAdoption]:
    """The adoptions of a department's list that did not fail, newest first, above number ``after``."""
    statement = select(ListAdoption).where(
        ListAdoption.department_id == department_id,
        ListAdoption.scheme == scheme,
        ListAdoption.id > after,
        ListAdoption.state != "failed",
    )
    return list(session.scalars(statement.order_by(ListAdoption.id.desc())))


def newest(session: Session, department_id: int | None, below: int | None, limit: int) -> list[ListAdoption]:
    """The files of lists of a department, newest first, below a number."""
    statement = select(ListAdoption).where(ListAdoption.department_id == department_id)
    if below is not None:
        statement = statement.where(ListAdoption.id < below)
    return list(session.scalars(statement.order_by(ListAdoption.id.desc()).limit(limit)))


def waiting_for_verifier(session: Session, limit: int) -> list[ListAdoption]:
    """The newest files of lists, of every department, that are read and not verified yet."""
    statement = select(ListAdoption).where(ListAdoption.state == "finished")
    return list(session.scalars(statement.order_by(ListAdoption.id.desc()).limit(limit)))


def findings(session: Session, adoption_id: int) -> list[AdoptionFinding]:
    """What was refused, cleaned or left out, row by row."""
    statement = select(AdoptionFinding).where(AdoptionFinding.adoption_id == adoption_id)
    return list(session.scalars(statement.order_by(AdoptionFinding.row_number, AdoptionFinding.id)))


def listed(adoption: ListAdoption) -> ColumnElement[bool]:
    """The places that stand on the list of which a file is: that of its source, or of all of them."""
    return (
        (AdoptedListing.department_id == adoption.department_id)
        & (AdoptedListing.scheme == adoption.scheme)
        & (AdoptedListing.source == adoption.source)
        & AdoptedListing.state.in_(LISTED)
    )


def waiting(adoption: ListAdoption) -> ColumnElement[bool]:
    """The places that a file came with, changes or takes off, and that wait for its verifier."""
    # The states first and by themselves, so that the index finds them among all places that the file renews.
    is_waiting = AdoptedListing.state.in_(("filed", "amended", "suspended"))
    is_stated = (AdoptedListing.state != "suspended") | AdoptedListing.content.contains(_AMENDMENT)
    return (AdoptedListing.adoption_id == adoption.id) & is_waiting & is_stated


def absent(adoption: ListAdoption) -> ColumnElement[bool]:
    """The places of the list that a file of the whole list does not have, and that no later state of it has."""
    is_older = or_(AdoptedListing.as_of.is_(None), AdoptedListing.as_of <= adoption.as_of)
    return listed(adoption) & (AdoptedListing.adoption_id < adoption.id) & is_older


def removes_absent(adoption: ListAdoption) -> bool:
    """Nobody is taken off the list while rows of the file could not be taken in: one of them may be theirs."""
    return adoption.is_full and not adoption.refused


def count(session: Session, condition: ColumnElement[bool]) -> int:
    """How many places fulfil a condition."""
    return int(session.execute(select(func.count()).select_from(AdoptedListing).where(condition)).scalar_one())


def places(session: Session, condition: ColumnElement[bool], limit: int) -> list[AdoptedListing]:
    """The first places that fulfil a condition, locked."""
    statement = select(AdoptedListing).where(condition).order_by(AdoptedListing.id).limit(limit)
    return list(session.scalars(statement.with_for_update()))


def count_leaving(session: Session, adoption: ListAdoption) -> int:
    """How many places the verification of a file would still take off the list."""
    if adoption.state != "finished":
        return 0
    stated = waiting(adoption) & AdoptedListing.content.contains(_OFF)
    leaving = count(session, stated) if adoption.off_list else 0
    return leaving + (count(session, absent(adoption)) if removes_absent(adoption) else 0)


def leaving(session: Session, adoption: ListAdoption) -> list[str]:
    """The records that the verification of a file takes off the list, those that it has taken off already included."""
    if adoption.state != "finished":
        return []
    left = select(ListChange.record).where(ListChange.adoption_id == adoption.id, ListChange.change == "left")
    records = list(session.scalars(left))
    if adoption.off_list:
        is_off = waiting(adoption) & AdoptedListing.content.contains(_OFF) & (AdoptedListing.state != "filed")
        records += session.scalars(select(AdoptedListing.record).where(is_off))
    if removes_absent(adoption):
        records += session.scalars(select(AdoptedListing.record).where(absent(adoption)))
    return records


def count_removed_since(session: Session, adoption: ListAdoption, since: dt.datetime) -> int:
    """How many places have left the list by files verified since an instant, this one and unfinished ones included."""
    statement = select(func.coalesce(func.sum(ListAdoption.removed), 0)).where(
        ListAdoption.department_id == adoption.department_id,
        ListAdoption.scheme == adoption.scheme,
        ListAdoption.source == adoption.source,
        or_(ListAdoption.id == adoption.id, ListAdoption.verified_at.is_(None), ListAdoption.verified_at >= since),
    )
    return int(session.execute(statement).scalar_one())


def changes(session: Session, adoption: ListAdoption, after: int, limit: int) -> list[PlaceChange]:
    """What a file changes, in the order of the places: before its verification what would come, change and leave,
    afterwards what did."""
    if adoption.state == "verified":
        return _changes_made(session, adoption, after, limit)
    condition = waiting(adoption)
    if removes_absent(adoption) and adoption.state == "finished":
        condition |= absent(adoption)
    statement = select(AdoptedListing).where(condition, AdoptedListing.id > after)
    rows = session.scalars(statement.order_by(AdoptedListing.id).limit(limit))
    return [_describe(row.id, row, _change_of(row, adoption)) for row in rows]


def _changes_made(session: Session, adoption: ListAdoption, after: int, limit: int) -> list[PlaceChange]:
    statement = (
        select(ListChange, AdoptedListing)
        .join(AdoptedListing, AdoptedListing.record == ListChange.record)
        .where(ListChange.adoption_id == adoption.id, ListChange.id > after)
    )
    rows = session.execute(statement.order_by(ListChange.id).limit(limit)).tuples()
    return [_describe(change.id, place, change.change) for change, place in rows]


def _change_of(place: AdoptedListing, adoption: ListAdoption) -> str:
    if place.state == "filed":
        return "came"
    is_absent = place.adoption_id != adoption.id
    return "left" if is_absent or "off_since" in (place.facts.get("amendment") or {}) else "changed"


def _describe(number: int, place: AdoptedListing, change: str) -> PlaceChange:
    facts = place.facts
    subject: dict[str, str | None] = facts["subject"]
    name = str(subject["name"])
    return PlaceChange(number, place.record, change, name, subject["uscc"], facts["document_number"])


def standing(session: Session, adoption: ListAdoption) -> int:
    """How many places stand on the list."""
    return count(session, listed(adoption))
