"""Read sectors and districts as people write them: by code, by name or its beginning, after a province."""

import re
from collections.abc import Mapping, Sequence

from registry.domain.filing import row_reader
from registry.domain.filing.model import Rules
from registry.domain.filing.row_reader import RowReader

_SECTOR_END = re.compile(r"(?:领域|行业|方面|类别|类|项目|活动)+$")
_EVERY = frozenset(
    ("全部", "所有", "全部领域", "所有领域", "各领域", "全领域", "不限", "不限领域", "全部七个领域", "七个领域")
)
_LONG_CODE = re.compile(r"(\d{6})(?:\d{3}|\d{6})")
"""A code of nine or twelve digits, as statistics count streets and villages: the first six are the county's."""


def sector_codes(text: str, sectors: Mapping[str, str], words: Mapping[str, str]) -> tuple[str, ...]:
    """The codes that one word for sectors names: one, or all of them for 全部; none for an unknown word."""
    compact = "".join(text.split())
    if compact in _EVERY:
        return tuple(sectors)
    names = {code: name.removesuffix("领域") for code, name in sectors.items()}
    for spelling in dict.fromkeys((compact.removesuffix("领域").lower(), _SECTOR_END.sub("", compact))):
        code = row_reader.code_of(spelling, names, words) or row_reader.beginning_of(spelling, names, words)
        if code:
            return (code,)
    return ()


def district_code(text: str, districts: Mapping[str, str], words: Mapping[str, str]) -> str | None:
    """The code of a place: 320902, 320902000000, 亭湖区, 亭湖, 江苏省盐城市亭湖区; None for an unknown one."""
    compact = "".join(text.split())
    if match := _LONG_CODE.fullmatch(compact):
        compact = match[1]
    if code := row_reader.code_of(compact, districts, words):
        return code
    inner = _without_wider_places(compact, districts, words)
    return (row_reader.code_of(inner, districts, words) if inner != compact else None) or (
        row_reader.beginning_of(inner, districts, words)
    )


def read_sectors(row: RowReader, parts: Sequence[str], rules: Rules) -> tuple[str, ...]:
    """The codes of the sectors that the cell's parts name; a fault of the row for each part that names none."""
    codes: dict[str, None] = {}
    for part in parts:
        found = sector_codes(part, rules.sectors, rules.sector_words)
        if not found:
            row.fault("sectors", "sector-unknown", f"不在代码表中，{row_reader.accepted(rules.sectors.items())}")
        codes |= dict.fromkeys(found)
    return tuple(codes) or rules.default_sectors


def read_district(row: RowReader, rules: Rules) -> str | None:
    """The code of the row's district, that of the account where the cell is empty."""
    text = row.text("district", required=False)
    code = district_code(text, rules.districts, rules.district_words) if text else None
    if text and code is None:
        row.fault("district", "district-unknown", f"不在代码表中，{row_reader.accepted(rules.districts.items())}")
    return code or rules.default_district


def _without_wider_places(text: str, districts: Mapping[str, str], words: Mapping[str, str]) -> str:
    """The text without the province and the city that stand before a place of theirs."""
    for zeros in ("0000", "00"):
        wide = [name for code, name in districts.items() if code.endswith(zeros)]
        wide += [word for word, code in words.items() if code.endswith(zeros)]
        for name in sorted(wide, key=len, reverse=True):
            if text.startswith(name) and len(text) > len(name) + 1:
                text = text.removeprefix(name).lstrip("-－/·,，、")
                break
    return text
