"""Read places on a list from a file of that list: every row with its faults and notes."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from registry import tabular
from registry.domain.cases.adopted_listing import UNSTATED, ListPlace, ListState, parse_place
from registry.domain.filing import list_columns
from registry.domain.filing.columns import Headings
from registry.domain.filing.model import Note, Rules
from registry.domain.filing.reading import AS_WRITTEN, Reading
from registry.errors import Fault
from registry.tabular.filings import judge_row
from registry.tabular.row_files import write_rows
from registry.tabular.sheet import FileNote, Row

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class PlaceRow:
    """One row: the place, or the faults that refuse it; ``notes`` list what was cleaned. ``position``: which row of the
    file it is, over all its sheets; ``sheet``: where more than one has places."""

    number: int
    place: ListPlace | None
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...]
    position: int = 0
    sheet: str = ""


@dataclass(frozen=True)
class ListFile:
    """A list file: how many rows, the columns left out because nobody knows them, what else is said about the file, and
    the rows one by one."""

    total: int
    left_out: list[str]
    notes: tuple[FileNote, ...]
    rows: Iterator[PlaceRow]


_COLUMNS = (
    "主体名称", "主体类别", "统一社会信用代码", "证件类型", "证件号码", "认定文号", "列入事由", "认定依据", "处罚结果",
    "认定部门", "认定部门统一社会信用代码", "数据来源", "列入日期", "有效期自", "有效期至", "是否撤销", "退出日期",
    "退出名单原因", "公开范围", "数据时间",
)  # fmt: skip
_KINDS = {"organisation": "法人及非法人组织", "sole_trader": "个体工商户", "natural_person": "自然人"}


def write_list(places: Sequence[ListPlace]) -> bytes:
    """A list file of places that were read already, such as those of a platform: ``read_list`` reads the same."""
    return write_rows(_COLUMNS, [_cells_of(place) for place in places], "csv")


def _cells_of(place: ListPlace) -> dict[str, str]:
    subject = place.subject
    last_day = place.ends_on - _ONE_DAY if place.ends_on else None
    values = (
        subject.name, _KINDS[subject.kind], subject.uscc, subject.id_type if subject.id_number else None,
        subject.id_number, None if place.document_number == UNSTATED else place.document_number, place.facts,
        place.basis, place.content, place.authority_name, place.authority_code, place.list_source, place.decided_on,
        place.starts_on, last_day, "是" if place.is_off else "否", place.off_since if place.is_off else None,
        place.off_because, "公开" if place.is_open else "不公开", place.as_of,
    )  # fmt: skip
    return {column: str(value) if value else "" for column, value in zip(_COLUMNS, values, strict=True)}


def read_list(data: bytes, filename: str, state: ListState, rules: Rules, reading: Reading = AS_WRITTEN) -> ListFile:
    """Read a list file. Refuses the whole file when it cannot be read as a table of a list."""
    vocabulary = list_columns.VOCABULARY.mapped(reading.mapping)
    tables = tabular.read_tables(data, filename, vocabulary)
    headed = [(sheet, list_columns.resolve(sheet.columns, vocabulary)) for sheet in tables.sheets]

    is_several = len({sheet.name for sheet in tables.sheets if sheet.rows}) > 1

    def read_row(position: int, name: str, row: Row, headings: Headings) -> PlaceRow:
        place, faults, notes = parse_place(headings.cells(row.cells), headings, state, rules)
        row_faults, row_notes = judge_row(row, vocabulary, reading.confirmed)
        all_faults = tuple(dict.fromkeys((*row_faults, *faults)))
        all_notes = (*row_notes, *notes)
        kept = None if all_faults else place
        return PlaceRow(row.number, kept, all_faults, all_notes, position, name if is_several else "")

    found = ((sheet.name, row, headings) for sheet, headings in headed for row in sheet.rows)
    rows = (read_row(position, *parts) for position, parts in enumerate(found))
    left_out = list(dict.fromkeys(column for _, headings in headed for column in headings.left_out))
    return ListFile(tables.total, left_out, tables.notes, rows)
