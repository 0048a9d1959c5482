"""Lists of the site as files: CSV, XLSX and JSON Lines, as filtered."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

import msgspec
from flask import Response, send_file
from sqlalchemy.orm import Session

from registry import runtime
from registry.domain import records
from registry.domain.law.reference_rows import row_body
from registry.domain.publication import record_columns, snapshots
from registry.queries.law import reference_data
from registry.queries.publication import (
    log_identity,
    publications,
    record_query,
    record_search,
    snapshot_records,
)
from registry.refusals.open_data import ListTooLong
from registry.tabular.record_tables import CSV, XLSX, CsvTable, Table, XlsxTable
from registry.web.blueprint import arguments, pages, today

FORMS = {"csv": CSV, "xlsx": XLSX, "jsonl": "application/jsonl"}
ROWS_MAX = 20_000
"""A download has at most so many records: beyond, the full data files have all."""
LISTS = {
    "behaviours": "负面清单",
    "schemes": "名单依据",
    "measures": "限制措施",
    "policies": "公示期限规则",
    "deadlines": "法定时限",
    "catalogue": "公开目录",
    "sectors": "领域",
}
"""The lists of the law that are downloaded, with their words."""
_MEMORY_BYTES = 4 * 1024 * 1024
Line = tuple[Sequence[str], bytes]
"""The cells of a row and its line of JSON."""


@pages.get("/records.<any(csv,xlsx,jsonl):form>")
def download_records(form: str) -> Response:
    """The records that fit the filters, in the order of their entries; refuses ``ListTooLong``."""
    with runtime.reading() as session:
        identity = log_identity.current(session, runtime.settings().node)
        known = record_query.without_epoch(arguments(), identity)
        query = record_query.parse_record_query(known, reference_data.current(session))
        at = publications.moment(session, today(), query.on, query.entry)
        search = record_search.Search(session, query.wanted, at)
        if search.total() > ROWS_MAX:
            raise ListTooLong(f"共 {search.total()} 条，一次至多下载 {ROWS_MAX} 条。")
        headings = record_columns.headings(in_words=form == "xlsx")
        return _send(form, f"records-{at.on}-{at.entry}", "公示记录", headings, _record_lines(session, search))


@pages.get(f"/law/<any({','.join(LISTS)}):name>.<any(csv,xlsx,jsonl):form>")
def download_law(name: str, form: str) -> Response:
    """The rows of a list of the law in force today."""
    with runtime.reading() as session:
        bodies = [row_body(row) for row in reference_data.current(session).rows(name, today())]
    headings = list(dict.fromkeys(chain.from_iterable(bodies)))
    lines = (
        ([_cell(body.get(heading)) for heading in headings], json.dumps(body, ensure_ascii=False).encode() + b"\n")
        for body in bodies
    )
    return _send(form, f"{name}-{today()}", LISTS[name], headings, lines)


def _record_lines(session: Session, search: record_search.Search) -> Iterable[Line]:
    node = runtime.settings().node
    for entry, body, origin in snapshot_records.bodies(session, search.entries):
        shown = records.known_fields(msgspec.json.decode(body))
        yield record_columns.cells(entry, shown), snapshots.full_line(entry, body, is_own=origin == node)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _send(form: str, name: str, title: str, headings: Sequence[str], lines: Iterable[Line]) -> Response:
    """Write a file, in memory while it is small, and send it; it is the state of a moment, and kept by nobody."""
    file = cast(BinaryIO, SpooledTemporaryFile(max_size=_MEMORY_BYTES))  # noqa: SIM115 - closed once it is sent
    if form == "jsonl":
        for _, line in lines:
            file.write(line)
    else:
        make: Mapping[str, Callable[[], Table]] = {
            "csv": lambda: CsvTable(file),
            "xlsx": lambda: XlsxTable(file, title),
        }
        table = make[form]()
        table.write(headings)
        for cells, _ in lines:
            table.write(cells)
        table.close()
    file.seek(0)
    response = send_file(file, FORMS[form], as_attachment=True, download_name=f"{name}.{form}", max_age=0)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
