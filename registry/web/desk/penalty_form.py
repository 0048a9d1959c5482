"""The form of one penalty in the order of the document: its fields, what was typed, and the cells that it makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.datastructures import MultiDict

from registry.domain.filing.model import Rules

Values = dict[str, str | list[str]]


@dataclass(frozen=True)
class Field:
    """A field of a form: ``kind`` is line, text, day, choice, choices or amount; ``choices`` go from what is sent to
    its name. ``limit``: characters at most."""

    name: str
    title: str
    kind: str = "line"
    help: str = ""
    is_required: bool = False
    choices: Mapping[str, str] | None = None
    limit: int = 200


DAY_HELP = "写作 2026-05-06"
_UNIT = "unit-"
UNITS = ("元", "万元")
_PER_WAN = Decimal(10_000)


def sections(rules: Rules) -> list[tuple[str, list[Field]]]:
    """The fields by part of the document, in its order."""
    return [
        ("当事人", _subject_fields(rules)),
        ("决定书", list(_DOCUMENT)),
        ("违法事实和依据", _fact_fields(rules)),
        ("处罚", _penalty_fields(rules)),
        ("限制措施", list(_MEASURES)),
        ("公示和机关", _publicity_fields(rules)),
    ]


SUBJECT_KINDS = {"organisation": "法人及非法人组织", "sole_trader": "个体工商户", "natural_person": "自然人"}
_SEVERITIES = {"4": "轻微", "1": "一般", "2": "较重", "3": "严重"}
_DOCUMENT = (
    Field("document_number", "决定书文号", is_required=True),
    Field("title", "决定书名称"),
    Field("decided_on", "处罚决定日期", help=DAY_HELP, is_required=True),
    Field("served_on", "送达日期", help=f"{DAY_HELP}；不知道的不填"),
)
_MEASURES = (
    Field("confined_action", "限制行为", help="照决定书，例如 禁止参加政府采购活动；没有的不填"),
    Field("confined_start", "限制开始日期", help=DAY_HELP),
    Field("confined_end", "限制的最后一日", help=DAY_HELP),
)


def _subject_fields(rules: Rules) -> list[Field]:
    return [
        Field("subject_name", "名称或者姓名", help="与决定书一致的全称", is_required=True),
        Field("subject_kind", "类别", "choice", is_required=True, choices=SUBJECT_KINDS),
        Field("uscc", "统一社会信用代码", help="单位必填，18 位"),
        Field("legal_representative", "法定代表人或者负责人", help="单位必填，不公开"),
        Field("id_type", "证件类型", "choice", "自然人选择", choices=rules.id_types),
        Field("id_number", "证件号码", help="自然人必填，加密保存，不公开"),
    ]


def _fact_fields(rules: Rules) -> list[Field]:
    return [
        Field("behaviour_text", "违法行为类型", is_required=True),
        Field("behaviour", "负面清单行为", "choice", choices=rules.behaviours),
        Field("facts", "违法事实", "text", "请勿写证件、电话、账户号码", True),
        Field("basis", "处罚依据", "text", "法律名称和条款", True),
    ]


def _penalty_fields(rules: Rules) -> list[Field]:
    kinds = {kind.code: kind.name for kind in rules.kinds}
    return [
        Field("kinds", "处罚类别", "choices", is_required=True, choices=kinds),
        Field("content", "处罚内容", "text", "照决定书主文", True),
        Field("fine", "罚款金额", "amount", "有罚款的必填，选好单位"),
        Field("confiscated", "没收金额", "amount", "有没收的必填，选好单位"),
        Field("permit", "暂扣或者吊销的证照名称及编号"),
    ]


def _publicity_fields(rules: Rules) -> list[Field]:
    return [
        Field("effect_until", "处罚有效期至", help=f"{DAY_HELP}；没有期限的不填"),
        Field("publicity_until", "公示截止期", help=f"{DAY_HELP}；一般不填，按规定计算"),
        Field("severity", "失信严重程度", "choice", choices=_SEVERITIES),
        Field("sectors", "领域", "choices", is_required=True, choices=rules.sectors),
        Field("district", "地区", "choice", choices=rules.districts),
        Field("authority_name", "处罚机关", is_required=True),
        Field("authority_code", "处罚机关统一社会信用代码", is_required=True),
        Field("override_reason", "例外理由", help="校验码不符、认定轻微、撤除后重新报送的，写明理由"),
        Field("remark", "备注", help="不公开"),
    ]


def every_field(rules: Rules) -> list[Field]:
    """All fields of the form."""
    return [field for _, fields in sections(rules) for field in fields]


def defaults(rules: Rules) -> Values:
    """What an empty form is filled with: the department's own name and code, the only sector and district."""
    sectors = rules.default_sectors if len(rules.default_sectors) == 1 else ()
    return {
        "subject_kind": "organisation",
        "authority_name": rules.department_name or "",
        "authority_code": rules.department_code or "",
        "sectors": list(sectors),
        "district": rules.default_district or "",
        **{f"{_UNIT}{name}": UNITS[0] for name in ("fine", "confiscated")},
    }


def typed(form: MultiDict[str, str], rules: Rules) -> Values:
    """What was typed, by field; lists of chosen codes, and the unit of each amount."""
    values: Values = {}
    for field in every_field(rules):
        values[field.name] = form.getlist(field.name) if field.kind == "choices" else form.get(field.name, "").strip()
        if field.kind == "amount":
            unit = form.get(f"{_UNIT}{field.name}", UNITS[0])
            values[f"{_UNIT}{field.name}"] = unit if unit in UNITS else UNITS[0]
    return values


def from_cells(cells: Mapping[str, str], rules: Rules) -> Values:
    """What the form shows of a filing that is stated anew: amounts are in 万元."""
    values: Values = {}
    for field in every_field(rules):
        text = cells.get(field.name, "")
        values[field.name] = [part for part in text.split("；") if part] if field.kind == "choices" else text
        if field.kind == "amount":
            values[f"{_UNIT}{field.name}"] = UNITS[1]
    return values


def to_cells(values: Mapping[str, Any]) -> dict[str, str]:
    """The cells, keyed by field, that are read like a row of a file; amounts in 万元."""
    cells = {}
    for name, value in values.items():
        if name.startswith(_UNIT):
            continue
        text = "；".join(value) if isinstance(value, list) else value
        if text:
            cells[name] = _in_wan(text, values[f"{_UNIT}{name}"]) if f"{_UNIT}{name}" in values else text
    return cells


def _in_wan(text: str, unit: str) -> str:
    """A typed sum in 万元; what is no plain number stays as it was typed, with its unit, and is refused or read so."""
    if unit == UNITS[1]:
        return text
    try:
        return format(Decimal(text.replace(",", "").replace("，", "")) / _PER_WAN, "f")
    except InvalidOperation:
        return text if text.endswith("元") else f"{text}{unit}"
