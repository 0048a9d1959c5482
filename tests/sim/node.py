"""Another node of a simulated history, behind its own door: requests are signed and verified, and get lost."""

import random
from typing import Any

import requests
from flask import Flask
from sqlalchemy import delete, select

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.keys.httpsig import sign_request
from registry.models import InboxBatch, InboxItem, Publication, PublicationSector
from registry.services.exchange import outbox, peers
from registry.services.publication.publishing import Version, publish
from sync import backlog, pull, push, reconcile
from sync.client import HttpPeer, NotDelivered, _accept_answer
from sync.outbound import Answer
from tests.sim.world import Act
from tests.support.membership import entitle
from tests.sync.bodies import body, speaking

URL = "http://127.0.0.1:9"
FAULTS = ("unavailable", "too-late", "answer-lost", "answer-broken", "answer-cut")


class Door(HttpPeer):
    """The peer's door without a socket. ``fault`` is what happens to the next requests, None for nothing."""

    def __init__(self, app: Flask, draw: random.Random, is_faulty: bool) -> None:
        super().__init__(URL, runtime.keys().exchange, 5)
        self._app, self._draw, self._is_faulty = app, draw, is_faulty

    def _request(self, method: str, path: str, raw: bytes | None = None) -> bytes:
        fault = self._draw.choice(FAULTS) if self._is_faulty and self._draw.random() < 0.3 else None
        if fault in ("unavailable", "too-late"):
            raise NotDelivered(backlog.Failed() if fault == "unavailable" else backlog.TimedOut())
        headers = {"Content-Type": "application/json"} if raw is not None else {}
        prepared = requests.Request(method, self._base + path, data=raw, headers=headers).prepare()
        sign_request(prepared, self._signer, self._signer.key_id, runtime.clock())
        response = self._app.test_client().open(
            f"/exchange/v1{path}", method=method, base_url=URL, data=raw, headers=dict(prepared.headers)
        )
        if fault == "answer-lost":
            raise NotDelivered(backlog.TimedOut())
        if fault == "answer-broken":
            raise NotDelivered(backlog.Broken())
        body = response.data[: len(response.data) // 2] if fault == "answer-cut" else response.data
        return _accept_answer(Answer(response.status_code, dict(response.headers), body))


class NodePeer:
    """The other node: it takes what comes, publishes records of its own, and loses some of what it took."""

    code = "platform"
    killed_in = (
        (outbox, "take_due"),
        (outbox, "batch_of"),
        (outbox, "settle"),
        (push, "_settle"),
        (pull, "_take_page"),
    )

    def __init__(self, draw: random.Random, app: Flask, others: dict[str, dict[str, Any]]) -> None:
        self.draw, self.app, self.theirs = draw, app, others
        own_key = runtime.keys().exchange.public.hex()
        with app.app_context():
            its_key = runtime.keys().exchange.public.hex()
            runtime.perform(SYSTEM, lambda work: _befriend(work, "city", "", own_key))
        runtime.perform(SYSTEM, lambda work: _befriend(work, self.code, URL, its_key))

    def run(self, *, is_faulty: bool = True) -> None:
        push.push(self.code, lambda _: Door(self.app, self.draw, is_faulty))
        pull.pull(self.code, lambda _: Door(self.app, self.draw, is_faulty))

    def acts(self) -> list[Act]:
        return [self.publish, self.forget, lambda: self.compare(is_faulty=True)]

    def publish(self) -> None:
        one = body(node=self.code, document_number=f"虚构罚〔2026〕{len(self.theirs) + 1}号")
        with self.app.app_context():
            runtime.perform(SYSTEM, lambda work: publish(work, [Version(one, self.code)]))
        self.theirs[one["record"]] = one

    def forget(self) -> None:
        """The node comes back without a part of what it took in."""
        with self.app.app_context():
            runtime.perform(SYSTEM, self._forget)

    def _forget(self, work: Any) -> None:
        taken = work.session.scalars(select(Publication.record).where(Publication.origin == "city")).all()
        lost = [record for record in sorted(set(taken)) if self.draw.random() < 0.3]
        entries = select(Publication.from_entry).where(Publication.record.in_(lost)).scalar_subquery()
        work.session.execute(delete(PublicationSector).where(PublicationSector.from_entry.in_(entries)))
        work.session.execute(delete(Publication).where(Publication.record.in_(lost)))
        work.session.execute(delete(InboxItem))
        work.session.execute(delete(InboxBatch))

    def compare(self, *, is_faulty: bool = False) -> None:
        try:
            reconcile.reconcile(self.code, lambda _: Door(self.app, self.draw, is_faulty))
        except NotDelivered:
            return

    def go_on(self) -> None:
        self.run(is_faulty=False)
        self.compare()

    def check(self, ours: dict[str, dict[str, Any]], others: dict[str, dict[str, Any]]) -> None:
        with self.app.app_context():
            assert _newest("city") == {record: one["revision"] for record, one in ours.items()}
        assert _newest(self.code) == {record: one["revision"] for record, one in others.items()}


def _newest(origin: str) -> dict[str, int]:
    statement = select(Publication.record, Publication.revision).where(
        Publication.origin == origin, Publication.until_entry.is_(None)
    )
    with runtime.reading() as session:
        return dict(session.execute(statement).tuples().all())


def _befriend(work: Any, code: str, url: str, key: str) -> None:
    peers.add(work, code, code, url, key, ())
    entitle(work, code, speaking(code))
