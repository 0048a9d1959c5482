"""Read the parties of a bidders' file: every row, those that cannot be checked with their faults."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from registry import tabular
from registry.domain.checks import party_roles
from registry.domain.filing import columns, party_columns
from registry.domain.filing.cells import MAX_CELL, pointer, tidy
from registry.domain.filing.columns import Headings
from registry.domain.filing.model import Note
from registry.domain.filing.party_columns import LENGTHS
from registry.domain.filing.reading import CONFIRMABLE
from registry.domain.records import PARTY_ROLES
from registry.errors import Fault
from registry.refusals.acts import PartiesUnreadable
from registry.tabular.filings import settle
from registry.tabular.sheet import FileNote, Row


@dataclass(frozen=True)
class PartyRow:
    """One row: its number as its editor shows it, and its filled cells by field; ``ref`` and ``role`` are always
    there. A row with ``faults`` cannot be checked; ``notes`` say what a person should know who reads the answer.

    ``sheet`` names its sheet in a workbook where more than one has parties."""

    number: int
    cells: dict[str, str] = field(repr=False)
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...] = ()
    sheet: str = ""


@dataclass(frozen=True)
class PartiesFile:
    """The rows in order, and what is said about the file."""

    rows: list[PartyRow]
    notes: tuple[FileNote, ...] = ()


def read_parties(data: bytes, filename: str, mapping: Mapping[str, str] | None = None) -> PartiesFile:
    """Read the rows of all sheets with parties. ``mapping``: from heading to field, as a person states it.

    A hidden row, and one that is struck through, is asked about like any other, and noted. Refuses the whole file
    (``PartiesUnreadable``) when it has no column of names, when a column that nobody knows may change what a row means,
    or when it has no row, and for every reason for which it cannot be read as a table.
    """
    vocabulary = party_columns.VOCABULARY.mapped(mapping or {})
    tables = tabular.read_tables(data, filename, vocabulary)
    headed = [(sheet, party_columns.resolve(sheet.columns, vocabulary)) for sheet in tables.sheets]
    if not tables.total:
        raise PartiesUnreadable("没有一行名单")
    found = [(sheet.name, row, headings) for sheet, headings in headed for row in sheet.rows]
    is_several = len({name for name, row, _ in found}) > 1
    cells = [_party_cells(row, headings) for _, row, headings in found]
    stated = Counter(fields["ref"] for fields in cells if "ref" in fields)
    _number(cells, [name for name, _, _ in found], is_several and max(stated.values(), default=1) > 1)
    refs = Counter(fields["ref"] for fields in cells)
    rows = [
        PartyRow(
            row.number,
            fields,
            (*row.faults, *_party_faults(fields, refs)),
            (*row.notes, *settle(row, frozenset(CONFIRMABLE))[1]),
            name if is_several else "",
        )
        for (name, row, _), fields in zip(found, cells, strict=True)
    ]
    left_out = tuple(
        FileNote("column-left-out", f"不认识的列，未读取：{columns.listed_titles(headings.left_out)}", sheet.name)
        for sheet, headings in headed
        if headings.left_out
    )
    return PartiesFile(rows, (*tables.notes, *left_out))


def _party_cells(row: Row, headings: Headings) -> dict[str, str]:
    filled = {name: tidy(text) for name, text in headings.cells(row.cells).items() if tidy(text)}
    if "role" in filled:
        filled["role"] = party_roles.parse_role(filled["role"]) or filled["role"]
    return {"role": "bidder", **filled}


def _number(cells: list[dict[str, str]], sheets: list[str], is_per_sheet: bool) -> None:
    """Give each row its ``ref``: as stated, else its place. Sheets that each count from 1 get theirs before it, so
    that ``of`` names a party of its own sheet."""
    prefixes = {name: f"{number}-" if is_per_sheet else "" for number, name in enumerate(dict.fromkeys(sheets), 1)}
    places: Counter[str] = Counter()
    for place, (fields, name) in enumerate(zip(cells, sheets, strict=True), 1):
        places[name] += 1
        for key in ("ref", "of"):
            if key in fields:
                fields[key] = prefixes[name] + fields[key]
        fields.setdefault("ref", f"{prefixes[name]}{places[name] if is_per_sheet else place}")


def _party_faults(cells: dict[str, str], refs: Counter[str]) -> list[Fault]:
    faults = [
        Fault(pointer(name), "cell-too-long", f"超过 {LENGTHS[name]} 个字符")
        for name, text in cells.items()
        if len(text) > LENGTHS.get(name, MAX_CELL)
    ]
    if "name" not in cells:
        faults.append(Fault("/name", "party-refused", "缺少名称"))
    if cells["role"] not in PARTY_ROLES:
        faults.append(Fault("/role", "party-refused", f"角色不认识，可写：{party_roles.ACCEPTED}"))
    if refs[cells["ref"]] > 1:
        faults.append(Fault("/ref", "ref-doubled", "ref 重复"))
    if cells.pop("id_last4", None) and "id_number" not in cells:
        # As in the result of a check, which prints no more: asked by name alone it would be answered less than before.
        faults.append(Fault("/id_number", "id-number-cut", "只有证件号码后四位，请补填证件号码"))
    if "of" in cells and cells["of"] not in refs:
        faults.append(Fault("/of", "ref-unknown", "of 所指的 ref 不在名单中"))
    return faults
