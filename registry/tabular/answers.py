"""Write the result of a batch check as an XLSX workbook: one row per party, and a sheet that explains it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

import xlsxwriter

from registry.domain.filing.cells import MAX_CELL
from registry.domain.labels import MATCHES, REASONS, ROLES, VERDICTS, label_for

HEADINGS = ("行号", "序号", "角色", "名称", "统一社会信用代码", "证件号码后四位", "所属", "结论代码", "结论", "事由",
            "记录", "依据", "至", "匹配方式", "核查编号", "工作表", "提示")  # fmt: skip
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_CUT = "……（余见回执）"


def write(out: BinaryIO, answers: Iterable[Mapping[str, Any]], about: Sequence[tuple[str, str]]) -> None:
    """Write the workbook: ``answers`` are lines of receipts with ``row`` and ``check``; every cell is text, so that
    nothing a bidder wrote is ever calculated. ``about`` are the labelled facts of the second sheet."""
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        sheet = book.add_worksheet("核查结果")
        sheet.freeze_panes(1, 0)
        _write_row(sheet, 0, HEADINGS)
        for number, answer in enumerate(answers, start=1):
            _write_row(sheet, number, _answer_cells(answer))
        about_sheet = book.add_worksheet("说明")
        for number, pair in enumerate(about):
            _write_row(about_sheet, number, pair)


def _write_row(sheet: Any, number: int, cells: Sequence[str]) -> None:
    for column, text in enumerate(cells):
        if text:
            sheet.write_string(number, column, text if len(text) <= MAX_CELL else text[: MAX_CELL - 20] + _CUT)


def _answer_cells(answer: Mapping[str, Any]) -> tuple[str, ...]:
    reasons = answer["reasons"]
    return (
        _cell_text(answer, "row"),
        _cell_text(answer, "ref"),
        label_for(ROLES, answer.get("role", "")),
        *(_cell_text(answer, name) for name in ("name", "uscc", "id_last4", "of", "verdict")),
        label_for(VERDICTS, answer["verdict"]),
        "；".join(label_for(REASONS, reason.get("code", "")) for reason in reasons),
        *("；".join(_cell_text(reason, name) for reason in reasons) for name in ("record", "basis", "until")),
        "；".join(label_for(MATCHES, reason.get("match", {}).get("by", "")) for reason in reasons),
        _cell_text(answer, "check"),
        _cell_text(answer, "sheet"),
        "；".join(answer.get("notes", ())),
    )


def _cell_text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return "" if value is None else str(value)
