"""Routes of standing watches: watch the parties of a tender, read the events, replay them to the webhook."""

import json
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from registry import runtime
from registry.api.auth import actor, allow
from registry.api.checks import inquiry_of
from registry.api.schemas.base import Paging
from registry.api.schemas.watch import (
    EventsQuery,
    ReplayAnswer,
    ReplayQuery,
    WatchAnswer,
    WatchPage,
    WatchRequest,
    WatchWithEvents,
)
from registry.api.wire import Blueprint, create_once, parse_next
from registry.domain.permissions import Permission
from registry.models import Watch, WatchEvent
from registry.queries.checks import watched_parties
from registry.services.checks import watches
from registry.unit_of_work import UnitOfWork

blueprint = Blueprint("watches", __name__, url_prefix="/api/v1/watches", description="持续关注")


@blueprint.route("", methods=["POST"])
@allow(Permission.WATCH_KEEP)
@blueprint.arguments(WatchRequest)
@blueprint.response(201, WatchAnswer)
def begin(body: dict[str, Any]) -> Response:
    """Watch the parties of a tender up to a day; events are sent to the webhook and kept to be read."""

    def act(work: UnitOfWork) -> tuple[dict[str, Any], int]:
        inquiry = inquiry_of(work, body)
        watch = watches.begin(work, inquiry, body["until"], body["webhook"], body["after"])
        return _describe_watch(work.session, watch), 201

    response = create_once(actor(), act)
    response.headers["Location"] = f"/api/v1/watches/{json.loads(response.get_data())['id']}"
    return response


@blueprint.route("", methods=["GET"])
@allow(Permission.WATCH_KEEP)
@blueprint.arguments(Paging, location="query")
@blueprint.response(200, WatchPage)
def list_own(query: dict[str, Any]) -> dict[str, Any]:
    """The department's watches in the order they were begun."""
    limit = query["limit"]
    with runtime.reading() as session:
        after = parse_next(query["next"]) or 0
        rows = watched_parties.list_watches(session, actor().department_id, after=after, limit=limit + 1)
        items = [_describe_watch(session, row) for row in rows[:limit]]
    return {"items": items, "next": str(rows[limit - 1].number) if len(rows) > limit else None}


@blueprint.route("/<watch>", methods=["GET"])
@allow(Permission.WATCH_KEEP, reads="watch.read")
@blueprint.arguments(EventsQuery, location="query")
@blueprint.response(200, WatchWithEvents)
def get_watch(query: dict[str, Any], watch: str) -> dict[str, Any]:
    """One watch with its signed events above a sequence number."""
    limit = query["limit"]
    with runtime.reading() as session:
        row = watched_parties.own(session, actor().department_id, watch)
        events = watched_parties.events(session, row.id, after=query["after"], limit=limit + 1)
        items = [_describe_event(event) for event in events[:limit]]
        following = events[limit - 1].sequence if len(events) > limit else None
        return _describe_watch(session, row) | {"items": items, "next": following}


@blueprint.route("/<watch>", methods=["DELETE"])
@allow(Permission.WATCH_KEEP)
@blueprint.doc(summary="End a watch; its parties are forgotten, its events stay.")
@blueprint.response(200, WatchAnswer)
def end(watch: str) -> dict[str, Any]:
    """End a watch; its parties are forgotten, its events stay."""
    body: dict[str, Any] = runtime.perform(
        actor(), lambda work: _describe_watch(work.session, watches.end(work, watch))
    )
    return body


@blueprint.route("/<watch>/replay", methods=["POST"])
@allow(Permission.WATCH_KEEP)
@blueprint.arguments(ReplayQuery, location="query")
@blueprint.response(200, ReplayAnswer)
def replay(query: dict[str, Any], watch: str) -> dict[str, Any]:
    """Send the events from a sequence number on to the webhook again."""
    return {"replayed": runtime.perform(actor(), lambda work: watches.replay(work, watch, query["first"]))}


def _describe_watch(session: Session, watch: Watch) -> dict[str, Any]:
    return {
        "id": watch.id,
        "state": watch.state,
        "until": watch.until.isoformat(),
        "parties": watch.parties,
        "after": watch.from_entry,
        "seen": watch.seen_entry,
        "events": watch.events,
        "pending": watched_parties.waiting(session, watch.id),
        "webhook": watch.webhook_sealed is not None,
        "retry_at": watch.retry_at.isoformat() if watch.retry_at else None,
    }


def _describe_event(event: WatchEvent) -> dict[str, Any]:
    opened = watches.open_event(runtime.keys(), event)
    return {
        "sequence": event.sequence,
        "entry": event.entry,
        "state": event.state,
        "attempts": event.attempts,
        "delivered_at": event.delivered_at.isoformat() if event.delivered_at else None,
        "event": opened.body.decode(),
        "key_id": opened.key_id,
        "signature": opened.signature,
    }
