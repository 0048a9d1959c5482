"""Public route of what is published, as it happens: server-sent events numbered by the entries of the ledger."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

from flask import Response, request, stream_with_context

from registry import runtime
from registry.api import views
from registry.api.auth import public
from registry.api.schemas.base import StrictSchema, Whole, short
from registry.api.wire import Blueprint
from registry.domain import literals
from registry.domain.publication.log_identity import LogIdentity
from registry.errors import Fault
from registry.queries.publication import ledger_state, log_identity, publications
from registry.refusals.acts import EpochOver, QueryRefused
from registry.refusals.open_data import StreamFull

LOOK_SECONDS = 1.0
"""How often the ledger is looked at for a listener."""
OPEN_SECONDS = 40
"""So long one answer stays open; the listener then comes again with the last number it had (``retry``)."""
MARGIN_SECONDS = 5
RETRY_MILLISECONDS = 2_000
EVENTS_MAX = 500
"""At most so many events are read at once."""
EVENT = {
    "type": "object",
    "description": "一个事件；data 是一行 JSON，与 /changes 的一项相同",
    "properties": {name: {"type": "string"} for name in ("id", "event", "data")},
}
blueprint = Blueprint("stream", __name__, url_prefix="/api/v1", description="公示动态")


class StreamQuery(StrictSchema):
    """After which entry to begin; by default with what comes next. `Last-Event-ID` stands over it."""

    after = Whole(load_default=None)
    epoch = short(load_default=None)


class _Listeners:
    """How many listeners this process has; each keeps one of its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.count = 0

    def enter(self, most: int) -> None:
        with self._lock:
            if self.count >= most:
                raise StreamFull()
            self.count += 1

    def leave(self) -> None:
        with self._lock:
            self.count -= 1


listeners = _Listeners()


@blueprint.route("/stream")
@public
@blueprint.arguments(StreamQuery, location="query")
@blueprint.response(200, EVENT, content_type="text/event-stream")
def stream(query: dict[str, Any]) -> Response:
    """What happens to which record, as server-sent events: `id` is the entry with the epoch, `event` the act, `data` as
    an item of `/changes`.

    The answer ends after some seconds, and a browser comes again by itself with `Last-Event-ID`. Refuses `epoch-over`
    a number of another epoch and `stream-full` more listeners than the node has threads for.
    """
    with runtime.reading() as session:
        identity, head = log_identity.current(session, runtime.settings().node), ledger_state.head(session)
    after = _place(query, identity, head)
    listeners.enter(runtime.settings().stream_listeners_max)
    response = Response(stream_with_context(_events(after, identity)), content_type="text/event-stream")
    response.call_on_close(listeners.leave)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx passes each event on at once
    return response


def _place(query: dict[str, Any], identity: LogIdentity, head: int) -> int:
    after: int | None = query["after"]
    epoch: str | None = query["epoch"]
    if header := request.headers.get("Last-Event-ID", ""):
        text, _, epoch = header.partition(".")
        after = literals.row_number(text)
        if after is None:
            raise QueryRefused(faults=(Fault("/Last-Event-ID", "event-malformed", "不是本接口给出的编号"),))
    if after is None:
        return head
    if after > head or epoch not in (None, "", identity.epoch) or (not epoch and after and not identity.is_first):
        raise EpochOver(epoch=identity.epoch)
    return after


def _events(after: int, identity: LogIdentity) -> Iterator[str]:
    seconds = min(OPEN_SECONDS, runtime.settings().request_timeout_seconds - MARGIN_SECONDS)
    end = time.monotonic() + seconds
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    while True:
        events = _read(after)
        for entry, act, data in events:
            yield f"id: {entry}.{identity.epoch}\nevent: {act}\ndata: {data}\n\n"
            after = entry
        if time.monotonic() >= end:
            return
        if not events:
            yield ": \n\n"  # a comment, by which a listener that has gone is noticed
            time.sleep(LOOK_SECONDS)


def _read(after: int) -> list[tuple[int, str, str]]:
    with runtime.reading() as session:
        entries = publications.changes(session, after=after, limit=EVENTS_MAX)
        public_entries = publications.public_entries(session, [entry.number for entry in entries])
        changes = [views.change(entry, is_public=entry.number in public_entries) for entry in entries]
    return [(item["entry"], item.get("act", "entry"), json.dumps(item, ensure_ascii=False)) for item in changes]
