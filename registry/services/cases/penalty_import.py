"""Import a file of penalties: store it, file its rows chunk by chunk, resume after any crash."""

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
from registry.services.cases import penalty_filing, penalty_version
from registry.services.node import audit
from registry.services.node.resumable import Perform, PerformAs, run_each
from registry.tabular import filings
from registry.unit_of_work import UnitOfWork, day_of

CHUNK = 500


@dataclass(frozen=True)
class Options:
    """Options that a filer states for the whole file."""

    sectors: tuple[str, ...] = ()
    district: str | None = None
    authority_code: str | None = None


def store_import(work: UnitOfWork, data: bytes, filename: str, options: Options) -> PenaltyImport:
    """Store a file, sealed, once per account; the same bytes again give the import already stored.

    An import that failed or refused a row is begun anew by the same bytes: what refused them may have changed.
    Refuses ``OutOfRole``, ``QueryRefused`` for an unknown code in the options, and every reason for which a
    file cannot be read as a table.
    """
    work.actor.require(Permission.PENALTY_FILE)
    reference = reference_data.current(work.session)
    require_known_codes(reference, options)
    options_json = json.dumps(
        {"sectors": options.sectors, "district": options.district, "authority": options.authority_code}
    )
    digest = hashlib.sha256(options_json.encode() + data).hexdigest()
    import_row = work.session.scalars(
        select(PenaltyImport)
        .where(PenaltyImport.account_id == work.actor.account_id, PenaltyImport.digest == digest)
        .with_for_update()
    ).first()
    if import_row is not None and (
        import_row.state == "running" or (import_row.state == "finished" and not import_row.refused)
    ):
        return import_row
    total, _ = filings.read_filings(data, filename, filing_rules_for(reference, work.actor, options), work.today)
    if import_row is None:
        import_row = PenaltyImport(account_id=work.actor.account_id, digest=digest, options=options_json)
        work.session.add(import_row)
    _begin_import(work, import_row, data, filename, total)
    audit.note(work, "import.receive", str(import_row.id))
    return import_row


def require_known_codes(reference: Reference, options: Options) -> None:
    """Refuse (``QueryRefused``) a sector, district or authority code that no row could be filed with."""
    faults = []
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


def _begin_import(work: UnitOfWork, import_row: PenaltyImport, data: bytes, filename: str, total: int) -> None:
    import_row.filename, import_row.sealed = filename[:200], work.keys.vault.seal(data)
    import_row.state, import_row.total, import_row.created_at, import_row.finished_at = "running", total, work.now, None
    import_row.next_row = import_row.filed = import_row.refused = 0
    work.session.flush()
    work.session.execute(delete(ImportFinding).where(ImportFinding.import_id == import_row.id))


def filing_rules_for(reference: Reference, actor: Actor, options: Options) -> Rules:
    """The rules by which rows are read for this filer: sector and district default to what is stated or granted."""
    granted = tuple(sorted(actor.sectors)) if EVERYWHERE not in actor.sectors else ()
    districts = tuple(actor.districts - {EVERYWHERE})
    return replace(
        reference.filing_rules,
        default_sectors=options.sectors or granted,
        default_district=options.district or (districts[0] if len(districts) == 1 else None),
        default_authority_code=options.authority_code,
    )


def run(perform: Perform, actor: Actor, import_id: int, progress: Callable[[int, int], None] | None = None) -> None:
    """File the remaining rows of an import, one transaction per chunk.

    Progress and rows commit together, so that after a crash the next run goes on behind the last committed chunk
    and files no row twice; nor do two runs at once.
    """
    start, total, rows = perform(lambda work: _open_import(work, actor, import_id))
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


def _open_import(work: UnitOfWork, actor: Actor, import_id: int) -> tuple[int, int, Iterator[filings.ReadRow]]:
    import_row = import_of_account(work.session, actor.account_id, import_id)
    if import_row.state != "running":
        return import_row.next_row, import_row.total, iter(())
    stated_options = json.loads(import_row.options)
    options = Options(tuple(stated_options["sectors"]), stated_options["district"], stated_options["authority"])
    data = work.keys.vault.open(import_row.sealed)
    # The day is that of receipt, so that a crash over midnight makes no day future; the rules are today's.
    filing_rules = filing_rules_for(reference_data.current(work.session), actor, options)
    total, rows = filings.read_filings(data, import_row.filename, filing_rules, day_of(import_row.created_at))
    return import_row.next_row, total, islice(rows, import_row.next_row, None)


def _file_chunk(work: UnitOfWork, import_id: int, start: int, chunk: Sequence[filings.ReadRow]) -> int:
    import_row = work.session.get_one(PenaltyImport, import_id, with_for_update=True)
    # Another run of this import may have gone on meanwhile, or the same bytes may have begun it anew.
    if import_row.state != "running" or import_row.next_row != start:
        return import_row.next_row
    submissions = [penalty_filing.Submission(row.filing, import_id, row.number) for row in chunk if row.filing]
    outcomes = iter(penalty_filing.file(work, submissions))
    finding_rows: list[dict[str, Any]] = []
    for row in chunk:
        outcome = next(outcomes) if row.filing else None
        is_filed = isinstance(outcome, str)
        notes = penalty_version.notes_for_filer(work, row.filing) if row.filing and is_filed else ()
        refusal = outcome if isinstance(outcome, Refusal) else None
        finding_rows += _build_finding_rows(import_id, replace(row, notes=row.notes + notes), refusal)
        import_row.filed += is_filed
        import_row.refused += not is_filed
    import_row.next_row += len(chunk)
    if finding_rows:
        work.session.execute(insert(ImportFinding), finding_rows)
    work.session.flush()
    return import_row.next_row


def _build_finding_rows(import_id: int, row: filings.ReadRow, refusal: Refusal | None) -> list[dict[str, Any]]:
    findings = [("fault", fault.pointer, fault.code, fault.detail) for fault in row.faults]
    findings += [("note", note.pointer, note.code, note.detail) for note in row.notes]
    if refusal is not None:
        refusal_faults = [("fault", fault.pointer, fault.code, fault.detail) for fault in refusal.faults]
        findings += refusal_faults or [("fault", "", refusal.code, refusal.title)]
    return [
        {
            "import_id": import_id,
            "row_number": row.number,
            "column": pointer.removeprefix("/"),
            "kind": kind,
            "code": code,
            "detail": detail,
        }
        for kind, pointer, code, detail in findings
    ]


def _finish_import(work: UnitOfWork, import_id: int) -> None:
    import_row = work.session.get_one(PenaltyImport, import_id, with_for_update=True)
    if import_row.state != "running" or import_row.next_row < import_row.total:
        return
    import_row.state, import_row.finished_at = "finished", work.now
    import_row.sealed = b""  # the rows are filed or refused by now; the bytes hold identity numbers
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
    if import_row.next_row >= import_row.total:
        import_row.sealed = b""
    fault = Fault("", refusal.code, refusal.title)
    work.session.execute(
        insert(ImportFinding), _build_finding_rows(import_id, filings.ReadRow(0, None, (fault,), ()), None)
    )
    work.session.flush()
