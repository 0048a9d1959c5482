"""Watches of a trading centre: begun from a check, read with their events, ended."""

import datetime as dt

import pytest

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.services.checks import watch_worker
from tests.support.desk import stranger
from tests.web.centre import pages
from tests.web.centre.bidders import invite
from tests.web.samples import TODAY
from tests.web.signing_in import post

QUESTIONS = {
    "code": "YC2026-0900", "name": "", "sector": "procurement", "project": "goods", "must_tender": "no", "district": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def bidders(bureau):
    return invite(bureau)


@pytest.fixture
def centre(app, bidders):
    return pages.browser_of(app, "centre")


@pytest.fixture
def check(centre):
    firm = stranger(41)
    answer = post(centre, "/centre/checks/new", QUESTIONS | {"parties": f"{firm['name']} {firm['uscc']}"})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def watch(centre, check, until=TODAY + dt.timedelta(days=7)):
    return post(centre, f"{check}/watch", {"until": until.isoformat() if until else ""})


class TestWatch:
    def test_shows_what_happened_to_whom_and_why(self, centre, check, bureau):
        answer = watch(centre, check)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        firm = stranger(41)
        bureau.published_penalty(subject_name=firm["name"], uscc=firm["uscc"])
        while runtime.perform(SYSTEM, watch_worker.advance):
            pass
        text = centre.get(answer.headers["Location"]).get_data(as_text=True)
        assert firm["name"] in text
        assert "由“未查到”变为" in text
        assert "措施在有效期内且及于本次交易" in text
        assert firm["name"] in centre.get("/centre").get_data(as_text=True)
        assert "YC2026-0900" in centre.get("/centre/watches").get_data(as_text=True)

    def test_ended_forgets_its_parties(self, centre, check):
        path = watch(centre, check).headers["Location"]
        assert post(centre, f"{path}/end").status_code == 303
        text = centre.get(path).get_data(as_text=True)
        assert "已结束" in text
        assert stranger(41)["name"] not in text

    @pytest.mark.parametrize("until", [TODAY - dt.timedelta(days=1), None], ids=["past", "empty"])
    def test_needs_a_day_to_come(self, centre, check, until):
        assert watch(centre, check, until).status_code == 422

    def test_is_not_there_for_another_centre(self, app, centre, check):
        path = watch(centre, check).headers["Location"]
        other = pages.browser_of(app, "other-centre")
        assert other.get(path).status_code == 404
        assert post(other, f"{path}/end").status_code == 404
        assert post(other, f"{check}/watch", {"until": "2026-12-31"}).status_code == 404
