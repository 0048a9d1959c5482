"""Yearly report as page and workbook: each department's work, its rates, and every limit it missed."""

from typing import Any

from flask import Response, make_response, request

from registry import runtime
from registry.domain import labels
from registry.domain.reporting_rates import RATES, Ratio
from registry.queries.cases import yearly_report
from registry.queries.cases.yearly_report import Report
from registry.queries.law import reference_data
from registry.refusals.procedure import ReportUnknown
from registry.web import workbook
from registry.web.blueprint import pages, render_page, today
from registry.web.language import phrase

DUTY = "实施方案（2018）五（三）：各地、各有关部门单位每年12月底前报送工作情况"
"""The legal source of the report."""
LIMITS_PER_PAGE = 50
"""Missed limits of one department on a page; the workbook has all."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.app_template_filter("share")
def share(ratio: Ratio) -> str:
    """Format a rate with its denominator; a dash when the denominator is 0."""
    if ratio.value is None:
        return "—"
    counts = f"{ratio.numerator}/{ratio.denominator}"
    return phrase("%(rate)s（%(counts)s）", rate=f"{ratio.numerator / ratio.denominator:.2%}", counts=counts)


@pages.get("/reports")
def report_years() -> Response:
    """Page of the years that have a report."""
    with runtime.reading() as session:
        years = yearly_report.years(session, today())
    return render_page("reports.html", years=years, duty=DUTY)


@pages.get("/reports/<int:year>")
def report(year: int) -> Response:
    """Page of the report of a year."""
    yearly, sectors = build_report(year, LIMITS_PER_PAGE)
    return render_page("report.html", **template_values(yearly, sectors))


@pages.get("/reports/<int:year>/<department>/<int:page>")
def report_limits(year: int, department: str, page: int) -> Response:
    """A page of the limits that a department missed in a year; refuses ``ReportUnknown``."""
    yearly, _ = build_report(year)
    section = next((section for section in yearly.sections if section.department.code == department), None)
    number = -(-len(section.missed) // LIMITS_PER_PAGE) if section else 0
    if section is None or not 1 <= page <= number:
        raise ReportUnknown()
    limits = section.missed[(page - 1) * LIMITS_PER_PAGE : page * LIMITS_PER_PAGE]
    return render_page("report_limits.html", report=yearly, section=section, limits=limits, page=page, pages=number)


@pages.get("/reports/<int:year>.xlsx")
def report_workbook(year: int) -> Response:
    """The report of a year as an XLSX workbook."""
    yearly, sectors = build_report(year)
    response = make_response(workbook.yearly(yearly, sectors, DUTY))
    response.content_type = XLSX
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Disposition"] = f'attachment; filename="report-{year}.xlsx"'
    response.add_etag()
    response.make_conditional(request)
    return response


def build_report(year: int, missed_max: int | None = None) -> tuple[Report, dict[str, str]]:
    """The report of a year as of today, and the names of the sectors, with every missed limit or the first of each
    department; refuses ``ReportUnknown``."""
    with runtime.reading() as session:
        reference = reference_data.current(session)
        return yearly_report.yearly(session, reference, year, today(), missed_max), reference.names("sectors")


def template_values(yearly: Report, sectors: dict[str, str]) -> dict[str, Any]:
    """The template variables of a report, for the page and for the file of its own."""
    return {
        "report": yearly,
        "sectors": sectors,
        "figures": yearly_report.FIGURES,
        "rates": RATES,
        "labels": labels,
        "duty": DUTY,
        "notes": workbook.NOTES,
    }
