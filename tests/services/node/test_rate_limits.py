"""Counters of limits: exact whoever counts at the same time, and over when their window is."""

import datetime as dt
import threading

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.services.node import rate_limits


def hit(key="k", seconds=60):
    return runtime.perform(SYSTEM, lambda work: rate_limits.hit(work, key, seconds))


class TestHit:
    def test_counts_each_key_apart(self, app):
        assert [hit("a"), hit("a"), hit("b")] == [1, 2, 1]

    def test_begins_anew_when_the_window_is_over(self, app, monkeypatch):
        hit()
        now = runtime.clock() + dt.timedelta(seconds=61)
        monkeypatch.setattr(runtime, "clock", lambda: now)
        assert hit() == 1

    def test_begins_anew_when_the_clock_was_set_back(self, app, monkeypatch):
        hit()
        now = runtime.clock() - dt.timedelta(days=1)
        monkeypatch.setattr(runtime, "clock", lambda: now)
        assert hit() == 1

    def test_of_many_at_once_loses_none(self, app):
        seen, start = [], threading.Barrier(8)

        def run():
            with app.app_context():
                start.wait()
                seen.append(hit())

        threads = [threading.Thread(target=run) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(seen) == list(range(1, 9))


class TestDeleteOver:
    def test_deletes_only_what_is_over(self, app, monkeypatch):
        hit("short", 1)
        hit("long", 600)
        now = runtime.clock() + dt.timedelta(seconds=2)
        monkeypatch.setattr(runtime, "clock", lambda: now)
        assert runtime.perform(SYSTEM, rate_limits.delete_over) == 1
        assert hit("long", 600) == 2
