"""The node of a simulated history: what it published, and the channels by which others are told of it.

A seed draws every step. The node's own code runs on a real store; it is killed before or after a step of its own.
"""

import random
from collections.abc import Callable
from typing import Any, Protocol

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.models import InboxItem, OutboxMessage
from registry.queries.exchange import peer_messages
from registry.services.publication.publishing import Version, publish
from tests.sync.bodies import body, removed

STEPS = 30
ROUNDS = 8
Act = Callable[[], object]


class Killed(BaseException):
    """The node is gone in the middle of its work."""


class Channel(Protocol):
    """One peer over one transport: what both sides do of themselves, and what must be true in the end."""

    code: str
    killed_in: tuple[tuple[Any, str], ...]

    def run(self) -> None:
        """One run of the node's exchange with the peer."""

    def acts(self) -> list[Act]:
        """What the peer may do at any time, faults included."""

    def go_on(self) -> None:
        """A round of both sides without faults."""

    def check(self, ours: dict[str, dict[str, Any]], others: dict[str, dict[str, Any]]) -> None:
        """Assert that nothing is lost, doubled or different."""


class World:
    """The node and its channels."""

    def __init__(self, seed: int, patch: pytest.MonkeyPatch) -> None:
        self.draw, self.patch = random.Random(seed), patch
        self.ours: dict[str, dict[str, Any]] = {}
        self.others: dict[str, dict[str, Any]] = {}
        """What another node published, which platforms are told of, too."""
        self.channels: list[Channel] = []

    def publish(self) -> None:
        self._publish(body(document_number=f"盐虚罚〔2026〕{len(self.ours) + 1}号"))

    def change(self) -> None:
        standing = [one for one in self.ours.values() if one["state"] == "published"]
        if standing:
            one = self.draw.choice(standing)
            changed = {**one, "revision": one["revision"] + 1, "act": "correct", "content": f"更正{one['revision']}次"}
            self._publish(self.draw.choice([changed, removed(one)]))

    def _publish(self, one: dict[str, Any]) -> None:
        runtime.perform(SYSTEM, lambda work: publish(work, [Version(one, "city")]))
        self.ours[one["record"]] = one

    def run(self, channel: Channel) -> None:
        """One run, whatever time the node wanted to wait."""

        def clear(work: Any) -> None:
            peer_messages.peer(work.session, channel.code).retry_at = None

        runtime.perform(SYSTEM, clear)
        channel.run()

    def run_and_die(self, channel: Channel) -> None:
        """One run that is killed before or after a step of its own, if it comes so far."""
        place, name = self.draw.choice(channel.killed_in)
        is_before, step = self.draw.random() < 0.5, getattr(place, name)

        def dies(*arguments: Any, **named: Any) -> None:
            if not is_before:
                step(*arguments, **named)
            raise Killed

        with self.patch.context() as patch:
            patch.setattr(place, name, dies)
            try:
                self.run(channel)
            except Killed:
                return

    def acts(self) -> list[Act]:
        """Everything that may happen next; a death twice as often as the rest."""
        acts: list[Act] = [self.publish, self.change]
        for channel in self.channels:
            node = [lambda one=channel: self.run(one)] + [lambda one=channel: self.run_and_die(one)] * 2
            acts += [*node, *channel.acts()]
        return acts

    def play(self) -> None:
        """Draw a history; then let all go on without faults until nothing moves any more, and check."""
        acts = self.acts()
        for _ in range(STEPS * len(self.channels)):
            self.draw.choice(acts)()
        for _ in range(ROUNDS):
            for channel in self.channels:
                self.run(channel)
                channel.go_on()
        for channel in self.channels:
            assert {message.state for message in messages_to(channel.code)} <= {"delivered"}, channel.code
            channel.check(self.ours, self.others)
        assert rows(select(InboxItem).where(InboxItem.state == "quarantined")) == []


def rows(statement: Any) -> list[Any]:
    """Rows of the node's store."""
    with runtime.reading() as session:
        return list(session.scalars(statement))


def messages_to(code: str) -> list[OutboxMessage]:
    """The node's messages to a peer."""
    with runtime.reading() as session:
        peer = peer_messages.peer(session, code)
        return list(session.scalars(select(OutboxMessage).where(OutboxMessage.peer_id == peer.id)))


def expected_at_platform(ours: dict[str, dict[str, Any]]) -> dict[str, tuple[int, str]]:
    """Record → (version, operation) that a platform has to hold."""
    return {record: (one["revision"], _operation(one)) for record, one in ours.items()}


def _operation(one: dict[str, Any]) -> str:
    if one["state"] != "published":
        return "D"
    return "I" if one["revision"] == 1 else "U"
