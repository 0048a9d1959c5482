"""Answer a filed file with its own workbook and its findings; its bytes are kept sealed for that, then forgotten."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from registry.domain.filing.vocabulary import Vocabulary
from registry.domain.permissions import Permission
from registry.models import AdoptionFinding, ImportFinding, ListAdoption, PenaltyImport
from registry.queries.cases import adoptions
from registry.queries.law import reference_data
from registry.refusals.acts import FileForgotten, FileUnfinished
from registry.services.cases import list_adoption, penalty_import
from registry.services.node import audit
from registry.tabular.annotated import CellFinding, WorkbookFile, annotate_file
from registry.unit_of_work import UnitOfWork

CHUNK = 100


def annotated_import(work: UnitOfWork, import_id: int) -> WorkbookFile:
    """The file of an import with every finding at its cell, for the account that filed it; audited.

    Refuses ``OutOfRole``, ``ImportUnknown``, ``FileUnfinished`` and, once the bytes are gone, ``FileForgotten``.
    """
    work.actor.require(Permission.PENALTY_FILE)
    import_row = penalty_import.import_of_account(work.session, work.actor.account_id, import_id)
    audit.note(work, "import.annotate", str(import_row.id))
    findings = penalty_import.findings(work.session, import_row.id)
    return _annotate(work, import_row, findings, penalty_import.vocabulary_of(import_row))


def annotated_adoption(work: UnitOfWork, adoption_id: int) -> WorkbookFile:
    """The file of a list with every finding at its cell, for officers of the department that filed it; audited.

    Refuses ``OutOfRole``, ``AdoptionUnknown``, ``FileUnfinished`` and, once the bytes are gone, ``FileForgotten``.
    """
    work.actor.require(Permission.LISTING_DRAFT)
    adoption = adoptions.of_department(work.session, work.actor.department_id, adoption_id)
    audit.note(work, "adoption.annotate", str(adoption.id))
    findings = adoptions.findings(work.session, adoption.id)
    return _annotate(work, adoption, findings, list_adoption.vocabulary_of(adoption))


def cell_findings(findings: Iterable[ImportFinding | AdoptionFinding]) -> list[CellFinding]:
    """Stored findings as they are written at cells."""
    return [
        CellFinding(
            finding.row_number, finding.column, finding.kind == "fault", finding.code, finding.detail, finding.sheet
        )
        for finding in findings
    ]


def _annotate(
    work: UnitOfWork,
    file: PenaltyImport | ListAdoption,
    findings: Iterable[ImportFinding | AdoptionFinding],
    vocabulary: Vocabulary,
) -> WorkbookFile:
    if file.state in ("running", "checking"):
        raise FileUnfinished()
    if not file.sealed:
        raise FileForgotten()
    return annotate_file(work.keys.vault.open(file.sealed), file.filename, cell_findings(findings), vocabulary)


def forget_files(work: UnitOfWork) -> int:
    """Forget the bytes of files that have been answered for as long as they are kept, at most one chunk of each kind.

    The bytes hold identity numbers, and are kept only that what was wrong can be mended in the file itself
    (个人信息保护法 19: the shortest time that the purpose needs). Returns how many were forgotten. Refuses
    ``OutOfRole``.
    """
    work.actor.require(Permission.TIME_PASSES)
    kept_days = reference_data.current(work.session).threshold("filed_file_kept_days", work.today) or 0
    before = work.now - dt.timedelta(days=kept_days)
    forgotten = 0
    for model, act in ((PenaltyImport, "import.forget"), (ListAdoption, "adoption.forget")):
        files = _files_to_forget(work.session, model, before)
        for file in files:
            file.sealed = b""
            if isinstance(file, PenaltyImport):
                file.mended = None
        audit.note(work, act, [str(file.id) for file in files])
        forgotten += len(files)
    work.session.flush()
    return forgotten


def _files_to_forget(
    session: Session, model: type[PenaltyImport] | type[ListAdoption], before: dt.datetime
) -> list[PenaltyImport | ListAdoption]:
    has_bytes: ColumnElement[bool] = func.length(model.sealed) > 0
    statement = (
        select(model)
        .where(model.state != "running", model.finished_at < before, has_bytes)
        .order_by(model.id)
        .limit(CHUNK)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(statement))
