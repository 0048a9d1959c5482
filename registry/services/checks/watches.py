"""The acts on watches: begin one, end it, and what its webhook is told."""

import datetime as dt
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update

from registry.domain.checks import webhook
from registry.domain.checks.model import CheckedParty, CheckScope
from registry.domain.checks.watch import ACTIVE, ENDED
from registry.domain.naming import name_key
from registry.domain.permissions import Permission
from registry.errors import Fault
from registry.models import Watch, WatchedParty, WatchEvent
from registry.queries.checks import watched_parties
from registry.queries.publication import ledger_state
from registry.refusals.acts import BodyRefused, EntryAhead, TransitionRefused
from registry.refusals.award import WebhookRefused
from registry.services.checks.request import Inquiry, parse_inquiry
from registry.services.node import audit
from registry.signing import Keys
from registry.unit_of_work import UnitOfWork

TAKE = 20
"""Events taken to one webhook in one run."""


@dataclass(frozen=True)
class WatchRequest:
    """What a watch asks again and again, as it is kept sealed; of a person the keyed hash only."""

    tender: str
    sector: str
    must_tender: bool
    district: str | None
    asked: Sequence[CheckedParty]

    def on(self, day: dt.date) -> CheckScope:
        """The question of a day."""
        return CheckScope(self.sector, self.must_tender, self.district, day)


@dataclass(frozen=True)
class EventDelivery:
    """One event on its way: canonical bytes, the signature over them (hex), and the try it is taken for."""

    sequence: int
    attempt: int
    body: bytes
    key_id: str
    signature: str


def begin(work: UnitOfWork, inquiry: Inquiry, until: dt.date, address: str | None, after: int | None) -> Watch:
    """Watch the parties of an inquiry up to the day before ``until``.

    ``after`` is the ledger entry from which on something new is told, for instance that of a check already made, so
    that nothing between the two is missed; default the head. Refuses ``OutOfRole``, ``OutOfScope``, ``BodyRefused``
    with every fault, ``WebhookRefused`` and ``EntryAhead``.
    """
    work.actor.require(Permission.WATCH_KEEP)
    work.actor.require_scope(frozenset({inquiry.sector}), None)
    asked = parse_inquiry(work, inquiry)
    if until <= work.today:
        raise BodyRefused(faults=(Fault("/until", "day-past", "截止日应在今天之后"),))
    if address is not None and not webhook.is_allowed(address, webhook.hosts(work.settings.webhook_hosts)):
        raise WebhookRefused()
    head = ledger_state.head(work.session)
    if after is not None and after > head:
        raise EntryAhead()
    question = WatchRequest(inquiry.tender["code"], inquiry.sector, inquiry.must_tender, inquiry.district, tuple(asked))
    from_entry = head if after is None else after
    made = Watch(
        id=secrets.token_hex(16),
        account_id=work.actor.account_id,
        department_id=work.actor.department_id,
        state=ACTIVE,
        created_at=work.now,
        until=until,
        parties=len(asked),
        from_entry=from_entry,
        seen_entry=from_entry,
        seen_day=work.today,
        events=0,
        failures=0,
        question_sealed=work.keys.vault.seal(_sealable(question)),
        webhook_sealed=work.keys.vault.seal(address.encode()) if address else None,
    )
    work.session.add(made)
    work.session.flush()
    rows = [_indexes(work.keys, one) | {"watch_id": made.id, "position": at} for at, one in enumerate(asked)]
    work.session.execute(insert(WatchedParty), rows)
    audit.note(work, "watch.begin", made.id)
    return made


def _indexes(keys: Keys, one: CheckedParty) -> dict[str, str | None]:
    return {
        "uscc_index": index(keys, "uscc", one.uscc),
        "id_index": index(keys, "id", one.id_index),
        "name_index": index(keys, "name", name_key.key(one.name)),
    }


def index(keys: Keys, by: str, value: str | None) -> str | None:
    """The keyed hash under which a watched code, number or name stands: not the one that records are found by, so
    that nobody who sees the tables can tell which record is watched."""
    return keys.vault.index(f"watched {by}", value).hex() if value else None


