"""The forms by which commendations, relations and filed records are stated: fields, what was typed, the draft of it.

A field is named by its path in the draft, its parts joined by a hyphen: ``subject-uscc`` is
``draft["subject"]["uscc"]``, and a fault at ``/subject/uscc`` stands beside it.
"""

import copy
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict

from registry.domain import record_fields
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.filed_kinds import FILED_KINDS
from registry.domain.filing import cells
from registry.domain.filing.model import Rules
from registry.domain.law.reference import Reference
from registry.domain.permissions import Permission
from registry.errors import Fault, Invalid, Refusal
from registry.models import Commendation, FiledRecord, Relation
from registry.refusals.acts import BodyRefused
from registry.services.cases import commendations, filed_records, relations
from registry.unit_of_work import UnitOfWork
from registry.web.desk.penalty_form import DAY_HELP, SUBJECT_KINDS, Field, Values

Case = Commendation | FiledRecord | Relation
Draft = Mapping[str, Any]
Sections = list[tuple[str, list[Field]]]
R = TypeVar("R", bound=Refusal)
TEXT_MAX = 4000
_ORGANISATIONS = {code: name for code, name in SUBJECT_KINDS.items() if code != "natural_person"}


@dataclass(frozen=True)
class CaseForm:
    """How a kind of case is stated: who reads it, its sections, and the acts that file it and state it anew.

    ``person`` is the party that may be a natural person: its number is kept sealed and need not be typed again.
    ``is_own``: the department states its own decisions, so that its name and code are filled in.
    """

    read: Permission
    sections: Callable[[Rules, Reference, dt.date], Sections]
    file: Callable[[UnitOfWork, Draft, StepInput], Case]
    refile: Callable[[UnitOfWork, str, Draft, StepInput], Case]
    person: str = ""
    is_own: bool = True


def _party(name: str, kinds: Mapping[str, str], person_help: str = "自然人必填，加密保存，不公开") -> list[Field]:
    fields = [
        Field(f"{name}-name", "名称或者姓名", help="与文书一致的全称", is_required=name == "subject"),
        Field(f"{name}-kind", "类别", "choice", is_required=True, choices=kinds),
        Field(f"{name}-uscc", "统一社会信用代码", help="单位必填，18 位"),
    ]
    if "natural_person" in kinds:
        fields += [
            Field(f"{name}-id_type", "证件类型", "choice", "自然人选择"),
            Field(f"{name}-id_number", "证件号码", help=person_help),
        ]
    return fields


def _with_id_types(fields: list[Field], rules: Rules) -> list[Field]:
    return [replace(one, choices=rules.id_types) if one.name.endswith("-id_type") else one for one in fields]


def _reach(rules: Rules, authority: str, *, code_required: bool = True) -> list[Field]:
    return [
        Field("authority-name", authority, is_required=True),
        Field("authority-code", f"{authority}统一社会信用代码", is_required=code_required),
        Field("sectors", "领域", "choices", is_required=True, choices=rules.sectors),
        Field("district", "地区", "choice", choices=rules.districts),
    ]


def _commendation_sections(rules: Rules, _reference: Reference, _today: dt.date) -> Sections:
    return [
        ("当事人", _party("subject", _ORGANISATIONS)),
        (
            "文书",
            [
                Field("document_number", "文号", is_required=True, limit=128),
                Field("title", "称号", is_required=True),
                Field("awarded_on", "文书日期", "day", DAY_HELP, True),
                Field("valid_until", "有效期的最后一日", "day", f"{DAY_HELP}；没有写明的不填"),
                Field("facts", "事迹", "text", "将公开，请勿写证件号码", True, limit=TEXT_MAX),
                Field("basis", "依据", "text", "将公开", True, limit=TEXT_MAX),
            ],
        ),
        ("机关", _reach(rules, "认定机关")),
    ]


def _relation_sections(rules: Rules, reference: Reference, today: dt.date) -> Sections:
    kinds = {row.code: row.name for row in reference.rows("relation_kinds", today)}
    other = "自然人必填，加密保存，只供核查"
    return [
        ("关系", [Field("kind", "关系", "choice", "另一方是主体的什么", True, kinds)]),
        ("主体", _party("subject", _ORGANISATIONS)),
        ("另一方", _with_id_types(_party("other", SUBJECT_KINDS, other), rules)),
        (
            "来源",
            [
                Field("since", "自哪一日起", "day", DAY_HELP, True),
                Field("until", "自哪一日起不再成立", "day", f"{DAY_HELP}；现在仍成立的不填"),
                Field("wording", "文书的原话", "text", "照抄文书中写明这一关系的一句", True, limit=500),
                Field("document_number", "文号", is_required=True, limit=128),
                Field("issued_on", "文书日期", "day", DAY_HELP, True),
                Field("facts", "说明", "text", "没有的不填", limit=TEXT_MAX),
            ],
        ),
        ("机关", _reach(rules, "出具机关")),
    ]


def _filed_sections(noun: str) -> Callable[[Rules, Reference, dt.date], Sections]:
    def build(rules: Rules, _reference: Reference, _today: dt.date) -> Sections:
        return [
            ("当事人", _with_id_types(_party("subject", SUBJECT_KINDS), rules)),
            (
                "文书",
                [
                    Field("document_number", "文号、案号", is_required=True, limit=128),
                    Field("decided_on", "文书日期", "day", DAY_HELP, True),
                    *map(_own_field, record_fields.own_fields(noun)),
                    Field("facts", "认定的事实", "text", "将公开，请勿写证件号码", True, limit=TEXT_MAX),
                    Field("basis", "依据", "text", "将公开", True, limit=TEXT_MAX),
                ],
            ),
            ("机关", _reach(rules, "作出机关", code_required=FILED_KINDS[noun].is_own)),
        ]

    return build


