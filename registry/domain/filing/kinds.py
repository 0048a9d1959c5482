"""Read the kinds of penalty in a cell (行政处罚法 9): names, other names, codes and 其他-说明, in any usual list."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

from registry.domain.filing import amounts, cells, numerals
from registry.domain.filing.model import KindRule, Rules
from registry.domain.filing.row_reader import RowReader
from registry.errors import Invalid

OTHER = "07"
_SUSPENSION, _REVOCATION = "11", "05"
_SEPARATOR = re.compile(
    r"(?:[\u2460-\u249b\u2776-\u2793\u3220-\u3229\s、,，;；:：/／|｜+＋&。.()（）\\·・•【】\[\]“”\"]"
    r"|(?<![0-9\s])[-－—–~～]+(?![0-9\s])|(?<![0-9.])[0-9]{1,2}[.)）](?![0-9])|并处以?|并给予|以及|同时|[和及与并])+"
)
_LEAD = re.compile(
    r"(?:[0-9]{1,2}[.、)）]|[(（]?[0-9一二三四五六七八九十]{1,2}[)）]|处以|给予|决定|行政处罚[:：]|[处作])?\s*"
)
"""What may stand before a kind without being part of it: 1. 罚款; 处以罚款."""
_TAIL = re.compile(
    r"\s*(?:的?(?:行政)?处罚)?\s*[:：]?(?:[(（][^()（）]*[)）]|(?:人民币)?[￥¥]?[0-9][0-9,.]*\s*[十百千万亿]*元?整?|"
    r"(?:人民币)?[零〇一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟两]+元整?)?"
)
"""What may stand behind a kind: the sum of a fine, words in brackets."""
_REMARK = re.compile(r"[(（]([^()（）]*)[)）]")
_PLAIN_REMARK = re.compile(
    rf"(?:人民币|大写|小写|金额|共?计|合计|为|[:：￥¥\s]|(?:[0-9][0-9,.]*\s*[十百千万亿]*|[{numerals.NUMERALS}]+)"
    r"|[元圆整正角分])*|[A-Za-z]{0,4}[0-9]{1,2}|[并单]处|(?:行政)?处罚|第?[一二三四五六七八九十0-9]+[条款项目]"
)
"""What in brackets behind a kind leaves it what it is: its sum, its code, where the law has it. Other words may say
that it is not carried out, or is something else: 罚款（暂缓）."""
KIND_QUALIFIED = "kind-qualified"
_OTHER = re.compile(
    r"(?:法律、?行政法规规定的)?其[他它](?:类型|种类)?(?:的?(?:行政)?处罚)?|07(?=\s*[-－—–:：(（]\s*(?!其他))"
)
_OTHER_OLD = re.compile(r"6(?=\s*[-－—–:：(（]\s*(?!其他))")
_OTHER_TEXT = re.compile(r"\s*[-－—–:：]+\s*|\s*(?=[(（])|\s+(?=[^\s、,，;；/／|｜+＋&和及与并])")
_PERMIT = re.compile(
    r"(?:(?P<both>暂扣(?:或者?|、|/|和|及)吊销)|(?P<revoked>吊销)|(?P<suspended>暂扣))"
    r"(?:[^\s、,，;；:：/／|｜+＋&。()（）]{0,20})"
)
_PERMIT_MORE = re.compile(r"(?:营业)?执照|(?:生产|经营)?许可证件?|证照|(?:资质|资格)证书|许可证")
_CODE = re.compile(r"[0-9]{2}(?![0-9])")
_OLD_CODE = re.compile(r"[0-6](?![0-9])")
_AFTER_CODE = re.compile(r"\s*([-－—–_.:：]?)\s*")
# Codes of 2016 that the law of 2021 split in two: the decision's own words tell which.
_SPLIT = {"2": (("03", "违法所得"), ("09", "非法财物")), "4": (("11", "暂扣"), ("05", "吊销"))}


_SUM_BEHIND = re.compile(
    r"(?P<word>罚\s*款|没\s*收[^、,，;；0-9(（:：]{0,10})[:：(（\s￥¥]*(?:人民币|金额|共?计|为|[￥¥])*\s*"
    rf"(?P<sum>(?:[0-9][0-9,.]*\s*[十百千万亿]*|[{numerals.NUMERALS}]+)\s*[元圆]?整?)"
)
_SUM_MARKS = frozenset("0123456789元圆万")
_OPEN = re.compile("等[^、,，;；]{0,6}$")
_OPEN_LIST = "处罚类别写有“等”，应把每个类别都写明，用；或、分开"


@dataclass
class _Scan:
    """One reading of a cell: what was found so far, whether the words of the decision leave a doubt, and whether words
    in brackets qualify a kind."""

    text: str
    rules: Rules
    is_2016: bool
    content: str
    codes: dict[str, None] = field(default_factory=dict)
    is_ambiguous: bool = False
    is_qualified: bool = False

    def add(self, codes: Sequence[str]) -> None:
        self.is_ambiguous |= not codes
        self.codes |= dict.fromkeys(codes)

    def split(self, old: str) -> list[str]:
        """The kinds of 2021 that a code of 2016 stands for, by what 处罚内容 says."""
        if old in _SPLIT:
            return [code for code, word in _SPLIT[old] if word in self.content]
        return [rule.code for rule in self.rules.kinds if rule.code_2016 == old]


def read_kinds(row: RowReader, rules: Rules) -> tuple[str, ...]:
    """Read every kind that the cells state, in their order, as codes; none is lost, none swallows the next.

    What is not understood refuses the cell, naming what would have been. One digit is a code in 2016 files only; of
    暂扣或吊销 and other codes that the law of 2021 split, 处罚内容 says which is meant.
    """
    codes: dict[str, None] = {}
    if not row.text("kinds"):
        return ()
    named = _named(rules.kinds)
    for name in ("kinds", "kinds_more"):
        text = row.text(name)
        if not text:
            continue
        if text in named:
            codes |= dict.fromkeys(named[text])
            continue
        scan = _read_cell(text, rules, row)
        if scan is None:
            row.fault(name, "kind-unknown", _OPEN_LIST if _OPEN.search(text) else accepted(rules))
            continue
        if scan.is_ambiguous:
            row.fault(name, "kind-ambiguous", "所写类别或者2016版代码对应多个类别，处罚内容未写明是哪一个")
        if scan.is_qualified:
            row.note(name, KIND_QUALIFIED, "处罚类别后面的括号写有别的话，只按类别本身读取，请核对该处罚是否照此执行")
        codes |= scan.codes
    return tuple(codes)


def _read_cell(text: str, rules: Rules, row: RowReader) -> _Scan | None:
    """The reading of a cell that was understood as it stands, or with its words spaced out (罚 款) put together."""
    for spelling in dict.fromkeys((text, _join_words(text, rules.kinds))):
        scan = _Scan(spelling, rules, row.headings.vocabulary == "2016", row.raw("content"))
        if _scan_cell(scan) is None:
            return scan
    return None


def note_sums(row: RowReader, filed: Mapping[str, int | None]) -> None:
    """Note a sum that the cells of kinds state behind ``filed``'s word (罚款, 没收) and that is not the one filed.

    Several sums behind one word may be parts of it, and are left to the reader.
    """
    for name in ("kinds", "kinds_more"):
        text = row.raw(name)
        for word, fen in () if _SUM_MARKS.isdisjoint(text) else filed.items():
            stated = [match["sum"] for match in _SUM_BEHIND.finditer(text) if match["word"][0] == word[0]]
            if fen is not None and len(stated) == 1 and fen not in _possible_sums(stated[0]):
                row.note(
                    name, "amount-differs", f"处罚类别中写有{word}的数额，与{word}金额 {amounts.yuan(fen)} 不同，请核对"
                )


def _possible_sums(text: str) -> set[int]:
    """What a sum may be, in fen; without 元 or 万 it may be either. What is no sum is no other one."""
    sums: set[int] = set()
    units: tuple[amounts.Unit, ...] = ("yuan", "wan")
    for unit in units:
        with suppress(Invalid):
            sums.add(cells.fen(text, unit))
    return sums


def accepted(rules: Rules) -> str:
    """What a cell of kinds may say."""
    names = "、".join(f"{rule.name}（{rule.code}）" for rule in rules.kinds if rule.code != OTHER)
    return f"处罚类别不在代码表中，可写：{names}，其他类别写作 其他-说明；多个类别用；或、分开"


def _scan_cell(scan: _Scan) -> int | None:
    """Read a cell from left to right; None when every word of it was understood, else the place where not."""
    place = _skip(_SEPARATOR, scan.text, 0)
    while place < len(scan.text):
        end = _read_kind(scan, place)
        if end is None:
            return place
        place = _skip(_SEPARATOR, scan.text, end)
    return None


def _read_kind(scan: _Scan, place: int) -> int | None:
    """Read one kind; the place behind it, None when nothing there is one."""
    for start in dict.fromkeys((place, _skip(_LEAD, scan.text, place))):
        for reader in (_read_named, _read_permit, _read_other, _read_code):
            end = reader(scan, start)
            if end is not None:
                return end
    return None


def _read_named(scan: _Scan, place: int) -> int | None:
    """The longest name of a kind that ends where a word ends."""
    for word, codes in _vocabulary(scan.rules.kinds):
        if scan.text.startswith(word, place):
            end = _word_end(scan, place + len(word))
            if end is not None:
                scan.add(codes or scan.split("2"))
                return end
    return None


def _read_permit(scan: _Scan, place: int) -> int | None:
    """暂扣 or 吊销 of whatever permit: by its first word, or both by what 处罚内容 says."""
    match = _PERMIT.match(scan.text, place)
    if not match:
        is_more = bool(scan.codes) and {_SUSPENSION, _REVOCATION} & set(scan.codes)
        more = _PERMIT_MORE.match(scan.text, place) if is_more or scan.is_ambiguous else None
        return _word_end(scan, more.end()) if more else None
    verb = match["both"] or match["revoked"] or match["suspended"]
    tail = match[0][len(verb) :]
    joined = re.search("和|及|与|并", tail)
    if joined and any(word in tail for word, _ in _vocabulary(scan.rules.kinds)):
        tail = tail[: joined.start()]
    if any(word in tail for word, _ in _vocabulary(scan.rules.kinds)) or re.search("暂扣|吊销", tail):
        return None  # two kinds run together: nobody may guess where the first ends
    if match["both"]:
        scan.add(scan.split("4"))
    else:
        scan.add([_REVOCATION if match["revoked"] else _SUSPENSION])
    return _word_end(scan, match.start() + len(verb) + len(tail))


def _read_other(scan: _Scan, place: int) -> int | None:
    """其他-说明: the words of the explanation reach to the next kind, and those that name a kind are that kind."""
    match = _OTHER.match(scan.text, place) or (_OTHER_OLD.match(scan.text, place) if scan.is_2016 else None)
    if not match:
        return None
    explained = _OTHER_TEXT.match(scan.text, match.end())
    if not explained:
        end = _word_end(scan, match.end())
        if end is not None:
            scan.add([OTHER])
        return end
    return _read_explanation(scan, explained)


def _read_explanation(scan: _Scan, explained: re.Match[str]) -> int | None:
    first = _skip(_SEPARATOR, scan.text, explained.end())
    for start, end in _parts(scan.text, explained.end()):
        part = scan.text[start:end]
        inner = _Scan(part, scan.rules, is_2016=False, content=scan.content)
        is_kind = bool(part) and _scan_cell(inner) is None and not inner.codes.keys() <= {OTHER}
        if is_kind and start > first:
            scan.add([OTHER])
            return start
        scan.is_qualified |= is_kind and inner.is_qualified
        if is_kind:  # 其他-限制从业: what is explained is a kind of its own; behind a blank it is another
            scan.add(
                list(inner.codes)
                if explained[0].strip() or scan.text[explained.end()] in "(（"
                else [OTHER, *inner.codes]
            )
            return end
        if any(word in part for word, codes in _vocabulary(scan.rules.kinds) if codes):
            return None  # a kind runs into other words: nobody may guess where it begins
    scan.add([OTHER])
    return len(scan.text)


def _read_code(scan: _Scan, place: int) -> int | None:
    """A code, alone or with its name behind it, which must be that of the code."""
    match = _CODE.match(scan.text, place) or (_OLD_CODE.match(scan.text, place) if scan.is_2016 else None)
    if not match:
        return None
    if len(match[0]) == 2:
        possible = {rule.code for rule in scan.rules.kinds if rule.code == match[0]}
        codes = list(possible)
    else:
        possible = {rule.code for rule in scan.rules.kinds if rule.code_2016 == match[0]}
        codes = scan.split(match[0])
    if not possible:
        return None
    behind = _AFTER_CODE.match(scan.text, match.end())
    named = _Scan(scan.text, scan.rules, scan.is_2016, scan.content)
    start = behind.end() if behind else match.end()
    is_named = start < len(scan.text) and not scan.text[start].isdigit() and not _SEPARATOR.match(scan.text, start)
    end = _read_kind(named, start) if is_named else None
    if end is None or (not named.codes.keys() <= possible and scan.text[match.end()].isspace()):
        scan.add(codes)
        return match.end()
    if not named.codes.keys() <= possible:
        return None
    scan.add(list(named.codes) or codes)
    scan.is_qualified |= named.is_qualified
    return end


def _parts(text: str, place: int) -> Iterator[tuple[int, int]]:
    """The parts of an explanation between its separators, as (start, end)."""
    start = _skip(_SEPARATOR, text, place)
    while start < len(text):
        match = _SEPARATOR.search(text, start)
        end = match.start() if match else len(text)
        yield start, end
        start = match.end() if match else end


def _word_end(scan: _Scan, place: int) -> int | None:
    """The place behind a kind and what may follow it, None when the word goes on."""
    for end in dict.fromkeys((_skip(_TAIL, scan.text, place), place)):
        tail = scan.text[place:end]
        if any(word in tail for word, _ in _vocabulary(scan.rules.kinds)):
            continue
        if end >= len(scan.text) or _SEPARATOR.match(scan.text, end):
            remark = _REMARK.search(tail)
            scan.is_qualified |= remark is not None and not _PLAIN_REMARK.fullmatch(remark[1].strip())
            return end
    return None


def _skip(pattern: re.Pattern[str], text: str, place: int) -> int:
    match = pattern.match(text, place)
    return match.end() if match else place


def _join_words(text: str, rules: tuple[KindRule, ...]) -> str:
    """The text with the blanks inside the names of kinds taken out, as 分散对齐 leaves them."""
    return _spaced(rules).sub(lambda match: "".join(match[0].split()), text)


@lru_cache(maxsize=8)
def _spaced(rules: tuple[KindRule, ...]) -> re.Pattern[str]:
    words = [word for word, _ in _vocabulary(rules)] + ["其他", "其他行政处罚"]
    return re.compile("|".join(r"\s*".join(map(re.escape, word)) for word in sorted(words, key=len, reverse=True)))


@lru_cache(maxsize=8)
def _named(rules: tuple[KindRule, ...]) -> dict[str, tuple[str, ...]]:
    """The names that leave no doubt: most cells hold one of them and no more."""
    return {word: codes for word, codes in _vocabulary(rules) if codes}


@lru_cache(maxsize=8)
def _vocabulary(rules: tuple[KindRule, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every name of a kind with its code, the longest first; 没收 alone has none: 处罚内容 says what."""
    words: dict[str, tuple[str, ...]] = {word: (rule.code,) for rule in rules for word in (rule.name, *rule.aliases)}
    known = {rule.code for rule in rules}
    if {"03", "09"} <= known:
        words |= {"违法所得": ("03",), "非法财物": ("09",), "没收": ()}
    return tuple(sorted(words.items(), key=lambda item: (-len(item[0]), item[0])))
