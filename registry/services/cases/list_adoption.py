"""Adopt a list of another authority from a file: store it, file its rows chunk by chunk, resume after any crash."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from registry.domain.cases import adopted_listing, case_file, procedures
from registry.domain.cases.adopted_listing import ListPlace, ListState
from registry.domain.cases.workflow import INITIAL
from registry.domain.filing.model import Note
from registry.domain.filing.parse import document_key
from registry.domain.law.reference import Reference
from registry.domain.permissions import EVERYWHERE, Actor, Permission
from registry.domain.publication import canonical
from registry.errors import Fault, Refusal
from registry.models import AdoptedListing, AdoptionFinding, ListAdoption
from registry.queries.cases import penalties
from registry.queries.law import reference_data
from registry.refusals.acts import ChangeInFuture, OutOfScope
from registry.refusals.procedure import AdoptionUnknown, SchemeUnknown
from registry.services.cases import steps
from registry.services.cases.identity import Identity, identify
from registry.services.law.clocks import DeadlineSubject
from registry.services.node import audit
from registry.services.node.resumable import Perform, PerformAs, run_each
from registry.tabular import list_files
from registry.tabular.list_files import PlaceRow
from registry.unit_of_work import UnitOfWork, day_of

CHUNK = 500
OUTCOMES = ("came", "changed", "renewed", "unchanged", "off_list", "refused")
"""What a row may become; ``renewed``: only the day of the list's state is new; ``off_list``: it says that the party
left."""
_NOT_ON_LIST = Fault("", "not-on-list", "此行所写的当事人已不在名单上，不转录")


def store_adoption(
    work: UnitOfWork, data: bytes, filename: str, scheme: str, as_of: dt.date | None, *, is_full: bool
) -> ListAdoption:
    """Store a file of a list, sealed, once per account; the same bytes again give the adoption already stored.

    ``as_of``: the day whose state of the list it is, today by default. Refuses ``OutOfRole``, ``OutOfScope``,
    ``SchemeUnknown``, ``ChangeInFuture``, and every reason for which the file cannot be read as a table of a list.
    """
    work.actor.require(Permission.LISTING_DRAFT)
    state_day = as_of or work.today
    if state_day > work.today:
        raise ChangeInFuture()
    reference = reference_data.current(work.session)
    sectors = _find_sectors(work, reference, scheme)
    options = f"{scheme}\n{is_full}\n{state_day}\n"
    digest = hashlib.sha256(options.encode() + data).hexdigest()
    statement = select(ListAdoption).where(
        ListAdoption.account_id == work.actor.account_id, ListAdoption.digest == digest
    )
    adoption = work.session.scalars(statement.with_for_update()).first()
    if adoption is not None and (
        adoption.state != "failed" and not (adoption.state == "finished" and adoption.refused)
    ):
        return adoption
    state = _list_state(reference, scheme, state_day, work.today)
    file = list_files.read_list(data, filename, state, reference.filing_rules)
    if adoption is None:
        department = penalties.department(work.session, work.actor.department_id)
        adoption = ListAdoption(account_id=work.actor.account_id, department_id=department.id, digest=digest)
        work.session.add(adoption)
    adoption.scheme, adoption.is_full, adoption.as_of, adoption.sectors = scheme, is_full, state_day, sectors
    _begin(work, adoption, data, filename, file)
    audit.note(work, "adoption.receive", str(adoption.id), scheme)
    return adoption


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
    adoption.finished_at = adoption.verified_at = adoption.confirmed_by = None
    adoption.next_row = adoption.removed = 0
    for outcome in OUTCOMES:
        setattr(adoption, outcome, 0)
    work.session.flush()
    work.session.execute(delete(AdoptionFinding).where(AdoptionFinding.adoption_id == adoption.id))
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


def adoption_of_department(
    session: Session, department_id: int | None, adoption_id: int, *, lock: bool = False
) -> ListAdoption:
    """An adoption of a department; refuses ``AdoptionUnknown``."""
    statement = select(ListAdoption).where(ListAdoption.id == adoption_id)
    adoption = session.scalars(statement.with_for_update() if lock else statement).first()
    if adoption is None or adoption.department_id != department_id:
        raise AdoptionUnknown()
    return adoption


def findings(session: Session, adoption_id: int) -> list[AdoptionFinding]:
    """What was refused, cleaned or left out, row by row."""
    statement = select(AdoptionFinding).where(AdoptionFinding.adoption_id == adoption_id)
    return list(session.scalars(statement.order_by(AdoptionFinding.row_number, AdoptionFinding.id)))


def _open(work: UnitOfWork, actor: Actor, adoption_id: int) -> tuple[int, Iterator[PlaceRow]]:
    work.actor.require(Permission.LISTING_DRAFT)
    adoption = adoption_of_department(work.session, actor.department_id, adoption_id)
    if adoption.state != "running":
        return adoption.next_row, iter(())
    reference = reference_data.current(work.session)
    state = _list_state(reference, adoption.scheme, adoption.as_of, day_of(adoption.created_at))
    data = work.keys.vault.open(adoption.sealed)
    rows = list_files.read_list(data, adoption.filename, state, reference.filing_rules).rows
    return adoption.next_row, islice(rows, adoption.next_row, None)


def _file_chunk(work: UnitOfWork, adoption_id: int, start: int, chunk: Sequence[PlaceRow]) -> int:
    adoption = work.session.get_one(ListAdoption, adoption_id, with_for_update=True)
    if adoption.state != "running" or adoption.next_row != start:  # another run went on meanwhile
        return adoption.next_row
    # Two files of one list at once: the second waits, so that no place is filed twice.
    reference_data.hold_scheme(work.session, adoption.scheme)
    reader = _ChunkFiler(work, adoption, chunk)
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


class _ChunkFiler:
    """Files the rows of one chunk against the places that are known already."""

    def __init__(self, work: UnitOfWork, adoption: ListAdoption, chunk: Sequence[PlaceRow]) -> None:
        self._work, self._adoption = work, adoption
        self._identities = {row.position: identify(work, row.place.subject) for row in chunk if row.place}
        keys = {identity.key for identity in self._identities.values()}
        statement = select(AdoptedListing).where(
            AdoptedListing.scheme == adoption.scheme,
            AdoptedListing.subject_key.in_(keys),
            AdoptedListing.state != "removed",
        )
        rows = work.session.scalars(statement.order_by(AdoptedListing.id).with_for_update())
        self._places = {(row.subject_key, row.document_key): row for row in rows}
        self._steps: dict[str, list[steps.RecordStep]] = {"file": [], "refile": []}

    def file_row(self, row: PlaceRow) -> tuple[str, Fault | None]:
        """File one row; its outcome, and what is to be said of it."""
        if row.place is None:
            return "refused", None
        identity, place = self._identities[row.position], row.place
        facts = adopted_listing.content(place, self._adoption.sectors)
        is_off = place.is_off or (place.ends_on is not None and place.ends_on <= self._work.today)
        known = self._places.get((identity.key, document_key(place.document_number)))
        if known is None:
            if is_off:
                return "off_list", _NOT_ON_LIST
            self._add(identity, facts)
            return "came", None
        fault = self._find_fault(known, facts)
        if fault is not None:
            return "refused", fault
        if is_off:
            return self._take_off(known, place)
        return self._change(known, facts), None

    def take_steps(self) -> None:
        """File the steps of the chunk; the rows are flushed before, so that what is twice is refused by the store."""
        self._work.session.flush()
        for act, record_steps in self._steps.items():
            steps.take_steps(self._work, AdoptedListing.noun, act, record_steps)

    def _find_fault(self, known: AdoptedListing, facts: Mapping[str, Any]) -> Fault | None:
        if known.department_id != self._adoption.department_id:
            return Fault("", "adopted-elsewhere", "该条已由本节点其他部门转录")
        before = current_facts(known)
        if known.adoption_id == self._adoption.id and adopted_listing.change_of(before, facts) == "changed":
            return Fault("", "row-doubled", "同一当事人、同一文号在文件中重复出现，内容不同")
        if facts["as_of"] < before["as_of"]:
            return Fault("", "older-than-known", "名单状态日期早于已转录的状态")
        return None

    def _add(self, identity: Identity, facts: Mapping[str, Any]) -> None:
        case = AdoptedListing(
            record=secrets.token_hex(16),
            department_id=self._adoption.department_id,
            state="filed",
            version=1,
            content=canonical.dumps(facts).decode(),
            scheme=self._adoption.scheme,
            subject_key=identity.key,
            document_key=document_key(facts["document_number"]),
            id_index=identity.index,
            id_sealed=identity.sealed,
            adoption_id=self._adoption.id,
        )
        self._work.session.add(case)
        self._places[case.subject_key, case.document_key] = case
        self._note_step(case, INITIAL, "file", {"facts": case_file.facts_digest(facts)})

    def _change(self, known: AdoptedListing, facts: Mapping[str, Any]) -> str:
        change = adopted_listing.change_of(known.facts, facts)
        is_same = known.adoption_id == self._adoption.id or (change == "unchanged" and known.state != "amended")
        if is_same and known.state != "filed":
            known.adoption_id = self._adoption.id
            return "unchanged"
        if known.state == "filed":
            if known.adoption_id == self._adoption.id:
                return "unchanged"
            known.content, change = canonical.dumps(facts).decode(), "came"
        else:
            known.content = canonical.dumps(known.facts | {"amendment": facts}).decode()
        self._refile(known, {"facts": case_file.facts_digest(facts)})
        return change

    def _take_off(self, known: AdoptedListing, place: ListPlace) -> tuple[str, Fault | None]:
        if known.state == "filed":
            return "off_list", _NOT_ON_LIST
        off = {"off_since": place.off_since.isoformat(), "because": place.off_because, "as_of": place.as_of.isoformat()}
        known.content = canonical.dumps(known.facts | {"amendment": off}).decode()
        self._refile(known, off)
        return "off_list", None

    def _refile(self, known: AdoptedListing, stated: Mapping[str, Any]) -> None:
        before = known.state
        known.state = procedures.ADOPTED_LISTING.step(before, "refile").to
        known.version, known.adoption_id = known.version + 1, self._adoption.id
        self._note_step(known, before, "refile", stated)

    def _note_step(self, case: AdoptedListing, before: str, act: str, stated: Mapping[str, Any]) -> None:
        step = procedures.ADOPTED_LISTING.step(before, act)
        self._steps[act].append(steps.RecordStep(deadline_subject(case), step, stated))


def current_facts(case: AdoptedListing) -> dict[str, Any]:
    """The facts of a place as last stated: those that wait for verification, else those that are published."""
    facts = case.facts
    amendment = facts.pop("amendment", None) or {}
    return amendment if "subject" in amendment else facts | {"as_of": amendment.get("as_of", facts["as_of"])}


def deadline_subject(case: AdoptedListing) -> DeadlineSubject:
    """The record as its clocks know it."""
    sectors, district = case.scope
    return DeadlineSubject(case.record, case.department_id, sorted(sectors), district, {})


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
    if not findings(work.session, adoption_id):
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
