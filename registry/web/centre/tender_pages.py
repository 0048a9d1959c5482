"""The first page of a trading centre: its tenders with their last look, open reviews and events of watches."""

from dataclasses import dataclass

from flask import Response, request
from sqlalchemy.orm import Session

from registry import runtime
from registry.domain import literals
from registry.domain.labels import label_for
from registry.domain.law.reference import Reference
from registry.domain.permissions import Permission
from registry.keys.signing import Keys
from registry.models import Check
from registry.printing.evaluation_sheet import beijing_time
from registry.queries.checks import stored_checks
from registry.queries.law import reference_data
from registry.services.checks import award_check, review_decisions
from registry.serving import access_trail
from registry.web.centre import results, watch_views
from registry.web.formatting import plain
from registry.web.private import add_navigation, private
from registry.web.sessions import current_account, desk_page, render_private

TENDERS_PER_PAGE = 20
add_navigation("private.centre", "项目核查", is_first=True)


@dataclass(frozen=True)
class TenderView:
    """A tender in the list, by its newest check."""

    check: str
    code: str
    name: str
    sector: str
    made_at: str
    looks: int
    parties: int
    summary: results.Summary


@private.get("/centre")
@desk_page(Permission.CHECK_MAKE)
def centre() -> Response:
    """The tenders of the centre, that looked at last first."""
    account, keys = current_account(), runtime.keys()
    below = literals.row_number(request.args.get("below", ""))
    with runtime.reading() as session:
        checks = stored_checks.newest_of_tenders(
            session, account.department_id, below=below, limit=TENDERS_PER_PAGE + 1
        )
        shown = checks[:TENDERS_PER_PAGE]
        indexes = [check.tender_index for check in shown if check.tender_index]
        looks = stored_checks.count_by_tender(session, account.department_id, indexes)
        reference = reference_data.current(session)
        tenders = [_view(session, keys, reference, check, looks) for check in shown]
        events = watch_views.newest_events(session, keys, account.department_id)
    access_trail.note_reading(account, "check.read", "list")
    next_below = shown[-1].number if len(checks) > TENDERS_PER_PAGE else None
    return render_private("centre/tenders.html", tenders=tenders, events=events, next_below=next_below)


def _view(session: Session, keys: Keys, reference: Reference, check: Check, looks: dict[str, int]) -> TenderView:
    signed = award_check.unseal(keys, check)
    tender, statement = award_check.tender_of(keys, check), signed.statement
    return TenderView(
        check=check.id,
        code=plain(tender.get("code", "")) or "项目编号未留存",
        name=plain(tender.get("name", "")),
        sector=label_for(reference.names("sectors"), statement["sector"]),
        made_at=beijing_time(check.made_at),
        looks=looks.get(check.tender_index or "", 1),
        parties=check.parties,
        summary=results.summary(statement, review_decisions.find_reviews(session, keys, signed)),
    )
