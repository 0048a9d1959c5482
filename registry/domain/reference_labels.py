"""Labels of the law tables: what each field of a reference row is called, and what its codes mean, in Chinese."""

from collections.abc import Callable, Mapping
from typing import Any

from registry.domain import labels
from registry.domain.case_labels import CASE_ACTS, CASES, MEASURE_KINDS, REPORT_STATES
from registry.domain.cases.filed_kinds import FILED_KINDS
from registry.domain.exchange.formats.known import LAYOUTS
from registry.domain.record_fields import own_fields

IN_COLUMNS = frozenset({"code", "name", "effective_from", "effective_until", "source", "status", "note"})
"""Fields that every row has, which a table of rows shows in columns of their own."""
FIELDS = {
    "active": "启用",
    "aliases": "别称",
    "annex": "附件",
    "answer_days": "回执期限（日）",
    "any_kinds": "处罚类别含有其一",
    "article": "条文",
    "attribute": "公开属性",
    "ban": "限制的内容",
    "basis": "设列依据",
    "basis_level": "依据的层级",
    "by_product": "只及于个别产品",
    "catalogue": "公开目录的事项",
    "category": "事项类别",
    "citations": "处罚依据所引条文",
    "clears": "届满清除什么",
    "closes": "由哪一步了结",
    "code_2016": "2016版代码",
    "content": "公开内容",
    "cooperating": "配合部门",
    "counted_from": "起算",
    "credit_duty": "实施方案要求公开信用信息",
    "days": "固定放假的日子（月-日）",
    "deadline": "法定期限",
    "direction": "交换方向",
    "discretionary": "可以裁量",
    "early_exit_from": "提前移出的起算日",
    "early_exit_months": "提前移出（个月）",
    "effect": "效力",
    "entry": "列入情形",
    "exit": "移出",
    "extension_months_max": "至多延长（个月）",
    "figure": "来源所载期限",
    "file_type": "文件格式",
    "fine_max": "罚款不高于",
    "formats": "发出的格式",
    "formats_in": "接收的格式",
    "grave": "单独构成重大违法记录",
    "hearing": "听证",
    "holidays": "放假的工作日",
    "in_gbt2260": "国家标准（GB/T 2260）所列",
    "is_local": "只在本地有效",
    "kind": "种类",
    "law_item": "行政处罚法第九条的项",
    "lead_departments": "牵头部门",
    "led": "受控制、管理的一方",
    "match": "适用于",
    "max_months": "最长（个月）",
    "may_publish": "可以公示",
    "meaning": "在本登记簿的含义",
    "measures": "限制措施",
    "min_months": "最短（个月）",
    "months": "回看（个月）",
    "must_publish": "应当公开的内容",
    "names_responsible": "一并列明责任人员",
    "national_wording": "国家文件的表述",
    "natural_person": "只有自然人持有",
    "natural_persons_public": "公示自然人",
    "needs": "必须填写",
    "noun": "哪一种案件",
    "number": "序号",
    "only_kinds": "处罚类别不超出",
    "only_must_tender": "只及于依法必须招标的项目",
    "open_ended": "可以不写截止日",
    "opens": "由哪一步起算",
    "opens_too": "尚未起算时也由此起算",
    "other": "另一方如何写明",
    "parent": "所属类别",
    "phrases": "处罚内容中的字样",
    "plan_section": "实施方案的章节",
    "plan_wording": "实施方案的表述",
    "platform_code": "对方平台的代码",
    "public": "公示",
    "record_kinds": "在此公示的记录",
    "roles": "及于的角色",
    "rolls_over": "末日放假的顺延",
    "rule": "规则",
    "scheme": "名单",
    "scope": "适用范围",
    "sector": "领域",
    "sectors": "及于的领域",
    "severity": "失信程度",
    "starts": "起算日",
    "starts_at": "起算",
    "statute": "法律、法规",
    "subjects": "公开主体",
    "succeeds": "承接其职责的原部门",
    "table": "对方的字段",
    "tables": "数据表",
    "tenders": "及于的项目",
    "term_months": "名单期限（个月）",
    "territory": "及于的地区",
    "text": "说明",
    "to_other": "对另一方的效力",
    "to_subject": "对主体的效力",
    "transport": "交换方式",
    "trigger": "适用情形",
    "unit": "单位",
    "unless_false": "此项为“否”的不适用",
    "value": "期限",
    "words": "来源原文须有的字样",
    "workdays": "上班的周末",
}
"""What a field is called, wherever no kind of row calls it otherwise."""
FIELDS_OF_KINDS = {
    "clocks.figure": "期限中的第几个数（从0起）",
    "departments.sectors": "领域",
    "exchange_codes.value": "对方的取值",
    "peers.sectors": "告知的领域",
    "record_effects.kind": "记录种类",
    "thresholds.value": "数额",
}
"""What a field is called in the rows of one kind only."""
_UNITS = labels.UNITS | {"fen": "分", "day": "日", "working_day": "工作日"}
_RELATION_EFFECTS = {"identity": "是同一主体", "extends": "措施及于该方", "attention": "仅供人工注意"}
_NOUNS = CASES | {"removal": "撤除"}
_STEPS = CASE_ACTS | {"leave": "撤除", "told": "各接收方已获告知"}
CODES: dict[str, Mapping[str, str]] = {
    "basis_level": labels.BASIS_LEVELS,
    "closes": _STEPS,
    "counted_from": {
        "document": "文书日期",
        "publication": "公示之日",
        "decided_on": "作出决定之日",
    },
    "direction": {"out": "只发出", "in": "只接收", "both": "发出和接收"},
    "early_exit_from": {"listing": "列入之日", "correction": "改正之日"},
    "effect": labels.EFFECTS,
    "file_type": {"csv": "CSV", "xlsx": "XLSX", "xml": "XML"},
    "hearing": {"always": "一律告知听证权利", "large_amount": "数额较大的告知听证权利"},
    "led": {"subject": "主体", "other": "另一方"},
    "needs": {"fine": "罚款金额", "confiscation": "没收金额", "permit": "许可证件"},
    "noun": _NOUNS,
    "opens": _STEPS,
    "opens_too": _STEPS,
    "other": {
        "name": "名称",
        "code": "代码",
        "organisation": "法人或者其他组织",
        "natural_person": "自然人",
        "either": "组织或者自然人",
    },
    "record_kinds": labels.RECORD_KINDS,
    "roles": labels.ROLES,
    "scope": labels.SCOPES,
    "sector": {"all": "全部领域"},
    "severity": labels.SEVERITIES,
    "starts": {
        "accepted_on": "受理之日",
        "awarded_on": "授予之日",
        "changed_on": "变更之日",
        "decided_on": "作出决定之日",
        "extended_on": "延长之日",
        "filed_on": "报送之日",
        "received_on": "收到申请之日",
        "removed_on": "撤除之日",
        "suspended_until": "中止届满之日",
    },
    "tenders": {"any": "任何项目", "must": "依法必须招标的项目"},
    "territory": labels.TERRITORIES,
    "to_other": _RELATION_EFFECTS,
    "to_subject": _RELATION_EFFECTS,
    "transport": labels.TRANSPORTS,
    "unit": _UNITS,
}
"""What the codes in a field mean; those of a record's own fields and of other rows are looked up there."""
CODES_OF_KINDS: dict[str, Mapping[str, str]] = {
    "departments.kind": {"supervisor": "行政监督部门", "trading_centre": "交易中心"},
    "record_effects.kind": labels.RECORD_KINDS,
}
MEANINGS: dict[str, Mapping[str, str]] = {
    "BODY_ROLE": labels.ROLES,
    "BODY_TYPE": labels.SUBJECT_KINDS,
    "CF_SYFW": {"public": "公示", "government": "仅政府部门共享", "authorised": "仅可授权查询"},
    "CF_XDR_LB": labels.SUBJECT_KINDS,
    "CF_ZT": {"normal": "正常", "revoked": "撤销", "disputed": "异议", "other": "其他"},
    "MEASURE_STATUS": REPORT_STATES,
    "MEASURE_TYPE": MEASURE_KINDS,
    "PLATFORM_ERROR": {"subject-not-found": "查不到该主体"},
    "REVOCATION_STATUS": {"standing": "未撤销", "revoked": "已撤销"},
    "SCOPE": {"public": "向社会公开", "restricted": "依申请公开", "none": "不公开"},
    "SXYZCD": {"undecided": "未定", "general": "一般", "heavier": "较重", "serious": "严重"},
}
"""What the codes mean that the code tables of other platforms are read as, by table."""
ROWS = {
    "any_kinds": "penalty_kinds",
    "catalogue": "catalogue",
    "deadline": "deadlines",
    "fine_max": "thresholds",
    "measures": "measures",
    "only_kinds": "penalty_kinds",
    "parent": "behaviours",
    "scheme": "schemes",
    "sector": "sectors",
    "sectors": "sectors",
    "succeeds": "departments",
}
"""Fields whose codes are rows of another kind: their names say what they are."""
_FORMATS = frozenset({"formats", "formats_in"})
_Names = Callable[[str], Mapping[str, str]]


