"""Read parties that somebody typed or pasted, one a line, with or without headings, as a file of them would be."""

import csv
import io
import re
from collections.abc import Sequence

from registry.domain import identifiers
from registry.domain.checks import party_roles
from registry.domain.filing import party_columns
from registry.domain.filing.vocabulary import Vocabulary

HEADINGS = {
    "ref": "序号",
    "name": "名称",
    "uscc": "统一社会信用代码",
    "id_number": "证件号码",
    "role": "角色",
    "of": "所属",
}
_SEPARATOR = re.compile(r"\s*[\t,，;；|]\s*|\s{2,}|\s(?=[0-9A-Za-z]{15,20}\s*$)|(?<=[0-9A-Za-z]{18})\s")
_CODE = re.compile(r"(?=\D*\d)[0-9A-Za-z]{6,24}")
"""What somebody meant for a code, of whatever length: whether it is one is judged later."""
_RESIDENT = re.compile(r"[1-9]\d{16}[0-9Xx]")
_PLACE = re.compile(r"\d{1,4}[.、)）]?")


def to_table(text: str, vocabulary: Vocabulary = party_columns.VOCABULARY) -> bytes:
    """The typed lines as CSV with headings, to be read like any file.

    Lines under headings of their own stay as they are. Otherwise each cell is known by what it looks like: a number at
    the beginning, a code, a number of a person, a role; the first other one is the name, the next the lead's.
    """
    lines = [line.strip("\r\n") for line in text.splitlines() if line.strip()]
    rows = [[cell.strip() for cell in line.split("\t")] if "\t" in line else _split(line) for line in lines]
    if rows and any(vocabulary.meaning(cell).field == "name" for cell in rows[0]):
        return _write(rows)
    named = [_name_cells(cells) for cells in rows]
    used = [field for field in HEADINGS if any(field in cells for cells in named)]
    return _write([[HEADINGS[field] for field in used], *([cells.get(field, "") for field in used] for cells in named)])


def _split(line: str) -> list[str]:
    return [cell for cell in _SEPARATOR.split(line.strip()) if cell]


def _name_cells(cells: Sequence[str]) -> dict[str, str]:
    named: dict[str, str] = {}
    for place, cell in enumerate(cells):
        field = _recognise(cell, is_first=place == 0 and len(cells) > 1)
        if field not in HEADINGS or field in named:
            field = "name" if "name" not in named else "of"
        if cell:
            named.setdefault(field, cell.rstrip(".、)）") if field == "ref" else cell)
    return named


def _recognise(cell: str, *, is_first: bool) -> str:
    if is_first and _PLACE.fullmatch(cell):
        return "ref"
    if _RESIDENT.fullmatch(cell) and not identifiers.is_sound(cell.upper()):
        return "id_number"
    if _CODE.fullmatch(cell):
        return "uscc"
    return "role" if party_roles.parse_role(cell) else "name"


def _write(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
