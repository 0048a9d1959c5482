"""Watches and their events as a person reads them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from registry.domain.checks.watch import ACTIVE, ENDED, OVER
from registry.domain.labels import ACTS, REASONS, VERDICTS, label_for
from registry.domain.literals import chinese_day
from registry.keys.signing import Keys
from registry.models import Watch, WatchEvent
from registry.printing.evaluation_sheet import beijing_time
from registry.queries.checks import watched_parties
from registry.services.checks import watch_notices, watches
from registry.web.formatting import plain

EVENTS_SHOWN = 10
STATES = {ACTIVE: "关注中", OVER: "已到期", ENDED: "已结束"}


@dataclass(frozen=True)
class EventView:
    """One party whose answer changed: before and after, what did it, and when."""

    watch: str
    tender: str
    sequence: int
    party: str
    before: str
    after: str
    verdict: str
    cause: str
    record: str
    at: str
    on: str


@dataclass(frozen=True)
class WatchView:
    """A watch: its tender while it is watched, its state and last day, and how many events there are."""

    id: str
    tender: str
    state: str
    is_active: bool
    until: str
    parties: int
    seen_entry: int
    events: int
    has_webhook: bool
    email: str
    waits_for_code: bool


def watch_view(keys: Keys, watch: Watch) -> WatchView:
    """A watch as it is shown; when it is over, its tender and parties are forgotten."""
    is_active = watch.state == ACTIVE
    email, code = watch_notices.address_of(keys, watch)
    return WatchView(
        id=watch.id,
        tender=plain(watches.request_of_watch(keys, watch).tender) if is_active else "（名单已删除）",
        state=label_for(STATES, watch.state),
        is_active=is_active,
        until=chinese_day(watch.until.isoformat()),
        parties=watch.parties,
        seen_entry=watch.seen_entry,
        events=watch.events,
        has_webhook=watch.webhook_sealed is not None,
        email=email,
        waits_for_code=bool(code),
    )


def event_views(keys: Keys, watch: Watch, events: Sequence[WatchEvent]) -> list[EventView]:
    """Events of one watch; the parties are named while they are watched."""
    names, tender = {}, ""
    if watch.state == ACTIVE:
        watch_request = watches.request_of_watch(keys, watch)
        names = {party.ref: party.name for party in watch_request.parties}
        tender = watch_request.tender
    return [_event_view(keys, watch, event, names, tender) for event in events]


def _event_view(keys: Keys, watch: Watch, event: WatchEvent, names: dict[str, str], tender: str) -> EventView:
    body = json.loads(watches.open_event(keys, event).body)
    reasons = body["after"]["reasons"] or body["before"]["reasons"]
    why = "；".join(dict.fromkeys(label_for(REASONS, reason.get("code")) for reason in reasons))
    act = f"第 {body['entry']} 号记录：{label_for(ACTS, body['act'])}" if body["act"] else "随日期变化"
    return EventView(
        watch=watch.id,
        tender=plain(tender),
        sequence=event.sequence,
        party=plain(f"{body['ref']} {names.get(body['ref'], '')}".strip()),
        before=label_for(VERDICTS, body["before"]["verdict"]),
        after=label_for(VERDICTS, body["after"]["verdict"]),
        verdict=body["after"]["verdict"],
        cause=f"{act}（{why}）" if why else act,
        record=body["record"] or "",
        at=beijing_time(event.made_at),
        on=chinese_day(body["on"]),
    )


def newest_events(session: Session, keys: Keys, department_id: int | None) -> list[EventView]:
    """The newest events of all watches of a department."""
    return [
        view
        for watch, event in watched_parties.newest_events(session, department_id, limit=EVENTS_SHOWN)
        for view in event_views(keys, watch, [event])
    ]
