"""Fill in a template as an officer does: choose from the lists, type the rest, save."""

import io

import openpyxl

from registry.domain.filing.templates import TABLE_SHEET


def choices_of(data):
    """What each column of a template offers, by heading, as a spreadsheet program would list it."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book[TABLE_SHEET]
    headings = {cell.column_letter: cell.value for cell in sheet[1]}
    offered = {}
    for rule in sheet.data_validations.dataValidation:
        if rule.type == "list":
            name, _, span = rule.formula1.removeprefix("=").rpartition("!")
            cells = book[name.strip("'")][span.replace("$", "")]
            rows = cells if isinstance(cells, tuple) else ((cells,),)
            offered[headings[str(rule.sqref).split(":")[0].rstrip("0123456789")]] = [row[0].value for row in rows]
    return offered


def examples_of(data):
    """The example of each column, by heading, from the sheet that explains the template."""
    rows = list(openpyxl.load_workbook(io.BytesIO(data))["填写说明"].iter_rows(values_only=True))
    start = next(number for number, row in enumerate(rows) if row[0] == "列名")
    return {row[0]: row[3] for row in rows[start + 1 :] if row[3]}


def fill(data, rows):
    """The template with these rows, each by heading."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book[TABLE_SHEET]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, start=2):
        for heading, text in row.items():
            sheet.cell(number, columns[heading], text)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
