"""Answer a filed file with its own workbook and its findings."""

from collections.abc import Iterable

from registry.domain.filing.vocabulary import Vocabulary
from registry.domain.permissions import Permission
from registry.models import AdoptionFinding, ImportFinding, ListAdoption, PenaltyImport
from registry.queries.cases import adoptions
from registry.refusals.acts import FileForgotten, FileUnfinished
from registry.services.cases import list_adoption, penalty_import
from registry.services.node import audit
from registry.tabular.annotated import CellFinding, WorkbookFile, annotate_file
from registry.unit_of_work import UnitOfWork


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
