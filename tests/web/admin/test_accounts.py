"""Security administrators at work: accounts by two persons, what is taken away by one, secrets shown once."""

import re

import pytest

from registry import runtime
from registry.domain.permissions import SYSTEM, Role
from registry.queries.node import account_list
from registry.services.node import accounts
from registry.unit_of_work import day_of
from tests.support.people import hire
from tests.web.signing_in import post, sign_in

NEW = {"name": "new-clerk", "role": "clerk", "department": "finance", "sectors": ["procurement"], "districts": "*"}


@pytest.fixture(scope="module")
def office(app):
    made = hire()
    second = accounts.NewAccount("second-security", Role.SECURITY_ADMIN, "centre", ("*",), ("*",))
    runtime.perform(SYSTEM, lambda work: accounts.create(work, second))
    return made


@pytest.fixture
def by(app, office):
    """A browser of somebody."""

    def enter(name):
        client = app.test_client()
        sign_in(client, name)
        return client

    return enter


def account(name):
    with runtime.reading() as session:
        return account_list.one(session, day_of(runtime.clock()), name)


def confirm(by, answer, name="second-security"):
    number = re.search(r"/proposals/(\d+)", answer.location or answer.text)[1]
    return post(by(name), f"/proposals/{number}/confirm")


class TestAccounts:
    def test_are_made_by_two_persons(self, by):
        answer = post(by("security"), "/admin/accounts/new", NEW)
        assert answer.status_code == 303
        assert "new-clerk" not in by("security").get("/admin/accounts").text
        own = by("security").get(answer.location).text
        assert "须由另一人确认" in own
        assert "确认，立即办理" not in own
        assert confirm(by, answer, "security").status_code == 403
        page = by("second-security").get(answer.location).text
        for shown in ("new-clerk", "procurement", "finance", "security"):
            assert shown in page
        assert confirm(by, answer).status_code == 303
        assert account("new-clerk").account.sectors == ["procurement"]

    @pytest.mark.parametrize(
        ("field", "text"),
        [("name", ""), ("role", "nobody"), ("valid_until", "soon"), ("districts", "elsewhere"), ("sectors", [])],
    )
    def test_are_refused_with_what_was_typed(self, by, field, text):
        answer = post(by("security"), "/admin/accounts/new", NEW | {"name": "typed-name"} | {field: text})
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
        assert "typed-name" in answer.text or field == "name"

    def test_get_a_password_code_that_opens_nothing_before_it_is_confirmed(self, by):
        answer = post(by("security"), "/admin/accounts/clerk/password-code")
        code = re.search(r'receipt code">([A-Z2-7]+)<', answer.text)[1]
        fields = {
            "name": "clerk",
            "code": code,
            "password": "山高水长 风清月白 2026",
            "again": "山高水长 风清月白 2026",
        }
        assert post(by("head"), "/login/code", fields).status_code == 403
        assert confirm(by, answer).status_code == 303
        assert post(by("head"), "/login/code", fields).status_code == 303
        assert code not in by("second-security").get("/proposals?state=confirmed").text

    def test_reach_as_far_as_two_persons_say(self, by):
        answer = post(by("security"), "/admin/accounts/head/grant", {"sectors": ["procurement"], "districts": "*"})
        assert account("head").account.sectors != ["procurement"]
        confirm(by, answer)
        assert account("head").account.sectors == ["procurement"]

    def test_end_at_once_by_one_person_with_keys_and_sessions(self, by):
        leaving = by("second-clerk")
        assert leaving.get("/account").status_code == 200
        assert post(by("security"), "/admin/accounts/second-clerk/end").status_code == 303
        assert leaving.get("/account").status_code == 303
        row = account("second-clerk")
        assert (row.is_valid, row.keys, row.sessions) == (False, 0, 0)

    def test_of_the_administrator_himself_are_not_ended_by_him(self, by):
        assert post(by("security"), "/admin/accounts/security/end").status_code == 403

    def test_lose_their_keys_at_once(self, by):
        assert account("verifier").keys == 1
        post(by("security"), "/admin/accounts/verifier/revoke-keys")
        assert account("verifier").keys == 0
        assert "收回" in by("security").get("/admin/accounts/verifier").text


class TestRefusal:
    def test_takes_a_reason_and_leaves_nothing_done(self, by):
        answer = post(by("security"), "/admin/accounts/new", NEW | {"name": "never"})
        number = answer.location.rsplit("/", 1)[1]
        assert post(by("second-security"), f"/proposals/{number}/refuse", {"reason": " "}).status_code == 422
        assert post(by("second-security"), f"/proposals/{number}/refuse", {"reason": "无此人"}).status_code == 303
        assert "无此人" in by("security").get(f"/proposals/{number}").text
        assert "never" not in by("security").get("/admin/accounts").text


DEPARTMENT = {
    "code": "sample-water", "name": "盐城市示例水务局", "kind": "supervisor",
    "authority_code": "11320900MA0T000010", "sectors": ["procurement"], "districts": "320903",
}  # fmt: skip


class TestDepartments:
    def test_are_registered_and_changed_by_two_persons(self, by):
        answer = post(by("security"), "/admin/departments/set", DEPARTMENT)
        assert answer.status_code == 303, answer.text
        assert "示例水务局" not in by("security").get("/admin/departments").text
        assert confirm(by, answer).status_code == 303
        page = by("security").get("/admin/departments").text
        assert "示例水务局" in page and "11320900MA0T000010" in page
        form = by("security").get("/admin/departments/set?code=sample-water").text
        assert 'value="盐城市示例水务局"' in form
        changed = post(
            by("security"), "/admin/departments/set", DEPARTMENT | {"authority_code": "", "name": "示例水利局"}
        )
        confirm(by, changed)
        page = by("security").get("/admin/departments").text
        assert "示例水利局" in page and "示例水务局" not in page

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"code": "水务"}, "code"),
            ({"name": ""}, "name"),
            ({"kind": "other"}, "kind"),
            ({"authority_code": "11320900MA0T000011"}, "authority_code"),
            ({"sectors": []}, "sectors"),
            ({"districts": "盐都"}, "districts"),
        ],
    )
    def test_that_are_unfit_come_back_with_the_fault_at_its_field(self, by, typed, field):
        answer = post(by("security"), "/admin/departments/set", DEPARTMENT | typed)
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
