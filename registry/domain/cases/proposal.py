"""Parse and validate a proposal to list a party: the proposal, or every fault at once."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from registry.domain import identifiers
from registry.domain.cases.listing import RESPONSIBLE_ROLES, Ground, Proposal, Responsible
from registry.domain.filing import alphabets, party
from registry.domain.filing.columns import PLAIN
from registry.domain.filing.model import Party, Rules
from registry.domain.filing.row_reader import RowReader
from registry.domain.law.reference_kinds import Scheme
from registry.domain.publication import redaction
from registry.errors import Fault, Invalid
from registry.refusals.procedure import ListingRefused, MeasureOutsideScheme

_BEHAVIOUR = ("/behaviour", "behaviour-unknown")
_SUBJECT = {
    "subject_name": "name",
    "subject_kind": "kind",
    "uscc": "uscc",
    "id_type": "id_type",
    "id_number": "id_number",
}


def parse_proposal(draft: Mapping[str, Any], scheme: Scheme, rules: Rules) -> Proposal:
    """Parse a listing proposal. Refuses ``ListingRefused`` with every fault, ``MeasureOutsideScheme``."""
    subject, faults = parse_subject(draft["subject"], rules)
    faults += draft_faults(draft, rules)
    faults += _draft_faults(draft, scheme)
    if faults:
        raise ListingRefused(faults=tuple(faults))
    outside = sorted(set(draft["measures"]) - set(scheme.measures))
    if outside:
        raise MeasureOutsideScheme("、".join(outside))
    return Proposal(
        scheme=scheme.code,
        subject=subject,
        sectors=tuple(dict.fromkeys(draft["sectors"])),
        district=draft["district"],
        behaviour=draft["behaviour"],
        facts=draft["facts"],
        basis=draft["basis"],
        measures=tuple(dict.fromkeys(draft["measures"])),
        grounds=tuple(_build_ground(ground) for ground in draft["grounds"]),
        responsible=tuple(Responsible(**person) for person in draft["responsible"]),
        authority_name=draft["authority"]["name"],
        authority_code=identifiers.uscc(draft["authority"]["code"]),
        exit=draft["exit"] or scheme.exit,
    )


def parse_subject(subject_input: Mapping[str, str | None], rules: Rules) -> tuple[Party, list[Fault]]:
    """Parse the subject by the rules for filed penalties, with faults that point into ``/subject``."""
    row = {field: subject_input.get(name) or "" for field, name in _SUBJECT.items()}
    reader = RowReader(row, PLAIN)
    subject = party.parse_party(reader, rules, None)
    return subject, [
        Fault(f"/subject/{_SUBJECT.get(fault.pointer[1:], fault.pointer[1:])}", fault.code, fault.detail)
        for fault in dict.fromkeys(reader.faults)
    ]


def draft_faults(draft: Mapping[str, Any], rules: Rules) -> Iterator[Fault]:
    """Faults of sectors, district, behaviour and authority, where a draft has them."""
    if not draft["sectors"] or not set(draft["sectors"]) <= set(rules.sectors):
        yield Fault("/sectors", "sector-unknown", "领域为空或者不在代码表中")
    yield from _table_faults(draft["district"], rules.districts, "/district", "district-unknown")
    yield from _table_faults(draft.get("behaviour"), rules.behaviours, *_BEHAVIOUR)
    try:
        identifiers.uscc(draft["authority"]["code"])
    except Invalid as refusal:
        yield Fault("/authority/code", refusal.code, refusal.title)
    if alphabets.mixes_letters(draft["authority"]["name"]):
        yield Fault("/authority/name", alphabets.NAME_MIXED, alphabets.DETAIL)


def _table_faults(code: str | None, table: Collection[str], pointer: str, fault_code: str) -> Iterator[Fault]:
    if code is not None and code not in table:
        yield Fault(pointer, fault_code, "不在代码表中")


def require_amendment(amendment: Mapping[str, Any], rules: Rules) -> None:
    """Refuse ``ListingRefused`` for a correction that is empty or contains what no proposal may contain."""
    faults = [*_text_faults(amendment), *_table_faults(amendment.get("behaviour"), rules.behaviours, *_BEHAVIOUR)]
    for name in ("facts", "basis"):
        if name in amendment and not amendment[name].strip():
            faults.append(Fault(f"/{name}", "required", "不能为空"))
    if not amendment:
        faults.append(Fault("", "required", "没有更正的内容"))
    if faults:
        raise ListingRefused(faults=tuple(faults))


def _draft_faults(draft: Mapping[str, Any], scheme: Scheme) -> Iterator[Fault]:
    yield from _text_faults(draft)
    if not draft["grounds"] and scheme.may_publish:
        yield Fault("/grounds", "required", "列入须写明所依据的行政处罚或者生效裁判")


def _text_faults(draft: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults of public texts that contain a personal number, and of responsible people without a known role."""
    for name in ("facts", "basis", "exit"):
        if draft.get(name) and redaction.blot(draft[name]) != draft[name]:
            yield Fault(f"/{name}", "personal-number", "含有个人识别号码")
    for place, person in enumerate(draft.get("responsible", ())):
        if person["role"] not in RESPONSIBLE_ROLES:
            yield Fault(f"/responsible/{place}/role", "role-unknown", "不在代码表中")
        if redaction.blot(person["name"]) != person["name"]:
            yield Fault(f"/responsible/{place}/name", "personal-number", "含有个人识别号码")
        if alphabets.mixes_letters(person["name"]):
            yield Fault(f"/responsible/{place}/name", alphabets.NAME_MIXED, alphabets.DETAIL)


def _build_ground(ground_input: Mapping[str, Any]) -> Ground:
    judgment = ground_input.get("judgment")
    if judgment is None:
        return Ground("penalty", record=ground_input["penalty"])
    return Ground("judgment", judgment["number"], None, judgment["court"], judgment["decided_on"])