def _sealable(question: WatchRequest) -> bytes:
    """The question as it is kept: the names that relations say of a party are looked up anew at every look."""
    kept = asdict(question)
    for one in kept["asked"]:
        del one["names"]
    return json.dumps(kept).encode()


def request_of_watch(keys: Keys, watch: Watch) -> WatchRequest:
    """What a watch asks, opened."""
    held = json.loads(keys.vault.open(watch.question_sealed))
    return WatchRequest(**held | {"asked": tuple(CheckedParty(**one) for one in held["asked"])})


def end(work: UnitOfWork, watch: str) -> Watch:
    """End a watch of one's department; its parties are forgotten, its events stay. Ending it again changes nothing."""
    work.actor.require(Permission.WATCH_KEEP)
    held = watched_parties.own(work.session, work.actor.department_id, watch, lock=True)
    if held.state != ENDED:
        close(work, held, ENDED)
        held.webhook_sealed = None
        still = (WatchEvent.watch_id == held.id) & (WatchEvent.state == "pending")
        work.session.execute(update(WatchEvent).where(still).values(state="kept"))
        work.session.flush()
        audit.note(work, "watch.end", held.id)
    return held


def close(work: UnitOfWork, held: Watch, state: str) -> None:
    """Put a watch into a state from which it looks no more: bidder lists are kept no longer than they are needed."""
    held.state, held.question_sealed = state, b""
    work.session.flush()
    work.session.execute(delete(WatchedParty).where(WatchedParty.watch_id == held.id))


def replay(work: UnitOfWork, watch: str, first: int) -> int:
    """Let the events from sequence number ``first`` on be sent to the webhook again; returns how many."""
    work.actor.require(Permission.WATCH_KEEP)
    held = watched_parties.own(work.session, work.actor.department_id, watch, lock=True)
    if held.webhook_sealed is None:
        raise TransitionRefused("没有回调地址")
    again = (WatchEvent.watch_id == held.id) & (WatchEvent.sequence >= first)
    values: dict[str, Any] = {"state": "pending", "attempts": 0, "delivered_at": None}
    sent = work.session.execute(update(WatchEvent).where(again).values(values).returning(WatchEvent.sequence))
    count = len(sent.all())
    held.failures, held.retry_at = 0, None
    work.session.flush()
    audit.note(work, "watch.replay", held.id, f"from {first}: {count}")
    return count


def take(work: UnitOfWork, watch: str) -> tuple[Watch, str, list[EventDelivery]]:
    """The address of a watch and its next events, in order; counts the try. Nothing is sent in here."""
    held = work.session.scalars(select(Watch).where(Watch.id == watch).with_for_update()).one()
    if held.webhook_sealed is None:
        return held, "", []
    question = select(WatchEvent).where(WatchEvent.watch_id == watch, WatchEvent.state == "pending")
    found = list(work.session.scalars(question.order_by(WatchEvent.sequence).limit(TAKE)))
    for event in found:
        event.attempts += 1
    work.session.flush()
    return held, work.keys.vault.open(held.webhook_sealed).decode(), [open_event(work.keys, one) for one in found]


def open_event(keys: Keys, event: WatchEvent) -> EventDelivery:
    """An event as it was signed."""
    held = json.loads(keys.vault.open(event.event_sealed))
    body = held["event"].encode()
    return EventDelivery(event.sequence, event.attempts, body, held["signature"]["kid"], held["signature"]["value"])


def record_delivery(work: UnitOfWork, watch: str, parcel: EventDelivery) -> None:
    """The receiver has taken an event. One that was asked for again meanwhile stays to be sent."""
    is_this = (WatchEvent.watch_id == watch) & (WatchEvent.sequence == parcel.sequence)
    work.session.execute(
        update(WatchEvent)
        .where(is_this, WatchEvent.state == "pending", WatchEvent.attempts == parcel.attempt)
        .values(state="delivered", delivered_at=work.now)
    )
    work.session.execute(update(Watch).where(Watch.id == watch).values(failures=0, retry_at=None))


def record_failure(work: UnitOfWork, watch: str, failures: int, retry_at: dt.datetime | None) -> None:
    """The receiver has not: when to try again."""
    work.session.execute(update(Watch).where(Watch.id == watch).values(failures=failures, retry_at=retry_at))
