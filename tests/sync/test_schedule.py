import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.models import JobRun
from registry.runtime import perform, reading
from registry.services.node import jobs
from registry.services.node.jobs import slot_of
from registry.settings import child_environment
from sync import schedule
from sync.schedule import JOBS, Job, run_claimed, run_once
from tests.sync.bodies import body
from tests.sync.planting import published


def runs(node):
    return node.ask(lambda session: session.scalars(select(JobRun).order_by(JobRun.slot)).all())


class TestSlots:
    @pytest.mark.parametrize(
        ("before", "after", "seconds"),
        [
            ("2026-11-22T17:59:59", "2026-11-22T18:00:00", 86400),  # 02:00 in Beijing
            ("2026-11-22T10:00:04", "2026-11-22T10:00:05", 5),
        ],
    )
    def test_begin_at_fixed_instants(self, before, after, seconds):
        first, second = (dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC) for text in (before, after))
        assert slot_of(second, seconds) == slot_of(first, seconds) + 1


class TestClaim:
    def test_lets_exactly_one_of_many_workers_run_a_slot(self, city):
        ran, start = [], threading.Barrier(6)
        job = Job("count", lambda _: 3600, lambda: ran.append(1))

        def work(name):
            start.wait()
            run_claimed(city.app, job, name)

        threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert ran == [1]
        [row] = runs(city)
        assert (row.job, row.outcome) == ("count", "done")
        assert row.finished_at is not None

    def test_notes_a_failure_by_its_type_only_and_goes_on(self, city, caplog):
        def fail():
            raise ValueError("某公司的名称")

        assert run_claimed(city.app, Job("bad", lambda _: 3600, fail), "w")
        assert [row.outcome for row in runs(city)] == ["failed: ValueError"]
        assert "某公司" not in caplog.text

    def test_of_long_ago_is_forgotten_but_the_newest(self, city):
        def act(work):
            for number in (1, 2, 3):
                row = {
                    "job": "push",
                    "slot": number,
                    "worker": "w",
                    "started_at": work.now - dt.timedelta(days=19 - number),
                }
                work.session.add(JobRun(**row))
            work.session.flush()
            return jobs.delete_old_claims(work)

        with city:
            assert perform(SYSTEM, act) == 2
            with reading() as session:
                assert [row.slot for row in session.scalars(select(JobRun))] == [3]


class TestRunOnce:
    def test_runs_every_job_and_exchanges(self, city, platform):
        published(city.app, body())
        assert run_once(city.app) == {job.name: "done" for job in JOBS}
        assert len(platform.publications()) == 1


class TestClockSetBack:
    """A clock that is set back by 20 minutes stopped every job for 20 minutes."""

    def job(self, ran, seconds=5):
        return Job("count", lambda _: seconds, lambda: ran.append(1))

    def at(self, monkeypatch, now):
        monkeypatch.setattr(runtime, "clock", lambda: now)

    @pytest.mark.parametrize("seconds", [5, 60, 86_400])
    def test_stops_no_job(self, city, monkeypatch, seconds):
        ran, noon = [], dt.datetime(2026, 11, 28, 4, tzinfo=dt.UTC)
        for now in (noon, noon - dt.timedelta(minutes=20)):
            self.at(monkeypatch, now)
            assert run_claimed(city.app, self.job(ran, seconds), "w")
        assert len(ran) == 2

    def test_after_a_leap_ahead_stops_no_job(self, city, monkeypatch):
        ran, noon = [], dt.datetime(2026, 11, 28, 4, tzinfo=dt.UTC)
        for now in (noon, noon + dt.timedelta(days=400), noon + dt.timedelta(seconds=6)):
            self.at(monkeypatch, now)
            assert run_claimed(city.app, self.job(ran), "w")

    def test_runs_no_slot_twice(self, city, monkeypatch):
        ran, noon = [], dt.datetime(2026, 11, 28, 4, tzinfo=dt.UTC)
        for second in (0, 1, 4, 5, 9, 10):
            self.at(monkeypatch, noon + dt.timedelta(seconds=second))
            run_claimed(city.app, self.job(ran), "w")
        assert len(ran) == 3

    def test_of_one_worker_a_little_makes_the_other_run_nothing_twice(self, city, monkeypatch):
        ran, noon = [], dt.datetime(2026, 11, 28, 4, 0, 2, tzinfo=dt.UTC)
        for now, worker in ((noon, "a"), (noon - dt.timedelta(seconds=2), "b")):
            self.at(monkeypatch, now)
            run_claimed(city.app, self.job(ran), worker)
        assert len(ran) == 1


