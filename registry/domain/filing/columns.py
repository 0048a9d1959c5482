"""Map column headings of penalty files (2018 set, 2016 set, Chinese, as offices write them) to canonical fields.

Source: 发改办财金〔2018〕424号 for the set of fields; the codes are those that real feeds carry.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from registry.domain.filing.amounts import Unit
from registry.domain.filing.cells import is_forbidden
from registry.domain.filing.vocabulary import (
    LEFT_OUT,
    UNITS,
    Vocabulary,
    heading_key,
)
from registry.domain.publication import redaction
from registry.refusals.content import DuplicateColumn, FileShape, MissingColumn, UnknownColumn

# field: 2018 code, 2016 codes, Chinese headings; an optional column of this house has only the last.
_VOCABULARY = """
subject_name           | CF_XDR_MC    |                       | 行政相对人名称
subject_kind           | CF_XDR_LB    |                       | 行政相对人类别
uscc                   | CF_XDR_SHXYM |                       | 行政相对人代码_1(统一社会信用代码)
business_registration  | CF_XDR_GSZC  | CF_XDR_GSDJ           | 行政相对人代码_2(工商注册号)
organisation_code      | CF_XDR_ZZJG  | CF_XDR_ZDM            | 行政相对人代码_3(组织机构代码)
tax_registration       | CF_XDR_SWDJ  |                       | 行政相对人代码_4(税务登记号)
institution_certificate| CF_XDR_SYDW  |                       | 行政相对人代码_5(事业单位证书号)
social_certificate     | CF_XDR_SHZZ  |                       | 行政相对人代码_6(社会组织登记证号)
legal_representative   | CF_FRDB      | CF_FR                 | 法定代表人(负责人) 法定代表人姓名
legal_id_type          | CF_FR_ZJLX   |                       | 法定代表人证件类型
legal_id_number        | CF_FR_ZJHM   | CF_FR_SFZH CF_SFZ     | 法定代表人证件号码
id_type                | CF_XDR_ZJLX  |                       | 证件类型(自然人)
id_number              | CF_XDR_ZJHM  | CF_XDR_SFZ            | 证件号码(自然人)
document_number        | CF_WSH       |                       | 行政处罚决定书文号 处罚决定书文号
behaviour_text         | CF_WFXW      |                       | 违法行为类型
facts                  | CF_SY        |                       | 违法事实 处罚事由
basis                  | CF_YJ        |                       | 处罚依据
kinds                  | CF_CFLB      | CF_CFLB1              | 处罚类别 处罚类别1
kinds_more             |              | CF_CFLB2              | 处罚类别2
content                | CF_NR        | CF_JG                 | 处罚内容 处罚结果
fine                   | CF_NR_FK     |                       | 罚款金额(万元)
confiscated            | CF_NR_WFFF   |                       | 没收违法所得、没收非法财物的金额(万元)
permit                 | CF_NR_ZKDX   |                       | 暂扣或吊销证照名称及编号
decided_on             | CF_JDRQ      |                       | 处罚决定日期
effect_until           | CF_YXQ       |                       | 处罚有效期
publicity_until        | CF_GSJZQ     |                       | 公示截止期
authority_name         | CF_CFJG      | CF_XZJG               | 处罚机关
authority_code         | CF_CFJGDM    |                       | 处罚机关统一社会信用代码
source_name            | CF_SJLY      |                       | 数据来源单位
source_code            | CF_SJLYDM    |                       | 数据来源单位统一社会信用代码
remark                 | BZ           |                       | 备注
title                  | CF_CFWS      | CF_CFMC CF_AJMC       | 行政处罚决定文书名称 处罚名称 案件名称
state                  |              | CF_ZT                 | 当前状态
district               |              | DFBM                  | 地方编码 DISTRICT
updated_at             |              | SJC                   | 数据更新时间戳
use_scope              | CF_SYFW      |                       | 信息使用范围
severity               | SXYZCD       |                       | 失信严重程度
power_code             |              | CF_BM                 | 权力编码
sectors                |              |                       | 领域 SECTOR SECTORS
behaviour              |              |                       | 失信行为 BEHAVIOUR
confined_action        |              |                       | 限制行为 限制的行为 CONFINED_ACTION
confined_start         |              |                       | 限制行为开始时间 CONFINED_START
confined_end           |              |                       | 限制行为结束时间 CONFINED_END
served_on              |              |                       | 送达日期 处罚决定送达日期 SERVED_ON
override_reason        |              |                       | 校验码例外理由 例外理由 OVERRIDE_REASON
first_published_on     |              |                       | 首次公示日期 FIRST_PUBLISHED_ON
first_published_at     |              |                       | 首次公示网站 首次公示平台 FIRST_PUBLISHED_AT
"""
_SUBJECTS = """
行政相对人 相对人 当事人 被处罚人 被处罚单位 被处罚对象 被处罚企业 被处罚当事人 被处罚主体
受处罚单位 受处罚人 处罚对象 处罚相对人 违法主体 违法单位 违法企业 违法当事人 违法者 企业 单位 公司
主体 机构 市场主体
"""
SUBJECTS = tuple(_SUBJECTS.split())
"""Words by which offices call whom a decision is about."""
# How offices head the same columns; not from any instrument. {} stands for each word of SUBJECTS.
_USUAL = """
subject_name          | {}名称 {}姓名 {}全称 {}姓名/名称 {}名称/姓名 {}姓名或名称 {}名称或姓名 {}名称(姓名)
subject_name          | {}姓名(名称) {}名
subject_name          | 当事人 相对人 行政相对人 被处罚人 被处罚单位 被处罚对象 被处罚企业 被处罚当事人 处罚对象
subject_name          | 违法主体 违法单位 违法企业
subject_kind          | {}类别 {}类型 {}性质
uscc                  | {}统一社会信用代码 {}社会信用代码 {}信用代码 {}代码 统一社会信用代码 社会信用代码 信用代码
uscc                  | 统一信用代码 统一代码
uscc                  | 社会统一信用代码 统一社会信用代码证号 统一社会信用代码号 统一社会信用码 统一社会代码
uscc                  | 统一社会信用编码
business_registration | 工商注册号 注册号 工商登记号
organisation_code     | 组织机构代码
tax_registration      | 税务登记号
legal_representative  | 法定代表人 法人代表 法人 法定代表人/负责人 法定代表人或负责人 法定代表人(负责人)姓名
legal_representative  | 法人姓名 法人代表姓名 企业法人 负责人
legal_representative  | 负责人姓名 {}法定代表人
id_type               | 证件类型 证件种类 身份证件类型 {}证件类型
id_number             | 证件号码 证件号 身份证件号码 身份证号 身份证号码 居民身份证号 居民身份证号码 公民身份号码
id_number             | {}证件号码 {}身份证号
document_number       | 文号 处罚文号 决定书文号 决定文号 文书号 文书文号 文书编号 处罚文书号 处罚文书文号
document_number       | 处罚决定文号 处罚决定书号 处罚决定书编号
document_number       | 行政处罚文号 行政处罚决定文号 行政处罚决定书号 行政处罚决定书编号 决定书号 决定书编号
document_number       | 处罚书文号 处罚决定文书号
document_number       | 行政处罚决定文书号 行政处罚决定书文书号
behaviour_text        | 违法类型 违法行为 案由 违法行为名称 违法行为种类 违法种类
facts                 | 主要违法事实 违法事实及证据 违法行为描述 违法情况 违法情形 案情 案情简介 简要案情 基本案情
facts                 | 案件事实 处罚事实 处罚原因
facts                 | 违法事由 主要事实 事实
basis                 | 法律依据 处罚法律依据 行政处罚依据 处罚的法律依据 适用法律 依据 依据条款 处罚依据条款
kinds                 | 处罚种类 处罚类型 行政处罚种类 行政处罚类别 行政处罚类型 处罚方式
content               | 处罚决定 处罚决定内容 行政处罚内容 行政处罚结果 行政处罚决定 处理结果 处罚情况 决定内容
content               | 处罚决定主要内容
fine                  | 罚款 罚款金额 罚款数额 罚款额 罚款额度 罚款数 罚款总额 {}罚款金额 行政罚款 行政罚款金额
confiscated           | 没收 没收金额 没收数额 没收款 没收违法所得 没收违法所得金额 没收违法所得数额
confiscated           | 没收违法所得、没收非法财物的金额 没收违法所得和非法财物金额
permit                | 证照名称及编号 暂扣或者吊销证照名称及编号 吊销证照名称及编号 吊销证照 许可证名称及编号
decided_on            | 处罚日期 决定日期 处罚决定时间 处罚时间 决定时间 决定书日期 处罚决定书日期 作出决定日期
decided_on            | 作出处罚日期 作出处罚决定日期
decided_on            | 行政处罚日期 行政处罚决定日期 作出行政处罚决定日期 处罚决定作出日期 作出处罚决定时间
decided_on            | 作出处罚决定的日期 处罚决定书时间
effect_until          | 有效期 有效期至 处罚有效期至 处罚截止日期 处罚有效期截止日期
publicity_until       | 公示截止日期 公示截止时间 公示期至 公示到期日 公示到期日期 公示截止日
authority_name        | 处罚机关名称 处罚机构 处罚部门 执法机关 执法单位 执法部门 执法主体 决定机关 处罚决定机关
authority_name        | 作出处罚机关 作出处罚决定机关
authority_name        | 作出处罚的机关 作出行政处罚决定机关 行政处罚机关 实施机关 处罚实施机关 作出处罚决定的机关
authority_name        | 作出处罚决定部门
authority_code        | 处罚机关代码 处罚机关信用代码 处罚机关社会信用代码 执法机关代码 执法单位代码
authority_code        | 执法机关统一社会信用代码
source_name           | 数据来源 来源单位 报送单位 填报单位
source_code           | 数据来源单位代码 报送单位代码 报送单位统一社会信用代码
remark                | 说明 备注说明 其他说明 附注
title                 | 决定书名称 文书名称 案名 案件名
district              | 行政区划 行政区划代码 区划代码 区划 区县 所属区县 所在区县 地区
sectors               | 所属领域 涉及领域 交易领域 公共资源交易领域 领域名称
behaviour             | 负面清单失信行为 失信行为代码
confined_action       | 限制措施 禁止行为 限制内容
confined_start        | 限制开始日期 限制开始时间 限制起始日期 限制行为开始日期 禁止开始日期
confined_end          | 限制结束日期 限制结束时间 限制截止日期 限制行为结束日期 限制行为截止日期 禁止结束日期
confined_end          | 禁止截止日期
-                     | 序号 行号 序 NO NO.
"""
_SUBJECT_AND_ACT = ("subject_name", "document_number", "facts", "basis", "kinds", "content")
_CORE = (*_SUBJECT_AND_ACT, "decided_on", "authority_name")
_SOURCE = ("authority_code", "source_name", "source_code")
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "2016": _CORE,
    "2018": (*_CORE, "subject_kind", "behaviour_text", "effect_until", *_SOURCE),
    "office": (*_CORE, "authority_code"),
    "plain": (*_CORE, "behaviour_text", "authority_code"),
}
"""Fields that must be filled, by vocabulary; ``plain`` is for fields given by their canonical names, ``office`` for
Chinese headings that are not the whole set of 2018."""
REPEATED = ("authority_name", "authority_code", "source_name", "source_code", "district", "sectors")
"""Fields that every row repeats; without such a column the filer's department stands."""
DAYS = frozenset(("decided_on", "effect_until", "publicity_until", "confined_start", "confined_end", "updated_at"))
AMOUNTS = frozenset(("fine", "confiscated"))
_OLD_MARKS = frozenset(("CF_CFLB1", "CF_JG", "CF_XZJG"))


