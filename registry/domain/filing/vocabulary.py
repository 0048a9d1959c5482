"""Recognise column headings as people write them: the field they name, and the unit of an amount.

A heading is compared without differences of width, case, blanks, marks of obligation and remarks in brackets. What no
vocabulary knows is either harmless, or speaks of something that may change the meaning of a row.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from registry.domain.filing.amounts import Unit

LEFT_OUT = "-"
"""The field of a column that is known and of which nothing is kept."""
UNITS: Mapping[str, Unit] = {"元": "yuan", "万": "wan", "万元": "wan"}

_UNIT = re.compile(
    r"[(\[【〔{/:_,、-]*(?:金额)?(?:计量)?(?:货币)?(?:单位)?[:(为]?(?:人民币)?[,:/(]*(元|万|万元)(?:人民币)?[)\]】〕}]*$"
)
_MONEY = r"\(?(?:人民币)?[,，/]?((?:[十百千万亿]|百万)?元)\)?"
_STATED_UNIT = re.compile(
    rf"(?:金额|计量|货币)?单位(?:均|都|全部|统一|一律)?(?:[:：]|[为是以按用])*{_MONEY}"
    rf"|(?:金额|数额|款项?|数字|数据)[^,，;；。:]{{0,8}}?[以按为是用]{_MONEY}(?:为?单位|计|填|列|表示|$|[,，;；。])"
    rf"|[以按用]{_MONEY}(?:为单位|计(?:算|量)?(?:$|[,，;；。)])|填[写报列])"
)
_OTHER_UNIT = re.compile(r"[/、或和及,，]((?:[十百千万亿]|百万)?元)(?![一-龥])")
_MARKS = re.compile(r"^[*★☆※#]+|^\(?\d{1,2}\)?[.、)](?=\D)|[*★☆※:;。.]+$")
_REMARK = re.compile(
    r"[(\[](?:必填|选填|可选|必填项|选填项|非必填|如有|若有|如无可不填|没有可不填|可空|全称|可多选|多选|下拉选择|18位|"
    r"十八位|自然人|负责人|姓名|[YMD年月日/.\-]+|格式[^()]*|如[:：]?[^()]*|例[:：如]?[^()]*|例如[^()]*|文本格式|文本|公章)[)\]]"
)
_OF_AMOUNTS = re.compile(
    r"金额|数额|款额|罚金|单价|总价|合价|(?:计量|货币|金额)单位|^单位$|(?<![公单])元(?!月)|万$"  # unit
    r"|币|美元|外汇|汇率"  # currency
    r"|(?:^|_)(?:UNIT|CURRENCY|AMOUNT)(?:_|$)"
)
_MEANINGFUL = re.compile(
    r"期限|时限|年限|期间|截止|截至|到期|届满|终止|起止|有效|至$"  # term
    r"|[有公处禁限管列执考观]\w{0,3}(?<!日)期$|(?:禁止|限制)\w*(?:日期|时间)"
    r"|状态|撤[销回]|退出|移出|异议|修复|中止|暂停|恢复|停止|失效|无效|变更|更正|废止"  # state
    r"|范围|公开|公示|密级|涉密|保密|共享"  # scope
    r"|领域|行业|板块"  # sector
    r"|角色|身份(?!证)|联合体|牵头|成员|分包"  # role
    r"|信用代码|机构代码|(?:^|_)(?:CODE|USCC|CREDIT)(?:_|$)"  # identity: without its code a party may be overlooked
    r"|(?:^|_)(?:TERM|PERIOD|END|EXPIR\w*|UNTIL|VALID\w*|STATUS|STATE|SCOPE|SECTORS?|ROLES?|REVOKED?|DELETED|WITHDRAWN)"
    r"(?:_|$)"
)

_FLAG = re.compile(r"^(?:是否|有无|可否)|(?:标志|标识|标记|与否)$|(?:^|_)(?:IS|FLAG)(?:_|$)")
_GOOD_FLAG = re.compile(r"公[示开布]|有效|生效|共享|REPORT|PUBLIC|VALID|(?:^|_)SHARED")
_HEADINGS_KEPT = 10_000
"""Headings whose meaning is remembered; cells of data are tried as headings too."""
_BAD_FLAG = re.compile(
    r"撤[销回]|作废|废止|失效|无效|修复|中止|暂停|停止|移出|退出|删除|注销|变更|更正|异议|涉密|保密|联合体|分包|放弃|弃标|废标|否决"
    r"|REVOKED?|DELETED?|WITHDRAWN|VOID"
)
_NO = frozenset(["否", "无", "0", "N", "NO", "FALSE", "F", "没有", "未", "不是", "非", "-", "—", "/", "×", "✗", "☐"])
_YES = frozenset(["是", "有", "1", "Y", "YES", "TRUE", "T", "√", "✓", "☑", "已"])


def heading_key(heading: str) -> str:
    """Comparable form of a heading, without differences of width, case and blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", heading)).upper()


def stated_unit(text: str) -> str:
    """The unit of amounts that a line above or below a table states (单位：万元), or empty; of two, both."""
    key = heading_key(text)
    match = _STATED_UNIT.search(key) if len(text) < 200 else None
    if match is None:
        return ""
    other = _OTHER_UNIT.match(key, match.end())
    return next(filter(None, match.groups()), "") + (f"、{other[1]}" if other else "")


