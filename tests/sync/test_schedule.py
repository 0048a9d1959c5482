import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import select

from registry.domain.permissions import SYSTEM
from registry.models import JobRun
from registry.runtime import perform, reading
from registry.services.node import jobs
from registry.settings import child_environment
from sync.schedule import JOBS, Job, run_claimed, run_once, scheduler_for, slot_of
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

    def test_of_long_ago_is_forgotten(self, city):
        def act(work):
            jobs.claim(work, "push", 1, "w")
            [row] = work.session.scalars(select(JobRun))
            row.started_at = work.now - dt.timedelta(days=8)
            work.session.flush()
            return jobs.delete_old_claims(work)

        with city:
            assert perform(SYSTEM, act) == 1
            with reading() as session:
                assert session.scalars(select(JobRun)).all() == []


class TestRunOnce:
    def test_runs_every_job_and_exchanges(self, city, platform):
        published(city.app, body())
        assert run_once(city.app) == {job.name: "done" for job in JOBS}
        assert len(platform.publications()) == 1


class TestScheduler:
    def test_has_every_job_once_and_catches_up_without_overlap(self, city):
        made = scheduler_for(city.app, "w")
        found = {job.id: job for job in made.get_jobs()}
        assert set(found) == {
            "imports",
            "lists",
            "watch",
            "notify",
            "tidy",
            "extend",
            "push",
            "pull",
            "members",
            "mail",
            "reconcile",
            "seal",
        }


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
