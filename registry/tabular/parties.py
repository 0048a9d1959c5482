"""Read the parties of a bidders' file: every row, those that cannot be checked with their faults."""

from collections import Counter
from dataclasses import dataclass, field

from registry import tabular
from registry.domain.filing import columns
from registry.domain.filing.cells import pointer
from registry.domain.records import PARTY_ROLES
from registry.errors import Fault
from registry.refusals.acts import PartiesUnreadable
from registry.tabular.sheet import Row

LENGTHS = {"ref": 50, "role": 50, "name": 200, "uscc": 60, "id_type": 20, "id_number": 64, "of": 50, "section": 50,
           "organisation_code": 20, "registration_number": 64}  # fmt: skip
"""The columns of a file and the longest text each may hold."""
_HEADINGS = {"序号": "ref", "角色": "role", "名称": "name", "投标人名称": "name", "统一社会信用代码": "uscc",
             "证件类型": "id_type", "证件号码": "id_number", "所属": "of", "标段": "section",
             "包号": "section", "组织机构代码": "organisation_code", "工商注册号": "registration_number",
             "注册号": "registration_number", "登记注册号": "registration_number"}  # fmt: skip


@dataclass(frozen=True)
class PartyRow:
    """One row: its number as its editor shows it, and its filled cells by field; ``ref`` and ``role`` are always
    there. A row with ``faults`` cannot be checked."""

    number: int
    cells: dict[str, str] = field(repr=False)
    faults: tuple[Fault, ...]


def read_parties(data: bytes, filename: str) -> list[PartyRow]:
    """Read the rows in order. Refuses the whole file (``PartiesUnreadable``) when a column is missing or not known, or
    when it has no row, and for every reason for which it cannot be read as a table."""
    sheet = tabular.read_table(data, filename)
    fields = {column: _HEADINGS.get(column.strip(), column.strip().lower()) for column in sheet.columns}
    unknown = [column for column, name in fields.items() if name not in LENGTHS]
    if unknown or "name" not in fields.values() or len(set(fields.values())) < len(fields):
        raise PartiesUnreadable(columns.listed_titles(unknown))
    if not sheet.rows:
        raise PartiesUnreadable("没有一行名单")
    rows = [_party_cells(row, fields, place) for place, row in enumerate(sheet.rows, start=1)]
    refs = Counter(cells["ref"] for cells in rows)
    return [
        PartyRow(row.number, cells, (*row.faults, *_party_faults(cells, refs)))
        for row, cells in zip(sheet.rows, rows, strict=True)
    ]


def _party_cells(row: Row, fields: dict[str, str], place: int) -> dict[str, str]:
    filled = {fields[column]: text.strip() for column, text in row.cells.items() if text.strip()}
    return {"ref": str(place), "role": "bidder", **filled}


def _party_faults(cells: dict[str, str], refs: Counter[str]) -> list[Fault]:
    faults = [
        Fault(pointer(name), "cell-too-long", f"超过 {LENGTHS[name]} 个字符")
        for name, text in cells.items()
        if len(text) > LENGTHS[name]
    ]
    if cells["role"] not in PARTY_ROLES or "name" not in cells:
        faults.append(Fault("/role" if "name" in cells else "/name", "party-refused", "缺少名称，或角色不认识"))
    if refs[cells["ref"]] > 1:
        faults.append(Fault("/ref", "ref-doubled", "ref 重复"))
    if "of" in cells and cells["of"] not in refs:
        faults.append(Fault("/of", "ref-unknown", "of 所指的 ref 不在名单中"))
    return faults
