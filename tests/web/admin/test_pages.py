"""System, security and audit administrators: calendar, peers, law, keys, jobs, and the audit trail with its chain."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain import desk_labels
from registry.domain.law import deadlines
from registry.domain.law.reference_kinds import KINDS
from registry.domain.permissions import SYSTEM
from registry.models import Clock
from registry.queries.law import reference_data
from registry.services.law.clocks import PUBLISH_PENALTY
from registry.services.node import jobs
from registry.services.proposed_acts import ACTS
from sync.schedule import JOBS
from tests.web.signing_in import post, sign_in

NOTICE = {
    "year": "2027",
    "source": "国务院办公厅关于2027年部分节假日安排的通知",
    "holidays": "2027-01-01 2027-02-08 2027-02-09 2027-02-10 2027-02-11 2027-02-12 2027-04-05 2027-05-03 2027-05-04 "
    "2027-06-09 2027-09-15 2027-10-01、2027-10-04，2027-10-05 2027-10-06\n2027-10-07",
    "workdays": "2027-02-07 2027-02-20 2027-10-09",
    "effective_from": "",
}


@pytest.fixture
def by(app, bureau):
    def enter(name):
        client = app.test_client()
        sign_in(client, name)
        return client

    return enter


def start_clock(bureau, day):
    """Let the clocks that run begin on a day; the last day of those by which a penalty is published."""
    with runtime.begin() as work:
        reference = reference_data.current(work.session)
        running = deadlines.run(reference, PUBLISH_PENALTY, day)
        for clock in work.session.scalars(select(Clock).where(Clock.code == PUBLISH_PENALTY, Clock.met_on.is_(None))):
            clock.starts_on, clock.due, clock.provisional = day, running.due.day, running.due.provisional
    return running.due.day


def due(record):
    with runtime.reading() as session:
        return session.scalar(select(Clock.due).where(Clock.record == record, Clock.code == PUBLISH_PENALTY))


class TestCalendar:
    def test_shows_which_last_days_would_move_and_moves_them_when_a_second_confirms(self, by, bureau):
        record, before = bureau.penalty(), start_clock(bureau, dt.date(2027, 2, 4))
        page = post(by("operator"), "/admin/calendar/preview", NOTICE).text
        moved = re.search(rf"{record}</th><td>D01</td><td>{before}</td><td>([0-9-]+)</td>", page)
        assert moved
        assert due(record) == before
        answer = post(by("operator"), "/admin/calendar", NOTICE)
        number = answer.location.rsplit("/", 1)[1]
        assert due(record) == before
        assert post(by("operator"), f"/proposals/{number}/confirm").status_code == 404
        assert post(by("security"), f"/proposals/{number}/confirm").status_code == 303
        assert due(record).isoformat() == moved[1]
        assert "2027" in re.findall(r'fw-normal">(\d{4})<', by("operator").get("/admin/calendar").text)

    @pytest.mark.parametrize(
        ("field", "text"), [("year", "27"), ("holidays", "元旦"), ("source", 'a"b'), ("effective_from", "x")]
    )
    def test_refuses_by_field_and_keeps_what_was_typed(self, by, field, text):
        answer = post(by("operator"), "/admin/calendar/preview", NOTICE | {field: text})
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
        assert "2027-02-20" in answer.text


class TestPeers:
    def test_are_proposed_by_system_and_confirmed_by_security(self, by):
        typed = {"code": "north", "name": "示例北方节点", "url": "https://north.example", "public_key": "ab" * 32}
        answer = post(by("operator"), "/admin/peers", typed)
        assert answer.status_code == 303, answer.text
        assert "north" not in by("operator").get("/admin/peers").text
        number = answer.location.rsplit("/", 1)[1]
        assert post(by("security"), f"/proposals/{number}/confirm").status_code == 303
        assert "示例北方节点" in by("operator").get("/admin/peers").text

    def test_are_refused_with_what_was_typed(self, by):
        answer = post(
            by("operator"), "/admin/peers", {"code": "south", "name": "示例南方节点", "url": "", "public_key": "x"}
        )
        assert answer.status_code == 422
        assert "示例南方节点" in answer.text


class TestAudit:
    def test_shows_events_by_act_and_its_own_reading(self, by):
        page = by("auditor").get("/admin/audit?act=session.open&fbclid=x").text
        assert "登录" in page
        assert re.search(r'option value="session.open" selected', page)


class TestJobs:
    def test_show_the_newest_run_of_each_and_which_failed(self, by):
        runtime.perform(SYSTEM, lambda work: jobs.claim(work, "seal", 10, "worker-1"))
        runtime.perform(SYSTEM, lambda work: jobs.finish(work, "seal", 1, "failed: OSError"))
        page = by("operator").get("/admin/jobs").text
        assert "签署检查点" in page
        assert "failed: OSError" in page


class TestLaw:
    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_shows_rows_with_source_and_status(self, by, kind):
        answer = by("auditor").get(f"/admin/law?kind={kind}&on=2026-05-01")
        assert answer.status_code == 200
        assert desk_labels.REFERENCE_KINDS[kind] in answer.text


class TestOverview:
    def test_counts_what_is_broken_and_what_waits_each_for_its_administrator(self, by):
        runtime.perform(SYSTEM, lambda work: jobs.claim(work, "push", 10, "worker-1"))
        runtime.perform(SYSTEM, lambda work: jobs.finish(work, "push", 1, "failed: OSError"))
        system, security, audit = (by(name).get("/admin").text for name in ("operator", "security", "auditor"))
        assert "最近一次失败的后台任务" in system
        assert re.search(r'/admin/jobs">最近一次失败的后台任务</a>.*?\d 项', system, re.DOTALL)
        assert "后台任务" not in security
        assert "待另一人确认的事项" in security
        assert "待另一人确认的事项" not in audit


class TestKeys:
    def test_show_which_signs_and_take_a_proposal(self, by):
        page = by("security").get("/admin/keys").text
        assert runtime.keys().signer.key_id in page
        assert post(by("security"), "/admin/keys/rotate", {"key": "signing"}).status_code == 303
        assert post(by("security"), "/admin/keys/rotate", {"key": "other"}).status_code == 422


class TestLabels:
    def test_name_every_act_kind_and_job(self):
        assert set(desk_labels.PROPOSED_ACTS) == set(ACTS)
        assert set(desk_labels.REFERENCE_KINDS) == set(KINDS)
        assert set(desk_labels.JOBS) == {job.name for job in JOBS}
