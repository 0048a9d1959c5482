"""Read filings from a file: every row with its faults and notes."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field

from registry import tabular
from registry.domain.filing import columns
from registry.domain.filing.cells import pointer
from registry.domain.filing.defaults import fill_repeated, repeated_by_account
from registry.domain.filing.model import Filing, Note, Rules
from registry.domain.filing.parse import clean
from registry.domain.filing.reading import AS_WRITTEN, Place, Reading
from registry.domain.filing.row_reader import RowMemory
from registry.domain.filing.vocabulary import LEFT_OUT, UNITS, Vocabulary, is_harmless
from registry.errors import Fault
from registry.tabular.sheet import FileNote, Row, Sheet, Tables


@dataclass(frozen=True)
class ReadRow:
    """One row: the filing, or the faults that refuse it; ``notes`` list what was cleaned.

    ``sheet`` names its sheet in a workbook; ``cells`` goes from the pointer of a finding to its cell there, such as C5.
    """

    number: int
    filing: Filing | None
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...]
    sheet: str = ""
    cells: dict[str, str] = dataclass_field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class SourceCell:
    """One cell of a row as the file has it: its heading, the field that heading means (empty when none is kept), its
    text, and where it stands in a workbook, such as C5."""

    heading: str
    field: str
    text: str = dataclass_field(repr=False)
    place: str


@dataclass(frozen=True)
class SourceFile:
    """A file as it is: its headings, each with what it means and an example, and its rows one by one."""

    headings: list[SourceCell]
    rows: Iterator[tuple[Place, list[SourceCell]]]


@dataclass(frozen=True)
class OpenFile:
    """The tables of a file of filings as they were found, their rows not yet judged: what is judged again, by other
    rules or on another day, need not be read again."""

    tables: Tables
    reading: Reading
    vocabulary: Vocabulary


@dataclass(frozen=True)
class FilingsFile:
    """A file of filings: how many rows, what is said about the file, and the rows one by one."""

    total: int
    notes: tuple[FileNote, ...]
    rows: Iterator[ReadRow]


def read_filings(
    data: bytes,
    filename: str,
    rules: Rules,
    today: dt.date,
    reading: Reading = AS_WRITTEN,
    *,
    is_strict: bool = False,
) -> FilingsFile:
    """Read a file of filings. Refuses what ``open_file`` and ``judge_rows`` refuse."""
    return judge_rows(open_file(data, filename, reading), rules, today, is_strict=is_strict)


def open_file(data: bytes, filename: str, reading: Reading = AS_WRITTEN) -> OpenFile:
    """Find the tables of a file of filings. Refuses the whole file when it cannot be read as a table."""
    vocabulary = columns.VOCABULARY.mapped(reading.mapping)
    return OpenFile(tabular.read_tables(data, filename, vocabulary), reading, vocabulary)


def judge_rows(file: OpenFile, rules: Rules, today: dt.date, *, is_strict: bool = False) -> FilingsFile:
    """The rows of a file as filings, each judged when it is asked for.

    Headings are canonical field names, the ``CF_*`` columns of 2018 or 2016, or Chinese as offices write them. Columns
    that nobody knows are left out and named, with ``is_strict`` they refuse the file.
    """
    tables, reading, vocabulary = file.tables, file.reading, file.vocabulary
    headed = [
        (sheet, columns.resolve(sheet.columns, vocabulary, unit=sheet.unit, is_strict=is_strict))
        for sheet in tables.sheets
    ]

    def rows() -> Iterator[ReadRow]:
        for sheet, headings in headed:
            memory = RowMemory()
            for unmended in sheet.rows:
                row, absent = mend_row(unmended, reading.mended.get((sheet.name, unmended.number), {}), headings)
                cells, defaults = fill_repeated(absent | headings.cells(row.cells), headings, rules)
                filing, faults, notes = clean(cells, rules, today, headings, memory)
                judged = judge_row(row, vocabulary, reading.confirmed)
                yield _join((sheet, row), filing, (*judged[0], *faults), (*judged[1], *defaults, *notes))

    about = tuple(note for sheet, headings in headed for note in _notes(sheet.name, headings, rules))
    return FilingsFile(tables.total, (*tables.notes, *about), rows())


def read_source_rows(
    data: bytes, filename: str, reading: Reading, wanted: Collection[Place] | int
) -> dict[Place, list[SourceCell]]:
    """The cells of some rows as the file has them, in the order of its columns, empty ones too: of the rows ``wanted``,
    or of the rows of that number in any sheet. Refuses what ``read_filings`` refuses of a file without tables."""
    rows = read_source(data, filename, reading).rows
    return {
        place: cells for place, cells in rows if (place[1] == wanted if isinstance(wanted, int) else place in wanted)
    }


def read_source(data: bytes, filename: str, reading: Reading) -> SourceFile:
    """A file as it is, not judged. Refuses what ``read_filings`` refuses of a file without tables."""
    return source_of(tabular.read_tables(data, filename, _open_vocabulary(reading)), reading)


def source_of(tables: Tables, reading: Reading) -> SourceFile:
    """A file as it is, of whose tables every cell is given."""
    vocabulary = _open_vocabulary(reading)
    return SourceFile(_read_headings(tables.sheets, vocabulary), _read_cells(tables.sheets, vocabulary))


def _open_vocabulary(reading: Reading) -> Vocabulary:
    return replace(columns.VOCABULARY.mapped(reading.mapping), is_open=True)


def _read_cells(sheets: Sequence[Sheet], vocabulary: Vocabulary) -> Iterator[tuple[Place, list[SourceCell]]]:
    for sheet in sheets:
        kept = {heading: vocabulary.meaning(heading).field.removeprefix(LEFT_OUT) for heading in sheet.columns}
        for row in sheet.rows:
            yield (
                (sheet.name, row.number),
                [
                    SourceCell(heading, kept[heading], row.cells.get(heading, ""), sheet.cell(heading, row.number))
                    for heading in sheet.columns
                ],
            )


def _read_headings(sheets: Sequence[Sheet], vocabulary: Vocabulary) -> list[SourceCell]:
    """The headings with what each means now and an example from its column: what a person maps."""
    found: dict[str, SourceCell] = {}
    for sheet in sheets:
        for heading in sheet.columns:
            example = next((row.cells[heading] for row in sheet.rows[:20] if row.cells.get(heading)), "")
            meaning = vocabulary.meaning(heading)
            unit = next((name for name, code in UNITS.items() if code == meaning.unit and name != "万"), "")
            text = f"{meaning.field}:{unit}" if unit else meaning.field
            found.setdefault(heading, SourceCell(heading, text, example, sheet.cell(heading, sheet.heading_row)))
    return list(found.values())


def _notes(sheet: str, headings: columns.Headings, rules: Rules) -> Iterator[FileNote]:
    """What is said once of a table: columns left out, and what stands for columns that are not there."""
    if headings.left_out:
        yield FileNote("column-left-out", f"不认识的列，未读取：{columns.listed_titles(headings.left_out)}", sheet)
    if absent := repeated_by_account(headings, rules):
        titles = "、".join(columns.CHINESE[name] for name in absent)
        yield FileNote("department-default", f"没有这些列，各行采用报送单位的：{titles}", sheet)


def _join(
    found: tuple[Sheet, Row], filing: Filing | None, faults: tuple[Fault, ...], notes: tuple[Note, ...]
) -> ReadRow:
    sheet, row = found
    faults = tuple(dict.fromkeys(faults)) if faults else ()
    places = {
        place: sheet.cell(place.removeprefix("/").replace("~1", "/").replace("~0", "~"), row.number)
        for place in (*(fault.pointer for fault in faults), *(note.pointer for note in notes))
    }
    return ReadRow(row.number, None if faults else filing, faults, notes, sheet.name, places)


def mend_row(row: Row, mended: Mapping[str, str], headings: columns.Headings) -> tuple[Row, dict[str, str]]:
    """A row with the cells that a person wrote anew, and those of them for which the file has no column: what was wrong
    with the cells of the file no longer counts, and a note says of each that it differs from the file."""
    if not mended:
        return row, {}
    places = {pointer(name): name for name in mended}
    faults = tuple(fault for fault in row.faults if fault.pointer not in places)
    notes = tuple(note for note in row.notes if note.pointer not in places)
    mended_notes = tuple(Note(place, "cell-mended", "报送人在网页上改过，与原文件不同") for place in places)
    cells = {name: text for name, text in (row.cells | dict(mended)).items() if text.strip()}
    absent = {name: text for name, text in mended.items() if name in columns.FIELDS and name not in headings.fields}
    return replace(row, cells=cells, faults=faults, notes=(*notes, *mended_notes)), absent


def judge_row(
    row: Row, vocabulary: Vocabulary, confirmed: frozenset[str]
) -> tuple[tuple[Fault, ...], tuple[Note, ...]]:
    """The faults and notes of a row, whatever its kind: of its cells, of doubts, which are notes once a person
    confirmed them, and of columns that ask yes or no about a state and have the answer that matters."""
    doubts = tuple(fault for fault in row.doubts if fault.code not in confirmed)
    settled = tuple(
        Note(fault.pointer, fault.code, f"{fault.detail.partition('；')[0]}；已确认")
        for fault in row.doubts
        if fault.code in confirmed
    )
    flagged = tuple(
        Fault(
            pointer(heading), "row-flagged", "此列说明此行处于其他状态；请删去此行，或者用对应关系（mapping）说明此列"
        )
        for heading, text in row.cells.items()
        if (flag := vocabulary.flag(heading)) and not is_harmless(flag, text)
    )
    return (*row.faults, *doubts, *flagged), (*row.notes, *settled)
