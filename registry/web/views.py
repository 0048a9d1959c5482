"""Public records as a list shows them, and their versions as history."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain import labels, record_fields
from registry.domain.cases.filed_kinds import FILED_KINDS
from registry.domain.law.reference import Reference
from registry.domain.naming.matching import Match
from registry.domain.record_fields import OwnField
from registry.domain.records import known_fields
from registry.models import Publication
from registry.unit_of_work import day_of
from registry.web.formatting import joined_names, last_day, names_of, plain
from registry.web.measures import Measure, measures

FACET_VALUES_MAX = 12


@dataclass(frozen=True)
class Card:
    """A record in a list; ``what`` is the kinds of penalty, the list, the honour or what else
    ``what_label`` names; ``until`` is the last day on
    which it is shown, ``disputed_on`` the day since which it is disputed."""

    record: str
    kind: str
    name: str
    uscc: str
    subject_kind: str
    kind_name: str
    what: str
    what_label: str
    document_number: str
    authority: str
    decided_on: str
    until: str
    sectors: tuple[str, ...]
    measures: tuple[Measure, ...]
    disputed_on: str


@dataclass(frozen=True)
class FacetValue:
    """A value that results are counted by: its words, its number, and the query narrowed to it."""

    label: str
    count: int
    query: Mapping[str, str]
    is_chosen: bool


@dataclass(frozen=True)
class Step:
    """One version in the history of a record."""

    revision: int
    act: str
    day: dt.date
    entry: int


def differences(match: Match) -> str:
    """How a near name differs from the one searched for, in Chinese words."""
    texts = [
        f"{labels.label_for(labels.DIFFERENCES, difference.kind)}"
        f"（{difference.query or '无'}／{difference.candidate or '无'}）"
        for difference in match.differences
    ]
    return "；".join(texts) or "写法不同"


def body_of(publication: Publication) -> dict[str, Any]:
    """The public content of a publication, with invisible characters spelled out."""
    text = publication.body
    body: dict[str, Any] = known_fields(json.loads(text))
    # A text that is printable as a whole, without an escape, has no invisible character in any field.
    return body if text.isprintable() and "\\" not in text else plain(body)


def card(publication: Publication, reference: Reference, on: dt.date) -> Card:
    """The card of a record in a result list, with the measures in force on the day."""
    body = body_of(publication)
    return Card(
        record=publication.record,
        kind=body["kind"],
        name=body["subject"]["name"],
        uscc=body["subject"]["uscc"] or "",
        subject_kind=body["subject"]["kind"],
        kind_name=labels.label_for(labels.RECORD_KINDS, body["kind"]),
        what=_describe_content(body, reference),
        what_label=_label_content(body["kind"]),
        document_number=body.get("document_number") or "",
        authority=body["authority"]["name"],
        decided_on=body.get("decided_on") or "",
        until=last_day(body["visible_until"]),
        sectors=tuple(names_of(reference, "sectors", body["sectors"])),
        measures=tuple(measure for measure in measures(body, reference, on) if measure.is_in_force),
        disputed_on=body.get("disputed_on") or "",
    )


def facets(
    counts: Mapping[str, Mapping[str, int]], typed: Mapping[str, str], reference: Reference
) -> dict[str, list[FacetValue]]:
    """What results are counted by, in words, the most frequent value first; at most ``FACET_VALUES_MAX`` of each."""
    kept = {name: value for name, value in typed.items() if name not in ("next", "previous")}
    names: dict[str, Mapping[str, str]] = {
        "kind": labels.RECORD_KINDS,
        "state": labels.STANDING,
        **{name: reference.names(f"{name}s") for name in ("sector", "behaviour", "district")},
    }
    return {
        dimension: [
            FacetValue(
                names[dimension].get(value, value) if dimension in names else plain(value),
                count,
                {**kept, dimension: value},
                kept.get(dimension) == value,
            )
            for value, count in sorted(values.items(), key=lambda item: (-item[1], item[0]))[:FACET_VALUES_MAX]
        ]
        for dimension, values in counts.items()
        if values
    }


def steps(versions: Iterable[Publication]) -> list[Step]:
    """The versions of a record, each with its act and day."""
    return [
        Step(
            version.revision,
            labels.label_for(labels.ACTS, version.act),
            day_of(version.recorded_at),
            version.from_entry,
        )
        for version in versions
    ]


def _label_content(kind: str) -> str:
    if kind in FILED_KINDS:
        return _headline(kind).title
    return {"penalty": "处罚种类", "commendation": "激励名称"}.get(kind, "名单")


def _headline(kind: str) -> OwnField:
    return next(field for field in record_fields.own_fields(kind) if field.name == FILED_KINDS[kind].headline)


def _describe_content(body: Mapping[str, Any], reference: Reference) -> str:
    if "scheme" in body:
        return str(body["scheme"]["name"])
    if body["kind"] == "commendation":
        return str(body["title"])
    if body["kind"] in FILED_KINDS:
        headline = _headline(body["kind"])
        return headline.text(body[headline.name])
    return joined_names(reference, "penalty_kinds", body.get("kinds") or ())
