"""Adopt a list of another authority from a file: store it, file its rows chunk by chunk, resume after any crash."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from registry.domain.cases import adopted_listing
from registry.domain.cases.adopted_listing import ListState
from registry.domain.filing import list_columns
from registry.domain.filing.model import Note
from registry.domain.filing.reading import Reading
from registry.domain.filing.vocabulary import Vocabulary
from registry.domain.law.reference import Reference
from registry.domain.permissions import EVERYWHERE, Actor, Permission
from registry.errors import Fault, Refusal
from registry.models import AdoptionFinding, ListAdoption
from registry.queries.cases import adoptions, penalties
from registry.queries.law import reference_data
from registry.queries.publication import list_states
from registry.refusals.acts import ChangeInFuture, OutOfScope
from registry.refusals.procedure import ListSourceDiffers, ListSourceRefused, ListStateOlder, SchemeUnknown
from registry.services.cases import column_mappings
from registry.services.cases.list_rows import OUTCOMES, ChunkFiler
from registry.services.node import audit
from registry.services.node.resumable import Perform, PerformAs, run_each
from registry.tabular import list_files
from registry.tabular.list_files import PlaceRow
from registry.unit_of_work import UnitOfWork, day_of

CHUNK = 500


@dataclass(frozen=True)
class ListFileFacts:
    """What is stated of a list file: code of the list, the day whose state it is (None: today), whether it is the whole
    list, and whose list it is (empty: one list of all sources).

    ``mapping``: what headings mean, remembered for the department, an empty meaning forgets it; ``confirmed``: which
    doubts about rows were looked at and stand (``reading.CONFIRMABLE``).
    """

    scheme: str
    as_of: dt.date | None = None
    is_full: bool = False
    source: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    confirmed: tuple[str, ...] = ()


def store_adoption(work: UnitOfWork, data: bytes, filename: str, stated: ListFileFacts) -> ListAdoption:
    """Store a file of a list, sealed, once per account; the same bytes again give the adoption already stored.

    A file that failed, was sent back, had rows refused or was overtaken by a later one is stored anew. Refuses
    ``OutOfRole``, ``OutOfScope``, ``SchemeUnknown``, ``ChangeInFuture``, ``ListStateOlder``, ``ListSourceDiffers``,
    ``ListSourceRefused``, ``QueryRefused`` for an unknown meaning or doubt, and every reason for which the file cannot
    be read as a table of a list.
    """
    work.actor.require(Permission.LISTING_DRAFT)
    state_day = stated.as_of or work.today
    if state_day > work.today:
        raise ChangeInFuture()
    reference = reference_data.current(work.session)
    sectors = _find_sectors(work, reference, stated.scheme)
    reading = _settle_reading(work, stated)
    options = f"{stated.scheme}\n{stated.is_full}\n{state_day}\n{stated.source}\n"
    options += json.dumps(reading, sort_keys=True) if reading else ""
    digest = hashlib.sha256(options.encode() + data).hexdigest()
    statement = select(ListAdoption).where(
        ListAdoption.account_id == work.actor.account_id, ListAdoption.digest == digest
    )
    before = work.session.scalars(statement.with_for_update()).first()
    if before is not None and _is_of_use(work, before):
        return before
    _require_consistent(work, stated, state_day)
    state = _list_state(reference, stated.scheme, state_day, work.today)
    file = list_files.read_list(data, filename, state, reference.filing_rules, _load_reading(reading))
    column_mappings.remember(work, stated.mapping, column_mappings.ADOPTED_LISTING)
    if before is not None:
        before.digest = f"{digest}:{before.id}"  # its rows are those of the new adoption from now on
        work.session.flush()
    adoption = ListAdoption(
        account_id=work.actor.account_id,
        department_id=penalties.department(work.session, work.actor.department_id).id,
        digest=digest,
        scheme=stated.scheme,
        source=stated.source,
        is_full=stated.is_full,
        as_of=state_day,
        sectors=sectors,
        reading=reading,
    )
    work.session.add(adoption)
    _begin(work, adoption, data, filename, file)
    audit.note(work, "adoption.receive", str(adoption.id), stated.scheme)
    return adoption


def _settle_reading(work: UnitOfWork, stated: ListFileFacts) -> dict[str, Any]:
    """How the file is to be read, as it is kept with it: what is stated, and what was said of headings before."""
    column_mappings.require_sound(stated.mapping, list_columns.VOCABULARY, stated.confirmed)
    kind = column_mappings.ADOPTED_LISTING
    mapping = column_mappings.with_remembered(work.session, work.actor, stated.mapping, kind)
    kept = {"mapping": {name: text for name, text in mapping.items() if text}, "confirmed": sorted(stated.confirmed)}
    return {name: value for name, value in kept.items() if value}


def _load_reading(kept: Mapping[str, Any]) -> Reading:
    return Reading(kept.get("mapping", {}), frozenset(kept.get("confirmed", ())))


def vocabulary_of(adoption: ListAdoption) -> Vocabulary:
    """The headings by which a file was read: the usual ones, and what its filer said about others."""
    return list_columns.VOCABULARY.mapped(_load_reading(adoption.reading).mapping)


def _is_of_use(work: UnitOfWork, adoption: ListAdoption) -> bool:
    """Whether a stored file need not be filed anew: a later one may have undone what it did."""
    if adoption.state == "running":
        return True
    if adoption.state in ("failed", "returned") or (adoption.state == "finished" and adoption.refused):
        return False
    later = adoptions.of_list(work.session, adoption.department_id, adoption.scheme, adoption.id)
    return all(one.source != adoption.source for one in later)


def _require_consistent(work: UnitOfWork, stated: ListFileFacts, state_day: dt.date) -> None:
    """A list is one list or a list for each source, not both; and the whole of it does not go back in time."""
    if not adopted_listing.is_source_name(stated.source):
        raise ListSourceRefused()
    known = adoptions.of_list(work.session, work.actor.department_id, stated.scheme)
    if known and bool(known[0].source) != bool(stated.source):
        raise ListSourceDiffers()
    whole = list_states.newest_whole(work.session, work.settings.node, stated.scheme, stated.source)
    if stated.is_full and whole is not None and state_day < whole.as_of:
        raise ListStateOlder()


def _find_sectors(work: UnitOfWork, reference: Reference, scheme: str) -> list[str]:
    """The sectors that the list bears on, as far as the filer's grant reaches. Refuses ``OutOfScope`` for none."""
    if reference.scheme(scheme, work.today) is None:
        raise SchemeUnknown()
    effects = [effect for effect in reference.list_effects(work.today) if effect.scheme == scheme]
    every = set(reference.filing_rules.sectors)
    reached = every if not effects or any(not effect.sectors for effect in effects) else set()
    reached |= {sector for effect in effects for sector in effect.sectors}
    granted = reached if EVERYWHERE in work.actor.sectors else reached & work.actor.sectors
    if not granted:
        raise OutOfScope()
    return sorted(granted)


