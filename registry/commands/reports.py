"""registry report: write the yearly report, or the credit report of a firm, to a file."""

from pathlib import Path

import click
from flask import render_template

from registry import runtime
from registry.commands.common import WholeRange, in_app
from registry.domain.permissions import SHELL
from registry.printing import credit_report_pdf
from registry.services.checks import credit_reports
from registry.unit_of_work import UnitOfWork
from registry.web import reports, workbook

ENDINGS = (".html", ".xlsx")


def _require_report_file(_context: click.Context, _option: click.Parameter, path: Path) -> Path:
    if path.suffix.lower() not in ENDINGS:
        raise click.BadParameter("must end in .html or .xlsx")
    if not path.parent.is_dir():
        raise click.BadParameter("its folder does not exist")
    return path


class _ReportGroup(click.Group):
    """A group whose first word may be a year: then the yearly report is meant, as before there were others."""

    def resolve_command(
        self, context: click.Context, words: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of these words."""
        if words and words[0] not in self.commands:
            return "year", self.commands["year"], words
        return super().resolve_command(context, words)


@click.group("report", cls=_ReportGroup, subcommand_metavar="YEAR|COMMAND [ARGS]...")
def report() -> None:
    """Write the yearly report (YEAR --out FILE), or the credit report of a firm."""


@report.command("subject")
@click.argument("uscc")
@click.option(
    "--out",
    "path",
    required=True,
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="FILE.pdf or FILE.json.",
)
@in_app
def report_subject(uscc: str, path: Path) -> None:
    """Write the signed credit report of a firm: what stands published here about its code now."""
    if path.suffix.lower() not in {".pdf", ".json"}:
        raise click.BadParameter("--out must end in .pdf or .json")
    settings = runtime.settings()
    with runtime.reading() as session:
        made = credit_reports.make(UnitOfWork(session, SHELL, runtime.clock(), runtime.keys(), settings), uscc)
    is_pdf = path.suffix.lower() == ".pdf"
    path.write_bytes(credit_report_pdf.render(made, settings.base_url, settings.pdf_font) if is_pdf else made)
    click.echo(f"report: {path}")


@report.command("year", hidden=True)
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
