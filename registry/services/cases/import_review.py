"""Look at a file of penalties before it is filed: check every row, mend cells, state what headings mean, then file it.

A row is checked by filing it and taking that back, so that what the check finds is what filing would find.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from registry.domain.filing.cells import text_faults
from registry.domain.filing.reading import Place
from registry.domain.permissions import Actor, Permission
from registry.domain.publication import canonical
from registry.errors import Fault, Invalid, Refusal
from registry.models import ImportFinding, PenaltyImport
from registry.queries.cases import penalties
from registry.refusals.acts import AlreadyFiled, FileForgotten, FileUnfinished, FilingRefused
from registry.services.cases import column_mappings, import_rows, penalty_filing, penalty_import
from registry.services.cases.penalty_import import Options, Upload
from registry.services.node import audit
from registry.services.node.resumable import Perform, PerformAs, run_each
from registry.tabular import filings
from registry.unit_of_work import UnitOfWork

CHECKING, CHECKED, FAILED = "checking", "checked", "failed"
MENDABLE = (CHECKED, "finished", FAILED)
"""States in which cells may be mended and the file read anew."""


def stage(work: UnitOfWork, upload: Upload) -> PenaltyImport:
    """Store a file to be looked at before anything is filed; the same bytes again give what was stored.

    One that cannot be read as a table is kept as ``failed`` with the reason, so that its headings can be mapped.
    Refuses ``OutOfRole`` and ``QueryRefused``.
    """
    stated, upload, import_row = penalty_import.find_or_make(work, upload)
    if import_row.state in (CHECKING, CHECKED, "running") or (
        import_row.state == "finished" and not import_row.refused
    ):
        return import_row
    column_mappings.remember(work, stated, column_mappings.PENALTY)
    _read_or_fail(work, import_row, upload)
    audit.note(work, "import.receive", str(import_row.id))
    return import_row


def restate(work: UnitOfWork, import_id: int, options: Options) -> PenaltyImport:
    """Read a stored file anew as its filer now means it: what headings mean, which doubts stand; mended cells stay.

    Refuses ``ImportUnknown``, ``FileUnfinished``, ``FileForgotten``, ``QueryRefused``.
    """
    import_row = _admit(work, import_id)
    present = penalty_import.load_options(import_row)
    merged = replace(options, mapping={**present.mapping, **options.mapping})
    data = work.keys.vault.open(import_row.sealed)
    stated, upload, other = penalty_import.find_or_make(work, Upload(data, import_row.filename, merged))
    if other.id is not None and other.id != import_row.id:
        return other  # the same file was handed in with the same meaning before
    column_mappings.remember(work, stated, column_mappings.PENALTY)
    if other.id is None:
        import_row.options, import_row.digest = other.options, other.digest
    mended = import_row.mended
    _read_or_fail(work, import_row, upload)
    import_row.mended = mended
    import_rows.forget(work, import_row.id)
    work.session.flush()
    return import_row


def mend(work: UnitOfWork, import_id: int, place: Place, cells: Mapping[str, str]) -> PenaltyImport:
    """Write cells of a row anew, by heading, and check that row again. The file itself stays as it was handed in.

    Refuses ``ImportUnknown``, ``FileUnfinished``, ``FileForgotten``, and ``FilingRefused`` for a text that no cell may
    have.
    """
    import_row = _admit(work, import_id)
    faults = [fault for name, text in cells.items() for fault in text_faults(name, text)]
    if faults:
        raise FilingRefused(faults=tuple(faults))
    mended = penalty_import.load_mended(work.keys.vault, import_row)
    mended[place] = {**mended.get(place, {}), **cells}
    stored = [[sheet, number, row_cells] for (sheet, number), row_cells in sorted(mended.items())]
    import_row.mended = work.keys.vault.seal(canonical.dumps(stored))
    work.session.flush()
    row = find_row(work, import_row, place)
    if row is not None:
        _recheck(work, import_row, row)
    audit.note(work, "import.mend", str(import_row.id))
    return import_row


def find_row(work: UnitOfWork, import_row: PenaltyImport, place: Place) -> filings.ReadRow | None:
    """One row of a stored file as it is read now, with the cells that were mended."""
    rows = penalty_import.open_file(work, import_row).rows
    return next((row for row in rows if (row.sheet, row.number) == place), None)


def submit(work: UnitOfWork, import_id: int) -> PenaltyImport:
    """Let a file that was looked at be filed: the worker files its good rows. Filed rows are filed once only.

    Refuses ``ImportUnknown``, ``FileUnfinished``, ``FileForgotten``.
    """
    import_row = _admit(work, import_id)
    file = penalty_import.open_file(work, import_row)
    import_row.state, import_row.finished_at = "running", None
    penalty_import.restart(import_row)
    penalty_import.note_file(work, import_row, file)
    audit.note(work, "import.submit", str(import_row.id))
    work.session.flush()
    return import_row


def check(perform: Perform, actor: Actor, import_id: int) -> None:
    """Check the remaining rows of a file, one transaction per chunk; after a crash the next run goes on behind it.

    The rows are kept page by page from the same reading of the file.
    """
    start, rows, found = perform(lambda work: _open_checking(work, actor, import_id))
    while chunk := list(islice(rows, penalty_import.CHUNK)):
        perform(partial(_check_chunk, import_id=import_id, start=start, chunk=chunk))
        start += len(chunk)
    perform(lambda work: _finish_check(work, import_id))
    if found:
        import_rows.keep(perform, import_id, found)


def pending_checks(session: Session) -> list[tuple[int, int]]:
    """The files whose rows are not all checked, as (import id, account id)."""
    statement = select(PenaltyImport.id, PenaltyImport.account_id).where(PenaltyImport.state == CHECKING)
    return [(import_id, account_id) for import_id, account_id in session.execute(statement.order_by(PenaltyImport.id))]


def run_pending(perform_as: PerformAs, actors: Sequence[tuple[int, Actor]]) -> int:
    """Resume unfinished checks, each as (import id, filer); returns how many files were worked on."""
    return run_each(perform_as, actors, check, _mark_failed)


def _admit(work: UnitOfWork, import_id: int) -> PenaltyImport:
    """Lock a file of the actor whose cells may be mended."""
    work.actor.require(Permission.PENALTY_FILE)
    penalty_import.import_of_account(work.session, work.actor.account_id, import_id)
    import_row = work.session.get_one(PenaltyImport, import_id, with_for_update=True)
    if import_row.state not in MENDABLE:
        raise FileUnfinished()
    if not import_row.is_kept:
        raise FileForgotten()
    return import_row


def _read_or_fail(work: UnitOfWork, import_row: PenaltyImport, upload: Upload) -> None:
    """Begin to check a file, or keep it with the reason for which it cannot be read."""
    rules = penalty_import.rules_of_filer(work.session, work.actor, upload.options)
    try:
        file = filings.read_filings(upload.data, upload.filename, rules, work.today, upload.options.reading)
    except Invalid as refusal:
        penalty_import.begin_import(work, import_row, upload, filings.FilingsFile(0, (), iter(())), FAILED)
        _mark_failed(work, import_row.id, refusal)
    else:
        penalty_import.begin_import(work, import_row, upload, file, CHECKING)


def _mark_failed(work: UnitOfWork, import_id: int, refusal: Refusal) -> None:
    import_row = work.session.get_one(PenaltyImport, import_id, with_for_update=True)
    import_row.state, import_row.finished_at = FAILED, work.now
    fault = Fault("", refusal.code, "：".join(part for part in (refusal.title, refusal.detail) if part))
    rows = penalty_import.build_finding_rows(import_id, filings.ReadRow(0, None, (fault,), ()), None)
    work.session.execute(insert(ImportFinding), rows)
    work.session.flush()


def _open_checking(
    work: UnitOfWork, actor: Actor, import_id: int
) -> tuple[int, Iterator[filings.ReadRow], import_rows.Found | None]:
    import_row = penalty_import.import_of_account(work.session, actor.account_id, import_id)
    if import_row.state != CHECKING:
        return import_row.next_row, iter(()), None
    file = penalty_import.find_tables(work, import_row)
    rows = penalty_import.judge_file(work, import_row, file).rows
    return import_row.next_row, islice(rows, import_row.next_row, None), import_rows.Found(import_row.digest, file)


def _check_chunk(work: UnitOfWork, import_id: int, start: int, chunk: Sequence[filings.ReadRow]) -> None:
    import_row = work.session.get_one(PenaltyImport, import_id, with_for_update=True)
    if import_row.state != CHECKING or import_row.next_row != start:
        return  # another run went on meanwhile
    finding_rows = _try_rows(work, import_id, chunk)
    import_row.next_row += len(chunk)
    if finding_rows:
        work.session.execute(insert(ImportFinding), finding_rows)
    work.session.flush()


def _finish_check(work: UnitOfWork, import_id: int) -> None:
    import_row = work.session.get_one(PenaltyImport, import_id, with_for_update=True)
    if import_row.state == CHECKING and import_row.next_row >= import_row.total:
        # Its days are counted from here on: what is never filed is forgotten like what is.
        import_row.state, import_row.finished_at = CHECKED, work.now
        work.session.flush()


def _recheck(work: UnitOfWork, import_row: PenaltyImport, row: filings.ReadRow) -> None:
    """Check one row again, in place of what was found about it."""
    of_row = (
        ImportFinding.import_id == import_row.id,
        ImportFinding.row_number == row.number,
        ImportFinding.sheet == row.sheet,
    )
    work.session.execute(delete(ImportFinding).where(*of_row))
    if finding_rows := _try_rows(work, import_row.id, [row]):
        work.session.execute(insert(ImportFinding), finding_rows)
    work.session.flush()


def _try_rows(work: UnitOfWork, import_id: int, rows: Sequence[filings.ReadRow]) -> list[dict[str, Any]]:
    """What filing these rows would find: they are filed, and that is taken back."""
    submissions = [
        penalty_filing.Submission(row.filing, import_id, row.number, row.notes) for row in rows if row.filing
    ]
    savepoint = work.session.begin_nested()
    try:
        filed = penalty_filing.file(work, submissions)
        notes = penalties.notes(work.session, [outcome for outcome in filed if isinstance(outcome, str)])
    finally:
        savepoint.rollback()
        work.session.expire_all()
    outcomes, finding_rows = iter(filed), []
    for row in rows:
        outcome = next(outcomes) if row.filing else None
        if isinstance(outcome, str):
            finding_rows += penalty_import.build_finding_rows(import_id, replace(row, notes=notes[outcome]), None)
        elif not (isinstance(outcome, AlreadyFiled) and outcome.data["is_unchanged"]):
            finding_rows += penalty_import.build_finding_rows(import_id, row, outcome)
    return finding_rows
