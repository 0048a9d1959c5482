"""Link the checks of one tender: find the check before, and what has changed for each party since."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain import identifiers
from registry.domain.checks import comparison, receipts
from registry.domain.checks.model import CheckedParty
from registry.queries.checks import stored_checks
from registry.queries.publication import ledger_state
from registry.services.checks.request import Inquiry
from registry.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class CheckLink:
    """The link of a check to the check before it of the same tender. All None: it is linked to nothing.

    ``earlier`` is the statement of the check before it, opened.
    """

    tender_index: str | None = None
    previous: str | None = None
    earlier: dict[str, Any] | None = None

    @property
    def reference(self) -> dict[str, Any] | None:
        """How the receipt names the check before it."""
        return comparison.reference_to(self.earlier) if self.earlier else None


def link(work: UnitOfWork, inquiry: Inquiry, entry: int) -> CheckLink:
    """Find the check before one that is answered at ``entry``; locks its tender.

    The lock keeps a check of a lower number from being overlooked.

    A check answered at a later entry is not before it, whatever its number: the difference would run backwards.
    """
    if not inquiry.is_linked:
        return CheckLink()
    tender = identifiers.fold(inquiry.tender["code"])
    index = work.keys.vault.index("tender", f"{work.actor.department_id}\0{tender}").hex()
    stored_checks.hold_tender(work.session, index)
    check = stored_checks.before(work.session, work.actor.department_id, index, entry)
    if check is None:
        return CheckLink(index)
    receipt = work.keys.vault.open(check.receipt_sealed)[receipts.SALT_BYTES :]
    return CheckLink(index, check.id, json.loads(receipt)["statement"])


def compare_lines(
    work: UnitOfWork,
    check_link: CheckLink,
    checked_parties: Sequence[CheckedParty],
    lines: Sequence[dict[str, Any]],
    entry: int,
) -> list[dict[str, Any]]:
    """Add to the lines what changed since the check before, and the entries that changed it."""
    tagged_lines = [
        _tag_line(work, check_link, party, line) for party, line in zip(checked_parties, lines, strict=True)
    ]
    if check_link.earlier is None:
        return tagged_lines
    earlier_lines = comparison.lines_by_party(check_link.earlier["lines"])
    changes = [comparison.line_change(comparison.earlier_line(earlier_lines, line), line) for line in tagged_lines]
    records = {record_change["record"] for change in changes for record_change in change["records"]}
    entries = _find_entries(work, records, check_link.earlier["entry"], entry)
    for change in changes:
        for record_change in change["records"]:
            record_change["entries"] = entries.get(record_change["record"], [])
    return [line | {"changed": change} for line, change in zip(tagged_lines, changes, strict=True)]


def _tag_line(work: UnitOfWork, check_link: CheckLink, party: CheckedParty, line: dict[str, Any]) -> dict[str, Any]:
    """A person checked by number has a tag: the same within one tender, and nowhere else."""
    if party.id_index is None or check_link.tender_index is None:
        return line
    return line | {"id_tag": work.keys.vault.index(f"person of {check_link.tender_index}", party.id_index).hex()}


def _find_entries(work: UnitOfWork, records: Collection[str], after: int, upto: int) -> dict[str, list[dict[str, Any]]]:
    entries: dict[str, list[dict[str, Any]]] = {}
    for entry in ledger_state.about(work.session, records, after, upto):
        entry_line = {"entry": entry.number, "act": entry.act, "revision": entry.revision}
        entries.setdefault(entry.record, []).append(entry_line)
    return entries
