"""System, security and audit administrators: calendar, peers, law, keys, jobs, and the audit trail with its chain."""

import re

import pytest
from sqlalchemy import update

from registry import runtime
from registry.domain import desk_labels
from registry.domain.law.reference_kinds import KINDS
from registry.domain.permissions import SYSTEM
from registry.models import Clock
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


class TestCalendar:
    def test_shows_which_last_days_would_move_and_changes_nothing(self, by, bureau):
        record = bureau.published_penalty()
        with runtime.begin() as work:
            work.session.execute(update(Clock).where(Clock.record == record).values(met_on=None))
        page = post(by("operator"), "/admin/calendar/preview", NOTICE)
        assert page.status_code == 200, page.text
        assert "个期限的最后一天会变动" in page.text
        assert 'name="year" value="2027"' in page.text

    def test_is_loaded_by_two_persons(self, by):
        answer = post(by("operator"), "/admin/calendar", NOTICE)
        assert answer.status_code == 303, answer.text
        assert "2027" not in re.findall(r'fw-normal">(\d{4})<', by("operator").get("/admin/calendar").text)
        number = answer.location.rsplit("/", 1)[1]
        assert post(by("operator"), f"/proposals/{number}/confirm").status_code in (403, 404)
        assert post(by("security"), f"/proposals/{number}/confirm").status_code == 303
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
