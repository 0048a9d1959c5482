"""The page of a firm's credit report: what stands published about it, and whether one is still the newest."""

from flask import Response, request

from registry import runtime
from registry.domain import literals
from registry.domain.checks import credit_report_words
from registry.domain.permissions import PUBLIC
from registry.printing import credit_report_pdf
from registry.queries.publication import ledger_state, record_query
from registry.refusals.acts import QueryRefused
from registry.services.checks import credit_reports
from registry.serving import request_limits
from registry.unit_of_work import UnitOfWork
from registry.web.blueprint import arguments, pages, render_uncached
from registry.web.formatting import plain
from registry.web.language import printed_language


@pages.get("/credit-report")
def credit_report_page() -> Response:
    """Ask for a firm by its code; with ``content``, the digest of a report, whether it is still the newest."""
    typed = arguments().get("uscc", "").strip()
    if not typed:
        return render_uncached("credit_report.html", uscc="", records=None, error="")
    try:
        uscc = credit_reports.require_code(typed)
    except QueryRefused as refusal:
        shown = "" if record_query.is_personal(typed) else typed
        return render_uncached("credit_report.html", 422, uscc=shown, records=None, error=refusal.faults[0].detail)
    content, entry = arguments().get("content", ""), literals.row_number(arguments().get("entry", ""))
    with runtime.reading() as session:
        work = UnitOfWork(session, PUBLIC, runtime.clock(), runtime.keys(), runtime.settings())
        head = ledger_state.sound_head(session)
        name, records = credit_reports.find_records(work, uscc, head)
        is_newest = credit_reports.is_newest(work, uscc, content) if content else None
    return render_uncached(
        "credit_report.html",
        uscc=uscc,
        name=plain(name or ""),
        records=[plain(credit_report_words.record_text(record)) for record in records],
        head=head,
        entry=entry,
        is_newest=is_newest,
        error="",
    )


@pages.post("/credit-report")
def make_credit_report() -> Response:
    """The signed report of a firm, as PDF or JSON; nothing is stored."""
    request_limits.count_print()
    settings = runtime.settings()
    with runtime.reading() as session:
        work = UnitOfWork(session, PUBLIC, runtime.clock(), runtime.keys(), settings)
        report = credit_reports.make(work, request.form.get("uscc", "").strip())
    is_pdf = request.form.get("format") != "json"
    content = report
    if is_pdf:
        content = credit_report_pdf.render(report, settings.base_url, settings.pdf_font, printed_language())
    response = Response(content, content_type="application/pdf" if is_pdf else "application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="credit-report.{"pdf" if is_pdf else "json"}"'
    response.headers["Cache-Control"] = "no-store"
    return response
