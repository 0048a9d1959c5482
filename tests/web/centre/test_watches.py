"""Watches of a trading centre: begun from a check, read with their events, ended."""

import dataclasses
import datetime as dt
import json
import re

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.models import MailMessage
from registry.services.checks import watch_notices, watch_worker
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


def advance():
    """Do the worker's part."""
    while runtime.perform(SYSTEM, watch_worker.advance):
        pass


def watch(centre, check, until=TODAY + dt.timedelta(days=7)):
    return post(centre, f"{check}/watch", {"until": until.isoformat() if until else ""})


class TestWatch:
    def test_shows_what_happened_to_whom_and_why(self, centre, check, bureau):
        answer = watch(centre, check)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        firm = stranger(41)
        bureau.published_penalty(subject_name=firm["name"], uscc=firm["uscc"])
        advance()
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


@pytest.fixture
def told(app, monkeypatch):
    """The operator lets events go to a host and through a mail server; gives the mails that wait, oldest first."""
    chosen = {"smtp_host": "mail.example", "webhook_hosts": "centre.example", "base_url": "https://registry.example"}
    monkeypatch.setitem(app.extensions, "registry_settings", dataclasses.replace(runtime.settings(), **chosen))

    def waiting():
        with runtime.reading() as session:
            rows = session.scalars(select(MailMessage).where(MailMessage.state == "pending").order_by(MailMessage.id))
            return [json.loads(runtime.keys().vault.open(row.sealed)) for row in rows]

    return waiting


class TestNotices:
    def test_go_to_a_mail_address_once_it_typed_its_code_and_name_nobody(self, centre, bureau, told):
        firm = stranger(42)
        typed = QUESTIONS | {"code": "YC2026-0901", "parties": f"{firm['name']} {firm['uscc']}"}
        check = post(centre, "/centre/checks/new", typed).headers["Location"]
        path = watch(centre, check).headers["Location"]
        before = len(told())
        assert post(centre, f"{path}/mail", {"email": "officer@centre.example"}).status_code == 303
        code = re.search(r"[A-Z2-7]{5}-[A-Z2-7]{5}", told()[before]["text"])[0]
        assert "等待核验" in centre.get(path).text
        assert post(centre, f"{path}/mail/confirmation", {"code": "AAAAA-AAAAA"}).status_code == 403
        advance()
        assert post(centre, f"{path}/mail/confirmation", {"code": code.lower()}).status_code == 303
        bureau.published_penalty(subject_name=firm["name"], uscc=firm["uscc"])
        advance()
        advance()
        mails = told()[before + 1 :]
        assert [(mail["to"], "1 项新变化" in mail["subject"]) for mail in mails] == [("officer@centre.example", True)]
        assert f"https://registry.example{path}" in mails[0]["text"]
        assert not {firm["name"], firm["uscc"], "YC2026-0901"} & set(re.split(r"\W+", json.dumps(mails)))
        assert post(centre, f"{path}/mail", {"email": ""}).status_code == 303
        assert "邮件没有设置" in centre.get(path).text

    def test_are_confirmed_by_their_own_centre_whatever_strangers_try(self, app, centre, check, told):
        path = watch(centre, check).headers["Location"]
        post(centre, f"{path}/mail", {"email": "officer@centre.example"})
        code = re.search(r"[A-Z2-7]{5}-[A-Z2-7]{5}", told()[-1]["text"])[0]
        stranger_there = pages.browser_of(app, "other-centre")
        for _ in range(watch_notices.CODES_PER_DAY_MAX + 1):
            assert post(stranger_there, f"{path}/mail/confirmation", {"code": "AAAAA-AAAAA"}).status_code == 404
        centre = pages.browser_of(app, "centre")
        assert post(centre, f"{path}/mail/confirmation", {"code": code}).status_code == 303

    def test_go_to_a_webhook_at_an_allowed_host_only(self, centre, check, told):
        path = watch(centre, check).headers["Location"]
        refused = post(centre, f"{path}/webhook", {"webhook": "https://elsewhere.example/in"})
        assert refused.status_code == 422 and "elsewhere.example" in refused.text
        assert post(centre, f"{path}/webhook", {"webhook": "https://centre.example/in"}).status_code == 303
        assert "回调已经设置" in centre.get(path).text
        assert post(centre, f"{path}/webhook", {"webhook": ""}).status_code == 303
        assert "回调没有设置" in centre.get(path).text

    def test_cannot_be_set_for_others_for_what_is_over_or_for_no_address(self, app, centre, check, told):
        path = watch(centre, check).headers["Location"]
        other = pages.browser_of(app, "other-centre")
        assert post(other, f"{path}/mail", {"email": "a@b.example"}).status_code == 404
        assert post(other, f"{path}/webhook", {"webhook": ""}).status_code == 404
        assert post(centre, f"{path}/mail", {"email": "nobody"}).status_code == 422
        post(centre, f"{path}/end")
        assert post(centre, f"{path}/mail", {"email": "a@b.example"}).status_code == 409

    def test_are_not_offered_where_the_operator_has_no_mail_server(self, centre, check):
        path = watch(centre, check).headers["Location"]
        assert "没有设置邮件服务器" in centre.get(path).text
        assert post(centre, f"{path}/mail", {"email": "a@b.example"}).status_code == 422