def field_label(kind: str, field: str) -> str:
    """What a field of the rows of a kind is called; an unknown one is shown as it is."""
    return FIELDS_OF_KINDS.get(f"{kind}.{field}") or labels.label_for(FIELDS, field)


def fields_in_words(kind: str, body: Mapping[str, Any], names: _Names) -> list[tuple[str, str]]:
    """The filled fields of a row as it is stored, beyond those of every row: what each is called, and its value in
    words. ``names``: those of the rows of a kind by code."""
    return [
        (field_label(kind, field), _in_words(kind, body, field, value, names))
        for field, value in body.items()
        if field not in IN_COLUMNS and value not in (None, "", [])
    ]


def _in_words(kind: str, body: Mapping[str, Any], field: str, value: Any, names: _Names) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        divider = "；" if any(isinstance(item, list) for item in value) else "、"
        return divider.join(_in_words(kind, body, field, item, names) for item in value)
    code = str(value)
    known = codes_of(kind, body, field).get(code)
    if known is not None:
        return known
    if field in _FORMATS:
        name = LAYOUTS[code].name if code in LAYOUTS else None
    else:
        name = names(ROWS[field]).get(code) if field in ROWS else None
    return f"{name}（{code}）" if name else code


def codes_of(kind: str, body: Mapping[str, Any], field: str) -> Mapping[str, str]:
    """The words of the codes in a field of a row; none where it holds text, figures or the codes of other rows."""
    if kind == "exchange_codes" and field == "meaning":
        return MEANINGS.get(str(body.get("table", "")), {})
    if kind == "record_effects" and field in ("counted_from", "unless_false"):
        own = own_fields(body["kind"]) if body["kind"] in FILED_KINDS else ()
        return {**CODES["counted_from"], **{one.name: one.title for one in own}}
    return CODES_OF_KINDS.get(f"{kind}.{field}") or CODES.get(field, {})
