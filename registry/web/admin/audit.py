"""Pages of the audit trail with its chain, and of the worker's jobs."""

from itertools import islice

from flask import request
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.domain.cases.procedures import PROCEDURES
from registry.domain.desk_labels import AUDIT_ACTS, label_for_act
from registry.domain.permissions import Permission
from registry.models import AuditEvent
from registry.queries import row_integrity
from registry.queries.node import audit_trail, job_runs, row_chain
from registry.queries.node.audit_trail import EventQuery
from registry.serving import access_trail
from registry.web.private import add_navigation, private
from registry.web.sessions import current_account, desk_page, render_private

EVENTS_PER_PAGE = 50
FINDINGS_SHOWN_MAX = 50
_ACTS = AUDIT_ACTS.keys() | {f"{noun}.{step.act}" for noun, procedure in PROCEDURES.items() for step in procedure.steps}


@private.get("/admin/audit", endpoint="audit")
@desk_page(Permission.AUDIT_READ)
def list_events() -> ResponseReturnValue:
    """The audit trail, the newest event first, by act, person and what it is about."""
    return _render()


@private.post("/admin/audit/verification")
@desk_page(Permission.AUDIT_READ)
def verify_chain() -> ResponseReturnValue:
    """Verify that the audit trail is as the acts left it: each event against the chain of commitments."""
    with runtime.reading(one_state=True) as session:
        found = row_integrity.findings(session, runtime.keys().vault, (AuditEvent.__tablename__,))
        findings = list(islice(found, FINDINGS_SHOWN_MAX))
        links, _ = row_chain.head(session)
    access_trail.note_reading(current_account(), "audit.verify", "audit_events")
    return _render(findings, links)


@private.get("/admin/jobs", endpoint="jobs")
@desk_page(Permission.EXCHANGE_OPERATE)
def list_jobs() -> ResponseReturnValue:
    """The newest run of each job of the worker, and how it ended."""
    with runtime.reading() as session:
        return render_private("admin/jobs.html", runs=job_runs.newest_runs(session))


def _render(findings: list[str] | None = None, links: int = 0) -> ResponseReturnValue:
    values = {name: request.args.get(name, "").strip() for name in ("act", "actor", "reference")}
    text = request.args.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
    with runtime.reading() as session:
        events = audit_trail.events(session, EventQuery(**values, before=before), EVENTS_PER_PAGE)
    access_trail.note_reading(current_account(), "audit.read", "audit")
    return render_private(
        "admin/audit.html",
        events=events,
        acts=[(act, label_for_act(act)) for act in sorted({*_ACTS, *filter(None, [values["act"]])})],
        query=values,
        last=events[-1].id if len(events) == EVENTS_PER_PAGE else None,
        findings=findings,
        links=links,
    )


add_navigation("private.jobs", "后台任务")
add_navigation("private.audit", "审计")
