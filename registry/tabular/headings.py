"""Join the headings of two rows: an upper one names a group of columns, a lower one the columns themselves."""

import re
from collections.abc import Mapping

from registry.domain.filing.vocabulary import Vocabulary
from registry.tabular.grid import Cell

_ABOUT = re.compile(r"(?:信息|情况|资料|内容|明细)$")
_OF_ANOTHER = re.compile(r"法定|法人|代表|负责|联系|经办|委托|代理|项目|人员")


def texts_of(cells: Mapping[int, Cell]) -> dict[int, str]:
    """The headings in a row by column."""
    return {column: " ".join(cell.text.split()) for column, cell in sorted(cells.items()) if cell.text.strip()}


def join_headings(
    upper: Mapping[int, str], ends: Mapping[int, int], cells: Mapping[int, Cell], vocabulary: Vocabulary
) -> dict[int, str] | None:
    """The headings of two rows as one; None when the lower row is not one of headings.

    ``ends``: the last column of each heading that is merged over several. A column below a group is named by both
    (法定代表人 over 证件号码), or by its own words where the group says nothing more (处罚金额 over 罚款(万元)).
    """
    lower = texts_of(cells)
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


def _groups(upper: Mapping[int, str], ends: Mapping[int, int], lower: Mapping[int, str]) -> dict[int, str]:
    """The group of each column below a heading of several: merged over them, or with nothing beside it."""
    groups: dict[int, str] = {}
    for column, text in upper.items():
        end = ends.get(column, column)
        while end + 1 in lower and end + 1 not in upper:
            end += 1
        if end > column:
            groups |= dict.fromkeys(range(column, end + 1), text)
    return groups


def _names(vocabulary: Vocabulary, group: str, text: str) -> bool:
    return bool(vocabulary.meaning(group + text).field or vocabulary.meaning(text).field)


def _name(vocabulary: Vocabulary, group: str, text: str) -> str:
    both = group + text
    if group == text or vocabulary.meaning(both).field or not vocabulary.meaning(text).field:
        return text if group == text else both
    is_plain = not _OF_ANOTHER.search(group) and not vocabulary.is_of_state(group)
    if vocabulary.meaning(text).field in vocabulary.amounts:
        return text if is_plain else both
    is_own = bool(_ABOUT.search(group)) or vocabulary.meaning(group).field in vocabulary.keys
    return text if is_plain and is_own else both
