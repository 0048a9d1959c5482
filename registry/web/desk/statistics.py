"""Pages of the statistics of the officer's own department: the yearly report, narrowed to it."""

from dataclasses import replace

from flask import Response

from registry import runtime
from registry.domain.permissions import Permission
from registry.domain.reporting_rates import RATES
from registry.queries.cases import yearly_report
from registry.web import workbook
from registry.web.blueprint import today
from registry.web.private import private
from registry.web.public import reports
from registry.web.sessions import current_account, desk_page, render_private


@private.get("/desk/statistics")
@desk_page(Permission.DEADLINE_READ)
def department_statistics() -> Response:
    """The figures of this year."""
    return _render(today().year)


@private.get("/desk/statistics/<int:year>")
@desk_page(Permission.DEADLINE_READ)
def department_statistics_of_year(year: int) -> Response:
    """The figures of a year; refuses ``ReportUnknown``."""
    return _render(year)


def _render(year: int) -> Response:
    yearly, sectors = reports.build_report(year)
    own = [section for section in yearly.sections if section.department.id == current_account().department_id]
    with runtime.reading() as session:
        years = yearly_report.years(session, today())
    return render_private(
        "desk/statistics.html",
        report=replace(yearly, sections=own),
        sectors=sectors,
        figures=yearly_report.FIGURES,
        rates=RATES,
        duty=reports.DUTY,
        notes=workbook.NOTES,
        years=years,
    )
