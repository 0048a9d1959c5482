"""Routes of running clocks, the audit trail and health checks."""

from itertools import islice
from typing import Any

from flask import Response, jsonify
from marshmallow import fields, validate
from sqlalchemy import select

from registry import __version__, runtime
from registry.api.auth import actor, allow, public
from registry.api.schemas.base import Day, Paging, StrictSchema, short
from registry.api.wire import Blueprint, parse_next
from registry.domain import literals
from registry.domain.permissions import SYSTEM, Permission
from registry.errors import Fault
from registry.models import AuditEvent
from registry.queries.law import deadlines, reference_data
from registry.queries.node import account_lookup
from registry.queries.node.shell_acts import shell_acts
from registry.queries.publication import ledger_state
from registry.refusals.acts import DepartmentUnknown, QueryRefused
from registry.services.node import rate_limits
from registry.services.publication import epochs
from registry.unit_of_work import UnitOfWork, day_of

READY_KEY = "readyz"
"""The counter that a readiness check writes to."""
blueprint = Blueprint("operations", __name__, url_prefix="/api/v1", description="时限与审计")
health = Blueprint("health", __name__, description="运行状态")


class DeadlineQuery(Paging):
    """Filter of the department's clocks; another department is refused as unknown."""

    state = fields.String(
        load_default="due,overdue", validate=validate.OneOf(("due", "overdue", "due,overdue", "overdue,due"))
    )
    department = short(load_default=None)


class DeadlineItem(StrictSchema):
    """A running clock. ``rule`` is the time limit (D01 …), ``clock`` the rule by which it was started; ``source``
    and ``status`` are that rule's; ``calendar`` is the version of the calendar it was counted with."""

    id = fields.String()
    number = fields.Integer()
    noun = fields.String()
    state = fields.String()
    rule = fields.String()
    clock = fields.String()
    name = fields.String()
    source = fields.String()
    status = fields.String()
    starts_on = Day()
    starts_at = fields.String()
    due = Day()
    provisional = fields.Boolean()
    calendar = fields.String()
    warn = fields.Boolean()


class DeadlinePage(StrictSchema):
    """A page of running clocks, the soonest end first; ``next`` continues behind the last one."""

    items = fields.List(fields.Nested(DeadlineItem))
    next = fields.String(allow_none=True)


class StateAnswer(StrictSchema):
    """That this node works: its release, or the number of the newest entry."""

    status = fields.String()
    version = fields.String()
    entry = fields.Integer()


class ItemsAnswer(StrictSchema):
    """A page of items."""

    items = fields.List(fields.Dict())
    next = fields.String(allow_none=True)


@blueprint.route("/deadlines")
@allow(Permission.DEADLINE_READ)
@blueprint.arguments(DeadlineQuery, location="query")
@blueprint.response(200, DeadlinePage)
def list_deadlines(query: dict[str, Any]) -> dict[str, Any]:
    """Running clocks of the account's department and scope, the soonest end first."""
    today, states, limit = day_of(runtime.clock()), query["state"].split(","), query["limit"]
    after = _parse_place(query["next"])
    with runtime.reading() as session:
        if query["department"] is not None:
            department = account_lookup.department(session, query["department"])
            actor().require_own(department.id, DepartmentUnknown)
        clocks = list(islice(deadlines.running_clocks(session, actor(), states, today, after), limit + 1))
        reference = reference_data.current(session)
        items = [_describe_clock(deadlines.describe_clock(reference, clock, today)) for clock in clocks[:limit]]
    last = clocks[limit - 1] if len(clocks) > limit else None
    return {"items": items, "next": f"{last.due}.{last.id}" if last else None}


def _describe_clock(running: deadlines.RunningClock) -> dict[str, Any]:
    clock, rule = running.clock, running.rule
    return {
        "id": clock.record,
        "number": clock.id,
        "noun": clock.noun,
        "state": running.state,
        "rule": clock.deadline,
        "clock": rule.code,
        "name": rule.name,
        "source": rule.source,
        "status": rule.status,
        "starts_on": clock.starts_on,
        "starts_at": running.starts_at,
        "due": clock.due,
        "provisional": clock.provisional,
        "calendar": clock.calendar,
        "warn": running.warns,
    }


def _parse_place(token: str | None) -> deadlines.ClockPlace | None:
    if token is None:
        return None
    day, _, number = token.partition(".")
    try:
        return deadlines.ClockPlace(literals.iso_day(day), parse_next(number) or 0)
    except ValueError:
        raise QueryRefused(faults=(Fault("/next", "next-malformed", "next 不是本接口给出的值"),)) from None


@blueprint.route("/audit")
@allow(Permission.AUDIT_READ)
@blueprint.arguments(Paging, location="query")
@blueprint.response(200, ItemsAnswer)
def audit(query: dict[str, Any]) -> dict[str, Any]:
    """The audit trail, oldest first."""
    after = parse_next(query["next"]) or 0
    with runtime.reading() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.id > after).order_by(AuditEvent.id).limit(query["limit"])
        ).all()
    items = [
        {
            "id": event.id,
            "at": event.at.isoformat(),
            "actor": event.actor,
            "act": event.act,
            "reference": event.reference,
            "detail": event.detail,
        }
        for event in events
    ]
    return {"items": items, "next": str(events[-1].id) if events else None}


class ShellAct(StrictSchema):
    """An act of the node's shell: how often it was done without naming an account, and on which day last."""

    act = fields.String()
    count = fields.Integer()
    last_on = Day()


class AuditSummary(StrictSchema):
    """What the node's shell did without naming an account, by count only."""

    count = fields.Integer()
    acts = fields.List(fields.Nested(ShellAct))


@blueprint.route("/audit/summary")
@public
@blueprint.response(200, AuditSummary)
def summary() -> dict[str, Any]:
    """How often the node's shell acted without naming an account, per act, for everybody to see."""
    with runtime.reading() as session:
        acts = shell_acts(session)
    items = [{"act": row.act, "count": row.count, "last_on": day_of(row.last_at)} for row in acts]
    return {"count": sum(row.count for row in acts), "acts": items}


@health.route("/healthz")
@public
@health.response(200, StateAnswer)
def alive() -> Response:
    """Liveness check: the process answers."""
    return jsonify({"status": "ok", "version": __version__})


@health.route("/readyz")
@public
@health.response(200, StateAnswer)
def ready() -> Response:
    """Readiness check: the store answers, takes a write, and was not set back; refuses with 503 otherwise."""

    def act(work: UnitOfWork) -> None:
        epochs.require_current(work)
        rate_limits.hit(work, READY_KEY, 1)

    runtime.perform(SYSTEM, act)
    with runtime.reading() as session:
        head = ledger_state.head(session)
    return jsonify({"status": "ok", "entry": head})
