"""Read a proposed change of the law tables and judge it: what is new, what it replaces, and what cannot stand.

A row is known by kind, code and ``effective_from``. A proposed row either is a new version or restates one that is
stored, for instance with the day on which it ends; nothing is taken out.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain import records
from registry.domain.law import reference_kinds
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import ClockRule, Deadline, RecordEffect
from registry.domain.law.reference_rows import Row, overlapping_rows, row_body
from registry.errors import Fault
from registry.refusals.procedure import LawRefused

ROWS_MAX = 500
_REFERS_TO = {
    ("behaviours", "parent"): "behaviours",
    ("catalogue", "sector"): "sectors",
    ("clocks", "deadline"): "deadlines",
    ("departments", "sectors"): "sectors",
    ("departments", "succeeds"): "departments",
    ("list_effects", "scheme"): "schemes",
    ("list_effects", "sectors"): "sectors",
    ("measures", "sectors"): "sectors",
    ("peers", "sectors"): "sectors",
    ("policies", "any_kinds"): "penalty_kinds",
    ("policies", "only_kinds"): "penalty_kinds",
    ("policies", "fine_max"): "thresholds",
    ("record_effects", "sectors"): "sectors",
    ("same_tender", "code"): "sectors",
    ("schemes", "measures"): "measures",
    ("sectors", "catalogue"): "catalogue",
}
"""Fields that name codes of another kind of row."""
_EVERY_SECTOR = "all"
"""A catalogue item of all sectors."""


@dataclass(frozen=True)
class ProposedRow:
    """A row as proposed, and the stored version that it replaces; None for a new one."""

    kind: str
    row: Row
    replaces: Row | None

    @property
    def changes_on(self) -> dt.date:
        """The first day on which answers may differ: where only the end moves, the sooner of both ends."""
        if self.replaces is None:
            return self.row.effective_from
        before, after = row_body(self.replaces), row_body(self.row)
        moved = {name for name in after if before[name] != after[name]}
        ends = [row.effective_until for row in (self.replaces, self.row) if row.effective_until]
        return min(ends) if moved <= {"effective_until", "note"} and ends else self.row.effective_from


def parse_change(tables: Mapping[str, Sequence[Any]], reference: Reference) -> list[ProposedRow]:
    """Read proposed rows by kind. Refuses ``LawRefused`` with every fault; what is stored already is left out."""
    faults: list[Fault] = []
    proposed: list[ProposedRow] = []
    for kind, rows in tables.items():
        if kind not in reference_kinds.KINDS or kind in reference_kinds.OPERATED:
            faults.append(Fault(f"/{kind}", "kind-not-loaded", "没有这类参照数据，或者另有载入办法"))
            continue
        for place, data in enumerate(rows):
            fault, row = _parse_row(kind, data, f"/{kind}/{place}")
            faults += [fault] if fault else []
            proposed += [ProposedRow(kind, row, _stored_version(reference, kind, row))] if row else []
    proposed = [change for change in proposed if change.replaces != change.row]
    faults = faults or list(_change_faults(proposed, reference))
    if not faults and not proposed:
        faults.append(Fault("", "nothing-changed", "各行与已载入的相同"))
    if faults:
        raise LawRefused(faults=tuple(faults))
    return proposed


def _parse_row(kind: str, data: Any, at: str) -> tuple[Fault | None, Row | None]:
    if not isinstance(data, Mapping):
        return Fault(at, "row-unreadable", "应为表"), None
    if not str(data.get("source") or "").strip():
        return Fault(f"{at}/source", "source-missing", "没有写明依据"), None
    try:
        return None, reference_kinds.parse_reference_row(kind, data)
    except (ValueError, TypeError) as error:
        return Fault(at, "row-unreadable", str(error)[:500]), None


def _stored_version(reference: Reference, kind: str, row: Row) -> Row | None:
    key = row.code, row.effective_from
    return next((stored for stored in reference.rows(kind) if (stored.code, stored.effective_from) == key), None)


def _change_faults(proposed: Sequence[ProposedRow], reference: Reference) -> Iterator[Fault]:
    if len(proposed) > ROWS_MAX:
        yield Fault("", "too-many-rows", f"一次不超过 {ROWS_MAX} 行")
    keys = [(change.kind, change.row.code, change.row.effective_from) for change in proposed]
    for change, key in zip(proposed, keys, strict=True):
        at = f"/{change.kind}/{change.row.code}"
        if keys.count(key) > 1:
            yield Fault(at, "row-doubled", "同一代码、同一施行日的行重复")
    after = {kind: changed_rows(reference.rows(kind), proposed, kind) for kind in reference_kinds.KINDS}
    for kind in dict.fromkeys(change.kind for change in proposed):
        codes = {change.row.code for change in proposed if change.kind == kind}
        for before, row in overlapping_rows(row for row in after[kind] if row.code in codes):
            detail = f"自{before.effective_from}起的一行在{row.effective_from}仍然有效，应先写明其 effective_until"
            yield Fault(f"/{kind}/{row.code}", "rows-overlap", detail)
    for change in proposed:
        for name, code in _unknown_codes(change, after, reference):
            yield Fault(f"/{change.kind}/{change.row.code}/{name}", "code-unknown", f"没有 {code[:60]}")


def changed_rows(stored: Iterable[Row], proposed: Iterable[ProposedRow], kind: str) -> list[Row]:
    """The rows of a kind as they would be, in the order of code and day."""
    by_key = {(row.code, row.effective_from): row for row in stored}
    by_key |= {(change.row.code, change.row.effective_from): change.row for change in proposed if change.kind == kind}
    return [by_key[key] for key in sorted(by_key)]


def _unknown_codes(
    change: ProposedRow, after: Mapping[str, Collection[Row]], reference: Reference
) -> Iterator[tuple[str, str]]:
    """Names of fields and the codes in them that name nothing."""
    row = change.row
    targets = {name: target for (kind, name), target in _REFERS_TO.items() if kind == change.kind}
    named = {name: {known.code for known in after[target]} for name, target in targets.items()}
    named |= {"roles": set(records.PARTY_ROLES), "record_kinds": set(records.KINDS)}
    if change.kind == "catalogue":
        named["sector"].add(_EVERY_SECTOR)
    if isinstance(row, ClockRule):
        # What an act is called is written in the program: a clock of a noun without procedure would never run.
        named["noun"] = {rule.noun for rule in reference.rows("clocks") if isinstance(rule, ClockRule)}
    if isinstance(row, RecordEffect):
        fields = records.fields_of(records.KINDS[row.kind].body).keys() if row.kind in records.KINDS else ()
        named |= {"kind": set(records.KINDS), "counted_from": set(fields), "unless_false": set(fields)}
    for name, known_codes in named.items():
        yield from ((name, code) for code in _codes(row, name) if code not in known_codes)
    if isinstance(row, ClockRule):
        limits = [limit for limit in after["deadlines"] if isinstance(limit, Deadline) and limit.code == row.deadline]
        yield from (("figure", str(row.figure)) for limit in limits if row.figure >= len(limit.value))


def _codes(row: Row, name: str) -> tuple[str, ...]:
    value = getattr(row, name, ())
    return value if isinstance(value, tuple) else tuple(filter(None, (value,)))