def _own_field(own: record_fields.OwnField) -> Field:
    kind = {"text": "text", "day": "day"}.get(own.form, "choice")
    return Field(
        own.name, own.title, kind, DAY_HELP if kind == "day" else "", own.is_required, own.choices, limit=TEXT_MAX
    )


def _file_relation(work: UnitOfWork, draft: Draft, step_input: StepInput) -> Relation:
    return relations.file(work, {**draft, "facts": draft["facts"] or ""}, step_input)


def _refile_relation(work: UnitOfWork, record: str, draft: Draft, step_input: StepInput) -> Relation:
    return relations.refile(work, record, {**draft, "facts": draft["facts"] or ""}, step_input)


def _filed_form(noun: str) -> CaseForm:
    return CaseForm(
        Permission.RECORD_READ,
        _filed_sections(noun),
        lambda work, draft, step_input: filed_records.file_draft(work, noun, draft, step_input),
        lambda work, record, draft, step_input: filed_records.refile(work, noun, record, draft, step_input),
        person="subject",
        is_own=FILED_KINDS[noun].is_own,
    )


CASE_FORMS: dict[str, CaseForm] = {
    "commendation": CaseForm(
        Permission.COMMENDATION_READ, _commendation_sections, commendations.file, commendations.refile
    ),
    **{noun: _filed_form(noun) for noun in FILED_KINDS},
    "relation": CaseForm(
        Permission.RELATION_READ, _relation_sections, _file_relation, _refile_relation, person="other", is_own=False
    ),
}
"""The form of each kind of case that is stated one by one."""


def fields_of(sections: Sections) -> list[Field]:
    """All fields of a form."""
    return [field for _, fields in sections for field in fields]


def defaults(form: CaseForm, rules: Rules) -> Values:
    """What an empty form is filled with: the department's own name and code, the only sector and district."""
    own = {"authority-name": rules.department_name or "", "authority-code": rules.department_code or ""}
    return {
        **(own if form.is_own else {}),
        "sectors": list(rules.default_sectors) if len(rules.default_sectors) == 1 else [],
        "district": rules.default_district or "",
    }


def typed(sections: Sections, form: MultiDict[str, str]) -> Values:
    """What was typed, by field; of several choices a list."""
    return {
        field.name: form.getlist(field.name) if field.kind == "choices" else form.get(field.name, "").strip()
        for field in fields_of(sections)
    }


def values_of(sections: Sections, facts: Mapping[str, Any]) -> Values:
    """What the form shows of facts that are stated anew; no number of a person is among them."""
    return {field.name: _text_of(field, _stored(facts, field.name)) for field in fields_of(sections)}


def answers(sections: Sections, facts: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The facts of a case by section, as (title, words)."""
    return [
        (title, [(field.title, _words(field, _stored(facts, field.name))) for field in fields if _is_shown(field)])
        for title, fields in sections
    ]


def draft(sections: Sections, values: Values) -> dict[str, Any]:
    """The draft that was typed, as the services take it. Refuses ``BodyRefused`` with every fault."""
    faults: list[Fault] = []
    built: dict[str, Any] = {}
    for field in fields_of(sections):
        first, _, rest = field.name.partition("-")
        value = _parse(field, values[field.name], faults)
        if rest:
            built.setdefault(first, {})[rest] = value
        else:
            built[first] = value
    if faults:
        raise BodyRefused(faults=tuple(faults))
    return built


def beside_fields(error: R) -> R:
    """The refusal with its faults at the fields of the form: /subject/uscc stands at ``subject-uscc``."""
    moved = copy.copy(error)
    moved.faults = tuple(
        replace(fault, pointer="/" + fault.pointer.strip("/").replace("/", "-")) for fault in error.faults
    )
    return moved


def _parse(field: Field, value: str | list[str], faults: list[Fault]) -> Any:
    at = f"/{field.name.replace('-', '/')}"
    if isinstance(value, list):
        return value
    if not value:
        if field.is_required:
            faults.append(Fault(at, "required", f"请填写：{field.title}"))
        return None
    if cells.is_forbidden(value):
        faults.append(Fault(at, cells.FORBIDDEN, cells.FORBIDDEN_DETAIL))
    elif len(value) > field.limit:
        faults.append(Fault(at, "text-too-long", f"{field.title}：不超过 {field.limit} 个字"))
    elif field.kind == "choice" and value not in (field.choices or {}):
        faults.append(Fault(at, "value-unknown", f"请选择：{field.title}"))
    elif field.kind == "day":
        return _parse_day(field, value, at, faults)
    return value == "true" if field.choices is record_fields.FLAGS else value


def _parse_day(field: Field, text: str, at: str, faults: list[Fault]) -> dt.date | None:
    try:
        return cells.day(text)
    except Invalid:
        faults.append(Fault(at, "date-malformed", f"{field.title}：{DAY_HELP}"))
        return None


def _stored(facts: Mapping[str, Any], name: str) -> Any:
    """A fact by the path of its field: ``authority-name`` is stored flat, a kind's own fields in ``own``."""
    first, _, rest = name.partition("-")
    if rest:
        return facts[f"{first}_{rest}"] if first == "authority" else facts[first].get(rest)
    return facts[name] if name in facts else facts.get("own", {}).get(name)


def _text_of(field: Field, value: Any) -> str | list[str]:
    if field.kind == "choices":
        return list(value or ())
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _is_shown(field: Field) -> bool:
    return not field.name.endswith("-id_number")


def _words(field: Field, value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    texts = [str(_text_of(replace(field, kind="line"), one)) for one in values]
    return "、".join((field.choices or {}).get(text, text) for text in texts if text) or "—"