def _vocabulary_rows() -> Iterable[tuple[str, str, str, str]]:
    for line in _VOCABULARY.strip().splitlines():
        name, new, old, chinese = (part.strip() for part in line.split("|"))
        yield name, new, old, chinese


def _heading_variants(heading: str) -> set[str]:
    """The heading, the heading without its brackets, and the bracketed name of a numbered code."""
    bare, _, inside = heading.partition("(")
    numbered = {inside.rstrip(")")} if bare.startswith("行政相对人代码_") else set()
    return {heading_key(heading), heading_key(bare), *map(heading_key, numbered)}


def usual_headings(table: str) -> dict[str, str]:
    """Headings by key, from lines of field | headings; {} stands for each word of ``SUBJECTS``."""
    headings = {}
    for line in table.strip().splitlines():
        name, words = (part.strip() for part in line.split("|"))
        for word in words.split():
            for spelling in [word.replace("{}", subject) for subject in SUBJECTS] if "{}" in word else [word]:
                headings[heading_key(spelling)] = name
    return headings


CHINESE = {name: chinese.split()[0] for name, _, _, chinese in _vocabulary_rows()}
"""The first Chinese heading of each field."""
FIELDS = tuple(name for name, *_ in _vocabulary_rows())
_FIELDS = {
    key: name
    for name, *headings in _vocabulary_rows()
    for words in headings
    for heading in words.split()
    for key in _heading_variants(heading)
}
_TITLES = {
    name: f"{new or old.split()[0]}（{chinese.split()[0]}）"
    for name, new, old, chinese in _vocabulary_rows()
    if new or old
}
_CHINESE = {name: chinese.split()[0] for name, _, _, chinese in _vocabulary_rows()}
VOCABULARY = Vocabulary(
    fields={name.upper(): name for name in FIELDS} | usual_headings(_USUAL) | _FIELDS,
    keys=frozenset(("subject_name",)),
    least=3,
    identifying=frozenset(("subject_name", "uscc", "id_number", "document_number")),
    own=frozenset(
        (
            "subject_name",
            "uscc",
            "business_registration",
            "organisation_code",
            "tax_registration",
            "id_number",
            "document_number",
            "facts",
            "content",
            "fine",
            "confiscated",
            "permit",
            "decided_on",
            "title",
        )
    ),
    may_be_single=False,
    days=DAYS,
    amounts=AMOUNTS,
)


