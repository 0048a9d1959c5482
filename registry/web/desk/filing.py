"""Pages to file one decision by a form, and to state a filed one anew: typed, checked, previewed, then filed.

What was typed is kept as a draft of the account, sealed, so that nothing is lost and no number stands in a page twice.
"""

from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from registry import runtime
from registry.domain import literals
from registry.domain.filing.model import Rules
from registry.domain.permissions import Permission
from registry.domain.publication import canonical
from registry.errors import NotFound, Refusal
from registry.models import Penalty
from registry.queries.cases import desk_penalties
from registry.queries.law import reference_data
from registry.refusals.acts import VersionStale
from registry.services.cases import drafts, penalty_filing, penalty_import, penalty_preview, single_filing
from registry.services.cases.penalty_filing import Submission
from registry.services.cases.penalty_preview import Preview
from registry.unit_of_work import UnitOfWork
from registry.web import forms
from registry.web.desk import penalty_form, previews
from registry.web.private import private
from registry.web.sessions import current_account, desk_page, render_private

_SEE_OTHER = 303


@dataclass(frozen=True)
class Target:
    """What a form states: a new penalty, or a filed one anew with the version that its officer saw."""

    record: str = ""
    version: int | None = None

    @property
    def draft(self) -> str:
        """The kind of the draft that keeps what was typed."""
        return f"penalty:{self.record}" if self.record else "penalty"

    @property
    def address(self) -> str:
        """The page of the form."""
        return url_for(".correct_penalty", record=self.record) if self.record else url_for(".new_penalty")


@private.get("/desk/penalties/new")
@desk_page(Permission.PENALTY_FILE)
def new_penalty() -> Response:
    """The form of one decision, with what was typed before."""
    return _render_form(Target())


@private.post("/desk/penalties/new")
@desk_page(Permission.PENALTY_FILE)
def preview_penalty() -> Response:
    """Check what was typed field by field, and show what it would publish."""
    return _preview(Target())


@private.post("/desk/penalties/file")
@desk_page(Permission.PENALTY_FILE)
def file_penalty() -> Response | Redirect:
    """File the decision as it was previewed."""
    return _file(Target())


@private.get("/desk/penalties/<record>/correction")
@desk_page(Permission.PENALTY_FILE)
def correct_penalty(record: str) -> Response:
    """The form filled with what is filed, to mend what came back or to correct what is published."""
    return _render_form(_target(record))


@private.post("/desk/penalties/<record>/correction")
@desk_page(Permission.PENALTY_FILE)
def preview_correction(record: str) -> Response:
    """Check the new statement, and show what it would publish and what it changes."""
    return _preview(_target(record))


@private.post("/desk/penalties/<record>/refile")
@desk_page(Permission.PENALTY_FILE)
def refile_penalty(record: str) -> Response | Redirect:
    """File the new statement as it was previewed; another officer verifies it."""
    return _file(_target(record))


@private.post("/desk/drafts/discard")
@desk_page(Permission.PENALTY_FILE)
def discard_draft() -> Redirect:
    """Throw away what was typed."""
    kind = request.form.get("kind", "")
    runtime.perform(current_account(), lambda work: drafts.discard(work, kind))
    return redirect(url_for(".desk"), _SEE_OTHER)


def _target(record: str) -> Target:
    with runtime.reading() as session:
        row = desk_penalties.own(session, current_account(), record)
    return Target(record, literals.row_number(request.form.get("version", "")) or row.version)


def _preview(target: Target) -> Response:
    actor = current_account()
    with runtime.reading() as session:
        values = penalty_form.typed(request.form, _rules(session))
    runtime.perform(actor, lambda work: drafts.keep(work, target.draft, values))

    def act(work: UnitOfWork) -> Preview:
        row = single_filing.read_cells(work, penalty_form.to_cells(values), _present(work.session, target))
        return penalty_preview.preview_filing(work, row, target.record or None)

    try:
        shown = runtime.perform(actor, act)
    except NotFound:
        raise
    except Refusal as error:
        return _render_form(target, error)
    with runtime.reading() as session:
        return render_private(
            "desk/filing_preview.html",
            target=target,
            preview=previews.record_values(shown.body, reference_data.current(session)),
            findings=shown.findings,
            notes=shown.notes,
            seen=canonical.digest(values).hex(),
        )


def _file(target: Target) -> Response | Redirect:
    seen = request.form.get("seen", "")

    def act(work: UnitOfWork) -> str:
        values = drafts.load(work.session, work.keys.vault, work.actor, target.draft)
        if canonical.digest(values).hex() != seen:  # typed on in another window
            raise VersionStale()
        row = single_filing.read_cells(work, penalty_form.to_cells(values), _present(work.session, target))
        assert row.filing is not None
        drafts.discard(work, target.draft)
        if target.record:
            penalty_filing.refile(work, target.record, row.filing, if_version=target.version, notes=row.notes)
            return target.record
        outcome = penalty_filing.file(work, [Submission(row.filing, notes=row.notes)])[0]
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome

    try:
        record = runtime.perform(current_account(), act)
    except NotFound:
        raise
    except Refusal as error:
        return _render_form(target, error)
    return redirect(url_for(".penalty", record=record), _SEE_OTHER)


def _render_form(target: Target, error: Refusal | None = None) -> Response:
    actor = current_account()
    with runtime.reading() as session:
        rules = _rules(session)
        kept = drafts.load(session, runtime.keys().vault, actor, target.draft)
        present = _present(session, target)
        values: dict[str, Any] = kept or _first_values(rules, present)
        return render_private(
            "desk/filing_form.html",
            error.status if error else 200,
            target=target,
            sections=penalty_form.sections(rules),
            values=values,
            units=penalty_form.UNITS,
            is_kept=bool(kept) and error is None,
            returned_because=present.filing.returned_because if present else "",
            error=error,
            faults=forms.faults_by_field(error) if error else {},
        )


def _first_values(rules: Rules, present: Penalty | None) -> penalty_form.Values:
    if present is None:
        return penalty_form.defaults(rules)
    return penalty_form.from_cells(single_filing.cells_of(present), rules)


def _present(session: Session, target: Target) -> Penalty | None:
    return desk_penalties.own(session, current_account(), target.record) if target.record else None


def _rules(session: Session) -> Rules:
    return penalty_import.rules_of_filer(session, current_account(), penalty_import.Options())
