"""Check a file of parties: store it, answer it chunk by chunk at one entry, resume after any crash, cancel."""

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.filing import party_columns
from registry.domain.filing.model import Note
from registry.domain.filing.reading import parse_mapping
from registry.domain.permissions import Actor, Permission
from registry.domain.publication import canonical, redaction
from registry.errors import Fault, Refusal
from registry.keys.signing import Keys
from registry.models import CheckFile, CheckFilePart
from registry.queries.checks import batch_checks
from registry.queries.publication import ledger_state
from registry.refusals.acts import TransitionRefused
from registry.refusals.award import FileRunning
from registry.services.cases import column_mappings
from registry.services.checks import award_check, request
from registry.services.checks.request import Inquiry, Party
from registry.services.node import audit
from registry.services.node.resumable import Perform, PerformAs, run_each
from registry.tabular import answers, parties
from registry.tabular.parties import PartyRow
from registry.tabular.sheet import note_texts
from registry.unit_of_work import UnitOfWork

CHUNK = 1000
RUNNING = "running"
UNNAMED = "unnamed"
"""The tender of a check that is made for none."""
_CELLS_KEPT = ("ref", "role", "name", "uscc", "of", "organisation_code", "registration_number")


@dataclass(frozen=True)
class BatchRequest:
    """The request of a batch check: what is stated for all rows; ``on`` None is the day of receipt.

    Without ``tender`` no check is linked.
    """

    sector: str
    on: dt.date | None = None
    district: str | None = None
    must_tender: bool | None = None
    tender: str | None = None
    filename: str = ""
    project: str | None = None
    mapping: tuple[str, ...] = ()
    """What headings of the file mean, as ``reading.parse_mapping`` reads it."""


def receive(work: UnitOfWork, data: bytes, batch_request: BatchRequest) -> CheckFile:
    """Store a file, sealed, to be answered as of the present head of the ledger.

    While the same file with the same request is being answered, that one is returned.

    Refuses ``OutOfRole``, ``OutOfScope``, ``BodyRefused`` for the sector or district, and every reason for which the
    file cannot be read as a list of parties. What is said about headings is remembered for the department.
    """
    work.actor.require(Permission.CHECK_MAKE)
    work.actor.require_scope(frozenset({batch_request.sector}), None)
    on = batch_request.on or work.today
    request.parse_inquiry(work, _build_inquiry(batch_request, on, [], 0))
    stated = parse_mapping(batch_request.mapping)
    batch_request = replace(batch_request, mapping=settle_mapping(work.session, work.actor, stated))
    request_bytes = canonical.dumps(asdict(batch_request) | {"on": on.isoformat()})
    digest = work.keys.vault.index("check file", hashlib.sha256(request_bytes + b"\0" + data).hexdigest()).hex()
    is_same = (CheckFile.account_id == work.actor.account_id) & (CheckFile.digest == digest)
    check_file = work.session.scalars(select(CheckFile).where(is_same, CheckFile.state == RUNNING)).first()
    if check_file is not None:
        return check_file
    new_file = CheckFile(
        id=secrets.token_hex(16),
        account_id=work.actor.account_id,
        department_id=work.actor.department_id,
        digest=digest,
        question_sealed=work.keys.vault.seal(request_bytes),
        sealed=work.keys.vault.seal(data),
        state=RUNNING,
        total=len(_read_rows(data, batch_request)),
        next_row=0,
        unchecked=0,
        entry=ledger_state.head(work.session),
        on_day=on,
        created_at=work.now,
    )
    column_mappings.remember(work, stated, column_mappings.PARTY)
    work.session.add(new_file)
    work.session.flush()
    audit.note(work, "check-file.receive", new_file.id)
    return new_file


def settle_mapping(session: Session, actor: Actor, stated: Mapping[str, str]) -> tuple[str, ...]:
    """What headings of a bidders' file mean: as stated, else as the department said before. Refuses ``QueryRefused``
    for a meaning that no column can have."""
    column_mappings.require_sound(stated, party_columns.VOCABULARY)
    known = column_mappings.with_remembered(session, actor, stated, column_mappings.PARTY)
    return tuple(f"{heading}={meaning}" for heading, meaning in sorted(known.items()) if meaning)