@dataclass(frozen=True)
class Headings:
    """Mapping of a file's columns to fields. ``vocabulary``: ``2018``, ``2016``, ``office`` or ``plain``.

    ``units``: the unit of each column of amounts, None where none is stated. ``left_out``: columns of which nothing is
    kept because nobody knows them.
    """

    vocabulary: str
    fields: Mapping[str, str]
    units: Mapping[str, Unit | None] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    names: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", {name: column for column, name in self.fields.items()})

    def cells(self, row: Mapping[str, str]) -> dict[str, str]:
        """Convert a row keyed by column to one keyed by field."""
        return {self.fields[column]: text for column, text in row.items() if column in self.fields}

    def name(self, field_name: str) -> str:
        """The file's heading of a field; the field's own name where the file has no such column."""
        return self.names.get(field_name, field_name)

    def unit(self, field_name: str) -> Unit | None:
        """What a plain number in a column of amounts counts in; None when the file does not say so: then it has to be
        asked. Rows keyed by canonical field are in 万元 (发改办财金〔2018〕424号)."""
        return self.units.get(field_name, "wan")


PLAIN = Headings("plain", {})
"""For rows already keyed by field, such as those of a JSON request."""


def resolve(
    columns: Sequence[str], vocabulary: Vocabulary = VOCABULARY, *, unit: str = "", is_strict: bool = False
) -> Headings:
    """Map a file's column headings to fields, however people write them.

    ``unit``: of amounts, as a line above the table states it. Refuses the whole file, naming columns:
    ``UnknownColumn`` for one that may change the meaning of a row (with ``is_strict`` for every unknown one),
    ``DuplicateColumn``, ``MissingColumn``.
    """
    fields, left_out = resolve_fields(columns, vocabulary, is_strict=is_strict)
    used = set(fields.values())
    if set(columns) <= set(FIELDS):
        name = "plain"
    elif any(heading_key(column) in _OLD_MARKS for column in columns):
        name = "2016"
    elif used >= set(REQUIRED["2018"]) or any(heading_key(column).startswith("CF_") for column in columns):
        name = "2018"
    else:
        name = "office"
    missing = [_TITLES[field] for field in REQUIRED[name] if field not in used and field not in REPEATED]
    if missing and name != "plain":
        raise MissingColumn(listed_titles(missing))
    return Headings(name, fields, resolve_units(fields, vocabulary, unit), tuple(left_out))


