"""Linking the checks of one tender: which one came before, and what has changed for each party since."""

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
    """Where a check stands among those of its tender. All None: it is linked to nothing.

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
    """The place of a check that is answered at ``entry``; holds its tender, so that none of a lower number is
    overlooked.

    A check answered at a later entry is not before it, whatever its number: the difference would run backwards.
    """
    if not inquiry.is_linked:
        return CheckLink()
    tender = identifiers.fold(inquiry.tender["code"])
    index = work.keys.vault.index("tender", f"{work.actor.department_id}\0{tender}").hex()
    stored_checks.hold_tender(work.session, index)
    held = stored_checks.before(work.session, work.actor.department_id, index, entry)
    if held is None:
        return CheckLink(index)
    receipt = work.keys.vault.open(held.receipt_sealed)[receipts.SALT_BYTES :]
    return CheckLink(index, held.id, json.loads(receipt)["statement"])


def compare_lines(
    work: UnitOfWork, look: CheckLink, asked: Sequence[CheckedParty], lines: Sequence[dict[str, Any]], entry: int
) -> list[dict[str, Any]]:
    """The lines with what changed since the check before, and with the entries that changed it."""
    tagged = [_tagged(work, look, one, line) for one, line in zip(asked, lines, strict=True)]
    if look.earlier is None:
        return tagged
    held = comparison.lines_by_party(look.earlier["lines"])
    changes = [comparison.line_change(comparison.earlier_line(held, line), line) for line in tagged]
    records = {one["record"] for change in changes for one in change["records"]}
    entries = _entries(work, records, look.earlier["entry"], entry)
    for change in changes:
        for one in change["records"]:
            one["entries"] = entries.get(one["record"], [])
    return [line | {"changed": change} for line, change in zip(tagged, changes, strict=True)]


def _tagged(work: UnitOfWork, look: CheckLink, one: CheckedParty, line: dict[str, Any]) -> dict[str, Any]:
    """A person asked about by number has a tag: the same within one tender, and nowhere else."""
    if one.id_index is None or look.tender_index is None:
        return line
    return line | {"id_tag": work.keys.vault.index(f"person of {look.tender_index}", one.id_index).hex()}


def _entries(work: UnitOfWork, records: Collection[str], after: int, upto: int) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in ledger_state.about(work.session, records, after, upto):
        said = {"entry": entry.number, "act": entry.act, "revision": entry.revision}
        found.setdefault(entry.record, []).append(said)
    return found