def run(perform: Perform, actor: Actor, file_id: str, progress: Callable[[int, int], None] | None = None) -> None:
    """Answer the remaining rows of a file, one transaction per chunk.

    Progress and answers commit together, so that after a crash the next run goes on behind the last committed chunk;
    two runs at once answer nothing twice. Once the file is cancelled nothing more is answered.
    """
    start, rows = perform(lambda work: _open_file(work, actor, file_id))
    while chunk := rows[start : start + CHUNK]:
        check_file = perform(partial(_answer_chunk, file_id=file_id, start=start, chunk=chunk))
        if check_file.state != RUNNING:
            return
        start = check_file.next_row
        if progress:
            progress(start, check_file.total)
    perform(partial(_finish_file, file_id=file_id))


def _open_file(work: UnitOfWork, actor: Actor, file_id: str) -> tuple[int, list[PartyRow]]:
    check_file = batch_checks.own(work.session, actor.department_id, file_id)
    if check_file.state != RUNNING:
        return check_file.next_row, []
    data = work.keys.vault.open(check_file.sealed)
    return check_file.next_row, _read_rows(data, request_of(work.keys, check_file))


def _read_rows(data: bytes, batch_request: BatchRequest) -> list[PartyRow]:
    """The rows of a file; what is to be said about the file as a whole stands with its first row."""
    file = parties.read_parties(data, batch_request.filename, parse_mapping(batch_request.mapping))
    about = tuple(Note("", note.code, line) for note, line in zip(file.notes, note_texts(file.notes), strict=True))
    return [replace(file.rows[0], notes=(*about, *file.rows[0].notes)), *file.rows[1:]]


def request_of(keys: Keys, check_file: CheckFile) -> BatchRequest:
    """The request of a stored file, opened."""
    batch_request = BatchRequest(**json.loads(keys.vault.open(check_file.question_sealed)))
    return replace(batch_request, on=check_file.on_day, mapping=tuple(batch_request.mapping))


def _answer_chunk(work: UnitOfWork, file_id: str, start: int, chunk: Sequence[PartyRow]) -> CheckFile:
    check_file = work.session.get_one(CheckFile, file_id, with_for_update=True)
    if check_file.state != RUNNING or check_file.next_row != start:  # cancelled, or another run was faster
        return check_file
    batch_request = request_of(work.keys, check_file)
    faults = {place: row.faults[0] for place, row in enumerate(chunk) if row.faults}
    places = [place for place in range(len(chunk)) if place not in faults]
    inquiry = _build_inquiry(batch_request, check_file.on_day, [chunk[place] for place in places], check_file.entry)
    for fault in request.faults(work, inquiry):
        _, noun, position = fault.pointer.split("/")[:3]
        if noun == "parties":
            faults.setdefault(places[int(position)], fault)
    valid_rows = [row for place, row in enumerate(chunk) if place not in faults]
    inquiry = _build_inquiry(batch_request, check_file.on_day, valid_rows, check_file.entry)
    if check_file.total > CHUNK:  # the parties of one request are in several checks: none stands for it as a whole
        inquiry = replace(inquiry, is_linked=False)
    signed_check = award_check.check(work, inquiry) if valid_rows else None
    rows = [_build_row(row, faults.get(place)) for place, row in enumerate(chunk)]
    part = CheckFilePart(
        file_id=file_id,
        start=start,
        check_id=signed_check.check.id if signed_check else None,
        rows_sealed=work.keys.vault.seal(json.dumps(rows, ensure_ascii=False).encode()),
    )
    work.session.add(part)
    check_file.next_row += len(chunk)
    check_file.unchecked += len(faults)
    if signed_check:
        lines = json.loads(signed_check.receipt)["statement"]["lines"]
        check_file.unchecked += sum(line["verdict"] == "unchecked" for line in lines)
    work.session.flush()
    return check_file


def _build_inquiry(batch_request: BatchRequest, on: dt.date, rows: Sequence[PartyRow], entry: int) -> Inquiry:
    refs = {row.cells["ref"] for row in rows}
    return Inquiry(
        tender={"code": batch_request.tender or UNNAMED},
        sector=batch_request.sector,
        must_tender=batch_request.must_tender,
        district=batch_request.district,
        project=batch_request.project,
        on=on,
        # A check names firms within itself only; the sheet shows ``of`` as it was stated.
        parties=[replace(Party(**row.cells), of=_limit_reference(row.cells.get("of"), refs)) for row in rows],
        known_at=entry,
        is_linked=batch_request.tender is not None,
    )