def _list_state(reference: Reference, scheme: str, as_of: dt.date, today: dt.date) -> ListState:
    row = reference.scheme(scheme, today)
    if row is None:
        raise SchemeUnknown()
    return ListState(row, adopted_listing.list_names(reference, scheme), as_of, today)


def _begin(work: UnitOfWork, adoption: ListAdoption, data: bytes, filename: str, file: list_files.ListFile) -> None:
    adoption.filename, adoption.sealed = filename[:200], work.keys.vault.seal(data)
    adoption.state, adoption.total, adoption.created_at = "running", file.total, work.now
    adoption.next_row = adoption.removed = 0
    for outcome in OUTCOMES:
        setattr(adoption, outcome, 0)
    work.session.flush()
    left_out = [Note(f"/{column}", "column-left-out", "不认识的列，未读取") for column in file.left_out]
    rows = [PlaceRow(note.row, None, (), (Note("", note.code, note.detail),), sheet=note.sheet) for note in file.notes]
    _add_findings(work, adoption.id, [PlaceRow(0, None, (), tuple(left_out)), *rows], {})


def run(perform: Perform, actor: Actor, adoption_id: int) -> None:
    """File the remaining rows of an adoption, one transaction per chunk; a run after a crash files no row twice."""
    start, rows = perform(lambda work: _open(work, actor, adoption_id))
    while chunk := list(islice(rows, CHUNK)):
        start = perform(partial(_file_chunk, adoption_id=adoption_id, start=start, chunk=chunk))
    perform(lambda work: _finish(work, adoption_id))


