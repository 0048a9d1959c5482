"""Judge whether a filing is plausible: findings for the clerk and the verifier, which refuse nothing.

The sum in 处罚内容 against the amount, a fine above what its kind bears, a term against its statute, the order of days,
and what other records here say of the same code, name or decision.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeVar

from registry.domain import labels
from registry.domain.filing import amounts, document_number, numerals, subject_name
from registry.domain.filing.exclusions import is_summary_procedure
from registry.domain.filing.model import Filing, Note
from registry.domain.naming import name_key

T = TypeVar("T")
ATTENTION = frozenset(labels.FINDINGS)
"""Codes of the findings that deserve a look before verification."""

_WAN = amounts.FEN_PER_WAN // amounts.FEN_PER_YUAN
_FINE = "02"
_GRAVE_WORDS = (
    ("05", "吊销许可证件", re.compile("(?<!不予)(?<!免予)(?<!暂扣或)(?<!暂扣或者)吊销")),
    ("04", "责令停产停业", re.compile("责令(?:其)?(?:停产|停业)")),
    ("14", "责令关闭", re.compile("责令(?:其)?关闭")),
)
_ORGAN = "1"
"""The registering department of organs and institutions in a code (GB 32100-2015)."""
_OFFICE = "(?:局|委员会|委|厅|部|署|办公室|办|政府|总队|支队|大队|分局|中心|管理处|行)"
_ORGANS = re.compile(
    rf"{_OFFICE}(?:[(（][^()（）]*[)）])?\s*(?:[、,，;；/|\n]|\s|和|与|及|会同|联合)+\s*[^、,，;；/|\s]*{_OFFICE}"
)
_CONFISCATED = re.compile(r"没收[^。；;\n]{0,40}$")
_DAY = re.compile(r"(\d{4})(?:年|[-./])(\d{1,2})(?:月|[-./])(\d{1,2})日?", re.ASCII)
_DOCUMENT_YEAR = re.compile(r"[〔（(\[【﹝〈《]((?:19|20)\d\d)年?[〕）)\]】﹞〉》]")
_TERM = re.compile(
    rf"(?<![\d第{numerals.NUMERALS}])(\d{{1,3}}|[{numerals.NUMERALS}]{{1,4}}|半)\s*(?P<unit>年|个月)(?!度|月|[\d{numerals.DIGITS}]{{1,2}}月|第)"
)
_TAKEN_AWAY = "撤销|撤回|废止|作废|失效|宣告无效|修复|停止执行|暂缓执行|终止|中止"
_NO_DECISION = re.compile(
    # Only this: 已撤销, 经复议撤销
    rf"^(?:已经?|被|现|经|复议|诉讼|法院|判决|依法|予以|决定|本条|此条|[,，、\s])*(?:{_TAKEN_AWAY})(?:了|执行)?[。！!\s]*$"
    # 处罚决定已被复议撤销
    rf"|(?:处罚|决定书?|本案|该案)[^。；;\n]{{0,15}}(?:已|被|予以|现)[^。；;\n]{{0,12}}(?:{_TAKEN_AWAY})"
    rf"|(?:复议|诉讼|判决|裁定)[^。；;\n]{{0,8}}(?:{_TAKEN_AWAY})[^。；;\n]{{0,8}}(?:处罚|决定)"
    r"|(?:不予|免予|免除|免于)(?:行政)?处罚|(?<![虚模])拟(?:对[^。；;\n]{0,30})?(?:处以?|作出|给予|决定|罚款|没收)"
    r"|[(（\[【](?:样例|示例|例|草稿|测试|待审批|未生效|征求意见稿?)[)）\]】]"
)
"""What says that there is no decision, or none any more."""
_OF_SUMS = ("content", "kinds", "kinds_more", "fine", "confiscated", "permit")
"""The cells that sums, their kinds and what is to be said of them are read from."""
_BARS = re.compile("禁止|取消|限制|暂停|不得|不予|停止")


@dataclass(frozen=True)
class FineLimits:
    """The highest fines by kind of subject, in fen: ``usual`` is configuration, ``summary`` the law of decisions made
    on the spot (行政处罚法 51). A kind without a limit, as before the law had one, bears any fine."""

    usual: Mapping[str, int]
    summary: Mapping[str, int]


@dataclass(frozen=True)
class StatutoryTerm:
    """A measure of a decision with the longest term that its statute allows, in months, and its stated days."""

    name: str
    source: str
    max_months: int | None
    starts_on: dt.date
    ends_on: dt.date | None


class Once(Protocol):
    """Asks a reading of some fields once for all rows of a file that have the same in them."""

    def __call__(self, reader: str, fields: tuple[str, ...], read: Callable[[], T], /) -> T:
        """What ``read`` returns, which depends on the cells ``fields`` alone."""


def _each_time(_reader: str, _fields: tuple[str, ...], read: Callable[[], T]) -> T:
    return read()


def findings(filing: Filing, once: Once = _each_time) -> Iterator[Note]:
    """What a filing says against itself."""
    yield from once("states", ("content", "remark", "facts"), lambda: tuple(_state_findings(filing)))
    yield from _text_findings(filing)
    yield from once("stated sums", _OF_SUMS, lambda: (*_amount_findings(filing), *_kind_findings(filing)))
    yield from once("days of facts", ("facts", "decided_on"), lambda: tuple(_facts_findings(filing)))
    yield from _day_findings(filing)


def fine_findings(filing: Filing, limits: FineLimits) -> Iterator[Note]:
    """A fine that its procedure does not allow, or above what is usual for its subject."""
    fine = filing.fine_fen or 0
    most = limits.summary.get(filing.subject.kind)
    if most is not None and fine > most and is_summary_procedure(filing):
        yield Note(
            "/fine", "fine-above-usual", f"简易程序的罚款不超过{amounts.yuan(most)}（行政处罚法第五十一条），请核对"
        )
    usual_most = limits.usual.get(filing.subject.kind)
    if usual_most is not None and fine > usual_most:
        detail = f"罚款 {amounts.yuan(fine)} 高于通常数额 {amounts.yuan(usual_most)}，请核对单位是元还是万元"
        yield Note("/fine", "fine-above-usual", detail)


def term_findings(filing: Filing, terms: Sequence[StatutoryTerm]) -> Iterator[Note]:
    """A term in 处罚内容 that its statute does not allow, or that the stated days do not keep."""
    stated = stated_months(filing.content)
    for term in terms:
        if term.max_months is None or not stated:
            continue
        longest = max(stated)
        if longest > term.max_months:
            detail = f"处罚内容写有{_months(longest)}，{term.name}最长{_months(term.max_months)}（{term.source}）"
            yield Note("/content", "term-beyond-statute", detail)
        elif term.ends_on and not any(_is_term(term.starts_on, term.ends_on, months) for months in stated):
            detail = (
                f"{term.name}自 {term.starts_on} 至 {term.ends_on - dt.timedelta(days=1)}，与处罚内容所写的期限不同"
            )
            yield Note("/confined_end", "term-differs", detail)


def name_findings(filing: Filing, names_of_code: Sequence[str], codes_of_name: Sequence[str]) -> Iterator[Note]:
    """A name or code that other records here have otherwise: ``names_of_code`` of its code, ``codes_of_name``."""
    own = name_key.key(filing.subject.name)
    if names_of_code and own not in {name_key.key(name) for name in names_of_code}:
        others = "、".join(dict.fromkeys(names_of_code[:3]))
        yield Note("/subject_name", "name-differs-from-records", f"此代码在本登记簿其他记录中的名称是 {others}，请核对")
    if filing.subject.uscc and codes_of_name and filing.subject.uscc not in codes_of_name:
        others = "、".join(dict.fromkeys(codes_of_name[:3]))
        yield Note("/uscc", "code-differs-from-records", f"此名称在本登记簿其他记录中的代码是 {others}，请核对")


def stated_months(content: str) -> list[int]:
    """The terms, in months, of the clauses of 处罚内容 that restrict somebody."""
    months = []
    for clause in re.split("[。；;\n]", content):
        if not _BARS.search(clause):
            continue
        for match in _TERM.finditer(clause):
            number = 0.5 if match[1] == "半" else int(match[1]) if match[1].isdigit() else numerals.whole(match[1])
            if number:
                months.append(int(number * (12 if match["unit"] == "年" else 1)))
    return months


def _state_findings(filing: Filing) -> Iterator[Note]:
    for name in ("content", "remark", "facts"):
        if _NO_DECISION.search(getattr(filing, name).strip()):
            detail = "文字像是说此决定已撤销、未作出或者只是样例；不是现行有效决定的不报送，请核对"
            yield Note(f"/{name}", "decision-state-doubtful", detail)


def _text_findings(filing: Filing) -> Iterator[Note]:
    """What stands in a name, a number or an authority that may mean more than one."""
    is_person = filing.subject.kind == "natural_person"
    if subject_name.is_unusual(filing.subject.name, is_person=is_person):
        yield Note(
            "/subject_name", "name-unusual", "名称中有登记的名称所没有的内容（括号、称谓、标点、数字等），请核对"
        )
    if not is_person and subject_name.is_department(filing.subject.name):
        yield Note(
            "/subject_name", "name-of-department", "名称像是单位的项目部、办事处等内设机构，应填写单位的全称，请核对"
        )
    if document_number.is_doubtful(filing.document_number):
        yield Note(
            "/document_number", document_number.DOUBTFUL, "文号像是几个号，或者年份有误、带有更正、作废等字样，请核对"
        )
    if not filing.authority_code.startswith(_ORGAN):
        yield Note(
            "/authority_code", "authority-code-doubtful", "代码不是机构编制部门赋予机关、事业单位的，请核对是否有权处罚"
        )
    if _names_several_organs(filing.authority_name):
        yield Note("/authority_name", "authority-several", "处罚机关写了几个机关，应写牵头作出决定的机关，请核对")


@lru_cache(maxsize=256)
def _names_several_organs(name: str) -> bool:
    return _ORGANS.search(name) is not None


def _amount_findings(filing: Filing) -> Iterator[Note]:
    stated = amounts.fines_in(filing.content)
    if filing.fine_fen is not None:
        yield from _sum_findings("fine", "罚款金额", filing.fine_fen, stated, filing.content)
        if filing.fine_fen and _FINE not in filing.kinds:
            yield Note("/fine", "fine-without-kind", "填有罚款金额，处罚类别没有罚款，请核对")
    elif stated and _FINE not in filing.kinds:
        yield Note("/kinds", "fine-without-kind", "处罚内容写有罚款，处罚类别没有罚款，请核对")
    if filing.confiscated_fen is not None:
        yield from _sum_findings(
            "confiscated", "没收金额", filing.confiscated_fen, _confiscated_in(filing.content), filing.content
        )


def _kind_findings(filing: Filing) -> Iterator[Note]:
    """A grave kind that 处罚内容 states and 处罚类别 leaves out: what follows from the decision depends on it."""
    missing = [name for code, name, word in _GRAVE_WORDS if code not in filing.kinds and word.search(filing.content)]
    if missing:
        detail = f"处罚内容写有{'、'.join(missing)}，处罚类别没有，请核对"
        yield Note("/kinds", "kind-not-stated", detail)


def _sum_findings(field: str, title: str, fen: int, stated: Sequence[int], content: str) -> Iterator[Note]:
    """The sum in 处罚内容 against the amount; stated in several parts it may be their sum."""
    every = amounts.sums_in(content)
    if fen in stated or fen == sum(set(stated)) or fen == sum(stated) or (not stated and fen in every):
        return
    for other in (*stated, *every):
        if fen == other * _WAN or other == fen * _WAN:
            detail = f"{title} {amounts.yuan(fen)} 与处罚内容所写 {amounts.yuan(other)} 相差一万倍，像是元和万元混淆"
            yield Note(f"/{field}", "amount-unit-doubtful", detail)
            return
    if stated:
        listed = "、".join(amounts.yuan(other) for other in dict.fromkeys(stated))
        yield Note(f"/{field}", "amount-differs", f"{title}是 {amounts.yuan(fen)}，处罚内容写的是 {listed}，请核对")


def _confiscated_in(content: str) -> list[int]:
    return [fen for fen, start, _ in amounts.placed_sums(content) if _CONFISCATED.search(content, 0, start)]


def _facts_findings(filing: Filing) -> Iterator[Note]:
    latest = max(_days_in(filing.facts), default=None)
    if latest and latest > filing.decided_on:
        yield Note(
            "/facts", "facts-after-decision", f"违法事实写有 {latest}，晚于处罚决定日期 {filing.decided_on}，请核对"
        )


def _day_findings(filing: Filing) -> Iterator[Note]:
    year = _DOCUMENT_YEAR.search(filing.document_number)
    if year and not int(year[1]) <= filing.decided_on.year <= int(year[1]) + 1:
        detail = f"文号是{year[1]}年的，处罚决定日期是 {filing.decided_on}，请核对"
        yield Note("/decided_on", "document-year-differs", detail)
    if any(term.starts_on and term.starts_on < filing.decided_on for term in filing.measures):
        yield Note("/confined_start", "measure-before-decision", "限制行为的开始时间早于处罚决定日期，请核对")


def _days_in(text: str) -> Iterator[dt.date]:
    for match in _DAY.finditer(text):
        try:
            yield dt.date(*map(int, match.groups()))
        except ValueError:
            continue


def _is_term(starts_on: dt.date, ends_on: dt.date, months: int) -> bool:
    """Whether [starts_on, ends_on) is a term of so many months, give or take a day at its end."""
    year, month = divmod(starts_on.year * 12 + starts_on.month - 1 + months, 12)
    whole = (ends_on.year - year) * 12 + ends_on.month - month - 1
    return abs(whole * 30.5 + ends_on.day - starts_on.day) <= 4


def _months(months: int) -> str:
    return f"{months // 12}年" if months % 12 == 0 else f"{months}个月"
