"""The acts on a file of parties: keep it, answer it chunk by chunk at one entry, resume after any crash, cancel."""

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.permissions import Actor, Permission
from registry.domain.publication import canonical, redaction
from registry.errors import Fault, Refusal
from registry.models import CheckFile, CheckFilePart
from registry.queries.checks import batch_checks
from registry.queries.publication import ledger_state
from registry.refusals.acts import TransitionRefused
from registry.refusals.award import FileRunning
from registry.services.checks import award_check, request
from registry.services.checks.request import Inquiry, Party
from registry.services.node import audit
from registry.services.node.resumable import Perform, PerformAs, run_each
from registry.signing import Keys
from registry.tabular import answers, parties
from registry.tabular.parties import PartyRow
from registry.unit_of_work import UnitOfWork

CHUNK = 1000
RUNNING = "running"
UNNAMED = "unnamed"
"""The tender of a check that is made for none."""
_SHOWN = ("ref", "role", "name", "uscc", "of")


@dataclass(frozen=True)
class BatchRequest:
    """What is stated for all rows; ``on`` None is the day of receipt. Without ``tender`` no check is linked."""

    sector: str
    on: dt.date | None = None
    district: str | None = None
    must_tender: bool = True
    tender: str | None = None
    filename: str = ""


def receive(work: UnitOfWork, data: bytes, stated: BatchRequest) -> CheckFile:
    """Keep a file, sealed, to be answered as of the present head of the ledger; while the same file with the same
    question is being answered, it is that one.

    Refuses ``OutOfRole``, ``OutOfScope``, ``BodyRefused`` for the sector or district, and every reason for which the
    file cannot be read as a list of parties.
    """
    work.actor.require(Permission.CHECK_MAKE)
    work.actor.require_scope(frozenset({stated.sector}), None)
    on = stated.on or work.today
    request.parse_inquiry(work, _inquiry(stated, on, [], 0))
    question = canonical.dumps(asdict(stated) | {"on": on.isoformat()})
    digest = work.keys.vault.index("check file", hashlib.sha256(question + b"\0" + data).hexdigest()).hex()
    mine = (CheckFile.account_id == work.actor.account_id) & (CheckFile.digest == digest)
    held = work.session.scalars(select(CheckFile).where(mine, CheckFile.state == RUNNING)).first()
    if held is not None:
        return held
    made = CheckFile(
        id=secrets.token_hex(16),
        account_id=work.actor.account_id,
        department_id=work.actor.department_id,
        digest=digest,
        question_sealed=work.keys.vault.seal(question),
        sealed=work.keys.vault.seal(data),
        state=RUNNING,
        total=len(parties.read_parties(data, stated.filename)),
        next_row=0,
        unchecked=0,
        entry=ledger_state.head(work.session),
        on_day=on,
        created_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    audit.note(work, "check-file.receive", made.id)
    return made


def run(perform: Perform, actor: Actor, file_id: str, progress: Callable[[int, int], None] | None = None) -> None:
    """Answer the remaining rows, one transaction per chunk. Progress and answers commit together, so that after a
    crash the next run goes on behind the last committed chunk; two runs at once answer nothing twice. Once the file
    is cancelled nothing more is answered."""
    start, rows = perform(lambda work: _open(work, actor, file_id))
    while chunk := rows[start : start + CHUNK]:
        held = perform(partial(_answer, file_id=file_id, start=start, chunk=chunk))
        if held.state != RUNNING:
            return
        start = held.next_row
        if progress:
            progress(start, held.total)
    perform(partial(_finish, file_id=file_id))


def _open(work: UnitOfWork, actor: Actor, file_id: str) -> tuple[int, list[PartyRow]]:
    held = batch_checks.own(work.session, actor.department_id, file_id)
    if held.state != RUNNING:
        return held.next_row, []
    data = work.keys.vault.open(held.sealed)
    return held.next_row, parties.read_parties(data, request_of(work.keys, held).filename)


def request_of(keys: Keys, held: CheckFile) -> BatchRequest:
    """What was stated for all rows, opened."""
    stated = BatchRequest(**json.loads(keys.vault.open(held.question_sealed)))
    return replace(stated, on=held.on_day)


def _answer(work: UnitOfWork, file_id: str, start: int, chunk: Sequence[PartyRow]) -> CheckFile:
    held = work.session.get_one(CheckFile, file_id, with_for_update=True)
    if held.state != RUNNING or held.next_row != start:  # cancelled, or another run was faster
        return held
    stated = request_of(work.keys, held)
    faults = {row.number: row.faults[0] for row in chunk if row.faults}
    good = [row for row in chunk if row.number not in faults]
    asked = _inquiry(stated, held.on_day, good, held.entry)
    for fault in request.faults(work, asked):
        _, noun, position = fault.pointer.split("/")[:3]
        if noun == "parties":
            faults.setdefault(good[int(position)].number, fault)
    good = [row for row in chunk if row.number not in faults]
    asked = _inquiry(stated, held.on_day, good, held.entry)
    if held.total > CHUNK:  # the parties of a look in several checks: none of them stands for it as a whole
        asked = replace(asked, is_linked=False)
    made = award_check.check(work, asked) if good else None
    told = [_told(row, faults.get(row.number)) for row in chunk]
    part = CheckFilePart(
        file_id=file_id,
        start=start,
        check_id=made.check.id if made else None,
        rows_sealed=work.keys.vault.seal(json.dumps(told, ensure_ascii=False).encode()),
    )
    work.session.add(part)
    held.next_row += len(chunk)
    held.unchecked += len(faults)
    if made:
        lines = json.loads(made.receipt)["statement"]["lines"]
        held.unchecked += sum(line["verdict"] == "unchecked" for line in lines)
    work.session.flush()
    return held


def _inquiry(stated: BatchRequest, on: dt.date, rows: Sequence[PartyRow], entry: int) -> Inquiry:
    refs = {row.cells["ref"] for row in rows}
    return Inquiry(
        tender={"code": stated.tender or UNNAMED},
        sector=stated.sector,
        must_tender=stated.must_tender,
        district=stated.district,
        on=on,
        # A check names firms within itself only; the sheet shows ``of`` as it was given.
        parties=[replace(Party(**row.cells), of=_within(row.cells.get("of"), refs)) for row in rows],
        known_at=entry,
        is_linked=stated.tender is not None,
    )


def _within(of: str | None, refs: set[str]) -> str | None:
    return of if of in refs else None


def _told(row: PartyRow, fault: Fault | None) -> dict[str, Any]:
    """A row that was asked is told by its receipt; one that was not is kept as far as it names somebody."""
    if fault is None:
        return {"row": row.number} | ({"of": row.cells["of"]} if "of" in row.cells else {})
    shown = {name: redaction.blot(row.cells[name]) for name in _SHOWN if name in row.cells}
    return {"row": row.number, **shown, "verdict": "unchecked", "reasons": [{"code": fault.code}]}


def _finish(work: UnitOfWork, file_id: str) -> None:
    held = work.session.get_one(CheckFile, file_id, with_for_update=True)
    if held.state == RUNNING and held.next_row >= held.total:
        _end(work, held, "finished")


def cancel(work: UnitOfWork, file_id: str) -> CheckFile:
    """Answer no more of a file; what was answered stays, and its bytes are forgotten. Cancelling again changes
    nothing; refuses ``FileUnknown``, and ``TransitionRefused`` for one that came to its end."""
    work.actor.require(Permission.CHECK_MAKE)
    held = batch_checks.own(work.session, work.actor.department_id, file_id, lock=True)
    if held.state == "cancelled":
        return held
    if held.state != RUNNING:
        raise TransitionRefused()
    _end(work, held, "cancelled")
    audit.note(work, "check-file.cancel", held.id)
    return held


def _end(work: UnitOfWork, held: CheckFile, state: str) -> None:
    held.state, held.finished_at = state, work.now
    held.sealed = b""  # the bytes hold identity numbers
    work.session.flush()


def run_pending(perform_as: PerformAs, actors: Sequence[tuple[str, Actor]]) -> int:
    """Answer the rest of the given (file id, asker); returns how many files were worked on. One that cannot go on is
    marked ``failed`` with the reason."""
    return run_each(perform_as, actors, run, _fail)


def _fail(work: UnitOfWork, file_id: str, refusal: Refusal) -> None:
    held = work.session.get_one(CheckFile, file_id, with_for_update=True)
    if held.state == RUNNING:
        held.failed_because = refusal.code
        _end(work, held, "failed")


def answer_rows(session: Session, keys: Keys, file_id: str) -> Iterator[dict[str, Any]]:
    """Every answered row in the order of the file: a receipt's line with its ``row``, and the ``check`` it is in."""
    for part, check in batch_checks.parts(session, file_id):
        receipt = award_check.unseal(keys, check).receipt if check else b'{"statement":{"lines":[]}}'
        lines = iter(json.loads(receipt)["statement"]["lines"])
        for told in json.loads(keys.vault.open(part.rows_sealed)):
            is_asked = "verdict" not in told
            yield (next(lines) | told if is_asked else told) | {"check": check.number if check and is_asked else None}


def write(session: Session, keys: Keys, held: CheckFile, out: BinaryIO) -> None:
    """Write the workbook of a file that is answered no further; refuses ``FileRunning``."""
    if held.state == "running":
        raise FileRunning()
    checks = batch_checks.checks(session, held.id)
    about = (
        ("成批核查", held.id),
        ("状态", held.state),
        ("名单行数", str(held.total)),
        ("已答复行数", str(held.next_row)),
        ("未能核查", str(held.unchecked)),
        ("登记号", str(held.entry)),
        ("法律效力日", held.on_day.isoformat()),
        *(("核查编号与回执", f"{check.number}  {check.id}") for check in checks),
    )
    answers.write(out, answer_rows(session, keys, held.id), about)
