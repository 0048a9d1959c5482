"""Routes of trading centres: watch the parties of a tender up to a day, read what happened, have it told again."""

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
from registry.api.wire import Blueprint, create_once, whole
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
    """Watch the parties of a tender; what happens to them is told to the webhook and kept to be read."""

    def act(work: UnitOfWork) -> tuple[dict[str, Any], int]:
        inquiry = inquiry_of(work, body)
        made = watches.begin(work, inquiry, body["until"], body["webhook"], body["after"])
        return _view(work.session, made), 201

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
        after = whole(query["next"]) or 0
        found = watched_parties.list_watches(session, actor().department_id, after=after, limit=limit + 1)
        items = [_view(session, held) for held in found[:limit]]
    return {"items": items, "next": str(found[limit - 1].number) if len(found) > limit else None}


@blueprint.route("/<watch>", methods=["GET"])
@allow(Permission.WATCH_KEEP)
@blueprint.arguments(EventsQuery, location="query")
@blueprint.response(200, WatchWithEvents)
def get_watch(query: dict[str, Any], watch: str) -> dict[str, Any]:
    """A watch and its events above a sequence number, each signed."""
    limit = query["limit"]
    with runtime.reading() as session:
        held = watched_parties.own(session, actor().department_id, watch)
        found = watched_parties.events(session, held.id, after=query["after"], limit=limit + 1)
        items = [_event(one) for one in found[:limit]]
        following = found[limit - 1].sequence if len(found) > limit else None
        return _view(session, held) | {"items": items, "next": following}


@blueprint.route("/<watch>", methods=["DELETE"])
@allow(Permission.WATCH_KEEP)
@blueprint.doc(summary="End a watch; its parties are forgotten, its events stay.")
@blueprint.response(200, WatchAnswer)
def end(watch: str) -> dict[str, Any]:
    """End a watch; its parties are forgotten, its events stay."""
    body: dict[str, Any] = runtime.perform(actor(), lambda work: _view(work.session, watches.end(work, watch)))
    return body


@blueprint.route("/<watch>/replay", methods=["POST"])
@allow(Permission.WATCH_KEEP)
@blueprint.arguments(ReplayQuery, location="query")
@blueprint.response(200, ReplayAnswer)
def replay(query: dict[str, Any], watch: str) -> dict[str, Any]:
    """Send the events from a sequence number on to the webhook again."""
    return {"replayed": runtime.perform(actor(), lambda work: watches.replay(work, watch, query["first"]))}


def _view(session: Session, held: Watch) -> dict[str, Any]:
    return {
        "id": held.id,
        "state": held.state,
        "until": held.until.isoformat(),
        "parties": held.parties,
        "after": held.from_entry,
        "seen": held.seen_entry,
        "events": held.events,
        "pending": watched_parties.waiting(session, held.id),
        "webhook": held.webhook_sealed is not None,
        "retry_at": held.retry_at.isoformat() if held.retry_at else None,
    }


def _event(one: WatchEvent) -> dict[str, Any]:
    told = watches.open_event(runtime.keys(), one)
    return {
        "sequence": one.sequence,
        "entry": one.entry,
        "state": one.state,
        "attempts": one.attempts,
        "delivered_at": one.delivered_at.isoformat() if one.delivered_at else None,
        "event": told.body.decode(),
        "key_id": told.key_id,
        "signature": told.signature,
    }
