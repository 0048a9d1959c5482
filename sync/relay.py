"""Push: take what is due, send it outside any transaction, settle on the peer's signed receipt."""

from dataclasses import dataclass
from typing import Any

from registry import db
from registry.domain.batch import BYTES_MAX
from registry.domain.permissions import SYSTEM
from registry.errors import Refusal
from registry.queries import exchange as questions
from registry.services import outbox
from registry.work import Work
from sync import core, links
from sync.client import NotDelivered, Transport

Version = tuple[int, dict[str, Any]]


@dataclass
class Pushed:
    """What one push did; ``failed`` names the event that ended it early."""

    sent: int = 0
    set_aside: int = 0
    failed: str | None = None


def push(code: str, connect: links.Connect = links.connect) -> Pushed:
    """Send one run of pending promises to a peer; what is not receipted stays promised."""

    def take(work: Work) -> tuple[core.Link, list[Version], Transport]:
        peer = questions.peer(work.session, code)
        due = outbox.due(work, peer, work.settings.batch_records_max)
        return links.link_of(peer), due, connect(peer)

    link, due, transport = db.perform(SYSTEM, take)
    run = core.Run(link, due, db.settings().batch_records_max)
    done = Pushed()
    while chunk := run.next_chunk():
        event = _send(code, transport, chunk)
        if isinstance(event, core.Received):
            done.sent += len(chunk)
        else:
            done.failed = type(event).__name__
        run.report(event, links.circumstances())
    if due:
        _put_aside(code, run.set_aside)
        links.remember(code, run.link)
    done.set_aside = len(run.set_aside)
    return done


def push_all(connect: links.Connect = links.connect) -> dict[str, Pushed]:
    """Push to every peer that has an address."""
    return links.each(links.reachable(), lambda code: push(code, connect), lambda error: Pushed(failed=error))


def _send(code: str, transport: Transport, chunk: list[Version]) -> core.Event:
    raw = db.perform(SYSTEM, lambda work: outbox.batch_of(work, chunk, {}))
    if len(raw) > BYTES_MAX:
        return core.Refused(413, "batch-too-large")
    try:
        receipt = transport.send_batch(raw)
    except NotDelivered as failure:
        return failure.event
    return _settle(code, receipt)


def _settle(code: str, receipt: bytes) -> core.Event:
    """A receipt that does not verify settles nothing: the promises stay and are kept later."""
    try:
        db.perform(SYSTEM, lambda work: outbox.settle(work, questions.peer(work.session, code), receipt))
    except Refusal:
        return core.Failed()
    return core.Received()


def _put_aside(code: str, items: list[tuple[Version, str]]) -> None:
    def act(work: Work) -> None:
        peer = questions.peer(work.session, code)
        for (entry, _), reason in items:
            outbox.set_aside(work, peer, entry, reason)

    if items:
        db.perform(SYSTEM, act)
