"""Pages to load rows of law: a file, what it would change, and the proposal that another person confirms."""

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.domain import desk_labels
from registry.domain.law import reference_kinds
from registry.domain.law.reference_rows import row_body
from registry.domain.permissions import Permission
from registry.domain.reference_labels import fields_in_words
from registry.errors import Fault, Refusal
from registry.queries.law import reference_data
from registry.refusals.acts import BodyRefused
from registry.services.checks import law_preview
from registry.services.law import clocks, law_proposals
from registry.unit_of_work import UnitOfWork
from registry.web import forms
from registry.web.private import private
from registry.web.sessions import current_account, desk_page, render_private, require_recent_sign_in

REASON_MAX = 2000
MOVED_SHOWN_MAX = 200
_SEE_OTHER = 303


@private.get("/admin/law/new")
@desk_page(Permission.LAW_PROPOSE)
def new_law_rows() -> ResponseReturnValue:
    """The form to load rows of one kind."""
    return _render({})


@private.post("/admin/law/preview")
@desk_page(Permission.LAW_PROPOSE)
def preview_law_rows() -> ResponseReturnValue:
    """What rows would change: stored checks answered otherwise, and limits that would end on another day."""
    typed = _typed()
    try:
        rows = law_proposals.parse_rows(typed["kind"], typed["rows"].encode())
        preview = _preview({typed["kind"]: rows})
    except Refusal as error:
        return _render(typed, error)
    return _render(typed, preview=preview)


@private.post("/admin/law/new")
@desk_page(Permission.LAW_PROPOSE)
def propose_law_rows() -> ResponseReturnValue:
    """Propose the rows; nothing is in force before a security administrator confirms."""
    require_recent_sign_in()
    typed = _typed()
    try:
        if not 0 < len(typed["reason"]) <= REASON_MAX:
            raise BodyRefused(faults=(Fault("/reason", "required", "请写明是哪一次变更"),))
        tables = {typed["kind"]: law_proposals.parse_rows(typed["kind"], typed["rows"].encode())}
        preview = _preview(tables)["checks"]

        def act(work: UnitOfWork) -> int:
            return law_proposals.store(work, law_proposals.read_change(work, tables), typed["reason"], preview).id

        number = runtime.perform(current_account(), act)
    except Refusal as error:
        return _render(typed, error)
    return redirect(url_for("private.law_proposal", number=number), _SEE_OTHER)


def _typed() -> dict[str, str]:
    """What was typed; a file that was chosen stands in place of the text."""
    file = request.files.get("file")
    data = file.stream.read() if file is not None and file.filename else b""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "�"  # no text: it is refused as such
    return {
        "kind": request.form.get("kind", ""),
        "reason": request.form.get("reason", "").strip(),
        "rows": (text or request.form.get("rows", "")).replace("\r\n", "\n"),
    }


def _preview(tables: dict[str, Any]) -> dict[str, Any]:
    """What a change would do, found with a session that only reads, so that nobody waits for it."""
    with runtime.reading() as session:
        work = UnitOfWork(session, current_account(), runtime.clock(), runtime.keys(), runtime.settings())
        change = law_proposals.read_change(work, tables)
        after = reference_data.with_rows(session, law_proposals.build_rows(work, change))
        return {
            "rows": [
                (one.row, fields_in_words(one.kind, row_body(one.row), after.names), one.replaces) for one in change
            ],
            "checks": law_preview.preview(work, change),
            "moved": clocks.would_move(work, after),
        }


def _render(
    typed: dict[str, str], error: Refusal | None = None, preview: dict[str, Any] | None = None
) -> ResponseReturnValue:
    kinds = [
        (kind, desk_labels.REFERENCE_KINDS.get(kind, kind))
        for kind in sorted(set(reference_kinds.KINDS) - set(reference_kinds.OPERATED))
    ]
    return render_private(
        "admin/law_new.html",
        error.status if error else 200,
        typed=typed,
        kinds=kinds,
        preview=preview,
        moved_max=MOVED_SHOWN_MAX,
        error=error,
        faults=forms.faults_by_field(error) if error else {},
    )