def resolve_fields(
    columns: Sequence[str], vocabulary: Vocabulary, *, is_strict: bool = False
) -> tuple[dict[str, str], list[str]]:
    """The field of each column that is kept, and the columns that are left out because nobody knows them.

    Refuses ``FileShape``, ``DuplicateColumn``, and ``UnknownColumn`` for what may change the meaning of a row.
    """
    if any(is_forbidden(column) for column in columns):
        raise FileShape("表头含有控制字符或不可见字符")
    meanings = {column: vocabulary.meaning(column).field for column in columns}
    unknown = [column for column, name in meanings.items() if not name]
    refused = [
        column
        for column in unknown
        if is_strict or (vocabulary.may_change_meaning(column) and not vocabulary.flag(column))
    ]
    if refused:
        raise UnknownColumn(f"{listed_titles(refused)}：可能影响各行的含义，请用对应关系（mapping）说明")
    fields = {column: name for column, name in meanings.items() if name not in ("", LEFT_OUT)}
    used = list(fields.values())
    twice = [column for column, name in fields.items() if used.count(name) > 1 or list(columns).count(column) > 1]
    if twice:
        raise DuplicateColumn(listed_titles(twice))
    return fields, [column for column in unknown if is_strict or not vocabulary.flag(column)]


def resolve_units(fields: Mapping[str, str], vocabulary: Vocabulary, unit: str) -> dict[str, Unit | None]:
    """The unit of each column of amounts: what its heading states, else what a line above the table does; None when
    neither does, when they contradict each other, or when the line states a unit that is not read."""
    units: dict[str, Unit | None] = {}
    for column, name in fields.items():
        if name in vocabulary.amounts:
            stated, above = vocabulary.meaning(column).unit, UNITS.get(unit)
            is_settled = heading_key(column) in vocabulary.mapping
            is_contradicted = bool(unit) and stated != above
            units[name] = stated or above if is_settled or not (stated and is_contradicted) else None
    return units


def mapping_faults(mapping: Mapping[str, str], vocabulary: Vocabulary = VOCABULARY) -> list[str]:
    """The headings of a mapping by hand whose field or unit does not exist, or that are a number of a person: they are
    remembered in clear. An empty meaning forgets a heading."""
    known = {LEFT_OUT, *vocabulary.fields.values()}

    def is_sound(text: str) -> bool:
        name, colon, unit = text.partition(":")
        return name in known and (not colon or (name in vocabulary.amounts and unit in UNITS))

    return [
        heading
        for heading, text in mapping.items()
        if not heading.strip() or (text and (not is_sound(text) or redaction.has_personal_number(heading)))
    ]


def title(name: str) -> str:
    """The Chinese heading of a field as a person is shown it; any other name as it is."""
    return _CHINESE.get(name, name)


def listed_titles(columns: Sequence[str]) -> str:
    """List at most twenty column titles, each cut short: a heading may be a whole misplaced cell."""
    # Blotted, because a table without a heading row has its first row of data here.
    titles = "、".join(redaction.blot(column)[:40] for column in columns[:20])
    return titles if len(columns) <= 20 else f"{titles} 等 {len(columns)} 列"
