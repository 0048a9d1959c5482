"""Parse a filed record of any kind from a request or a row of a file, and build its public body."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.domain import identifiers, record_fields, records
from registry.domain.cases import proposal
from registry.domain.cases.filed_kinds import FiledKind
from registry.domain.cases.listing import jsonable
from registry.domain.filing import alphabets, document_number, party, placeholders, places
from registry.domain.filing.columns import Headings
from registry.domain.filing.model import Filing, Note, Party, Rules
from registry.domain.filing.row_reader import RowReader
from registry.domain.law import measures, publicity
from registry.domain.law.reference_kinds import Measure
from registry.domain.publication import body, redaction
from registry.domain.publication.body import PublishedVersion
from registry.domain.record_fields import OwnField
from registry.errors import Fault, Invalid
from registry.refusals.procedure import FiledRecordRefused

_TEXTS = ("document_number", "facts", "basis")
Draft = Mapping[str, Any]


@dataclass(frozen=True)
class FiledRecord:
    """A record as filed; ``own`` are the fields of its kind alone."""

    subject: Party = field(repr=False)
    document_number: str
    facts: str
    basis: str
    decided_on: dt.date
    sectors: tuple[str, ...]
    district: str | None
    authority_name: str
    authority_code: str | None
    own: Mapping[str, Any]


def parse_draft(kind: FiledKind, draft: Draft, rules: Rules, today: dt.date) -> FiledRecord:
    """Parse a record from a request. Refuses ``FiledRecordRefused`` with every fault."""
    subject, faults = proposal.parse_subject(draft["subject"], rules)
    faults += _draft_faults(kind, draft, subject, rules, today)
    if faults:
        raise FiledRecordRefused(faults=tuple(faults))
    return _build_record(kind, draft, subject)


def parse_row(
    kind: FiledKind, row: Mapping[str, str], headings: Headings, rules: Rules, today: dt.date
) -> tuple[FiledRecord | None, list[Fault], list[Note]]:
    """Parse a record from a row of a file; None with any fault. No text of a fault quotes a cell."""
    reader = RowReader(row, headings)
    subject = party.parse_party(reader, rules, None)
    code_text = reader.text("authority_code", required=False)
    draft = {
        "document_number": reader.text("document_number", required=True, limit=128),
        "facts": reader.text("facts", required=True),
        "basis": reader.text("basis", required=True),
        "decided_on": reader.day("decided_on", required=True) or today,
        "sectors": places.read_sectors(reader, reader.items("sectors"), rules),
        "district": places.read_district(reader, rules),
        "authority": {
            "name": reader.organ_name("authority_name", required=True),
            "code": party.uscc(reader, "authority_code", code_text) if code_text else None,
        },
        **{own.name: _read_own(reader, own) for own in record_fields.own_fields(kind.noun)},
    }
    faults = list(dict.fromkeys(reader.faults))
    if not faults:
        at = {"/authority/code": "authority_code", "/subject/id_number": "id_number"}
        faults = [
            Fault(f"/{headings.name(at.get(fault.pointer, fault.pointer[1:]))}", fault.code, fault.detail)
            for fault in _draft_faults(kind, draft, subject, rules, today)
        ]
    return (None if faults else _build_record(kind, draft, subject)), faults, reader.notes


def _read_own(reader: RowReader, own: OwnField) -> Any:
    if own.form == "day":
        return reader.day(own.name, required=own.is_required)
    text = reader.text(own.name, required=own.is_required)
    if own.form == "text":
        return text or (None if not own.is_required else "")
    code = reader.code_in(own.name, text, own.choices, "value-unknown") if text else None
    # code_in folds codes to upper case, in which no choice is written.
    chosen = next((choice for choice in own.choices if choice == code), None)
    return (None if chosen is None else chosen == "true") if own.form == "flag" else chosen


def _draft_faults(kind: FiledKind, draft: Draft, subject: Party, rules: Rules, today: dt.date) -> Iterator[Fault]:
    if not draft["sectors"] or not set(draft["sectors"]) <= set(rules.sectors):
        yield Fault("/sectors", "sector-unknown", "领域为空或者不在代码表中")
    if draft["district"] is not None and draft["district"] not in rules.districts:
        yield Fault("/district", "district-unknown", "不在代码表中")
    own = record_fields.own_fields(kind.noun)
    for name in ("decided_on", *(one.name for one in own if one.form == "day")):
        if draft[name] is not None and not records.FIRST_YEAR <= draft[name].year <= today.year:
            yield Fault(f"/{name}", "day-out-of-range", "日期早于1949年或者晚于本年")
        elif draft[name] is not None and draft[name] > today:
            yield Fault(f"/{name}", "decided-in-future", "日期晚于今天")
    for name in (*_TEXTS, *(one.name for one in own if one.form == "text")):
        if draft[name] and redaction.blot(draft[name]) != draft[name]:
            yield Fault(f"/{name}", "personal-number", "含有个人识别号码")
    yield from _text_faults(draft)
    yield from _authority_faults(kind, draft["authority"])
    if kind.for_adults and _is_minor(subject, draft["decided_on"]):
        yield Fault("/subject/id_number", "minor-sealed", "未成年人的犯罪记录应当封存，不得报送")


def _text_faults(draft: Draft) -> Iterator[Fault]:
    """What the texts of a record leave unsaid: they are published as they stand."""
    for name in ("facts", "basis"):
        if draft[name] and (placeholders.is_ditto(draft[name]) or placeholders.says_nothing(draft[name])):
            yield Fault(f"/{name}", placeholders.SAYS_NOTHING, placeholders.DETAIL)
    number = draft["document_number"]
    if number and (code := document_number.fault_of(number)):
        yield Fault("/document_number", code, document_number.DETAILS[code])


def _authority_faults(kind: FiledKind, authority: Mapping[str, str | None]) -> Iterator[Fault]:
    if alphabets.mixes_letters(authority["name"] or ""):
        yield Fault("/authority/name", alphabets.NAME_MIXED, alphabets.DETAIL)
    if authority["code"] is None:
        if kind.is_own:
            yield Fault("/authority/code", "required", "必填项为空")
        return
    try:
        identifiers.uscc(authority["code"])
    except Invalid as refusal:
        yield Fault("/authority/code", refusal.code, refusal.title)


def _is_minor(subject: Party, on: dt.date) -> bool:
    """Whether somebody is known to be under eighteen: the record of a minor is sealed (刑事诉讼法 286)."""
    is_resident = subject.id_type == identifiers.RESIDENT_ID and subject.id_number is not None
    return is_resident and identifiers.is_minor(subject.id_number or "", on)


def _build_record(kind: FiledKind, draft: Draft, subject: Party) -> FiledRecord:
    code = draft["authority"]["code"]
    return FiledRecord(
        subject=subject,
        sectors=tuple(dict.fromkeys(draft["sectors"])),
        district=draft["district"],
        decided_on=draft["decided_on"],
        authority_name=draft["authority"]["name"],
        authority_code=identifiers.uscc(code) if code else None,
        own={own.name: draft[own.name] for own in record_fields.own_fields(kind.noun)},
        **{name: draft[name] for name in _TEXTS},
    )


def content(filed: FiledRecord) -> dict[str, Any]:
    """The facts of a record as they are kept, without the identity number."""
    facts = {name: value for name, value in vars(filed).items() if name != "own"}
    subject = {name: value for name, value in vars(filed.subject).items() if name != "id_number"}
    kept: dict[str, Any] = jsonable({**facts, "subject": subject, "own": dict(filed.own)})
    return kept


def days(facts: Mapping[str, Any]) -> dict[str, dt.date]:
    """The days of a record that time limits may count from, by name."""
    named = {name: value for name, value in {**facts, **facts["own"]}.items() if name.endswith("_on") and value}
    return {name: dt.date.fromisoformat(value) for name, value in named.items()}


def restrictions(kind: FiledKind, facts: Mapping[str, Any], statutory: Sequence[Measure]) -> list[dict[str, Any]]:
    """The measures that the text of a record orders, read as those of a penalty are."""
    ordered = facts["own"][kind.operative] or ""
    decided_on = dt.date.fromisoformat(facts["decided_on"])
    as_penalty = Filing(
        subject=Party(**facts["subject"], id_number=None),
        document_number=facts["document_number"],
        behaviour_text="",
        behaviour=None,
        facts=facts["facts"],
        basis=facts["basis"],
        kinds=(),
        content=ordered,
        fine_fen=None,
        confiscated_fen=None,
        permit=None,
        decided_on=decided_on,
        effect_until=None,
        publicity_until=None,
        authority_name=facts["authority_name"],
        authority_code=facts["authority_code"] or "",
        source_name="",
        source_code="",
        remark="",
        title="",
        sectors=tuple(facts["sectors"]),
        district=facts["district"],
        severity=None,
        measures=(),
        override_reason=None,
    )
    resolution = measures.resolve_measures(as_penalty, statutory)
    # A term that the statute does not allow, or none: whether and until when it binds is for a person.
    is_doubtful = resolution.faults or resolution.findings
    return [{**measure, "effect": "review"} for measure in resolution.measures] if is_doubtful else resolution.measures


def visible_until(facts: Mapping[str, Any], months: int, measures_of_record: Sequence[Mapping[str, Any]]) -> dt.date:
    """The end of publicity: ``months`` after the decision, and never before the end of what it orders."""
    end = publicity.add_months(dt.date.fromisoformat(facts["decided_on"]), months)
    return publicity.while_binding(publicity.Publicity(end, end, None), measures_of_record).visible_until


def public_body(kind: FiledKind, facts: Mapping[str, Any], version: PublishedVersion) -> dict[str, Any]:
    """Everything that outsiders may ever see of a record."""
    common: Any = body.common_fields({**facts, "decided_on": dt.date.fromisoformat(facts["decided_on"])}, version)
    authority = records.SourceAuthority(name=facts["authority_name"], code=facts["authority_code"])
    body_type: Any = records.KINDS[kind.noun].body
    own = {
        one.name: dt.date.fromisoformat(facts["own"][one.name])
        if one.form == "day" and facts["own"][one.name]
        else facts["own"][one.name]
        for one in record_fields.own_fields(kind.noun)
    }
    return body.published(body_type(**{**common, "authority": authority}, kind=kind.noun, **own))


def audience(facts: Mapping[str, Any]) -> str:
    """``authorised``, for checks only, where the subject is a natural person; else ``public``."""
    return "authorised" if facts["subject"]["kind"] == "natural_person" else "public"
