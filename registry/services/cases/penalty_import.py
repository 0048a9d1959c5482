"""The acts on a filed file: keep it, file its rows chunk by chunk, resume after any crash."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from registry.domain import identifiers
from registry.domain.filing.model import Rules
from registry.domain.law.reference import Reference
from registry.domain.permissions import EVERYWHERE, Actor, Permission
from registry.errors import Fault, Invalid, Refusal
from registry.models import ImportFinding, PenaltyImport
from registry.queries.law import reference_data
from registry.refusals.acts import ImportUnknown, QueryRefused
from registry.services.cases import penalty_filing
from registry.services.node import audit
from registry.services.node.resumable import Perform, PerformAs, run_each
from registry.tabular import filings
from registry.unit_of_work import UnitOfWork, day_of

CHUNK = 500


@dataclass(frozen=True)
class Options:
    """What a filer states for the whole file."""

    sectors: tuple[str, ...] = ()
    district: str | None = None
    authority_code: str | None = None


def receive(work: UnitOfWork, data: bytes, filename: str, options: Options) -> PenaltyImport:
    """Keep the file, sealed, once per account; the same bytes again give the import already held.

    An import that failed or refused a row is begun anew by the same bytes: what refused them may have changed.
    Refuses ``OutOfRole``, ``QueryRefused`` for an unknown code in the options, and every reason for which a
    file cannot be read as a table.
    """
    work.actor.require(Permission.PENALTY_FILE)
    reference = reference_data.current(work.session)
    check(reference, options)
    stated = json.dumps({"sectors": options.sectors, "district": options.district, "authority": options.authority_code})
    digest = hashlib.sha256(stated.encode() + data).hexdigest()
    held = work.session.scalars(
        select(PenaltyImport)
        .where(PenaltyImport.account_id == work.actor.account_id, PenaltyImport.digest == digest)
        .with_for_update()
    ).first()
    if held is not None and (held.state == "running" or (held.state == "finished" and not held.refused)):
        return held
    total, _ = filings.read_filings(data, filename, rules(reference, work.actor, options), work.today)
    if held is None:
        held = PenaltyImport(account_id=work.actor.account_id, digest=digest, options=stated)
        work.session.add(held)
    _begin(work, held, data, filename, total)
    audit.note(work, "import.receive", str(held.id))
    return held


def check(reference: Reference, options: Options) -> None:
    """Refuse (``QueryRefused``) a sector, district or authority code that no row could be filed with."""
    faults = []
    if not set(options.sectors) <= set(reference.filing_rules.sectors):
        faults.append(Fault("/sectors", "sector-unknown", "不在代码表中"))
    if options.district and options.district not in reference.filing_rules.districts:
        faults.append(Fault("/district", "district-unknown", "不在代码表中"))
    if options.authority_code and not _is_code(options.authority_code):
        faults.append(Fault("/authority_code", "uscc-malformed", "不是校验码正确的统一社会信用代码"))
    if faults:
        raise QueryRefused(faults=tuple(faults))


def _is_code(text: str) -> bool:
    try:
        return identifiers.uscc(text) == text
    except Invalid:
        return False


def _begin(work: UnitOfWork, held: PenaltyImport, data: bytes, filename: str, total: int) -> None:
    held.filename, held.sealed = filename[:200], work.keys.vault.seal(data)
    held.state, held.total, held.created_at, held.finished_at = "running", total, work.now, None
    held.next_row = held.filed = held.refused = 0
    work.session.flush()
    work.session.execute(delete(ImportFinding).where(ImportFinding.import_id == held.id))


def rules(reference: Reference, actor: Actor, options: Options) -> Rules:
    """How the rows are read for this filer: sector and district default to what is stated or granted."""
    granted = tuple(sorted(actor.sectors)) if EVERYWHERE not in actor.sectors else ()
    districts = tuple(actor.districts - {EVERYWHERE})
    return replace(
        reference.filing_rules,
        default_sectors=options.sectors or granted,
        default_district=options.district or (districts[0] if len(districts) == 1 else None),
        default_authority_code=options.authority_code,
    )


def run(perform: Perform, actor: Actor, import_id: int, progress: Callable[[int, int], None] | None = None) -> None:
    """File the remaining rows, one transaction per chunk. Progress and rows commit together, so that after a
    crash the next run goes on behind the last committed chunk and files no row twice; nor do two
    runs at once.
    """
    start, total, rows = perform(lambda work: _open(work, actor, import_id))
    while chunk := list(islice(rows, CHUNK)):
        done = perform(partial(_file_chunk, import_id=import_id, start=start, chunk=chunk))
        start += len(chunk)
        if progress:
            progress(done, total)
    perform(lambda work: _finish(work, import_id))


def pending(session: Session) -> list[tuple[int, int]]:
    """(import id, account id) of the files not filed to their end."""
    question = select(PenaltyImport.id, PenaltyImport.account_id).where(PenaltyImport.state == "running")
    return [(number, account) for number, account in session.execute(question.order_by(PenaltyImport.id))]


def of_account(session: Session, account_id: int | None, import_id: int) -> PenaltyImport:
    """An import of this account; refuses ``ImportUnknown``."""
    held = session.get(PenaltyImport, import_id)
    if held is None or held.account_id != account_id:
        raise ImportUnknown()
    return held


def findings(session: Session, import_id: int) -> list[ImportFinding]:
    """What was refused or cleaned, row by row."""
    question = select(ImportFinding).where(ImportFinding.import_id == import_id)
    return list(session.scalars(question.order_by(ImportFinding.row_number, ImportFinding.id)))


def _open(work: UnitOfWork, actor: Actor, import_id: int) -> tuple[int, int, Iterator[filings.ReadRow]]:
    held = of_account(work.session, actor.account_id, import_id)
    if held.state != "running":
        return held.next_row, held.total, iter(())
    stated = json.loads(held.options)
    options = Options(tuple(stated["sectors"]), stated["district"], stated["authority"])
    data = work.keys.vault.open(held.sealed)
    # The day is that of receipt, so that a crash over midnight makes no day future; the rules are today's.
    chosen = rules(reference_data.current(work.session), actor, options)
    total, rows = filings.read_filings(data, held.filename, chosen, day_of(held.created_at))
    return held.next_row, total, islice(rows, held.next_row, None)


def _file_chunk(work: UnitOfWork, import_id: int, start: int, chunk: Sequence[filings.ReadRow]) -> int:
    held = work.session.get_one(PenaltyImport, import_id, with_for_update=True)
    if held.state != "running" or held.next_row != start:  # another run of this import, or its new beginning
        return held.next_row
    submissions = [penalty_filing.Submission(row.filing, import_id, row.number) for row in chunk if row.filing]
    outcomes = iter(penalty_filing.file(work, submissions))
    told: list[dict[str, Any]] = []
    for row in chunk:
        outcome = next(outcomes) if row.filing else None
        told += _told(import_id, row, outcome if isinstance(outcome, Refusal) else None)
        is_filed = isinstance(outcome, str)
        held.filed += is_filed
        held.refused += not is_filed
    held.next_row += len(chunk)
    if told:
        work.session.execute(insert(ImportFinding), told)
    work.session.flush()
    return held.next_row


def _told(import_id: int, row: filings.ReadRow, refusal: Refusal | None) -> list[dict[str, Any]]:
    said = [("fault", fault.pointer, fault.code, fault.detail) for fault in row.faults]
    said += [("note", note.pointer, note.code, note.detail) for note in row.notes]
    if refusal is not None:
        inner = [("fault", fault.pointer, fault.code, fault.detail) for fault in refusal.faults]
        said += inner or [("fault", "", refusal.code, refusal.title)]
    return [
        {
            "import_id": import_id,
            "row_number": row.number,
            "column": pointer.removeprefix("/"),
            "kind": kind,
            "code": code,
            "detail": detail,
        }
        for kind, pointer, code, detail in said
    ]


def _finish(work: UnitOfWork, import_id: int) -> None:
    held = work.session.get_one(PenaltyImport, import_id, with_for_update=True)
    if held.state != "running" or held.next_row < held.total:
        return
    held.state, held.finished_at = "finished", work.now
    held.sealed = b""  # the rows are filed or refused by now; the bytes hold identity numbers
    work.session.flush()


def run_pending(perform_as: PerformAs, actors: Sequence[tuple[int, Actor]]) -> int:
    """File the rest of the given (import id, filer); returns how many files were worked on. One that cannot go on is
    marked ``failed`` with the reason."""
    return run_each(perform_as, actors, run, _fail)


def _fail(work: UnitOfWork, import_id: int, refusal: Refusal) -> None:
    held = work.session.get_one(PenaltyImport, import_id, with_for_update=True)
    if held.state != "running":
        return
    held.state, held.finished_at = "failed", work.now
    if held.next_row >= held.total:
        held.sealed = b""
    said = Fault("", refusal.code, refusal.title)
    work.session.execute(insert(ImportFinding), _told(import_id, filings.ReadRow(0, None, (said,), ()), None))
    work.session.flush()
