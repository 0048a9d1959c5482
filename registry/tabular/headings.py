"""Join the headings of two rows: an upper one names a group of columns, a lower one the columns themselves."""

import re
from collections.abc import Mapping

from registry.domain.filing.vocabulary import Vocabulary
from registry.tabular.grid import Cell

_ABOUT = re.compile(r"(?:基本|主要|相关)?(?:信息|情况|资料|内容|明细)$")
_UNIT = re.compile(r"[(（\[【]?(?:单位[:：])?(?:人民币)?[十百千万亿]?元[)）\]】]?")
_OF_ANOTHER = re.compile(r"法定|法人|代表|负责|联系|经办|委托|代理|项目|人员")


def texts_of(cells: Mapping[int, Cell]) -> dict[int, str]:
    """The headings in a row by column."""
    return {column: " ".join(cell.text.split()) for column, cell in sorted(cells.items()) if cell.text.strip()}


def join_headings(
    upper: Mapping[int, str], ends: Mapping[int, int], cells: Mapping[int, Cell], vocabulary: Vocabulary
) -> dict[int, str] | None:
    """The headings of two rows as one; None when the lower row is not one of headings.

    ``ends``: the last column of each heading that is merged over several. A column below a group is named by both
    (法定代表人 over 证件号码), or by its own words where the group says nothing more (处罚金额 over 罚款(万元)). A unit
    may stand below its heading. What the upper row reaches down into the lower one is no heading of that.
    """
    lower = texts_of({column: cell for column, cell in cells.items() if "merged-value" not in cell.findings})
    groups = _groups(upper, ends, lower)
    if groups.keys().isdisjoint(lower) or any(cell.kind != "text" for cell in cells.values()):
        return None
    if any(column not in groups and upper.get(column) != text for column, text in lower.items()):
        return None
    known = {c for c, text in lower.items() if c in groups and _names(vocabulary, groups[c], text)}
    if not known:
        return None
    joined = {**upper, **lower}
    for column in lower.keys() & groups.keys():
        joined[column] = _name(vocabulary, groups[column], lower[column])
    used = list(joined.values())
    for column in lower.keys() & groups.keys():
        if used.count(joined[column]) > 1:
            joined[column] = groups[column] + lower[column]
    return dict(sorted(joined.items()))


def complete_headings(
    headings: dict[int, str], upper: Mapping[int, str], ends: Mapping[int, int], vocabulary: Vocabulary
) -> dict[int, str]:
    """The headings of the first row of a table, named by the groups in the row above it where that makes them known:
    名称 below 当事人信息. A title above all of them names none."""
    groups = _groups(upper, ends, headings)
    both = {column: _both(vocabulary, groups[column], headings[column]) for column in groups.keys() & headings.keys()}
    return headings | {column: text for column, text in both.items() if vocabulary.meaning(text).field}


def _groups(upper: Mapping[int, str], ends: Mapping[int, int], lower: Mapping[int, str]) -> dict[int, str]:
    """The group of each column below a heading of several: merged over them, or with nothing beside it."""
    groups: dict[int, str] = {}
    for column, text in upper.items():
        end = ends.get(column, column)
        while end + 1 in lower and end + 1 not in upper:
            end += 1
        if end > column or _UNIT.fullmatch(lower.get(column, "")):
            groups |= dict.fromkeys(range(column, end + 1), text)
    return groups


def _names(vocabulary: Vocabulary, group: str, text: str) -> bool:
    return bool(vocabulary.meaning(_both(vocabulary, group, text)).field or vocabulary.meaning(text).field)


def _both(vocabulary: Vocabulary, group: str, text: str) -> str:
    """The two together, without words such as 信息 behind the group where only so they are known."""
    short = _ABOUT.sub("", group) + text
    return short if not vocabulary.meaning(group + text).field and vocabulary.meaning(short).field else group + text


def _name(vocabulary: Vocabulary, group: str, text: str) -> str:
    both = _both(vocabulary, group, text)
    if group == text or vocabulary.meaning(both).field or not vocabulary.meaning(text).field:
        return text if group == text else both
    is_plain = not _OF_ANOTHER.search(group) and not vocabulary.is_of_state(group)
    if vocabulary.meaning(text).field in vocabulary.amounts:
        return text if is_plain else both
    is_own = bool(_ABOUT.search(group)) or vocabulary.meaning(group).field in vocabulary.keys
    return text if is_plain and is_own else both
