"""Pages of the second officer: a filing beside its source and its public page, one by one or many at once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from registry import runtime
from registry.domain import literals
from registry.domain.cases import penalty
from registry.domain.filing import plausibility
from registry.domain.filing.model import Note
from registry.domain.law.reference import Reference
from registry.domain.permissions import Permission
from registry.errors import Refusal
from registry.models import Penalty
from registry.queries.cases import desk_penalties, prior_restrictions
from registry.queries.cases.penalties import AWAITING
from registry.queries.exchange import measure_reports
from registry.queries.law import reference_data
from registry.refusals.acts import BodyRefused, PenaltyUnknown
from registry.services.cases import penalty_preview, penalty_verification
from registry.services.cases.penalty_preview import Preview
from registry.serving import access_trail
from registry.unit_of_work import UnitOfWork
from registry.web.blueprint import today
from registry.web.desk import act_forms, case_views, previews
from registry.web.formatting import last_day, money, plain
from registry.web.private import private
from registry.web.sessions import current_account, desk_page, render_private, require_recent_sign_in

ROWS_PER_PAGE = 100
OPEN = (*AWAITING, "returned")
"""States in which a filing is not published as it stands."""
_SEE_OTHER = 303


@dataclass(frozen=True)
class Item:
    """A filing in the summary of a verification: what becomes public, until when, and what was found about it."""

    line: case_views.Line
    version: int
    is_public: bool
    until: str
    fine: str
    bars: Sequence[str]
    attention: Sequence[Note]
    findings: Sequence[Note]
    refusal: str


@private.get("/desk/verification")
@desk_page(Permission.PENALTY_VERIFY)
def verification() -> Response:
    """What waits for verification by this officer, what deserves a look first."""
    return _render_list()


@private.post("/desk/verification/summary")
@desk_page(Permission.PENALTY_VERIFY)
def verification_summary() -> Response:
    """What would become public of the chosen filings, before the second confirmation."""
    chosen = "plain" if request.form.get("choose") == "plain" else "record"
    records = request.form.getlist(chosen)
    if not records:
        return _render_list(BodyRefused("请选择要核验的记录"))
    return _render_summary(records)


@private.post("/desk/verification/publication")
@desk_page(Permission.PENALTY_VERIFY)
def publish_verified() -> Response | Redirect:
    """Verify and publish the chosen filings as they were shown."""
    require_recent_sign_in()
    seen = dict(_parse_seen(text) for text in request.form.getlist("seen"))
    if request.form.get("secrets") != "no":
        return _render_summary(list(seen), BodyRefused("涉及不公开内容的，请退回报送人处理；不涉及的，请选择“不涉及”"))
    if request.form.get("confirmed") != "1":
        return _render_summary(list(seen), BodyRefused("请勾选确认"))
    reason = request.form.get("confirmation", "").strip()

    def act(work: UnitOfWork) -> list[int | Refusal]:
        return penalty_verification.verify(work, list(seen), seen_versions=seen, confirmation=reason)

    outcomes = dict(zip(seen, runtime.perform(current_account(), act), strict=True))
    refused = {record: outcome for record, outcome in outcomes.items() if isinstance(outcome, Refusal)}
    with runtime.reading() as session:
        lines = {record: case_views.line(desk_penalties.own(session, current_account(), record)) for record in outcomes}
        return render_private(
            "desk/verified.html",
            published=[lines[record] for record in outcomes if record not in refused],
            refused=[(lines[record], refusal) for record, refusal in refused.items()],
        )


@private.get("/desk/penalties/<record>", endpoint="penalty")
@desk_page(Permission.PENALTY_READ)
def show_penalty(record: str) -> Response:
    """One penalty beside the row it was read from, its public page, and what changed since the version before."""
    return _render_penalty(record)


@private.post("/desk/penalties/<record>/return")
@desk_page(Permission.PENALTY_VERIFY)
def send_back(record: str) -> Response | Redirect:
    """Send a filing back to its officer, with the reason."""
    reason = request.form.get("reason", "").strip()
    version = literals.row_number(request.form.get("version", ""))
    try:
        if not reason:
            raise BodyRefused("请写明退回的原因：哪里不对，应当怎样")
        runtime.perform(
            current_account(), lambda work: penalty_verification.send_back(work, record, reason, if_version=version)
        )
    except Refusal as error:
        return _render_penalty(record, error, reason)
    return redirect(url_for(".verification"), _SEE_OTHER)


def _render_list(error: Refusal | None = None) -> Response:
    actor = current_account()
    import_id = literals.row_number(request.args.get("import", ""))
    with runtime.reading() as session:
        after = _parse_place(request.args.get("after", ""))
        page = desk_penalties.to_verify(session, actor, import_id, after, ROWS_PER_PAGE)
        following = f"{page.next[0]}.{page.next[1]}" if page.next else ""
        return render_private(
            "desk/verification.html",
            error.status if error else 200,
            rows=[(case_views.line(row), row.version, _attention(row)) for row in page.penalties],
            import_id=import_id,
            following=following,
            error=error,
        )


def _render_summary(records: Sequence[str], error: Refusal | None = None) -> Response:
    with runtime.reading() as session:
        reference = reference_data.current(session)
        work = _reading_work(session)
        rows = [desk_penalties.own(session, current_account(), record) for record in dict.fromkeys(records)]
        items = [_summarise(work, reference, row) for row in rows]
    return render_private(
        "desk/verification_summary.html",
        error.status if error else 200,
        items=sorted(items, key=lambda item: -len(item.attention) - len(item.findings)),
        needs_reason=any(item.findings for item in items),
        has_attention=sum(bool(item.attention) for item in items),
        reason=request.form.get("confirmation", ""),
        error=error,
    )


def _render_penalty(record: str, error: Refusal | None = None, reason: str = "") -> Response:
    actor = current_account()
    with runtime.reading() as session:
        row = desk_penalties.own(session, actor, record)
        reference, work = reference_data.current(session), _reading_work(session)
        filing, earlier = row.filing, row.filings[-2] if len(row.filings) > 1 else None
        is_open = row.state in OPEN
        preview, refusal = _try_preview(work, row) if is_open else (None, "")
        may_compare = actor.may(Permission.PENALTY_VERIFY) or filing.filed_by == actor.account_id
        source = penalty_preview.find_source(work, filing) if may_compare else None
        changes = penalty_preview.changes(earlier, filing) if earlier else []
        uscc = json.loads(filing.content)["subject"]["uscc"]
        names = desk_penalties.account_names(session, [filing.filed_by])
        values: dict[str, Any] = {
            "row": row,
            "line": case_views.line(row),
            "filed_by": names.get(filing.filed_by, ""),
            "attention": _attention(row),
            "findings": penalty.findings_of(json.loads(filing.content)),
            "notes": [note for note in _notes(row) if note.code not in plausibility.ATTENTION],
            "source": source,
            "may_compare": may_compare or filing.import_id is None,
            "changes": previews.describe_changes(changes, reference),
            "returned_because": plain(earlier.returned_because or "") if earlier else "",
            "earlier": prior_restrictions.prior_restrictions(session, uscc, filing.id_index, today(), record),
            "preview": previews.record_values(preview.body, reference) if preview else None,
            "refusal": refusal,
            "may_verify": row.state in AWAITING
            and actor.may(Permission.PENALTY_VERIFY)
            and filing.filed_by != actor.account_id,
            "may_correct": actor.may(Permission.PENALTY_FILE) and row.state in (*OPEN, "published"),
            "may_list": actor.may(Permission.LISTING_DRAFT) and row.state in ("published", "amended"),
            "acts": [step.act for step in act_forms.open_acts("penalty", row.state) if actor.may(step.by)],
            "reports": measure_reports.of_record(session, record),
            "reason": reason,
            "error": error,
        }
    if source is not None:
        # The file may have identity numbers of its rows.
        access_trail.note_reading(actor, "penalty.read-source", record)
    return render_private("desk/penalty.html", error.status if error else 200, **values)


def _summarise(work: UnitOfWork, reference: Reference, row: Penalty) -> Item:
    preview, refusal = _try_preview(work, row)
    body: Mapping[str, Any] = preview.body if preview else {}
    shown: dict[str, Any] = previews.record_values(body, reference) if preview else {"measures": (), "is_public": False}
    facts = json.loads(row.filing.content)
    return Item(
        case_views.line(row),
        row.version,
        shown["is_public"],
        last_day(body["visible_until"]) if preview else "",
        money(facts["fine_fen"]),
        [measure.name for measure in shown["measures"]],
        _attention(row),
        preview.findings if preview else (),
        refusal,
    )


def _try_preview(work: UnitOfWork, row: Penalty) -> tuple[Preview | None, str]:
    """The preview of a filing, or why it cannot be published."""
    try:
        return penalty_preview.preview(work, row), ""
    except Refusal as refusal:
        return None, "：".join(part for part in (refusal.title, refusal.detail) if part)


def _notes(row: Penalty) -> list[Note]:
    return [Note(**note) for note in json.loads(row.filing.notes)]


def _attention(row: Penalty) -> list[Note]:
    """What deserves a look before this filing is verified."""
    return [note for note in _notes(row) if note.code in plausibility.ATTENTION]


def _reading_work(session: Session) -> UnitOfWork:
    """A unit of work that only reads, for services that show what an act would do."""
    return UnitOfWork(session, current_account(), runtime.clock(), runtime.keys(), runtime.settings())


def _parse_seen(text: str) -> tuple[str, int]:
    """A record with the version of it that the officer saw."""
    record, _, version = text.rpartition(".")
    number = literals.row_number(version)
    if not record or number is None:
        raise PenaltyUnknown()
    return record, number


def _parse_place(text: str) -> tuple[int, int] | None:
    attention, _, number = text.partition(".")
    found = literals.row_number(number)
    return (literals.row_number(attention) or 0, found) if found is not None else None
