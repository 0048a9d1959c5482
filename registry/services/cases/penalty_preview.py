"""Show what a verification would publish: the public body of a filing as it will stand, and where it came from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain.cases import penalty
from registry.domain.filing.model import Note
from registry.domain.filing.parse import document_key
from registry.errors import Refusal
from registry.models import Penalty, PenaltyFiling, PenaltyImport
from registry.queries.cases import penalties
from registry.queries.law import reference_data
from registry.services.cases import import_rows, penalty_filing, penalty_import, penalty_version
from registry.tabular import filings
from registry.tabular.filings import SourceCell
from registry.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Preview:
    """A filing as it would be published today: its body, what the verifier must confirm with a reason, and what
    deserves a look or was cleaned."""

    body: Mapping[str, Any]
    findings: list[Note]
    notes: list[Note]


@dataclass(frozen=True)
class Change:
    """What a filing states otherwise than the one before it, by the Chinese name of the item."""

    title: str
    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class SourceRow:
    """The row of a file that a filing was read from, with the cells that its filer wrote anew."""

    filename: str
    sheet: str
    number: int
    cells: list[SourceCell]
    mended: Mapping[str, str]


def preview(work: UnitOfWork, penalty_row: Penalty) -> Preview:
    """The preview of the newest filing of a penalty. Refuses what ``penalty_version.next_version`` refuses."""
    reference = reference_data.current(work.session)
    revision = penalty_version.newest_revisions(work, [penalty_row.record]).get(penalty_row.record, 0)
    version = penalty_version.next_version(work, reference, penalty_row, revision + 1)
    filing = penalty_row.filing
    notes = [Note(**note) for note in json.loads(filing.notes)]
    return Preview(version.body, penalty.findings_of(json.loads(filing.content)), notes)


def preview_filing(work: UnitOfWork, row: filings.ReadRow, record: str | None = None) -> Preview:
    """The preview of a filing that is not filed: it is filed, or filed anew for ``record``, and that is taken back.

    Refuses what filing it would refuse.
    """
    assert row.filing is not None
    savepoint = work.session.begin_nested()
    try:
        if record is None:
            outcome = penalty_filing.file(work, [penalty_filing.Submission(row.filing, notes=row.notes)])[0]
            if isinstance(outcome, Refusal):
                raise outcome
            filed = penalties.by_record(work.session, outcome)
        else:
            filed = penalty_filing.refile(work, record, row.filing, if_version=None, notes=row.notes)
        return preview(work, filed)
    finally:
        savepoint.rollback()
        work.session.expire_all()


def changes(before: PenaltyFiling, after: PenaltyFiling) -> list[Change]:
    """What two filings of a penalty state differently, in the order of a decision."""
    old, new = json.loads(before.content), json.loads(after.content)
    titles = set(penalty.changed_fields(old, new))
    return [
        Change(title, name, old.get(name), new.get(name)) for name, title in penalty.FIELDS.items() if title in titles
    ]


def find_source(work: UnitOfWork, filing: PenaltyFiling) -> SourceRow | None:
    """The row of the file that a filing came from, for officers of its department; None of what came without a file.

    Call it for what the actor may see. Of a file whose bytes are no longer kept the cells are empty.
    """
    if filing.import_id is None or filing.row_number is None:
        return None
    import_row = work.session.get_one(PenaltyImport, filing.import_id)
    if not import_row.is_kept:
        return SourceRow(import_row.filename, "", filing.row_number, [], {})
    mended = penalty_import.load_mended(work.keys.vault, import_row)
    facts = json.loads(filing.content)
    found = import_rows.find_rows(work.session, work.keys.vault, import_row, filing.row_number)
    for (sheet, number), cells in found.items():
        texts = [mended.get((sheet, number), {}).get(cell.heading, cell.text) for cell in cells]
        if len(found) == 1 or any(_is_number(text, facts["document_number"]) for text in texts):
            return SourceRow(import_row.filename, sheet, number, cells, mended.get((sheet, number), {}))
    return None


def _is_number(text: str, document_number: str) -> bool:
    """Whether a cell has the number of the document: sheets of one workbook may have rows of the same number."""
    return bool(text) and document_key(text) == document_key(document_number)
