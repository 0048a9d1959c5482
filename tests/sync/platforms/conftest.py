"""A node with people, and a platform beside it that takes and sends files of rows."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.models import InboxItem, ListAdoption, OutboxMessage, Peer, Penalty, RowBatch
from registry.queries.exchange import peer_messages
from registry.services.exchange import peers
from sync import row_exchange
from tests.stories.foreign.program import Platform

CODE = "platform"
CF = ("cf-2018", "list-credit-report")
TRADING = ("black-list", "withdraw-black-list", "violating-laws-rules-info")


@dataclass
class Side:
    """The node's side of an exchange of rows."""

    app: Flask
    url: str

    def run(self):
        """One run of the exchange."""
        return row_exchange.exchange(CODE)

    def reconcile(self):
        """One comparison of holdings."""
        return row_exchange.reconcile(CODE)

    def ask(self, statement):
        with runtime.reading() as session:
            return session.scalars(statement).all()

    def messages(self, state=None):
        rows = self.ask(select(OutboxMessage).order_by(OutboxMessage.entry))
        return [row for row in rows if state in (None, row.state)]

    def batches(self):
        return self.ask(select(RowBatch).order_by(RowBatch.sequence))

    def items(self, state=None):
        rows = self.ask(select(InboxItem).order_by(InboxItem.id))
        return [row for row in rows if state in (None, row.state)]

    def penalties(self):
        return self.ask(select(Penalty))

    def adoptions(self):
        return self.ask(select(ListAdoption).order_by(ListAdoption.id))

    def peer(self):
        with runtime.reading() as session:
            return peer_messages.peer(session, CODE)

    def change(self, **changed):
        def act(work):
            for name, value in changed.items():
                setattr(peer_messages.peer(work.session, CODE), name, value)

        runtime.perform(SYSTEM, act)


def register(app, url, profile="municipal-trading", **terms) -> Side:
    """Register the platform; ``terms`` change those of its profile."""
    intake = peers.Intake("clerk", "procurement-serious")

    def act(work) -> None:
        peer: Peer = peers.add_platform(work, CODE, "市虚构平台", url, profile, intake)
        for name, value in terms.items():
            setattr(peer, name, value)

    runtime.perform(SYSTEM, act)
    return Side(app, url)


@pytest.fixture
def folder(tmp_path) -> Path:
    place = tmp_path / "drop"
    place.mkdir()
    return place


@pytest.fixture
def files(app, people, folder) -> Side:
    """A platform of the file drop: CSV, penalties and lists out, list and penalty rows in."""
    terms = {"file_type": "csv", "formats": list(CF), "formats_in": ["cf-2018", *TRADING]}
    return register(app, f"file://{folder}", **terms)


@pytest.fixture
def partner(folder) -> Platform:
    """The platform itself, which shares no code with the product."""
    return Platform(folder, "city", CODE)
