"""Read one decision that is filed by itself, as JSON or by a form: the same reading as a row of a file."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from registry.domain.filing import restatement
from registry.models import Penalty
from registry.refusals.acts import FilingRefused
from registry.services.cases import penalty_import
from registry.tabular import filings
from registry.unit_of_work import UnitOfWork


def read_filing(work: UnitOfWork, data: bytes, *, amounts_required: bool = True) -> filings.ReadRow:
    """The one filing of a JSON object, with the same rules and pointers as a row. Refuses ``FilingRefused``."""
    rules = penalty_import.rules_of_filer(work.session, work.actor, penalty_import.Options())
    chosen = replace(rules, amounts_required=rules.amounts_required and amounts_required)
    file = filings.read_filings(b"[" + data + b"]", "", chosen, work.today, is_strict=True)
    if file.total != 1:
        raise FilingRefused("一次报送一条；成批报送请用文件")
    row = next(file.rows)
    if row.filing is None:
        raise FilingRefused(faults=row.faults)
    return row


def read_cells(work: UnitOfWork, cells: Mapping[str, str], present: Penalty | None = None) -> filings.ReadRow:
    """The filing of cells keyed by field. ``present`` is the penalty that they state anew: an identity number, which
    is never shown, stays what it was, and amounts that its file had no columns for are not asked for now."""
    filled, has_amounts = dict(cells), True
    if present is not None:
        newest = present.filing
        if newest.id_sealed and not filled.get("id_number") and filled.get("subject_kind") in _PERSON:
            filled["id_number"] = work.keys.vault.open(newest.id_sealed).decode()
        stated = json.loads(newest.content)
        has_amounts = stated["fine_fen"] is not None or stated["confiscated_fen"] is not None
    return read_filing(work, json.dumps(filled, ensure_ascii=False).encode(), amounts_required=has_amounts)


def cells_of(penalty_row: Penalty) -> dict[str, str]:
    """The cells, keyed by field, of the newest filing of a penalty, without its identity number."""
    facts: dict[str, Any] = json.loads(penalty_row.filing.content)
    stated = {name: value for name, value in facts.items() if name not in ("nonce", "findings")}
    return restatement.cells_of(stated)


_PERSON = ("natural_person", "自然人")
"""How a form and this API call a natural person."""
