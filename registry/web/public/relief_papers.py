"""Files for whoever knows a receipt number: the receipt to keep, and the certificate of the decision."""

from flask import Response

from registry import runtime
from registry.domain.permissions import PUBLIC
from registry.printing import relief_papers
from registry.printing.relief_papers import ReceivedApplication
from registry.queries.cases import relief_status
from registry.services.cases import relief_certificates
from registry.serving import request_limits
from registry.unit_of_work import SHANGHAI, UnitOfWork
from registry.web.blueprint import pages, today
from registry.web.language import printed_language


@pages.get("/relief/<number>/receipt.pdf")
def relief_receipt(number: str) -> Response:
    """The receipt of an application, to be kept."""
    request_limits.count_print()
    settings = runtime.settings()
    with runtime.reading() as session:
        application = relief_status.relief_status(session, number, today())
    received = ReceivedApplication(
        application.number, application.noun, application.department, application.received_at.astimezone(SHANGHAI)
    )
    printed = relief_papers.render_receipt(received, settings.base_url, settings.pdf_font, printed_language())
    return _download(printed, "application/pdf", "receipt.pdf")


@pages.get("/relief/<number>/certificate.json")
def relief_certificate_json(number: str) -> Response:
    """The certificate of the decision, signed."""
    return _download(_make(number), "application/json", "certificate.json")


@pages.get("/relief/<number>/certificate.pdf")
def relief_certificate_pdf(number: str) -> Response:
    """The certificate of the decision, to be printed; it carries the signed file."""
    settings = runtime.settings()
    certificate, language = _make(number), printed_language()
    printed = relief_papers.render_certificate(certificate, settings.base_url, settings.pdf_font, language)
    return _download(printed, "application/pdf", "certificate.pdf")


def _make(number: str) -> bytes:
    request_limits.count_print()
    with runtime.reading() as session:
        work = UnitOfWork(session, PUBLIC, runtime.clock(), runtime.keys(), runtime.settings())
        return relief_certificates.make(work, number)


def _download(content: bytes, media_type: str, name: str) -> Response:
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
