"""Begin and end watches, and deliver their events to webhooks."""

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
from registry.keys.signing import Keys
from registry.models import Watch, WatchedParty, WatchEvent
from registry.queries.checks import watched_parties
from registry.queries.publication import ledger_state
from registry.refusals.acts import BodyRefused, EntryAhead, TransitionRefused
from registry.refusals.award import WebhookRefused
from registry.services.checks.request import Inquiry, parse_inquiry
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

TAKE = 20
"""Events taken to one webhook in one run."""


@dataclass(frozen=True)
class WatchRequest:
    """The request of a watch, as it is stored sealed; of a person the keyed hash only."""

    tender: str
    sector: str
    must_tender: bool | None
    district: str | None
    parties: Sequence[CheckedParty]

    def on(self, day: dt.date) -> CheckScope:
        """The scope of a check on a day."""
        return CheckScope(self.sector, self.must_tender, self.district, day)


@dataclass(frozen=True)
class EventDelivery:
    """One event to be delivered: canonical bytes, the signature over them (hex), and the try it is taken for."""

    sequence: int
    attempt: int
    body: bytes
    key_id: str
    signature: str


def begin(work: UnitOfWork, inquiry: Inquiry, until: dt.date, address: str | None, after: int | None) -> Watch:
    """Watch the parties of an inquiry up to the day before ``until``.

    ``after`` is the ledger entry from which on changes are reported, for instance that of a check already made, so
    that nothing between the two is missed; default the head. Refuses ``OutOfRole``, ``OutOfScope``, ``BodyRefused``
    with every fault, ``WebhookRefused`` and ``EntryAhead``.
    """
    work.actor.require(Permission.WATCH_KEEP)
    work.actor.require_scope(frozenset({inquiry.sector}), None)
    checked_parties = parse_inquiry(work, inquiry)
    if until <= work.today:
        raise BodyRefused(faults=(Fault("/until", "day-past", "截止日应在今天之后"),))
    if address is not None and not webhook.is_allowed(address, webhook.hosts(work.settings.webhook_hosts)):
        raise WebhookRefused()
    head = ledger_state.head(work.session)
    if after is not None and after > head:
        raise EntryAhead()
    watch_request = WatchRequest(
        inquiry.tender["code"], inquiry.sector, inquiry.must_tender, inquiry.district, tuple(checked_parties)
    )
    from_entry = head if after is None else after
    watch = Watch(
        id=secrets.token_hex(16),
        account_id=work.actor.account_id,
        department_id=work.actor.department_id,
        state=ACTIVE,
        created_at=work.now,
        until=until,
        parties=len(checked_parties),
        from_entry=from_entry,
        seen_entry=from_entry,
        seen_day=work.today,
        events=0,
        failures=0,
        question_sealed=work.keys.vault.seal(_dump_request(watch_request)),
        webhook_sealed=work.keys.vault.seal(address.encode()) if address else None,
    )
    work.session.add(watch)
    work.session.flush()
    rows = [
        _build_indexes(work.keys, party) | {"watch_id": watch.id, "position": position}
        for position, party in enumerate(checked_parties)
    ]
    work.session.execute(insert(WatchedParty), rows)
    audit.note(work, "watch.begin", watch.id)
    return watch


def _build_indexes(keys: Keys, party: CheckedParty) -> dict[str, str | None]:
    return {
        "uscc_index": index(keys, "uscc", party.uscc),
        "id_index": index(keys, "id", party.id_index),
        "name_index": index(keys, "name", name_key.key(party.name)),
    }


def index(keys: Keys, by: str, value: str | None) -> str | None:
    """The keyed hash of a watched code, number or name.

    It is not the one that records are found by, so that nobody who sees the tables can tell which record is watched.
    """
    return keys.vault.index(f"watched {by}", value).hex() if value else None


def _dump_request(watch_request: WatchRequest) -> bytes:
    """The request as it is stored: the names that relations give a party are looked up anew each time."""
    content = asdict(watch_request)
    content["asked"] = content.pop("parties")  # the key by which stored requests have them
    for party in content["asked"]:
        del party["names"]
    return json.dumps(content).encode()


