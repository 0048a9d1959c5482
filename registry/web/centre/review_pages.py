"""Pages of a review: the party beside the record, what was decided before, and the decision."""

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.domain.checks.reviews import OUTCOMES, REASON_CHARACTERS_MAX
from registry.domain.labels import REVIEW_OUTCOMES
from registry.domain.permissions import Permission
from registry.errors import Invalid, Refusal
from registry.queries.checks import stored_checks
from registry.queries.law import reference_data
from registry.refusals.award import ReviewUnknown
from registry.services.checks import award_check, review_decisions
from registry.services.checks.review_decisions import Review, ReviewInput
from registry.serving import access_trail
from registry.unit_of_work import UnitOfWork
from registry.web import sections, views
from registry.web.blueprint import present_moment
from registry.web.centre import results
from registry.web.centre.check_pages import download
from registry.web.formatting import plain
from registry.web.measures import measures
from registry.web.private import private
from registry.web.sessions import current_account, desk_page, render_private

_SEE_OTHER = 303
_FIELDS = ("outcome", "reason")


@private.get("/centre/checks/<check>/reviews/<int:number>")
@desk_page(Permission.CHECK_MAKE)
def review_form(check: str, number: int) -> Response:
    """What is to be decided: the party as asked, the record, why it matched, and the decisions made before."""
    return _render_form(check, number, dict.fromkeys(_FIELDS, ""))


@private.post("/centre/checks/<check>/reviews/<int:number>")
@desk_page(Permission.CHECK_MAKE)
def decide_review(check: str, number: int) -> ResponseReturnValue:
    """Decide a review; back to the check."""
    typed = {name: request.form.get(name, "").strip() for name in _FIELDS}
    upload = request.files.get("evidence")
    evidence = upload.read() if upload and upload.filename else None

    def act(work: UnitOfWork) -> None:
        review_decisions.decide(work, check, number, ReviewInput(typed["outcome"], typed["reason"], evidence))

    try:
        runtime.perform(current_account(), act)
    except Invalid as refusal:
        return _render_form(check, number, typed, refusal)
    return redirect(url_for("private.show_check", check=check, _anchor=f"review-{number}"), _SEE_OTHER)


@private.get("/centre/checks/<check>/reviews/<int:number>/evidence/<decision>")
@desk_page(Permission.CHECK_MAKE)
def review_evidence(check: str, number: int, decision: str) -> Response:
    """The file that came with a decision about this review."""
    review = _find_review(check, number)[1]
    row = next((one.row for one in review.decisions if one.row.decision == decision), None)
    if row is None:
        raise ReviewUnknown()
    content, media_type = review_decisions.open_evidence(runtime.keys(), row)
    access_trail.note_reading(current_account(), "review.read", check)
    return download(content, media_type, f"evidence-{decision}.{media_type.rpartition('/')[2]}")


def _find_review(check: str, number: int) -> tuple[award_check.SignedCheck, Review]:
    keys = runtime.keys()
    with runtime.reading() as session:
        stored = stored_checks.of_department(session, current_account().department_id, check)
        signed = award_check.unseal(keys, stored)
        found = review_decisions.find_reviews(session, keys, signed)
    review = next((one for one in found if one.item.number == number), None)
    if review is None:
        raise ReviewUnknown()
    return signed, review


def _render_form(check: str, number: int, typed: dict[str, str], error: Refusal | None = None) -> Response:
    signed, review = _find_review(check, number)
    item = review.item
    with runtime.reading() as session:
        reference, at = reference_data.current(session), present_moment(session)
        view = results.Results(session, reference, at)
        reasons = view.reason_views(item.line, item.reasons)
        publication = view.body(item.record, item.revision) if item.record and item.revision else None
        is_public = publication is not None and publication.audience == "public"
        body = views.body_of(publication) if publication is not None and is_public else None
    access_trail.note_reading(current_account(), "review.read", check)
    return render_private(
        "centre/review.html",
        error.status if error else 200,
        check=signed.check,
        tender=plain(award_check.tender_of(runtime.keys(), signed.check)),
        review=results.review_view(review),
        line=plain(dict(item.line)),
        reasons=reasons,
        body=body,
        measures=measures(body, reference, signed.check.on_day) if body else [],
        sections=sections.sections(body, reference) if body else [],
        outcomes=[(code, REVIEW_OUTCOMES[code]) for code in OUTCOMES],
        characters_max=REASON_CHARACTERS_MAX,
        typed=typed,
        error=error,
        faults=_faults(error),
    )


def _faults(error: Refusal | None) -> dict[str, list[str]]:
    messages: dict[str, list[str]] = {}
    for fault in error.faults if error else ():
        messages.setdefault(fault.pointer.lstrip("/"), []).append(fault.detail)
    return messages
