"""registry report: the yearly report, the credit report of a firm, and what the node keeps about one person."""

import json
from itertools import groupby
from pathlib import Path
from typing import IO, Any

import click
from flask import render_template

from registry import runtime
from registry.commands.common import WholeRange, actor_named, in_app
from registry.commands.procedures import ACCOUNT
from registry.domain.permissions import SHELL, Permission
from registry.printing import credit_report_pdf
from registry.queries import person_data
from registry.queries.law import reference_data
from registry.services.checks import credit_reports
from registry.serving import access_trail
from registry.unit_of_work import UnitOfWork, day_of
from registry.web import workbook
from registry.web.public import reports

ENDINGS = (".html", ".xlsx")
NOT_SEARCHED = (
    "不凭证件号码记名的内容不在此列：案卷文字中只写姓名的、代理人、名单所列责任人；未与项目关联的核查中的当事人",
    "备份和已交给其他节点的内容不在此列",
)
"""What a report about a person by a number cannot contain."""


class _Group(click.Group):
    """A group whose command for a year is named by the year itself."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """``report 2026 …`` is ``report year 2026 …``."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["year", *args]
        return super().parse_args(ctx, args)


@click.group("report", cls=_Group)
def group() -> None:
    """Reports: of a year (`registry report 2026 --out FILE`), of one person. 年度报告、个人信息报告。"""


def _require_report_file(_context: click.Context, _option: click.Parameter, path: Path) -> Path:
    if path.suffix.lower() not in ENDINGS:
        raise click.BadParameter("must end in .html or .xlsx")
    if not path.parent.is_dir():
        raise click.BadParameter("its folder does not exist")
    return path


@group.command("subject")
@click.argument("uscc")
@click.option(
    "--out",
    "path",
    required=True,
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="FILE.pdf or FILE.json.",
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="The language of the words on a PDF.")
@in_app
def report_subject(uscc: str, path: Path, lang: str) -> None:
    """Write the signed credit report of a firm: what stands published here about its code now."""
    if path.suffix.lower() not in {".pdf", ".json"}:
        raise click.BadParameter("--out must end in .pdf or .json")
    settings = runtime.settings()
    with runtime.reading() as session:
        made = credit_reports.make(UnitOfWork(session, SHELL, runtime.clock(), runtime.keys(), settings), uscc)
    is_pdf = path.suffix.lower() == ".pdf"
    path.write_bytes(credit_report_pdf.render(made, settings.base_url, settings.pdf_font, lang) if is_pdf else made)
    click.echo(f"report: {path}")


@group.command("year")
@click.argument("year", type=WholeRange(1000, 9999))
@click.option(
    "--out",
    "path",
    required=True,
    callback=_require_report_file,
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="FILE.html or FILE.xlsx.",
)
@in_app
def report_year(year: int, path: Path) -> None:
    """Write the yearly report per department and sector, with every limit that was missed."""
    yearly, sectors = reports.build_report(year)
    if path.suffix.lower() == ".xlsx":
        path.write_bytes(workbook.yearly(yearly, sectors, reports.DUTY))
    else:
        page = render_template("report_file.html", **reports.template_values(yearly, sectors))
        path.write_text(page, encoding="utf-8")
    missed = sum(len(section.missed) for section in yearly.sections)
    click.echo(f"{path}: {len(yearly.sections)} departments, {missed} limits missed, as of {yearly.on}")


@group.command("person")
@click.option(
    "--number-file", type=click.File(encoding="utf-8"), default="-", help="Has the number; else standard input."
)
@click.option("--id-type", help="Type of the document, code or name; else what the number looks like.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@ACCOUNT
@in_app
def person(number_file: IO[str], id_type: str | None, as_json: bool, account: str) -> None:
    """Print everything that this node keeps about one person, by table, for the audit administrator.

    The number of the person's document comes on standard input or in a file, never on the command line. That the
    report was made is an event of the audit trail (person.report), written before anything is printed.
    """
    actor = actor_named(account)
    actor.require(Permission.PERSON_REPORT)
    today, vault = day_of(runtime.clock()), runtime.keys().vault
    with runtime.reading() as session:
        reference = reference_data.current(session)
        someone = person_data.identify(vault, id_type, number_file.read().strip(), reference.names("id_types"))
    access_trail.note_reading(actor, "person.report", someone.reference)
    with runtime.reading() as session:
        rows = list(person_data.find_rows(session, vault, someone))
        periods = reference_data.current(session).retention_periods(today)
    tables = [
        {
            "table": table,
            "kept": [{"what": row.name, "until": _describe_period(row)} for row in periods if table in row.tables],
            "rows": [{"key": row.key, "found_by": row.found_by, "content": row.content} for row in found],
        }
        for table, found in ((table, list(found)) for table, found in groupby(rows, lambda row: row.table))
    ]
    body = {"on": today.isoformat(), "node": runtime.settings().node, "tables": tables, "not_searched": NOT_SEARCHED}
    click.echo(json.dumps(body, ensure_ascii=False, indent=1) if as_json else _write_words(body))


def _describe_period(row: Any) -> str:
    units = {"day": "日", "month": "个月"}
    return f"自{row.starts_at}起{row.value}{units[row.unit]}" if row.unit else row.clears


def _write_words(body: dict[str, Any]) -> str:
    count = sum(len(table["rows"]) for table in body["tables"])
    lines = [f"截至 {body['on']}，节点 {body['node']} 存有该人的信息 {count} 条，分布在 {len(body['tables'])} 个表"]
    for table in body["tables"]:
        kept = "；".join(f"{period['what']}，{period['until']}" for period in table["kept"])
        lines += ["", f"{table['table']}（{kept}）：{len(table['rows'])} 条"]
        for row in table["rows"]:
            lines.append(f"  {row['key']}（凭 {'、'.join(row['found_by'])}）")
            lines += [f"    {name}：{value}" for name, value in row["content"].items() if value not in (None, "", [])]
    return "\n".join([*lines, "", *body["not_searched"]])