def pending_adoptions(session: Session) -> list[tuple[int, int]]:
    """The adoptions whose rows are not all filed, as (adoption id, account id)."""
    statement = select(ListAdoption.id, ListAdoption.account_id).where(ListAdoption.state == "running")
    return [(number, account_id) for number, account_id in session.execute(statement.order_by(ListAdoption.id))]


def run_pending(perform_as: PerformAs, actors: Sequence[tuple[int, Actor]]) -> int:
    """Resume unfinished adoptions, each as (adoption id, filer); one that cannot go on is marked ``failed``."""
    return run_each(perform_as, actors, run, _mark_failed)


def _open(work: UnitOfWork, actor: Actor, adoption_id: int) -> tuple[int, Iterator[PlaceRow]]:
    work.actor.require(Permission.LISTING_DRAFT)
    adoption = adoptions.of_department(work.session, actor.department_id, adoption_id)
    if adoption.state != "running":
        return adoption.next_row, iter(())
    reference = reference_data.current(work.session)
    state = _list_state(reference, adoption.scheme, adoption.as_of, day_of(adoption.created_at))
    data = work.keys.vault.open(adoption.sealed)
    reading = _load_reading(adoption.reading)
    rows = list_files.read_list(data, adoption.filename, state, reference.filing_rules, reading).rows
    return adoption.next_row, islice(rows, adoption.next_row, None)


def _file_chunk(work: UnitOfWork, adoption_id: int, start: int, chunk: Sequence[PlaceRow]) -> int:
    adoption = work.session.get_one(ListAdoption, adoption_id, with_for_update=True)
    if adoption.state != "running" or adoption.next_row != start:  # another run went on meanwhile
        return adoption.next_row
    # Two files of one list at once: the second waits, so that no place is filed twice.
    reference_data.hold_scheme(work.session, adoption.scheme)
    reader = ChunkFiler(work, adoption, chunk)
    found: dict[int, list[tuple[str, Fault]]] = {}
    for row in chunk:
        outcome, fault = reader.file_row(row)
        setattr(adoption, outcome, getattr(adoption, outcome) + 1)
        if fault is not None:
            found[row.position] = [("fault" if outcome == "refused" else "note", fault)]
    reader.take_steps()
    adoption.next_row += len(chunk)
    _add_findings(work, adoption_id, chunk, found)
    work.session.flush()
    return adoption.next_row


def _add_findings(
    work: UnitOfWork, adoption_id: int, rows: Sequence[PlaceRow], more: Mapping[int, Sequence[tuple[str, Fault]]]
) -> None:
    values = []
    for row in rows:
        items = [*(("fault", fault) for fault in row.faults), *more.get(row.position, ())]
        items += [("note", Fault(note.pointer, note.code, note.detail)) for note in row.notes]
        values += [_finding_row(adoption_id, row, kind, fault) for kind, fault in items]
    if values:
        work.session.execute(insert(AdoptionFinding), values)


def _finding_row(adoption_id: int, row: PlaceRow, kind: str, fault: Fault) -> dict[str, Any]:
    column = fault.pointer.removeprefix("/")
    place = {"adoption_id": adoption_id, "row_number": row.number, "column": column}
    return place | {"kind": kind, "code": fault.code, "detail": fault.detail, "sheet": row.sheet}


def _finish(work: UnitOfWork, adoption_id: int) -> None:
    adoption = work.session.get_one(ListAdoption, adoption_id, with_for_update=True)
    if adoption.state != "running" or adoption.next_row < adoption.total:
        return
    adoption.state, adoption.finished_at = "finished", work.now
    if not adoptions.findings(work.session, adoption_id):
        adoption.sealed = b""  # nothing is to be mended in the file, and its bytes hold identity numbers
    work.session.flush()


def _mark_failed(work: UnitOfWork, adoption_id: int, refusal: Refusal) -> None:
    adoption = work.session.get_one(ListAdoption, adoption_id, with_for_update=True)
    if adoption.state != "running":
        return
    adoption.state, adoption.finished_at = "failed", work.now
    fault = Fault("", refusal.code, refusal.title)
    _add_findings(work, adoption_id, [PlaceRow(0, None, (fault,), ())], {})
    work.session.flush()
