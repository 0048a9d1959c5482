"""A record as the public page will show it, made with the same views and the same template."""

from collections.abc import Mapping, Sequence
from typing import Any

from registry.domain.law.reference import Reference
from registry.domain.publication import canonical
from registry.models import Publication
from registry.services.cases.penalty_preview import Change
from registry.web import sections, views
from registry.web.blueprint import today
from registry.web.formatting import joined_names, last_day, money
from registry.web.measures import measures, suspensions

_CODES = {"kinds": "penalty_kinds", "sectors": "sectors", "district": "districts", "behaviour": "behaviours"}
"""Items of a filing that are codes of reference rows, by the kind of the rows."""


def record_values(body: Mapping[str, Any], reference: Reference) -> dict[str, Any]:
    """The template variables of ``record_content.html`` for a body that is not published yet."""
    draft = Publication(record=body["record"], body=canonical.dumps(dict(body)).decode())
    shown = views.body_of(draft)
    return {
        "card": views.card(draft, reference, today()),
        "body": shown,
        "sections": sections.sections(shown, reference),
        "responsible": sections.responsible(shown),
        "grounds": [{**one, "is_shown": False} for one in shown.get("grounds") or ()],
        "measures": measures(shown, reference, today()),
        "suspensions": suspensions(shown),
        "is_public": shown.get("audience", "public") == "public",
        "last_day": last_day(shown["visible_until"]),
    }


def describe_changes(found: Sequence[Change], reference: Reference) -> list[tuple[str, str, str]]:
    """What changed as (item, before, after), in words."""
    return [
        (change.title, _words(change.name, change.before, reference), _words(change.name, change.after, reference))
        for change in found
    ]


def _words(name: str, value: Any, reference: Reference) -> str:
    if value in (None, "", []):
        return "（空）"
    if name in _CODES:
        return joined_names(reference, _CODES[name], value if isinstance(value, list) else [value])
    if name == "subject":
        return "，".join(str(part) for part in (value["name"], value["uscc"], value["legal_representative"]) if part)
    if name == "measures":
        return "；".join(_term(term) for term in value)
    return money(value) if name.endswith("_fen") else str(value)


def _term(term: Mapping[str, Any]) -> str:
    until = last_day(term["ends_on"]) if term["ends_on"] else "未载明"
    return f"{term['wording'] or term['code']}（{term['starts_on'] or '未载明'} 至 {until}）"
