"""Read the parties of a bidders' file: every row, those that cannot be checked with their faults."""

import re
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
from registry.domain.filing.vocabulary import heading_key
from registry.domain.records import PARTY_ROLES
from registry.errors import Fault
from registry.refusals.acts import PartiesUnreadable
from registry.tabular.filings import judge_row
from registry.tabular.party_names import part_name
from registry.tabular.sheet import FileNote, Row

_OWN_NUMBER = re.compile(r"^\d{1,5}-")
"""What ``_number`` puts before a number that is counted anew in each sheet or lot."""


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
    parted = [part_name(fields) for fields in cells]
    _number(cells, [name for name, _, _ in found])
    parties = _Parties(cells)
    rows = []
    for (name, row, _), fields, (name_faults, name_notes) in zip(found, cells, parted, strict=True):
        row_faults, row_notes = judge_row(row, vocabulary, frozenset(CONFIRMABLE))
        faults = (*row_faults, *name_faults, *_party_faults(fields, parties))
        notes = (*row_notes, *name_notes)
        rows.append(PartyRow(row.number, fields, faults, notes, name if is_several else ""))
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


def _number(cells: list[dict[str, str]], sheets: list[str]) -> None:
    """Give each row its ``ref``: as stated, else its place. Sheets, or lots, that each count from 1 get a number of
    their own before it, so that ``of`` names a party of the same sheet or lot."""
    whole = [""] * len(cells)
    lots = [f"{name}/{fields.get('section', '')}" for fields, name in zip(cells, sheets, strict=True)]
    groups = next((each for each in (whole, sheets, lots) if _counts_within(cells, each)), whole)
    is_counted = groups is not whole
    prefixes = {name: f"{number}-" if is_counted else "" for number, name in enumerate(dict.fromkeys(groups), 1)}
    places: Counter[str] = Counter()
    for place, (fields, name) in enumerate(zip(cells, groups, strict=True), 1):
        places[name] += 1
        for key in ("ref", "of"):
            if key in fields:
                fields[key] = prefixes[name] + fields[key]
        fields.setdefault("ref", f"{prefixes[name]}{places[name] if is_counted else place}")


def _counts_within(cells: list[dict[str, str]], groups: list[str]) -> bool:
    """Whether no two rows of a group state the same ``ref``."""
    stated = Counter((name, fields["ref"]) for fields, name in zip(cells, groups, strict=True) if "ref" in fields)
    return max(stated.values(), default=1) == 1


class _Parties:
    """The parties of a file by what may be written as ``of``."""

    def __init__(self, cells: list[dict[str, str]]) -> None:
        self.refs = Counter(fields["ref"] for fields in cells)
        self._named: dict[str, list[tuple[str, str]]] = {}
        for fields in cells:
            for key in ("name", "uscc"):
                if key in fields:
                    place = (fields["ref"], fields.get("section", ""))
                    self._named.setdefault(heading_key(fields[key]), []).append(place)

    def resolve(self, fields: dict[str, str], written: str) -> str:
        """The ``ref`` of the one other party that is written by its name or code, of the same lot where it has
        several; empty when there is none, or nobody knows which."""
        places = [place for place in self._named.get(heading_key(written), ()) if place[0] != fields["ref"]]
        same = [place for place in places if place[1] == fields.get("section", "")]
        places = same if len(places) > 1 else places
        return places[0][0] if len(places) == 1 else ""


def _party_faults(cells: dict[str, str], parties: _Parties) -> list[Fault]:
    faults = [
        Fault(pointer(name), "cell-too-long", f"超过 {LENGTHS[name]} 个字符")
        for name, text in cells.items()
        if len(text) > LENGTHS.get(name, MAX_CELL)
    ]
    if "name" not in cells:
        faults.append(Fault("/name", "party-refused", "缺少名称"))
    if cells["role"] not in PARTY_ROLES:
        faults.append(Fault("/role", "party-refused", f"角色不认识，可写：{party_roles.ACCEPTED}"))
    if parties.refs[cells["ref"]] > 1:
        faults.append(Fault("/ref", "ref-doubled", "ref 重复"))
    if cells.pop("id_last4", None) and "id_number" not in cells:
        # As in the result of a check, which prints no more: asked by name alone it would be answered less than before.
        faults.append(Fault("/id_number", "id-number-cut", "只有证件号码后四位，请补填证件号码"))
    of = cells.get("of", "")
    if (
        of
        and of not in parties.refs
        and (ref := parties.resolve(cells, _OWN_NUMBER.sub("", of)) or parties.resolve(cells, of))
    ):
        cells["of"] = ref
    elif of and of not in parties.refs:
        faults.append(Fault("/of", "ref-unknown", "of 所指的 ref 不在名单中"))
    return faults
