"""registry report: write the yearly report to a file."""

from pathlib import Path

import click
from flask import render_template

from registry.commands.common import WholeRange, in_app
from registry.web import reports, workbook

ENDINGS = (".html", ".xlsx")


def _require_report_file(_context: click.Context, _option: click.Parameter, path: Path) -> Path:
    if path.suffix.lower() not in ENDINGS:
        raise click.BadParameter("must end in .html or .xlsx")
    if not path.parent.is_dir():
        raise click.BadParameter("its folder does not exist")
    return path


@click.command("report")
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
def report(year: int, path: Path) -> None:
    """Write the yearly report per department and sector, with every limit that was missed."""
    yearly, sectors = reports.build_report(year)
    if path.suffix.lower() == ".xlsx":
        path.write_bytes(workbook.yearly(yearly, sectors, reports.DUTY))
    else:
        page = render_template("report_file.html", **reports.template_values(yearly, sectors))
        path.write_text(page, encoding="utf-8")
    missed = sum(len(section.missed) for section in yearly.sections)
    click.echo(f"{path}: {len(yearly.sections)} departments, {missed} limits missed, as of {yearly.on}")
