"""The first page of a desk: limits that run, cases that wait for this officer, what came back, files under way."""

from flask import Response, url_for

from registry import runtime
from registry.domain import case_labels
from registry.domain.permissions import Permission
from registry.models import Proposal
from registry.queries.cases import desk_work
from registry.queries.law import reference_data
from registry.queries.node import proposals
from registry.services.node.proposals import is_visible
from registry.services.proposed_acts import ACTS
from registry.web.blueprint import today
from registry.web.desk import case_views
from registry.web.desk.case_forms import CASE_FORMS
from registry.web.private import private
from registry.web.sessions import current_account, desk_page, render_private

PROPOSALS_SHOWN = 50
PAGES = {"penalty": ".penalty", "listing": ".listing", "dispute": ".desk_relief", "repair": ".desk_relief"}
"""The page of a case, by its kind; those of ``CASE_FORMS`` share one, and a place on an adopted list has none."""


def case_url(noun: str, record: str) -> str:
    """The page of a case, empty where its kind has none."""
    if noun in CASE_FORMS:
        return url_for(".filed_case", noun=noun, record=record)
    return url_for(PAGES[noun], record=record) if noun in PAGES else ""


@private.context_processor
def _add_context() -> dict[str, object]:
    return {"case_url": case_url, "case_labels": case_labels}


@private.get("/desk")
@desk_page(Permission.DEADLINE_READ)
def desk() -> Response:
    """What is overdue and due, what waits for the officer, what came back, files and acts that wait."""
    actor = current_account()
    with runtime.reading() as session:
        reference = reference_data.current(session)
        limits = desk_work.limits(session, reference, actor, today())
        waiting = desk_work.waiting(session, actor, today())
        returned = desk_work.returned(session, actor)
        files = desk_work.files(session, actor, 5) if actor.may(Permission.PENALTY_FILE) else []
        acts = [name for name, act in ACTS.items() if actor.may(act.confirmed_by)]
        page = proposals.Page(0, PROPOSALS_SHOWN, runtime.clock())
        proposed = [
            row
            for row in proposals.of_department(session, acts, actor.department_id, proposals.STATES[0], page)
            if row.proposed_by != actor.account_id and is_visible(session, actor, ACTS[row.act], row)
        ]
        return render_private(
            "desk/work.html",
            limits=[case_views.limit_line(limit) for limit in limits],
            groups=[case_views.group(group) for group in waiting],
            returned=[case_views.line(case, reason) for case, reason in returned],
            files=files,
            proposed=[(row, *_split_act(row)) for row in proposed],
            today=today(),
        )


def _split_act(proposal: Proposal) -> tuple[str, str]:
    """The kind of case and the act of a proposal."""
    noun, _, act = proposal.act.partition(".")
    return noun, act
