"""Map column headings of penalty files (2018 set, 2016 set, Chinese) to canonical fields.

Source: 发改办财金〔2018〕424号 for the set of fields; the codes are those that real feeds carry.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from registry.domain.filing.cells import is_forbidden
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
"""
_SUBJECT_AND_ACT = ("subject_name", "document_number", "facts", "basis", "kinds", "content")
_CORE = (*_SUBJECT_AND_ACT, "decided_on", "authority_name")
_SOURCE = ("authority_code", "source_name", "source_code")
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "2016": _CORE,
    "2018": (*_CORE, "subject_kind", "behaviour_text", "effect_until", *_SOURCE),
    "plain": (*_CORE, "behaviour_text", "authority_code"),
}
"""Fields that must be filled, by vocabulary; ``plain`` is for fields given by their canonical names."""

_OLD_MARKS = frozenset(("CF_CFLB1", "CF_JG", "CF_XZJG"))


def heading_key(heading: str) -> str:
    """Comparable form of a heading, without differences of width, case and blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", heading)).upper()


def _vocabulary_rows() -> Iterable[tuple[str, str, str, str]]:
    for line in _VOCABULARY.strip().splitlines():
        name, new, old, chinese = (part.strip() for part in line.split("|"))
        yield name, new, old, chinese


def _heading_variants(heading: str) -> set[str]:
    """The heading, the heading without its brackets, and the bracketed name of a numbered code."""
    bare, _, inside = heading.partition("(")
    numbered = {inside.rstrip(")")} if bare.startswith("行政相对人代码_") else set()
    return {heading_key(heading), heading_key(bare), *map(heading_key, numbered)}


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
FIELDS = tuple(name for name, *_ in _vocabulary_rows())


@dataclass(frozen=True)
class Headings:
    """Mapping of a file's columns to fields. ``vocabulary``: ``2018``, ``2016`` or ``plain``."""

    vocabulary: str
    fields: Mapping[str, str]
    names: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", {name: column for column, name in self.fields.items()})

    def cells(self, row: Mapping[str, str]) -> dict[str, str]:
        """Convert a row keyed by column to one keyed by field."""
        return {self.fields[column]: text for column, text in row.items()}

    def name(self, field_name: str) -> str:
        """The file's heading of a field; the field's own name where the file has no such column."""
        return self.names.get(field_name, field_name)


PLAIN = Headings("plain", {})
"""For rows already keyed by field, such as those of a JSON request."""


def resolve(columns: Sequence[str]) -> Headings:
    """Map a file's column headings to fields, in any mixture of case and width.

    Refuses the whole file, naming columns: ``UnknownColumn``, ``DuplicateColumn``, ``MissingColumn``.
    """
    if any(is_forbidden(column) for column in columns):
        raise FileShape("表头含有控制字符或不可见字符")
    fields = {column: _FIELDS.get(heading_key(column), "") for column in columns}
    unknown = [column for column, name in fields.items() if not name]
    if unknown:
        raise UnknownColumn(listed_titles(unknown))
    used = list(fields.values())
    twice = [column for column, name in fields.items() if used.count(name) > 1]
    if twice or len(fields) < len(columns):
        raise DuplicateColumn(listed_titles(twice or sorted({c for c in columns if columns.count(c) > 1})))
    vocabulary = "2016" if any(heading_key(column) in _OLD_MARKS for column in columns) else "2018"
    missing = [_TITLES[name] for name in REQUIRED[vocabulary] if name not in used]
    if missing:
        raise MissingColumn(listed_titles(missing))
    return Headings(vocabulary, fields)


def listed_titles(columns: Sequence[str]) -> str:
    """List at most twenty column titles, each cut short: a heading may be a whole misplaced cell."""
    # Blotted, because a table without a heading row has its first row of data here.
    titles = "、".join(redaction.blot(column)[:40] for column in columns[:20])
    return titles if len(columns) <= 20 else f"{titles} 等 {len(columns)} 列"
