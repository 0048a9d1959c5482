"""Write the sample files of the project: the same invented content every time."""

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from lxml import etree

from tools.invented_decisions import BID_CASE, CASES, EXPERT_CASE, Case
from tools.synthetic import DISTRICTS, Firm, firms, resident_id, row, write_xlsx

Cells = dict[str, str]
FIRMS = tuple(firms(60, seed=7))
DEBTORS = tuple(firms(6, seed=9))
CHINESE = {
    "CF_XDR_MC": "行政相对人名称", "CF_XDR_LB": "行政相对人类别",
    "CF_XDR_SHXYM": "行政相对人代码_1(统一社会信用代码)",
    "CF_FRDB": "法定代表人", "CF_WSH": "行政处罚决定书文号", "CF_WFXW": "违法行为类型", "CF_SY": "违法事实",
    "CF_YJ": "处罚依据", "CF_CFLB": "处罚类别", "CF_NR": "处罚内容", "CF_NR_FK": "罚款金额（万元）",
    "CF_JDRQ": "处罚决定日期", "CF_YXQ": "处罚有效期", "CF_CFJG": "处罚机关",
    "CF_CFJGDM": "处罚机关统一社会信用代码", "CF_SJLY": "数据来源单位",
    "CF_SJLYDM": "数据来源单位统一社会信用代码",
    "DFBM": "地方编码", "领域": "领域",
}  # fmt: skip
OLD = {
    "CF_XDR_MC": "CF_XDR_MC", "CF_XDR_SHXYM": "CF_XDR_SHXYM", "CF_FRDB": "CF_FR", "CF_WSH": "CF_WSH",
    "CF_WFXW": "CF_CFMC", "CF_SY": "CF_SY", "CF_YJ": "CF_YJ", "CF_CFLB": "CF_CFLB1", "CF_NR": "CF_JG",
    "CF_JDRQ": "CF_JDRQ",    "CF_CFJG": "CF_XZJG", "DFBM": "DFBM", "领域": "领域",
}  # fmt: skip
OFFICE = {
    "当事人名称": "CF_XDR_MC", "统一社会信用代码": "CF_XDR_SHXYM", "法定代表人": "CF_FRDB",
    "证件类型": "CF_XDR_ZJLX", "证件号码": "CF_XDR_ZJHM", "决定书文号": "CF_WSH", "违法行为": "CF_WFXW",
    "主要违法事实": "CF_SY", "处罚依据": "CF_YJ", "处罚种类": "CF_CFLB", "处罚内容": "CF_NR",
    "罚款金额(元)": "CF_NR_FK", "处罚日期": "CF_JDRQ", "有效期至": "CF_YXQ", "所属区县": "DFBM",
}  # fmt: skip
"""The headings of an office's own table, each with the column of 2018 that it stands for."""


