"""Write a template to fill in as XLSX: text columns, lists to choose from, and a sheet that explains it."""

import io
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from registry.domain.filing.templates import CHOICES_SHEET, NOTES_SHEET, TABLE_SHEET, Column, Template
from registry.tabular.sheet import MAX_ROWS

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_INPUT_MAX = 255
_NOTE_HEADINGS = ("列名", "必填", "怎样填写", "示例（不报送）")


def write_template(template: Template) -> bytes:
    """The workbook of a template: the empty table first, then how to fill it in; the lists are on a hidden sheet."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        text = book.add_format({"num_format": "@"})
        wrapped = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        headings = {
            is_required: book.add_format(
                {
                    "num_format": "@",
                    "bold": True,
                    "text_wrap": True,
                    "border": 1,
                    "valign": "vcenter",
                    "bg_color": colour,
                }
            )
            for is_required, colour in ((True, "#9DC3E6"), (False, "#DEEBF7"))
        }
        table = book.add_worksheet(TABLE_SHEET)
        notes, choices = book.add_worksheet(NOTES_SHEET), book.add_worksheet(CHOICES_SHEET)
        table.freeze_panes(1, 1)
        choices.hide()
        for number, column in enumerate(template.columns):
            table.set_column(number, number, min(36, max(12, 2 * len(column.heading))), text)
            table.write_string(0, number, column.heading, headings[column.is_required])
            _write_choices(choices, number, column)
            table.data_validation(1, number, MAX_ROWS, number, _validation(column, number))
        _write_notes(notes, template, headings[False], wrapped)
    return out.getvalue()


def _write_choices(sheet: Any, number: int, column: Column) -> None:
    for place, choice in enumerate(column.choices):
        sheet.write_string(place, number, choice)


def _validation(column: Column, number: int) -> dict[str, Any]:
    """The list to choose from, and the hint that is shown when a cell is chosen; what is typed is judged on filing."""
    shown = {"input_title": column.heading[:32], "input_message": column.hint[:_INPUT_MAX], "ignore_blank": True}
    if not column.choices:
        return {"validate": "any", **shown}
    letters = xl_col_to_name(number)
    return {
        "validate": "list",
        "source": f"='{CHOICES_SHEET}'!${letters}$1:${letters}${len(column.choices)}",
        "error_type": "information" if column.is_open else "stop",
        "error_title": "请核对",
        "error_message": "不在列表中；可以保留，报送时按填写的内容核对。" if column.is_open else "请从列表中选择。",
        **shown,
    }


def _write_notes(sheet: Any, template: Template, heading: Any, wrapped: Any) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 8)
    sheet.set_column(2, 3, 60)
    row = 0
    for line in (template.title, *template.remarks):
        sheet.write_string(row, 0, line)
        row += 1
    row += 1
    for place, text in enumerate(_NOTE_HEADINGS):
        sheet.write_string(row, place, text, heading)
    for column in template.columns:
        row += 1
        cells = (column.heading, "是" if column.is_required else "", column.hint, column.example)
        for place, text in enumerate(cells):
            if text:
                sheet.write_string(row, place, text, wrapped)
