"""Routes for the people who keep the registry: clocks and audit trail; and for machines: health."""

from itertools import islice
from typing import Any

from flask import Response, jsonify
from marshmallow import fields, validate
from sqlalchemy import select

from registry import __version__, db
from registry.api.auth import actor, allow, public
from registry.api.schemas.base import Paging, StrictSchema
from registry.api.wire import Blueprint, whole
from registry.domain.permissions import Permission
from registry.models import AuditEvent
from registry.queries import deadlines as clocks
from registry.queries import ledger
from registry.services.penalty_access import covers
from registry.work import day_of

blueprint = Blueprint("operations", __name__, url_prefix="/api/v1", description="时限与审计")
health = Blueprint("health", __name__, description="运行状态")


class DeadlineQuery(StrictSchema):
    """Which clocks of one's own department."""

    state = fields.String(
        load_default="due,overdue", validate=validate.OneOf(("due", "overdue", "due,overdue"))
    )


class ItemsAnswer(StrictSchema):
    """A list."""

    items = fields.List(fields.Dict())
    next = fields.String(allow_none=True)


@blueprint.route("/deadlines")
@allow(Permission.DEADLINE_READ)
@blueprint.arguments(DeadlineQuery, location="query")
@blueprint.response(200, ItemsAnswer)
def deadlines(query: dict[str, Any]) -> dict[str, Any]:
    """Penalties in the account's scope that wait for publication, the soonest deadline first."""
    today = day_of(db.clock())
    wanted = query["state"].split(",")
    with db.reading() as session:
        waiting = (held for held in clocks.waiting(session, actor().department_id) if covers(actor(), held))
        items = [
            {"id": held.record, "state": clocks.state(held.publish_by, today), "rule": "D01",
             "due": held.publish_by.isoformat(), "provisional": held.publish_by_provisional}
            for held in islice(waiting, 1000)
        ]  # fmt: skip
    return {"items": [item for item in items if item["state"] in wanted], "next": None}


@blueprint.route("/audit")
@allow(Permission.AUDIT_READ)
@blueprint.arguments(Paging, location="query")
@blueprint.response(200, ItemsAnswer)
def audit(query: dict[str, Any]) -> dict[str, Any]:
    """The audit trail, oldest first."""
    after = whole(query["next"]) or 0
    with db.reading() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.id > after).order_by(AuditEvent.id).limit(query["limit"])
        ).all()
    items = [
        {"id": one.id, "at": one.at.isoformat(), "actor": one.actor, "act": one.act,
         "reference": one.reference, "detail": one.detail}
        for one in events
    ]  # fmt: skip
    return {"items": items, "next": str(events[-1].id) if events else None}


@health.route("/healthz")
@public
def alive() -> Response:
    """That the process answers."""
    return jsonify({"status": "ok", "version": __version__})


@health.route("/readyz")
@public
def ready() -> Response:
    """That the store answers; refuses with 503 otherwise."""
    with db.reading() as session:
        head = ledger.head(session)
    return jsonify({"status": "ok", "entry": head})
