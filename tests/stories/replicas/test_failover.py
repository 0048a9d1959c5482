"""The primary of PostgreSQL crashes under load and its synchronous standby takes over: nothing acknowledged is lost."""

import os
import threading
import time

from sqlalchemy import select

from registry import runtime
from registry.app import create_app
from registry.models import LedgerEntry, Penalty, Publication
from tests.stories.replicas.conftest import furnished
from tests.support.desk import Desk
from tests.support.filings import filing
from tests.support.people import hire

FAILOVERS = int(os.environ.get("FAILOVERS", "2"))
WRITERS = 3
LOAD_SECONDS = 1.0
READY_SECONDS = 60


class Load:
    """Clerks who file and verifiers who publish without a pause; what was acknowledged to them."""

    def __init__(self, app, people):
        self._app, self._people = app, people
        self.filed, self.published, self.refused = set(), set(), 0
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._threads = [threading.Thread(target=self._write, daemon=True) for _ in range(WRITERS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(READY_SECONDS)
        assert not [thread for thread in self._threads if thread.is_alive()]

    def _write(self):
        desk = Desk(self._app.test_client(), self._people)
        while not self._stop.is_set():
            answer = desk.file(filing())
            if answer.status_code != 201:
                assert answer.status_code == 503, answer.get_json()
                with self._lock:
                    self.refused += 1
                time.sleep(0.05)
                continue
            record = answer.get_json()["id"]
            with self._lock:
                self.filed.add(record)
            if desk.act("verification", record).status_code == 200:
                with self._lock:
                    self.published.add(record)


def test_failovers_under_load_lose_nothing_acknowledged(tmp_path, capsys):
    counts = []
    with furnished(tmp_path, synchronous=True) as (pair, settings):
        app = create_app(settings)
        with app.app_context():
            people = hire()
            runtime.db.session.remove()
        with Load(app, people) as load:
            for _ in range(FAILOVERS):
                time.sleep(LOAD_SECONDS)
                pair.fail_over()
                begun, before = time.monotonic(), len(load.published)
                pair.attach()
                while len(load.published) == before:
                    assert time.monotonic() < begun + READY_SECONDS, "nothing is acknowledged any more"
                    time.sleep(0.02)
                counts.append((len(load.published), time.monotonic() - begun))
        with app.app_context(), runtime.reading() as session:
            filed = set(session.scalars(select(Penalty.record)))
            published = list(session.scalars(select(Publication.record)))
            numbers = list(session.scalars(select(LedgerEntry.number).order_by(LedgerEntry.number)))
        with app.app_context():
            runtime.db.engine.dispose()
    lost = load.filed - filed, load.published - set(published)
    with capsys.disabled():
        longest, gone = max(seconds for _, seconds in counts), len(lost[0] | lost[1])
        print(f"\n{FAILOVERS} failovers, writing again after {longest:.1f} s at most: {len(load.filed)} filed,")
        print(f"{len(load.published)} published, {load.refused} refused; acknowledged and lost: {gone}")
    assert load.filed
    assert lost == (set(), set())
    assert len(published) == len(set(published))
    assert numbers == list(range(1, len(numbers) + 1))