def main_rows() -> list[Cells]:
    """The rows of the main sample: good ones, and one with a wrong check character in the middle."""
    start = dt.date(2026, 10, 26)
    rows = [
        row(
            firm,
            CASES[index % len(CASES)],
            start + dt.timedelta(days=index + index // 5),
            index + 1,
            "procurement",
        )
        for index, firm in enumerate(FIRMS[:20])
    ]
    rows.append(row(FIRMS[20], BID_CASE, dt.date(2026, 11, 12), 21, "procurement"))
    rows.append(_build_person_row(22))
    rows += [
        row(FIRMS[21], CASES[0], dt.date(2024, 3, 15), 23, "procurement"),
        row(FIRMS[22], CASES[1], dt.date(2025, 6, 10), 24, "procurement"),
    ]
    bad = row(FIRMS[24], CASES[2], dt.date(2026, 11, 9), 25, "procurement")
    code = bad["CF_XDR_SHXYM"]
    bad["CF_XDR_SHXYM"] = code[:-1] + ("0" if code[-1] != "0" else "1")
    rows.insert(12, bad)
    return rows


def _build_person_row(number: int) -> Cells:
    cells = row(Firm("苌知远", "", "", "320902"), EXPERT_CASE, dt.date(2026, 11, 16), number, "procurement")
    identity = {"CF_XDR_ZJLX": "111", "CF_XDR_ZJHM": resident_id("320902", dt.date(1985, 3, 8), 17)}
    return cells | {"CF_XDR_LB": "自然人"} | identity


def write(folder: Path) -> None:
    """Write all sample files into ``folder``."""
    folder.mkdir(exist_ok=True)
    write_xlsx(folder / "penalties_cf2018.xlsx", main_rows())
    write_office(folder / "penalties_office.xlsx", main_rows())
    old = [_rename_columns(cells, OLD) | {"CF_CFLB1": "1"} for cells in _build_rows(30, CASES[2])]
    _write_csv(folder / "penalties_cf2016.csv", old, "gb18030")
    _write_csv(
        folder / "penalties_zh.csv",
        [_rename_columns(cells, CHINESE) for cells in _build_rows(34, CASES[1])],
        "utf-8-sig",
    )
    (folder / "penalties.xml").write_bytes(_build_xml(_build_rows(38, CASES[4])))
    text = json.dumps([_drop_empty(cells) for cells in _build_rows(42, CASES[3])], ensure_ascii=False, indent=1)
    (folder / "penalties.json").write_text(text + "\n", encoding="utf-8")
    _write_csv(folder / "bidders.csv", bidders(), "utf-8")
    _write_csv(folder / "debtors.csv", debtors(0), "utf-8-sig")
    _write_csv(folder / "debtors_update.csv", debtors(1), "utf-8-sig")
    bidding = [_build_bidder(str(number), "bidder", firm) for number, firm in enumerate(DEBTORS[:4], 1)]
    _write_csv(folder / "debtor_bidders.csv", bidding, "utf-8")


def debtors(week: int) -> list[Cells]:
    """A court's list of judgment debtors, and the same list a week later.

    One has left, one got an end, one came, one stays; a foreign firm without code and a person without number stay.
    """
    terms = ({0: "", 1: "", 3: ""}, {0: "", 3: "2028-11-30", 2: ""})[week]
    rows = [_build_debtor(DEBTORS[place].name, DEBTORS[place].uscc, "法人", place, end) for place, end in terms.items()]
    foreign = _build_debtor("Shili Example Trading GmbH", "", "法人", 7, "")
    return [*rows, foreign, _build_debtor("郗若木", "", "自然人", 8, "")]


def _build_debtor(name: str, code: str, kind: str, number: int, last_day: str) -> Cells:
    return {
        "名称": name,
        "统一社会信用代码": code,
        "主体类别": kind,
        "案号": f"（2025）苏09示执{number + 1}号",
        "列入事由": "有履行能力而拒不履行生效法律文书确定的义务",
        "执行法院": "盐城市示例区人民法院",
        "列入日期": "2025-11-25",
        "有效期至": last_day,
    }


def write_office(path: Path, rows: Sequence[Cells]) -> None:
    """Write a workbook as an office keeps it: an explanation before it, a title, 序号, a hidden column of its own, sums
    in yuan, dates with dots, notes below; what every row would repeat is left to the account that files."""
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        explained = book.add_worksheet("填表说明")
        explained.write_column(0, 0, ["填表说明", "一、本表由作出处罚决定的单位填写。", "二、罚款金额以元计。"])
        sheet = book.add_worksheet("处罚台账")
        sums = book.add_format({"num_format": "#,##0.00"})
        title = book.add_format({"bold": True, "align": "center"})
        sheet.merge_range(0, 0, 0, len(OFFICE) + 1, "盐城市示例财政局2026年行政处罚台账", title)
        sheet.write_row(2, 0, ["序号", "内部编号", *OFFICE])
        sheet.set_column(1, 1, None, None, {"hidden": True})
        for number, cells in enumerate(rows, 1):
            sheet.write_row(2 + number, 0, [number, f"CZ-{number:03d}"])
            for column, (heading, name) in enumerate(OFFICE.items(), 2):
                if heading.startswith("罚款金额") and cells[name]:
                    sheet.write_number(2 + number, column, float(Decimal(cells[name]) * 10_000), sums)
                elif cells[name]:
                    sheet.write_string(2 + number, column, _as_office_writes(name, cells[name]))
        last = 3 + len(rows)
        sheet.write_row(last, 0, ["合计", None, f"{len(rows)}件"])
        sheet.write_string(last + 2, 0, "备注：统一社会信用代码以市场监管部门登记为准。")
        sheet.write_string(last + 3, 0, "填表人：样一    审核人：样二")
        sheet.activate()


def _as_office_writes(name: str, text: str) -> str:
    if name == "DFBM":
        return county(text)
    if name in ("CF_JDRQ", "CF_YXQ"):
        year, month, day = text.split("/")
        return "长期" if year == "2099" else f"{year}.{int(month)}.{int(day)}"
    return text


def county(code: str) -> str:
    """The full name of a district of the city."""
    return DISTRICTS[code] + {"0": "区", "2": "县", "8": "市"}[code[4]]


def bidders() -> list[Cells]:
    """Twelve bidders: two under a ban in force, one whose ban is over, one only on record, most unknown."""
    known = (("1", FIRMS[0]), ("2", FIRMS[1]), ("3", FIRMS[2]), ("4", FIRMS[22]))
    unknown = ((str(number), firm) for number, firm in enumerate(FIRMS[50:56], 5))
    lines = [_build_bidder(ref, "bidder", firm) for ref, firm in (*known, *unknown)]
    lines.append(_build_bidder("11", "consortium_member", FIRMS[56]) | {"of": "10"})
    manager = {"ref": "5a", "role": "project_manager", "name": "冉一帆", "uscc": "", "of": "5"}
    return [*lines, manager | {"id_number": resident_id("320903", dt.date(1990, 7, 21), 32)}]


def _build_bidder(ref: str, role: str, firm: Firm) -> Cells:
    return {"ref": ref, "role": role, "name": firm.name, "uscc": firm.uscc, "id_number": "", "of": ""}


def _build_rows(first: int, case: Case) -> list[Cells]:
    days = (dt.date(2026, 11, 11), dt.date(2026, 11, 13), dt.date(2026, 11, 17))
    chosen = enumerate(zip(FIRMS[first : first + 3], days, strict=True), first + 1)
    return [row(firm, case, decided, number, "procurement") for number, (firm, decided) in chosen]


def _rename_columns(cells: Cells, names: dict[str, str]) -> Cells:
    return {new: cells[old] for old, new in names.items()}


def _drop_empty(cells: Cells) -> Cells:
    return {column: text for column, text in cells.items() if text}


def _write_csv(path: Path, rows: Sequence[Cells], encoding: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


def _build_xml(rows: Sequence[Cells]) -> bytes:
    root = etree.Element("ROWS")
    for cells in rows:
        element = etree.SubElement(root, "ROW")
        for column, text in _drop_empty(cells).items():
            etree.SubElement(element, column).text = text
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
