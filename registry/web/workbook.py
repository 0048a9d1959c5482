"""The yearly report as XLSX: one sheet of figures, one of missed limits, one of notes."""

import datetime as dt
import io
from collections.abc import Iterator, Sequence

import xlsxwriter

from registry.domain import labels
from registry.domain.reporting_rates import RATES, Tally
from registry.queries.cases.yearly_report import FIGURES, Line, Report

PLAIN = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""Workbook options: text stays text, whatever it looks like."""
WHOLE = "合计"
OF_A_SECTOR = ("timeliness", "lateness")
"""The rates that are known of a sector: what a file's refused rows were about is not."""
NOTES = (
    "一条记录属于多个领域的，在各领域分别计数，在合计中计一次。",
    "报送处罚按首次报送之日，公示、撤回、列入、移出按登记之日，异议和修复按收到、决定之日计入年度。",
    "公示数包括依规定不向社会公开、只供授权核查的记录。",
    "合规率＝接受／收到；及时率＝期限内公示／应当公示；迟报率＝逾期公示／已公示；"
    "错报率＝拒收或者更正／收到；重复率＝因已报送而拒收／收到。没有分母的为空，不作0或者100%。",
    "及时率、迟报率按公示期限（D01）届满之日计入年度；收到数不含接口直接拒收的单条报送。",
    "逾期时限逐条列出，编号对应部门时限清单中的 number，不公开其所属记录。",
)

Row = list[str | int | float | None]


def yearly(report: Report, sectors: dict[str, str], duty: str) -> bytes:
    """The workbook of a report; the same report gives the same bytes."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, PLAIN) as book:
        # Otherwise the library writes the time of day into the file.
        book.set_properties({"created": dt.datetime.combine(report.on, dt.time())})
        _write_sheet(book, "工作情况", _build_figure_headings(), _build_figure_rows(report, sectors))
        _write_sheet(book, "逾期时限", _LIMIT_HEADINGS, _build_limit_rows(report))
        lines: list[str] = [f"{report.year}年，截至{report.on}", duty, *NOTES]
        _write_sheet(book, "说明", ["说明"], ([line] for line in lines))
    return data.getvalue()


_LIMIT_HEADINGS = [
    "部门代码",
    "部门",
    "编号",
    "时限",
    "代码",
    "起算日",
    "届满日",
    "了结日",
    "逾期工作日",
    "来源",
    "核对",
]


def _build_figure_headings() -> list[str]:
    rates = [part for code in RATES for part in (RATES[code], f"{RATES[code]}分子", f"{RATES[code]}分母")]
    return ["部门代码", "部门", "领域", *(labels.FIGURES[name] for name in FIGURES), *rates]


def _build_figure_rows(report: Report, sectors: dict[str, str]) -> Iterator[Row]:
    for section in report.sections:
        named: Row = [section.department.code, section.department.name]
        yield [*named, WHOLE, *_build_count_cells(section.total), *_build_rate_cells(section.total.tally, tuple(RATES))]
        for code, line in section.sectors.items():
            yield [
                *named,
                labels.label_for(sectors, code),
                *_build_count_cells(line),
                *_build_rate_cells(line.tally, OF_A_SECTOR),
            ]


def _build_count_cells(line: Line) -> list[int]:
    return [line.counts[name] for name in FIGURES]


def _build_rate_cells(tally: Tally, known: Sequence[str]) -> Row:
    cells: Row = []
    for code, ratio in tally.rates.items():
        cells += [ratio.value, ratio.numerator, ratio.denominator] if code in known else [None] * 3
    return cells


def _build_limit_rows(report: Report) -> Iterator[Row]:
    for section in report.sections:
        for limit in section.missed:
            yield [
                section.department.code,
                section.department.name,
                limit.number,
                limit.name,
                limit.deadline,
                str(limit.starts_on),
                str(limit.due),
                str(limit.met_on) if limit.met_on else "尚未了结",
                limit.days,
                limit.source,
                "已核对" if limit.status == "confirmed" else "未核实",
            ]


def _write_sheet(book: xlsxwriter.Workbook, name: str, head: Sequence[str], rows: Iterator[Row]) -> None:
    sheet = book.add_worksheet(name)
    sheet.write_row(0, 0, head)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, row)
