"""Two real nodes, each with its own store, keys and HTTP door on 127.0.0.1."""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from registry.domain.permissions import SYSTEM
from registry.models import InboxItem, OutboxMessage, Publication
from registry.queries.exchange import peer_messages
from registry.runtime import db, perform, reading
from registry.services.exchange import peers
from registry.settings import Settings
from tests.support import stores
from tests.support.applications import application
from tests.support.membership import entitle
from tests.support.thread_server import run_server
from tests.sync.bodies import speaking


class _Quiet(WSGIRequestHandler):
    def log(self, *args):
        pass


@dataclass
class Node:
    """One node, its address and what the tests ask of it."""

    app: Flask
    url: str

    def __enter__(self):
        self._context = self.app.app_context()
        self._context.push()
        return self

    def __exit__(self, *_):
        self._context.pop()

    @property
    def code(self):
        return self.app.extensions["registry_settings"].node

    @property
    def signer(self):
        return self.app.extensions["registry_keys"].exchange

    def do(self, act):
        """Run an act in its transaction."""
        with self:
            return perform(SYSTEM, act)

    def ask(self, question):
        """Ask with a session."""
        with self, reading() as session:
            return question(session)

    def publications(self):
        """(record, revision, state) → publication, in the order of entries."""
        rows = self.ask(lambda session: session.scalars(select(Publication).order_by(Publication.from_entry)).all())
        return {(row.record, row.revision): row for row in rows}

    def messages(self, state):
        """Outbox messages in a state."""
        question = select(OutboxMessage).where(OutboxMessage.state == state)
        return self.ask(lambda session: session.scalars(question).all())

    def items(self, state="quarantined"):
        """Inbox items in a state."""
        question = select(InboxItem).where(InboxItem.state == state).order_by(InboxItem.id)
        return self.ask(lambda session: session.scalars(question).all())

    def peer(self, code):
        """A peer row."""
        return self.ask(lambda session: peer_messages.peer(session, code))

    def befriend(self, other, url=None, owners=()):
        """Make another node known here, with what it may speak for."""
        at = other.url if url is None else url
        self.do(lambda work: peers.add(work, other.code, other.code, at, other.signer.public.hex(), owners))
        self.do(lambda work: entitle(work, other.code, speaking(other.code)))


@pytest.fixture(params=stores.STORES)
def node(request, templates, tmp_path):
    """A maker of nodes: ``node("small", batch_records_max=2)``; all stop with the test."""
    with ExitStack() as running:

        def make(code, **chosen):
            home = tmp_path / code
            home.mkdir()
            url = running.enter_context(templates.copy(request.param, home))
            chosen = {"exchange_timeout_seconds": 5, "home": str(home), "database_url": url, **chosen}
            app = application(Settings(node=code, **chosen))
            return Node(app, running.enter_context(served(app)))

        yield make


@contextmanager
def served(app):
    """The address of an application's HTTP door."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    with run_server(server) as url:
        yield url
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def city(node):
    """The node that decides."""
    return node("city")


@pytest.fixture
def platform(node, city):
    """The other node; both know each other."""
    made = node("platform")
    made.befriend(city)
    city.befriend(made)
    return made
