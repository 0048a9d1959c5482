"""A clerk's own workbook, as an office program saves it."""

from typing import Any

from tests.tabular.workbooks import workbook
from tools.synthetic import uscc

HEADINGS = (
    "当事人名称",
    "统一社会信用代码",
    "法定代表人",
    "文号",
    "违法事实",
    "处罚依据",
    "处罚种类",
    "处罚内容",
    "罚款金额（元）",
    "处罚日期",
)
BASIS = "《中华人民共和国政府采购法》第七十七条"


def row(number: int, **special: Any) -> list[Any]:
    """The cells of one decision; ``special`` by heading."""
    cells = {
        "当事人名称": f"盐城亭湖示乙{number}建设工程有限公司",
        "统一社会信用代码": uscc("91320902", 300_000 + number),
        "法定代表人": "样一",
        "文号": f"盐示财采罚〔2026〕{3000 + number}号",
        "违法事实": "投标文件雷同。",
        "处罚依据": BASIS,
        "处罚种类": "罚款",
        "处罚内容": "处以罚款二万元。",
        "罚款金额（元）": 20000,
        "处罚日期": "2026-11-10",
    } | special
    return [cells[heading] for heading in HEADINGS]


def ledger_of(*rows: list[Any], headings: tuple[str, ...] = HEADINGS) -> bytes:
    """A workbook of these rows under the usual headings."""
    return workbook([list(headings), *rows])
