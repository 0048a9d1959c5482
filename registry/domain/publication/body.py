"""Build a public body: what the bodies of all kinds of record share, and the blotting of personal numbers."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

from msgspec import Struct

from registry.domain import records
from registry.domain.publication import redaction

_CODES = (("subject", "uscc"), ("authority", "code"), ("other", "uscc"))
"""Where codes of organisations stand, which are published as filed."""


@dataclass(frozen=True, kw_only=True)
class PublishedVersion:
    """A version to publish: what publishing adds to the facts of any record.

    ``source`` are the fields of ``records.Source``; ``filing`` is the digest that binds the version to what was filed.
    """

    record: str
    policy: str
    visible_from: dt.date
    visible_until: dt.date
    publish_by: dt.date
    source: Mapping[str, Any]
    filing: str
    audience: str = "public"
    revision: int = 1
    act: str = "publish"
    is_grave: bool = False
    measures: Sequence[Mapping[str, Any]] = ()


class CommonFields(TypedDict):
    """The fields of ``records.RecordBody`` without kind, marks, suspension and removal."""

    schema: Literal[1]
    record: str
    revision: int
    act: str
    state: Literal["published"]
    audience: Any
    subject: records.Party
    document_number: str
    behaviour: str | None
    facts: str
    basis: str
    decided_on: dt.date
    authority: records.Authority
    source: records.Source
    sectors: list[str]
    district: str | None
    is_grave: bool
    measures: list[records.Measure]
    policy: str
    visible_from: dt.date
    visible_until: dt.date
    publish_by: dt.date
    filing: str


def common_fields(facts: Mapping[str, Any], version: PublishedVersion) -> CommonFields:
    """Build the common fields of a body from the facts of a record and its version.

    ``facts`` hold subject, document_number, facts, basis, decided_on, authority_name, authority_code, sectors,
    district and perhaps behaviour, as JSON values or typed ones.
    """
    return {
        "schema": records.SCHEMA,  # type: ignore[typeddict-item]
        "record": version.record,
        "revision": version.revision,
        "act": version.act,
        "state": "published",
        "audience": version.audience,
        "subject": party(facts["subject"]),
        "document_number": facts["document_number"],
        "behaviour": facts.get("behaviour"),
        "facts": facts["facts"],
        "basis": facts["basis"],
        "decided_on": facts["decided_on"],
        "authority": records.Authority(name=facts["authority_name"], code=facts["authority_code"]),
        "source": records.Source(**version.source),
        "sectors": sorted(facts["sectors"]),
        "district": facts["district"],
        "is_grave": version.is_grave,
        "measures": [records.Measure(**measure) for measure in version.measures],
        "policy": version.policy,
        "visible_from": version.visible_from,
        "visible_until": version.visible_until,
        "publish_by": version.publish_by,
        "filing": version.filing,
    }


def party(filed: Any) -> records.Party:
    """Build a party as published: without numbers of persons and without its people."""
    values = filed if isinstance(filed, Mapping) else vars(filed)
    return records.Party(**{name: values[name] for name in ("kind", "name", "uscc")})


def published(body: Struct) -> dict[str, Any]:
    """The body as published: JSON values, with numbers that identify or reach a person blotted out.

    Source: 政府信息公开条例 15; 个人信息保护法 34.
    """
    values = records.to_json(body)
    codes = {(holder, name): values[holder][name] for holder, name in _CODES if holder in values}
    blotted: dict[str, Any] = redaction.blot_all(values)
    for (holder, name), code in codes.items():
        blotted[holder][name] = code
    return blotted
