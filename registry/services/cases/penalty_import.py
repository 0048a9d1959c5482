"""Import a file of penalties: store it, file its rows chunk by chunk, resume after any crash."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from registry.domain import identifiers
from registry.domain.filing import columns
from registry.domain.filing.model import Note, Rules
from registry.domain.filing.reading import Place, Reading
from registry.domain.filing.vocabulary import Vocabulary
from registry.domain.law.reference import Reference
from registry.domain.permissions import EVERYWHERE, Actor, Permission
from registry.errors import Fault, Invalid, Refusal
from registry.garbage import rarely_collected
from registry.keys.signing import Vault
from registry.models import Department, ImportFinding, PenaltyImport
from registry.queries.cases import penalties
from registry.queries.law import reference_data
from registry.refusals.acts import AlreadyFiled, ImportUnknown, QueryRefused
from registry.services.cases import column_mappings, penalty_filing
from registry.services.node import audit
from registry.services.node.resumable import Perform, PerformAs, run_each
from registry.tabular import filings
from registry.unit_of_work import UnitOfWork, day_of

CHUNK = 500


@dataclass(frozen=True)
class Options:
    """Options that a filer states for the whole file.

    ``mapping``: what headings mean (heading to field, field:unit or -), remembered for the department; an empty meaning
    forgets it. ``confirmed``: which doubts about rows were looked at and stand (``reading.CONFIRMABLE``).
    """

    sectors: tuple[str, ...] = ()
    district: str | None = None
    authority_code: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    confirmed: tuple[str, ...] = ()

    @property
    def reading(self) -> Reading:
        """How the rows are to be read."""
        return Reading({name: text for name, text in self.mapping.items() if text}, frozenset(self.confirmed))


@dataclass(frozen=True)
class Received:
    """A stored import, and its tables as they were found when it was stored: who goes on with it at once, in this
    process, need not read the file again. None for an import that was stored before."""

    import_row: PenaltyImport
    file: filings.OpenFile | None


@dataclass(frozen=True)
class Upload:
    """A file that is handed in: its bytes, its name, and what its filer states for all of it."""

    data: bytes = field(repr=False)
    filename: str
    options: Options


def store_import(work: UnitOfWork, data: bytes, filename: str, options: Options) -> PenaltyImport:
    """Store a file as ``receive`` does, for another process to go on with."""
    return receive(work, data, filename, options).import_row


def receive(work: UnitOfWork, data: bytes, filename: str, options: Options) -> Received:
    """Store a file, sealed, once per account; the same bytes again give the import already stored.

    An import that failed or refused a row is begun anew by the same bytes: what refused them may have changed.
    Refuses ``OutOfRole``, ``QueryRefused`` for an unknown code in the options, and every reason for which a
    file cannot be read as a table.
    """
    stated, upload, import_row = find_or_make(work, Upload(data, filename, options))
    if import_row.state == "running" or (import_row.state == "finished" and not import_row.refused):
        return Received(import_row, None)
    rules = filing_rules_for(
        reference_data.current(work.session), work.actor, upload.options, _department(work.session, work.actor)
    )
    with rarely_collected():
        file = filings.open_file(data, filename, upload.options.reading)
    column_mappings.remember(work, stated, column_mappings.PENALTY)
    begin_import(work, import_row, upload, filings.judge_rows(file, rules, work.today))
    audit.note(work, "import.receive", str(import_row.id))
    return Received(import_row, file)


def find_or_make(work: UnitOfWork, upload: Upload) -> tuple[Mapping[str, str], Upload, PenaltyImport]:
    """The import of a file as this account handed it in, locked, or a new one that is not stored yet.

    Returns what was stated about headings, and the file with what the department said about others before. Refuses
    ``OutOfRole`` and ``QueryRefused``.
    """
    work.actor.require(Permission.PENALTY_FILE)
    require_known_codes(reference_data.current(work.session), upload.options)
    stated, options = upload.options.mapping, with_remembered(work.session, work.actor, upload.options)
    options_json = _dump_options(options)
    digest = hashlib.sha256(options_json.encode() + upload.data).hexdigest()
    import_row = work.session.scalars(
        select(PenaltyImport)
        .where(PenaltyImport.account_id == work.actor.account_id, PenaltyImport.digest == digest)
        .with_for_update()
    ).first()
    made = import_row or PenaltyImport(account_id=work.actor.account_id, digest=digest, options=options_json, state="")
    return stated, replace(upload, options=options), made


def with_remembered(session: Session, actor: Actor, options: Options) -> Options:
    """The options with what the department said about headings before, as far as it says nothing else now."""
    known = column_mappings.with_remembered(session, actor, options.mapping, column_mappings.PENALTY)
    return replace(options, mapping=known)


def _dump_options(options: Options) -> str:
    """The options as they are kept with the file; those that state nothing new as they always were."""
    kept: dict[str, Any] = {
        "sectors": options.sectors,
        "district": options.district,
        "authority": options.authority_code,
    }
    if options.mapping:
        kept["mapping"] = dict(sorted(options.mapping.items()))
    if options.confirmed:
        kept["confirmed"] = sorted(options.confirmed)
    return json.dumps(kept)


def load_options(import_row: PenaltyImport) -> Options:
    """What the filer of a stored file states for all of it."""
    kept = json.loads(import_row.options)
    return Options(
        tuple(kept["sectors"]),
        kept["district"],
        kept["authority"],
        kept.get("mapping", {}),
        tuple(kept.get("confirmed", ())),
    )


def vocabulary_of(import_row: PenaltyImport) -> Vocabulary:
    """The headings by which a file was read: the usual ones, and what its filer said about others."""
    return columns.VOCABULARY.mapped(load_options(import_row).reading.mapping)


def _department(session: Session, actor: Actor) -> Department | None:
    return session.get(Department, actor.department_id) if actor.department_id is not None else None


def require_known_codes(reference: Reference, options: Options) -> None:
    """Refuse (``QueryRefused``) a sector, district or authority code that no row could be filed with, a meaning that no
    column can have, and a doubt that nobody can confirm."""
    faults = column_mappings.find_faults(options.mapping, columns.VOCABULARY, options.confirmed)
    if not set(options.sectors) <= set(reference.filing_rules.sectors):
        faults.append(Fault("/sectors", "sector-unknown", "不在代码表中"))
    if options.district and options.district not in reference.filing_rules.districts:
        faults.append(Fault("/district", "district-unknown", "不在代码表中"))
    if options.authority_code and not _is_valid_uscc(options.authority_code):
        faults.append(Fault("/authority_code", "uscc-malformed", "不是校验码正确的统一社会信用代码"))
    if faults:
        raise QueryRefused(faults=tuple(faults))


def _is_valid_uscc(text: str) -> bool:
    try:
        return identifiers.uscc(text) == text
    except Invalid:
        return False


def begin_import(
    work: UnitOfWork, import_row: PenaltyImport, upload: Upload, file: filings.FilingsFile, state: str = "running"
) -> None:
    """Store the bytes of a file and begin at its first row; what was found and mended before is forgotten."""
    import_row.filename, import_row.sealed = upload.filename[:200], work.keys.vault.seal(upload.data)
    import_row.state, import_row.total, import_row.mended = state, file.total, None
    import_row.created_at, import_row.finished_at = work.now, None
    restart(import_row)
    work.session.add(import_row)
    work.session.flush()
    note_file(work, import_row, file)


def restart(import_row: PenaltyImport) -> None:
    """Count the rows of a file from the first one again."""
    import_row.next_row = import_row.filed = import_row.unchanged = import_row.refused = 0


def note_file(work: UnitOfWork, import_row: PenaltyImport, file: filings.FilingsFile) -> None:
    """Note what is said about a file as a whole, in place of all that was found before."""
    work.session.execute(delete(ImportFinding).where(ImportFinding.import_id == import_row.id))
    for note in file.notes:
        about = filings.ReadRow(note.row, None, (), (Note("", note.code, note.detail),), note.sheet)
        work.session.execute(insert(ImportFinding), build_finding_rows(import_row.id, about, None))


def filing_rules_for(
    reference: Reference, actor: Actor, options: Options, department: Department | None = None
) -> Rules:
    """The rules by which rows are read for this filer: what no row states defaults to what the filer states for the
    file, or to the grant and the department of the account."""
    granted = tuple(sorted(actor.sectors)) if EVERYWHERE not in actor.sectors else ()
    districts = tuple(actor.districts - {EVERYWHERE})
    return replace(
        reference.filing_rules,
        default_sectors=options.sectors or granted,
        default_district=options.district or (districts[0] if len(districts) == 1 else None),
        default_authority_code=options.authority_code,
        department_name=department.name if department and department.authority_code else None,
        department_code=department.authority_code if department else None,
    )


def rules_of_filer(session: Session, actor: Actor, options: Options) -> Rules:
    """The rules of today by which rows are read for this filer."""
    return filing_rules_for(reference_data.current(session), actor, options, _department(session, actor))


def run(
    perform: Perform,
    actor: Actor,
    import_id: int,
    progress: Callable[[int, int], None] | None = None,
    received: Received | None = None,
) -> None:
    """File the remaining rows of an import, one transaction per chunk.

    Progress and rows commit together, so that after a crash the next run goes on behind the last committed chunk
    and files no row twice; nor do two runs at once. ``received``: what this process has just stored; any other run
    reads the stored file.
    """
    with rarely_collected():
        start, total, rows = perform(lambda work: _open_import(work, actor, import_id, received))
    with rarely_collected():  # again: the rows exist now
        while chunk := list(islice(rows, CHUNK)):
            done = perform(partial(_file_chunk, import_id=import_id, start=start, chunk=chunk))
            start += len(chunk)
            if progress:
                progress(done, total)
    perform(lambda work: _finish_import(work, import_id))


def pending_imports(session: Session) -> list[tuple[int, int]]:
    """The imports that are not finished, as (import id, account id)."""
    statement = select(PenaltyImport.id, PenaltyImport.account_id).where(PenaltyImport.state == "running")
    return [(import_id, account_id) for import_id, account_id in session.execute(statement.order_by(PenaltyImport.id))]


def import_of_account(session: Session, account_id: int | None, import_id: int) -> PenaltyImport:
    """An import of this account; refuses ``ImportUnknown``."""
    import_row = session.get(PenaltyImport, import_id)
    if import_row is None or import_row.account_id != account_id:
        raise ImportUnknown()
    return import_row


def findings(session: Session, import_id: int) -> list[ImportFinding]:
    """Findings of an import: what was refused or cleaned, row by row."""
    statement = select(ImportFinding).where(ImportFinding.import_id == import_id)
    return list(session.scalars(statement.order_by(ImportFinding.row_number, ImportFinding.id)))


def open_file(work: UnitOfWork, import_row: PenaltyImport, received: Received | None = None) -> filings.FilingsFile:
    """Read the rows of a stored file as ``judge_file`` does, from its tables."""
    return judge_file(work, import_row, find_tables(work, import_row, received))


def find_tables(work: UnitOfWork, import_row: PenaltyImport, received: Received | None = None) -> filings.OpenFile:
    """The tables of a stored file as its filer means them, with the cells that were mended; those of what this process
    has just ``received`` are of the same bytes and options, and are not read again."""
    reading = replace(load_options(import_row).reading, mended=load_mended(work.keys.vault, import_row))
    if received and received.file and received.import_row.digest == import_row.digest and not reading.mended:
        return received.file
    return filings.open_file(work.keys.vault.open(import_row.sealed), import_row.filename, reading)


def judge_file(work: UnitOfWork, import_row: PenaltyImport, file: filings.OpenFile) -> filings.FilingsFile:
    """The rows of a stored file whose tables were found.

    The day is that of receipt, so that a crash over midnight makes no day future; the rules are today's.
    """
    rules = rules_of_filer(work.session, work.actor, load_options(import_row))
    return filings.judge_rows(file, rules, day_of(import_row.created_at))


def load_mended(vault: Vault, import_row: PenaltyImport) -> dict[Place, dict[str, str]]:
    """The cells of a file that its filer wrote anew, by row."""
    stored = json.loads(vault.open(import_row.mended)) if import_row.mended else []
    return {(sheet, number): cells for sheet, number, cells in stored}


def _open_import(
    work: UnitOfWork, actor: Actor, import_id: int, received: Received | None
) -> tuple[int, int, Iterator[filings.ReadRow]]:
    import_row = import_of_account(work.session, actor.account_id, import_id)
    if import_row.state != "running":
        return import_row.next_row, import_row.total, iter(())
    file = open_file(work, import_row, received)
    return import_row.next_row, file.total, islice(file.rows, import_row.next_row, None)


def _file_chunk(work: UnitOfWork, import_id: int, start: int, chunk: Sequence[filings.ReadRow]) -> int:
    import_row = work.session.get_one(PenaltyImport, import_id, with_for_update=True)
    # Another run of this import may have gone on meanwhile, or the same bytes may have begun it anew.
    if import_row.state != "running" or import_row.next_row != start:
        return import_row.next_row
    submissions = [
        penalty_filing.Submission(row.filing, import_id, row.number, row.notes) for row in chunk if row.filing
    ]
    filed = penalty_filing.file(work, submissions)
    notes = penalties.notes(work.session, [outcome for outcome in filed if isinstance(outcome, str)])
    outcomes = iter(filed)
    finding_rows: list[dict[str, Any]] = []
    for row in chunk:
        outcome = next(outcomes) if row.filing else None
        if isinstance(outcome, str):
            import_row.filed += 1
            finding_rows += build_finding_rows(import_id, replace(row, notes=notes[outcome]), None)
        elif isinstance(outcome, AlreadyFiled) and outcome.data["is_unchanged"]:
            import_row.unchanged += 1
        else:
            import_row.refused += 1
            finding_rows += build_finding_rows(import_id, row, outcome)
    import_row.next_row += len(chunk)
    if finding_rows:
        work.session.connection().execute(insert(ImportFinding), finding_rows)
    work.session.flush()
    return import_row.next_row


def build_finding_rows(import_id: int, row: filings.ReadRow, refusal: Refusal | None) -> list[dict[str, Any]]:
    """What was found about a row, and for what it was refused, as rows of the table of findings."""
    findings = [("fault", fault.pointer, fault.code, fault.detail) for fault in row.faults]
    findings += [("note", note.pointer, note.code, note.detail) for note in row.notes]
    if refusal is not None:
        refusal_faults = [("fault", fault.pointer, fault.code, fault.detail) for fault in refusal.faults]
        findings += refusal_faults or [("fault", "", refusal.code, refusal.detail or refusal.title)]
    return [
        {
            "import_id": import_id,
            "row_number": row.number,
            "column": pointer.removeprefix("/"),
            "kind": kind,
            "code": code,
            "detail": detail,
            "sheet": row.sheet,
            "cell": row.cells.get(pointer, ""),
        }
        for kind, pointer, code, detail in findings
    ]


def _finish_import(work: UnitOfWork, import_id: int) -> None:
    import_row = work.session.get_one(PenaltyImport, import_id, with_for_update=True)
    if import_row.state != "running" or import_row.next_row < import_row.total:
        return
    # The bytes stay for the filer, who may mend, and for the verifier, as long as ``retention`` says.
    import_row.state, import_row.finished_at = "finished", work.now
    work.session.flush()


def run_pending(perform_as: PerformAs, actors: Sequence[tuple[int, Actor]]) -> int:
    """Resume unfinished imports, each as (import id, filer); returns how many files were worked on.

    An import that cannot go on is marked ``failed`` with the reason.
    """
    return run_each(perform_as, actors, run, _mark_failed)


def _mark_failed(work: UnitOfWork, import_id: int, refusal: Refusal) -> None:
    import_row = work.session.get_one(PenaltyImport, import_id, with_for_update=True)
    if import_row.state != "running":
        return
    import_row.state, import_row.finished_at = "failed", work.now
    fault = Fault("", refusal.code, refusal.title)
    work.session.execute(
        insert(ImportFinding), build_finding_rows(import_id, filings.ReadRow(0, None, (fault,), ()), None)
    )
    work.session.flush()
