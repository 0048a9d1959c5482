"""Columns of public records as a table: what CSV and XLSX files have, made from the types of the records."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import Meta, Struct, UnsetType

from registry.domain import labels, records

ENTRY = "entry"
_LEFT_OUT = frozenset({"schema", "state", "act", "audience", *records.REMOVAL_FIELDS, *records.SUSPENSION_FIELDS})
"""Fields that every record shown has alike, or none."""
_SEPARATOR = "；"
TITLES = {
    "entry": "登记号",
    "record": "记录编号",
    "revision": "版本",
    "kind": "记录种类",
    "subject.kind": "行政相对人类别",
    "subject.name": "行政相对人名称",
    "subject.uscc": "统一社会信用代码",
    "document_number": "文号",
    "behaviour": "负面清单行为",
    "facts": "事实",
    "basis": "依据",
    "decided_on": "决定日期",
    "authority.name": "作出机关",
    "authority.code": "作出机关代码",
    "source.node": "来源节点",
    "source.name": "数据来源单位",
    "source.code": "数据来源单位代码",
    "source.department": "报送部门",
    "source.channel": "报送渠道",
    "source.filed_on": "报送日期",
    "source.verified_on": "核验日期",
    "sectors": "领域",
    "district": "地区",
    "is_grave": "是否重大违法记录",
    "measures": "限制措施",
    "policy": "公示期限规则",
    "visible_from": "公示起始日",
    "visible_until": "公示截止日的次日",
    "publish_by": "法定公示期限",
    "filing": "报送件摘要",
    "suspensions": "限制措施中止的期间",
    "disputed_on": "异议受理日期",
    "title": "名称",
    "behaviour_text": "违法行为类型",
    "kinds": "处罚种类",
    "content": "处罚内容或者处理结果",
    "fine_fen": "罚款（分）",
    "confiscated_fen": "没收（分）",
    "permit": "暂扣或者吊销的证照",
    "effect_until": "处罚有效期",
    "severity": "失信程度",
    "repairable_from": "可申请信用修复之日",
    "scheme.code": "名单代码",
    "scheme.name": "名单",
    "scheme.basis": "设列依据",
    "scheme.basis_level": "设列依据层级",
    "reasons": "列入理由",
    "exit": "移出条件",
    "starts_on": "列入起始日",
    "ends_on": "列入截止日的次日",
    "grounds": "列入所依据的决定",
    "responsible": "相关责任人",
    "remedies.reconsideration_until": "申请行政复议的最后一日",
    "remedies.litigation_until": "提起诉讼的最后一日",
    "list_source": "名单来源",
    "as_of": "名单状态日期",
}
"""Words of the fields that their types do not name themselves."""


@dataclass(frozen=True)
class Column:
    """A column: ``path`` names the field in the body of a record, ``form`` its type in words, ``kinds`` the kinds of
    record that have it."""

    path: str
    title: str
    form: str
    kinds: tuple[str, ...]


@cache
def columns() -> tuple[Column, ...]:
    """All columns of all public kinds, those that every kind has first."""
    found: dict[str, tuple[Any, str, list[str]]] = {}
    for kind in records.PUBLIC_KINDS:
        for path, annotation, title in _leaves(records.KINDS[kind].body, ""):
            found.setdefault(path, (annotation, title, []))[2].append(kind)
    ordered = sorted(found.items(), key=lambda item: len(item[1][2]) < len(records.PUBLIC_KINDS))
    return tuple(
        Column(path, title or TITLES[path], _describe(path, annotation), tuple(kinds))
        for path, (annotation, title, kinds) in ordered
    )


def headings(*, in_words: bool) -> list[str]:
    """The headings: the words for people, or the names of the fields for programs."""
    names = [(column.title, column.path) for column in columns()]
    return [TITLES[ENTRY] if in_words else ENTRY, *(title if in_words else path for title, path in names)]


def cells(entry: int, body: Mapping[str, Any]) -> list[str]:
    """The cells of a record, in the order of the headings: lists of values apart with a semicolon, objects in a list as
    JSON."""
    places = _places()
    row = [""] * (len(columns()) + 1)
    row[0] = str(entry)
    _fill(row, body, places)
    return row


def _fill(row: list[str], values: Mapping[str, Any], places: Mapping[str, Any]) -> None:
    for name, value in values.items():
        place = places.get(name)
        if isinstance(place, int):
            row[place] = value if type(value) is str else _text(value)
        elif place is not None and isinstance(value, Mapping):
            _fill(row, value, place)


@cache
def _places() -> Mapping[str, Any]:
    """The place of each field in a row, by its name; of the fields of an object within it a mapping alike."""
    places: dict[str, Any] = {}
    for place, column in enumerate(columns(), start=1):
        *outer, name = column.path.split(".")
        within = places
        for step in outer:
            within = within.setdefault(step, {})
        within[name] = place
    return places


CHANGES = {"new": "新增", "gone": "删除"}
"""What a row of a table of changes says of its entry, for programs and for people."""
REASONS = {"replaced": "被新版本取代", "removed": "不再公示", "erased": "依法删除", "ended": "公示期满"}
"""Why an entry is there no more (``snapshots.GONE``), for people."""


def delta_headings(*, in_words: bool) -> list[str]:
    """The headings of a table of changes: what happened and why, then those of a table of records."""
    return [*(("变化", "原因") if in_words else ("change", "reason")), *headings(in_words=in_words)]


def delta_cells(entry: int, body: Mapping[str, Any], *, in_words: bool) -> list[str]:
    """The cells of a record that is new since an earlier snapshot."""
    return [CHANGES["new"] if in_words else "new", "", *cells(entry, body)]


def gone_cells(entry: int, reason: str, record: str, *, in_words: bool) -> list[str]:
    """The cells of an entry that is there no more: nothing of what the record said."""
    change = (CHANGES["gone"], REASONS[reason]) if in_words else ("gone", reason)
    return [*change, *cells(entry, {"record": record})]


def kind_names(column: Column) -> Sequence[str]:
    """The words of the kinds that have a column; none where all have it."""
    if len(column.kinds) == len(records.PUBLIC_KINDS):
        return ()
    return [labels.label_for(labels.RECORD_KINDS, kind) for kind in column.kinds]


def _leaves(struct: type[Struct], prefix: str) -> list[tuple[str, Any, str]]:
    leaves: list[tuple[str, Any, str]] = []
    for name, field in records.fields_of(struct).items():
        path = prefix + name
        if path in _LEFT_OUT:
            continue
        inner = records.struct_in(field.type)
        if inner is not None and not _is_list(field.type):
            leaves += _leaves(inner, f"{path}.")
        else:
            leaves.append((path, field.type, _title(field.type)))
    return leaves


def _members(annotation: Any) -> tuple[Any, ...]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _members(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return tuple(member for each in get_args(annotation) for member in _members(each))
    return (annotation,)


def _is_list(annotation: Any) -> bool:
    return any(get_origin(member) is list for member in _members(annotation))


def _title(annotation: Any) -> str:
    metas = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return next((meta.title for meta in metas if isinstance(meta, Meta) and meta.title and meta.title != _CODE), "")


_CODE = "统一社会信用代码"
"""The title of the type of all codes, which says not whose."""
_FORMS = {str: "文字", int: "整数", bool: "是否（true、false）", dt.date: "日期（YYYY-MM-DD）"}


def _describe(path: str, annotation: Any) -> str:
    if path == "kind":  # each type names its own
        return "代码：" + "、".join(records.PUBLIC_KINDS)
    members = [member for member in _members(annotation) if member not in (type(None), UnsetType)]
    if any(get_origin(member) is list for member in members):
        inner = records.struct_in(annotation)
        return "若干项，JSON" if inner else f"若干项，以“{_SEPARATOR}”分隔"
    if any(get_origin(member) is Literal for member in members):
        return "代码：" + "、".join(str(value) for member in members for value in get_args(member))
    return next((_FORMS[member] for member in members if member in _FORMS), "文字")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        if any(isinstance(item, dict) for item in value):
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        return _SEPARATOR.join(str(item) for item in value)
    return str(value)
