"""Parse a relation of two parties, build its body for checks, and derive the keys by which its ends are found.

It is a fact that an authority states in a document, dated, and never a conclusion of this registry. Only award
checks see it: it is no public record and is not exchanged (个人信息保护法 6: no more than the purpose needs).
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

from registry.domain import identifiers, records
from registry.domain.cases import proposal
from registry.domain.filing import alphabets
from registry.domain.filing.model import Party, Rules
from registry.domain.law.reference_kinds import RelationKind
from registry.domain.naming import name_key
from registry.domain.publication import body, redaction
from registry.domain.publication.body import PublishedVersion
from registry.errors import Fault, Invalid
from registry.refusals.procedure import RelationRefused

NO_END = dt.date(2199, 12, 31)
"""End of publicity of a relation: none, as it is never public. It holds on its own days and ends by being withdrawn."""
SIDES = ("subject", "other")
_COPIED_FIELDS = ("wording", "document_number", "facts", "issued_on", "since", "until", "district")


class Kinds(Protocol):
    """Look-up of the kind of a relation by code and day."""

    def __call__(self, code: str, on: dt.date, /) -> RelationKind | None: ...


@dataclass(frozen=True)
class Relation:
    """A relation as filed: ``other`` stands to ``subject`` as ``kind`` says, on the days [since, until).

    ``wording`` is what the source itself says of it; ``authority`` is who states it.
    """

    kind: str
    subject: Party = field(repr=False)
    other: Party = field(repr=False)
    since: dt.date
    until: dt.date | None
    wording: str
    document_number: str
    facts: str
    issued_on: dt.date
    sectors: tuple[str, ...]
    district: str | None
    authority_name: str
    authority_code: str


def parse_relation(draft: Mapping[str, Any], rules: Rules, kinds: Kinds, today: dt.date) -> Relation:
    """Parse a relation. Refuses ``RelationRefused`` with every fault."""
    subject, faults = proposal.parse_subject(draft["subject"], rules)
    if subject.kind == "natural_person":
        faults.append(Fault("/subject/kind", "subject-not-organisation", "主体应为法人或者其他组织"))
    kind = kinds(draft["kind"], today)
    if kind is None:
        raise RelationRefused(faults=(*faults, Fault("/kind", "relation-kind-unknown", "没有这种关系")))
    other, other_faults = _parse_other(draft["other"], kind, subject, rules)
    faults += [
        *other_faults,
        *proposal.draft_faults(draft, rules),
        *_day_faults(draft, today),
        *_text_faults(draft, kind),
    ]
    if other.uscc and other.uscc == subject.uscc:
        faults.append(Fault("/other/uscc", "relation-to-itself", "双方代码相同"))
    if faults:
        raise RelationRefused(faults=tuple(faults))
    return Relation(
        kind=kind.code,
        subject=subject,
        other=other,
        sectors=tuple(dict.fromkeys(draft["sectors"])),
        authority_name=draft["authority"]["name"],
        authority_code=identifiers.uscc(draft["authority"]["code"]),
        **{name: draft[name] for name in _COPIED_FIELDS},
    )


def _parse_other(
    end: Mapping[str, str | None], kind: RelationKind, subject: Party, rules: Rules
) -> tuple[Party, list[Fault]]:
    """Parse the other end: a former name has no code, a former code perhaps no name of its own."""
    if kind.other in ("name", "code"):
        return _parse_former(end, kind, subject)
    other, faults = proposal.parse_subject(end, rules)
    faults = [replace(fault, pointer=fault.pointer.replace("/subject", "/other", 1)) for fault in faults]
    is_person = other.kind == "natural_person"
    if kind.other != "either" and is_person is not (kind.other == "natural_person"):
        faults.append(Fault("/other/kind", "relation-end-unfit", f"{kind.name}的另一方类别不符"))
    return other, faults


def _parse_former(end: Mapping[str, str | None], kind: RelationKind, subject: Party) -> tuple[Party, list[Fault]]:
    faults = [
        Fault(f"/other/{name}", "relation-end-unfit", f"{kind.name}不填此项")
        for name in (("uscc", "id_type", "id_number") if kind.other == "name" else ("id_type", "id_number"))
        if end.get(name)
    ]
    name, code = end.get("name") or "", None
    if kind.other == "name" and name_key.key(name) in ("", name_key.key(subject.name)):
        faults.append(Fault("/other/name", "relation-to-itself", "应为与现名称不同的曾用名称"))
    if alphabets.mixes_letters(name):
        faults.append(Fault("/other/name", alphabets.NAME_MIXED, alphabets.DETAIL))
    if kind.other == "code":
        try:
            code = identifiers.uscc(end.get("uscc") or "", strict=False)  # such codes have been issued
        except Invalid as refusal:
            faults.append(Fault("/other/uscc", refusal.code, refusal.title))
        if code and redaction.blot(code) != code:
            faults.append(Fault("/other/uscc", "personal-number", "含有个人识别号码"))
    return Party(subject.kind, name or subject.name, code, None, None, None, {}), faults


def _day_faults(draft: Mapping[str, Any], today: dt.date) -> Iterator[Fault]:
    for name in ("issued_on", "since"):
        if draft[name] > today:
            yield Fault(f"/{name}", "day-in-future", "日期晚于今天")
    if draft["until"] and draft["until"] <= draft["since"]:
        yield Fault("/until", "relation-term-empty", "终止日应晚于起始日")


def _text_faults(draft: Mapping[str, Any], kind: RelationKind) -> Iterator[Fault]:
    """Faults of personal numbers in free text, and of a kind of relation that the source does not state."""
    texts = {name: draft[name] for name in ("wording", "facts", "document_number")}
    for name, text in (texts | {"other/name": draft["other"].get("name") or ""}).items():
        if redaction.blot(text) != text:
            yield Fault(f"/{name}", "personal-number", "含有个人识别号码")
    if kind.words and not any(word in draft["wording"] for word in kind.words):
        yield Fault("/wording", "relation-not-stated", f"来源原文没有写明{'、'.join(kind.words)}")


def content(filed: Relation) -> dict[str, Any]:
    """The facts of a relation as stored, without the identity number."""
    facts = asdict(filed)
    for side in SIDES:
        del facts[side]["id_number"]
    days = {name: getattr(filed, name) for name in ("since", "until", "issued_on")}
    facts |= {name: day.isoformat() if day else None for name, day in days.items()}
    return facts | {"sectors": list(filed.sectors)}


def published_version(record: str, source: Mapping[str, Any], filing: str, today: dt.date) -> PublishedVersion:
    """What publication adds to the facts of a relation: its audience is award checks only."""
    return PublishedVersion(
        record=record,
        policy="relation",
        visible_from=today,
        visible_until=NO_END,
        publish_by=today,
        source=source,
        filing=filing,
        audience="authorised",
    )


def authorised_body(facts: Mapping[str, Any], basis: str, version: PublishedVersion) -> dict[str, Any]:
    """Build the body of a relation for award checks. Personal numbers are in none of its texts."""
    decided_on = dt.date.fromisoformat(facts["issued_on"])
    until = dt.date.fromisoformat(facts["until"]) if facts["until"] else None
    return records.to_json(
        records.RelationBody(
            **body.common_fields({**facts, "basis": basis, "decided_on": decided_on}, version),
            kind="relation",
            relation=facts["kind"],
            other=body.party(facts["other"]),
            wording=facts["wording"],
            since=dt.date.fromisoformat(facts["since"]),
            until=until,
        )
    )


def other_key(other: Mapping[str, Any], id_index: str | None) -> str:
    """Key by which the other ends of two relations are the same: the code, else the number's index, else the name."""
    if other["uscc"]:
        return f"uscc:{other['uscc']}"
    return f"id:{id_index}" if id_index else f"name:{name_key.key(other['name'])}"


def ends(relation_body: Mapping[str, Any], id_index: str | None) -> Iterator[tuple[str, str, str]]:
    """Search keys of both ends of a published relation, as (side, ``uscc``/``id``/``name``, key).

    ``id_index`` is that of the other end's number. A natural person is never found by name.
    """
    for side in SIDES:
        end = relation_body[side]
        if end["uscc"]:
            yield side, "uscc", end["uscc"]
        if side == "other" and id_index:
            yield side, "id", id_index
        key = name_key.key(end["name"])
        if end["kind"] != "natural_person" and key:
            yield side, "name", key
