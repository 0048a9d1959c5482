"""The measures of a record as a page shows them: basis, days, scope, and whether they hold on a day."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain import labels
from registry.domain.cases import revision
from registry.domain.law.reference import Reference
from registry.web.formatting import joined_names, last_day
from registry.web.language import joined, phrase


@dataclass(frozen=True)
class Measure:
    """A measure of a record; ``until`` is its last day."""

    name: str
    basis: str
    effect: str
    scope: str
    since: str
    until: str
    is_in_force: bool
    note: str


def measures(body: Mapping[str, Any], reference: Reference, on: dt.date) -> list[Measure]:
    """The measures of a record. None holds on a day on which the decision was suspended."""
    rests = revision.is_suspended_on(body, on)
    return [_describe_measure(term, reference, on, rests=rests) for term in body.get("measures") or ()]


def suspensions(body: Mapping[str, Any]) -> list[str]:
    """The spans on which the measures were suspended, in Chinese words."""
    return [
        phrase("%(since)s 起中止", since=gap["from"])
        + (phrase("，%(until)s 恢复", until=gap["until"]) if gap["until"] else "")
        for gap in body.get("suspensions") or ()
    ]


def _describe_measure(term: Mapping[str, Any], reference: Reference, on: dt.date, *, rests: bool) -> Measure:
    ends_on = term["ends_on"]
    has_begun = dt.date.fromisoformat(term["starts_on"]) <= on
    is_within = has_begun and (ends_on is None or on < dt.date.fromisoformat(ends_on))
    return Measure(
        name=term["name"],
        basis=term["basis"],
        effect=labels.label_for(labels.EFFECTS, term["effect"]),
        scope=_describe_scope(term, reference),
        since=term["starts_on"],
        until=last_day(ends_on) if ends_on else phrase("未载明期限"),
        is_in_force=is_within and not rests,
        note="依据或者范围须由人核实" if term["effect"] == "review" else "",
    )


def _describe_scope(term: Mapping[str, Any], reference: Reference) -> str:
    parts = [
        joined_names(reference, "sectors", term["sectors"]),
        joined(labels.label_for(labels.ROLES, role) for role in term["roles"]),
        labels.label_for(labels.TERRITORIES, term["territory"]),
        "仅限依法必须进行招标的项目" if term["only_must_tender"] else "",
    ]
    return joined((part for part in parts if part), "；")