def _limit_reference(of: str | None, refs: set[str]) -> str | None:
    return of if of in refs else None


def _build_row(row: PartyRow, fault: Fault | None) -> dict[str, Any]:
    """A row that was checked is stated by its receipt; one that was not is kept as far as it names somebody."""
    place: dict[str, Any] = {"row": row.number} | ({"sheet": row.sheet} if row.sheet else {})
    if row.notes:
        place["notes"] = list(dict.fromkeys(note.detail for note in row.notes))
    if fault is None:
        return place | ({"of": row.cells["of"]} if "of" in row.cells else {})
    cells = {name: redaction.blot(row.cells[name]) for name in _CELLS_KEPT if name in row.cells}
    return {**place, **cells, "verdict": "unchecked", "reasons": [{"code": fault.code}]}


def _finish_file(work: UnitOfWork, file_id: str) -> None:
    check_file = work.session.get_one(CheckFile, file_id, with_for_update=True)
    if check_file.state == RUNNING and check_file.next_row >= check_file.total:
        _end_file(work, check_file, "finished")


def cancel(work: UnitOfWork, file_id: str) -> CheckFile:
    """Cancel a file: no more rows are answered, what was answered stays, and its bytes are deleted.

    Cancelling again changes nothing. Refuses ``FileUnknown``, and ``TransitionRefused`` for one that is finished.
    """
    work.actor.require(Permission.CHECK_MAKE)
    check_file = batch_checks.own(work.session, work.actor.department_id, file_id, lock=True)
    if check_file.state == "cancelled":
        return check_file
    if check_file.state != RUNNING:
        raise TransitionRefused()
    _end_file(work, check_file, "cancelled")
    audit.note(work, "check-file.cancel", check_file.id)
    return check_file


def _end_file(work: UnitOfWork, check_file: CheckFile, state: str) -> None:
    check_file.state, check_file.finished_at = state, work.now
    check_file.sealed = b""  # the bytes hold identity numbers
    work.session.flush()


def run_pending(perform_as: PerformAs, actors: Sequence[tuple[str, Actor]]) -> int:
    """Answer the rest of the given (file id, asker); returns how many files were worked on. One that cannot go on is
    marked ``failed`` with the reason."""
    return run_each(perform_as, actors, run, _mark_failed)


def _mark_failed(work: UnitOfWork, file_id: str, refusal: Refusal) -> None:
    check_file = work.session.get_one(CheckFile, file_id, with_for_update=True)
    if check_file.state == RUNNING:
        check_file.failed_because = refusal.code
        _end_file(work, check_file, "failed")


def answer_rows(session: Session, keys: Keys, file_id: str) -> Iterator[dict[str, Any]]:
    """Every answered row in the order of the file: a receipt's line with its ``row``, and the ``check`` it is in."""
    for part, check in batch_checks.parts(session, file_id):
        receipt = award_check.unseal(keys, check).receipt if check else b'{"statement":{"lines":[]}}'
        lines = iter(json.loads(receipt)["statement"]["lines"])
        for row in json.loads(keys.vault.open(part.rows_sealed)):
            is_checked = "verdict" not in row
            yield (next(lines) | row if is_checked else row) | {"check": check.number if check and is_checked else None}


def write_workbook(session: Session, keys: Keys, check_file: CheckFile, out: BinaryIO) -> None:
    """Write the result workbook of a file that is no longer running; refuses ``FileRunning``."""
    if check_file.state == "running":
        raise FileRunning()
    checks = batch_checks.checks(session, check_file.id)
    about = (
        ("成批核查", check_file.id),
        ("状态", check_file.state),
        ("名单行数", str(check_file.total)),
        ("已答复行数", str(check_file.next_row)),
        ("未能核查", str(check_file.unchecked)),
        ("登记号", str(check_file.entry)),
        ("法律效力日", check_file.on_day.isoformat()),
        *(("核查编号与回执", f"{check.number}  {check.id}") for check in checks),
    )
    answers.write(out, answer_rows(session, keys, check_file.id), about)
