"""Print a stored check, with the decisions on its reviews, as the sheet for the evaluation file."""

from sqlalchemy.orm import Session

from registry.keys.signing import Keys
from registry.printing import evaluation_sheet, receipt_pdf
from registry.queries.law import reference_data
from registry.services.checks import award_check, review_decisions
from registry.services.checks.award_check import SignedCheck
from registry.settings import Settings

_NAMED = ("sectors", "districts", "measures")


def print_sheet(session: Session, keys: Keys, settings: Settings, signed: SignedCheck, language: str = "zh") -> bytes:
    """The PDF of a check, in Chinese (``zh``) or English (``en``); refuses ``PdfUnavailable``."""
    reference = reference_data.current(session)
    found = review_decisions.find_reviews(session, keys, signed)
    sheet = evaluation_sheet.Sheet(
        receipt=signed.receipt,
        tender=award_check.tender_of(keys, signed.check),
        tender_salt=signed.tender_salt,
        decisions={
            review.item.number: [decision.document for decision in review.decisions if decision.applies]
            for review in found
        },
        names={kind: reference.names(kind) for kind in _NAMED},
        address=receipt_pdf.address(signed.receipt, settings.base_url),
    )
    return evaluation_sheet.render(sheet, settings.pdf_font, language)