class TestSchedule:
    def test_has_every_job_once(self):
        names = [job.name for job in JOBS]
        assert sorted(names) == sorted(set(names))
        assert {"push", "pull", "members", "mail", "notify", "seal", "tidy", "reconcile"} <= set(names)

    def test_lets_a_job_that_hangs_stop_no_other_and_names_it(self, city, caplog, monkeypatch):
        monkeypatch.setattr(schedule, "WATCH_SECONDS", 0.2)
        monkeypatch.setattr(schedule, "LATE_TICKS", 1)
        monkeypatch.setattr(schedule, "LATE_SECONDS", 0.5)
        ran, goes_on = [], threading.Event()
        table = (Job("hangs", lambda _: 1, goes_on.wait), Job("runs", lambda _: 1, lambda: ran.append(1)))
        made = schedule.Schedule(city.app, "w", table)
        made.start()
        deadline = time.monotonic() + 60
        while (len(ran) < 4 or "hangs" not in caplog.text) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert len(ran) >= 4
        assert "watchdog: hangs has not run for" in caplog.text
        assert "watchdog: runs" not in caplog.text
        assert not made.stop(0.1)
        goes_on.set()
        assert made.stop(30)

    def test_brings_forward_what_a_clock_set_back_has_put_off(self, city):
        made = schedule.Schedule(city.app, "w", (Job("count", lambda _: 60, lambda: None),))
        made.start()
        try:
            now = dt.datetime.now(dt.UTC)
            assert made.bring_forward(now) == []
            assert made.bring_forward(now - dt.timedelta(hours=3)) == ["count"]
            assert made.bring_forward(now - dt.timedelta(hours=3)) == []
        finally:
            made.stop(30)

    def test_goes_on_after_a_job_that_could_not_even_be_claimed(self, city, monkeypatch, caplog):
        ran, failing = [], [True, True]

        def claimed(app, job, worker):
            if failing:
                failing.pop()
                raise RuntimeError("某公司")
            ran.append(1)

        monkeypatch.setattr(schedule, "run_claimed", claimed)
        made = schedule.Schedule(city.app, "w", (Job("count", lambda _: 0, lambda: None),))
        made.start()
        deadline = time.monotonic() + 30
        while not ran and time.monotonic() < deadline:
            time.sleep(0.05)
        assert made.stop(30)
        assert ran
        assert "count did not run: RuntimeError" in caplog.text
        assert "某公司" not in caplog.text


class TestWorker:
    def test_works_until_it_is_told_to_stop(self, city, platform):
        published(city.app, body())
        chosen = city.app.extensions["registry_settings"]
        environment = child_environment(chosen) | {"REGISTRY_PUSH_INTERVAL_SECONDS": "1"}
        worker = subprocess.Popen([sys.executable, "-m", "sync"], env=environment, stderr=subprocess.PIPE)
        try:
            deadline = time.monotonic() + 120  # on a busy machine a start takes long
            while not platform.publications() and time.monotonic() < deadline:
                time.sleep(0.2)
            os.kill(worker.pid, signal.SIGTERM)
            _, told = worker.communicate(timeout=60)
        finally:
            worker.kill()
        assert len(platform.publications()) == 1, told.decode()[-2000:]
        assert worker.returncode == 0
        assert b"worker stopped" in told
        assert "虚构".encode() not in told