def request_of_watch(keys: Keys, watch: Watch) -> WatchRequest:
    """The request of a watch, opened."""
    content = json.loads(keys.vault.open(watch.question_sealed))
    parties = tuple(CheckedParty(**party) for party in content.pop("asked"))
    return WatchRequest(**content, parties=parties)


def end(work: UnitOfWork, watch: str) -> Watch:
    """End a watch of one's department; its parties are deleted, its events stay. Ending it again changes nothing."""
    work.actor.require(Permission.WATCH_KEEP)
    watch_row = watched_parties.own(work.session, work.actor.department_id, watch, lock=True)
    if watch_row.state != ENDED:
        close(work, watch_row, ENDED)
        watch_row.webhook_sealed = None
        is_pending = (WatchEvent.watch_id == watch_row.id) & (WatchEvent.state == "pending")
        work.session.execute(update(WatchEvent).where(is_pending).values(state="kept"))
        work.session.flush()
        audit.note(work, "watch.end", watch_row.id)
    return watch_row


def close(work: UnitOfWork, watch: Watch, state: str) -> None:
    """Close a watch in a final state and delete its parties and its mail address: none is kept longer than needed."""
    watch.state, watch.question_sealed, watch.mail_sealed = state, b"", None
    work.session.flush()
    work.session.execute(delete(WatchedParty).where(WatchedParty.watch_id == watch.id))


def replay(work: UnitOfWork, watch: str, first: int) -> int:
    """Send the events from sequence number ``first`` on to the webhook again; returns how many."""
    work.actor.require(Permission.WATCH_KEEP)
    watch_row = watched_parties.own(work.session, work.actor.department_id, watch, lock=True)
    if watch_row.webhook_sealed is None:
        raise TransitionRefused("没有回调地址")
    is_chosen = (WatchEvent.watch_id == watch_row.id) & (WatchEvent.sequence >= first)
    values: dict[str, Any] = {"state": "pending", "attempts": 0, "delivered_at": None}
    result = work.session.execute(update(WatchEvent).where(is_chosen).values(values).returning(WatchEvent.id))
    count = len(result.all())
    watch_row.failures, watch_row.retry_at = 0, None
    work.session.flush()
    audit.note(work, "watch.replay", watch_row.id, f"from {first}: {count}")
    return count


def take_events(work: UnitOfWork, watch: str) -> tuple[Watch, str, list[EventDelivery]]:
    """Take the next events of a watch for delivery, in order, with its address; counts the try, sends nothing."""
    watch_row = work.session.scalars(select(Watch).where(Watch.id == watch).with_for_update()).one()
    if watch_row.webhook_sealed is None:
        return watch_row, "", []
    statement = select(WatchEvent).where(WatchEvent.watch_id == watch, WatchEvent.state == "pending")
    events = list(work.session.scalars(statement.order_by(WatchEvent.sequence).limit(TAKE)))
    for event in events:
        event.attempts += 1
    work.session.flush()
    return (
        watch_row,
        work.keys.vault.open(watch_row.webhook_sealed).decode(),
        [open_event(work.keys, event) for event in events],
    )


def open_event(keys: Keys, event: WatchEvent) -> EventDelivery:
    """Open a stored event as it was signed."""
    content = json.loads(keys.vault.open(event.event_sealed))
    body = content["event"].encode()
    return EventDelivery(
        event.sequence, event.attempts, body, content["signature"]["kid"], content["signature"]["value"]
    )


def record_delivery(work: UnitOfWork, watch: str, parcel: EventDelivery) -> None:
    """Record that the receiver has taken an event. One that was replayed meanwhile stays to be sent."""
    is_this = (WatchEvent.watch_id == watch) & (WatchEvent.sequence == parcel.sequence)
    work.session.execute(
        update(WatchEvent)
        .where(is_this, WatchEvent.state == "pending", WatchEvent.attempts == parcel.attempt)
        .values(state="delivered", delivered_at=work.now)
    )
    work.session.execute(update(Watch).where(Watch.id == watch).values(failures=0, retry_at=None))


def record_failure(work: UnitOfWork, watch: str, failures: int, retry_at: dt.datetime | None) -> None:
    """Record that a delivery failed, and when to try again."""
    work.session.execute(update(Watch).where(Watch.id == watch).values(failures=failures, retry_at=retry_at))