@dataclass(frozen=True)
class Meaning:
    """What a heading means. ``field``: empty when unknown, ``LEFT_OUT`` when nothing is kept of the column.

    ``unit``: of an amount, as stated; None where nothing is stated.
    """

    field: str = ""
    unit: Unit | None = None


UNKNOWN = Meaning()


@dataclass(frozen=True)
class Vocabulary:
    """The headings that one kind of file may have.

    ``fields`` goes from ``heading_key`` to field. A row of headings has one of the fields ``keys`` and at least
    ``least`` headings that are known. ``identifying``: fields one of which a row of data has; ``own``: fields that are
    not the same in every row, one of which it fills in; ``may_be_single``: one filled cell may be a row. ``mapping``:
    what a person said about headings, as field or field:unit, by ``heading_key``. ``is_open``: columns that nobody
    knows are kept too.
    """

    fields: Mapping[str, str]
    keys: frozenset[str]
    least: int
    identifying: frozenset[str]
    days: frozenset[str] = frozenset()
    amounts: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    may_be_single: bool = True
    mapping: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = False

    def mapped(self, mapping: Mapping[str, str]) -> "Vocabulary":
        """The same with what a person said about headings."""
        return replace(self, mapping={heading_key(heading): text for heading, text in mapping.items()})

    @cached_property
    def key_headings(self) -> frozenset[str]:
        """The headings of the fields ``keys``, by ``heading_key``."""
        mapped = {key for key, text in self.mapping.items() if text.partition(":")[0] in self.keys}
        return frozenset(mapped | {key for key, name in self.fields.items() if name in self.keys})

    def keeps(self, heading: str) -> bool:
        """Whether anything is kept of a column."""
        return self.is_open or self.meaning(heading).field not in ("", LEFT_OUT)

    @cached_property
    def exact(self) -> frozenset[str]:
        """The fields in which every character counts."""
        return self.keys | self.identifying | self.amounts | self.days

    def flag(self, heading: str) -> str:
        """Which answer of a column that nobody maps, and that asks yes or no about a state, is harmless: ``yes``
        (是否公示), ``no`` (是否撤销); empty for any other column."""
        return self._flags(heading)

    @cached_property
    def _flags(self) -> Callable[[str], str]:
        return lru_cache(_HEADINGS_KEPT)(self._find_flag)

    def _find_flag(self, heading: str) -> str:
        key = heading_key(heading)
        if len(key) > 40 or self.meaning(heading).field or not _FLAG.search(key):
            return ""
        is_bad, is_good = bool(_BAD_FLAG.search(key)), bool(_GOOD_FLAG.search(key))
        return "no" if is_bad else "yes" if is_good and not re.search("[不未]", key) else ""

    def is_of_state(self, heading: str) -> bool:
        """Whether a heading has a word of term, state, scope, sector or role."""
        return bool(_MEANINGFUL.search(heading_key(heading)))

    def may_change_meaning(self, heading: str) -> bool:
        """Whether a heading has a word of term, state, scope, sector or role, or of unit or currency where there are
        amounts: such a column is never left out unseen."""
        key = heading_key(heading)
        return bool(_MEANINGFUL.search(key) or (self.amounts and _OF_AMOUNTS.search(key)))

    def meaning(self, heading: str) -> Meaning:
        """What a heading means, whatever stands around its words."""
        return UNKNOWN if len(heading) > 80 else self._meanings(heading)

    @cached_property
    def _meanings(self) -> Callable[[str], Meaning]:
        return lru_cache(_HEADINGS_KEPT)(self._find)

    def _find(self, heading: str) -> Meaning:
        key = heading_key(heading)
        if key in self.mapping:
            name, _, unit = self.mapping[key].partition(":")
            return Meaning(name, UNITS.get(unit))
        for spelling in _spellings(key):
            if spelling in self.fields:
                return Meaning(self.fields[spelling], self._standard_unit(spelling))
        return self._find_with_unit(key)

    def _standard_unit(self, key: str) -> Unit | None:
        """An amount under the code of an official set, or under its canonical name, is in 万元."""
        if self.fields[key] not in self.amounts:
            return None
        stated = _UNIT.search(key)
        return "wan" if key.isascii() else UNITS[stated[1]] if stated else None

    def _find_with_unit(self, key: str) -> Meaning:
        for spelling in _spellings(key):
            unit = _UNIT.search(spelling)
            name = self.fields.get(spelling[: unit.start()], "") if unit else ""
            if unit and name in self.amounts:
                return Meaning(name, UNITS[unit[1]])
        return UNKNOWN


def is_harmless(flag: str, text: str) -> bool:
    """Whether a cell under a heading of yes or no is empty or has the harmless answer (``Vocabulary.flag``)."""
    answer = heading_key(text)
    bare = answer.removeprefix("未") if answer.startswith("未") else ""
    if not answer or answer in "-—/":
        return True
    return answer in _YES if flag == "yes" else answer in _NO or bool(bare and _BAD_FLAG.fullmatch(bare))


def _spellings(key: str) -> Iterable[str]:
    """The heading as it stands, then without marks and remarks around it."""
    yield key
    bare = _MARKS.sub("", _REMARK.sub("", _MARKS.sub("", key)))
    if bare != key:
        yield bare
