"""Turn the stored facts of a filing back into the cells that it is read from, so that a reading can be sent back."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from registry.domain.filing.cells import wan
from registry.refusals.acts import FilingRefused

_TEXTS = (
    "document_number", "behaviour_text", "behaviour", "facts", "basis", "content", "permit", "decided_on",
    "effect_until", "publicity_until", "authority_name", "authority_code", "source_name", "source_code", "remark",
    "title", "district", "severity", "override_reason", "served_on", "first_published_on", "first_published_at",
)  # fmt: skip
_AMOUNTS = {"fine_fen": "fine", "confiscated_fen": "confiscated"}
_LISTS = ("kinds", "sectors")
_PARTY = {
    "kind": "subject_kind",
    "name": "subject_name",
    "uscc": "uscc",
    "id_type": "id_type",
    "id_number": "id_number",
    "legal_representative": "legal_representative",
}
_ONE_DAY = dt.timedelta(days=1)


def cells_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """The cells, keyed by field, of facts as the API shows them. Refuses ``FilingRefused`` for any other shape."""
    known = {*_TEXTS, *_AMOUNTS, *_LISTS, "subject", "measures"}
    if unknown := sorted(facts.keys() - known):
        raise FilingRefused(f"filing 中有不认识的项：{'、'.join(name[:40] for name in unknown[:5])}")
    try:
        cells = {name: facts[name] for name in _TEXTS if facts.get(name) is not None}
        cells |= {field: wan(facts[name]) for name, field in _AMOUNTS.items() if facts.get(name) is not None}
        cells |= {name: "；".join(facts[name]) for name in _LISTS if facts.get(name)}
        cells |= _party_cells(facts["subject"]) | _measure_cells(facts.get("measures") or ())
    except (AttributeError, KeyError, TypeError, ValueError):
        raise FilingRefused("filing 的内容不是本接口给出的形式") from None
    if not all(isinstance(text, str) for text in cells.values()):
        raise FilingRefused("filing 的内容不是本接口给出的形式")
    return cells


def _party_cells(party: Mapping[str, Any]) -> dict[str, str]:
    if party.keys() - {*_PARTY, "other_codes"}:
        raise ValueError
    return {field: party[name] for name, field in _PARTY.items() if party.get(name)} | dict(
        party.get("other_codes") or {}
    )


def _measure_cells(terms: Any) -> dict[str, str]:
    """The cells of measures, which all have one term: it is stated once in a row. Inside, an end is the day after."""
    if not terms:
        return {}
    starts, ends = {term["starts_on"] for term in terms}, {term["ends_on"] for term in terms}
    if len(starts) > 1 or len(ends) > 1:
        raise FilingRefused("一条报送中的各项限制行为应有同一起止日期")
    [starts_on], [ends_on] = starts, ends
    cells = {"confined_action": "；".join(term["wording"] or term["code"] for term in terms)}
    if starts_on:
        cells["confined_start"] = starts_on
    if ends_on:
        cells["confined_end"] = (dt.date.fromisoformat(ends_on) - _ONE_DAY).isoformat()
    return cells
