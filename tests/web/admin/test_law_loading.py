"""Rows of law by page: what they would move is shown, one person proposes, another confirms."""

import pytest

from tests.services.law.test_law_proposals import threshold
from tests.web.signing_in import post, sign_in

ROWS = """
[[rows]]
code = "lookback_months"
name = "重大违法记录回看期"
effective_from = 2015-03-01
source = "示例法第一条"
status = "unconfirmed"
value = 12
unit = "month"
"""
TYPED = {"kind": "thresholds", "reason": "示例修订", "rows": ROWS}


@pytest.fixture
def by(app, bureau):
    def enter(name):
        client = app.test_client()
        sign_in(client, name)
        return client

    return enter


class TestLawRows:
    def test_show_what_they_would_move_and_hold_when_a_second_person_confirms(self, by):
        page = post(by("operator"), "/admin/law/preview", TYPED).text
        assert "替换同日生效的行" in page and "个期限的最后一天会变动" in page
        answer = post(by("operator"), "/admin/law/new", TYPED)
        assert answer.status_code == 303, answer.text
        assert threshold("lookback_months") == 36
        assert post(by("operator"), f"{answer.location}/confirm").status_code == 404
        assert post(by("security"), f"{answer.location}/confirm").status_code == 303
        assert threshold("lookback_months") == 12

    @pytest.mark.parametrize(
        "typed",
        [
            {"rows": "no table"},
            {"rows": "[[rows]]\ncode = 'x'"},
            {"kind": "calendar"},
            {"kind": ""},
            {"rows": ROWS.replace("示例法第一条", "")},
        ],
    )
    def test_that_cannot_stand_come_back_as_they_were_typed(self, by, typed):
        answer = post(by("operator"), "/admin/law/preview", TYPED | typed)
        assert answer.status_code == 422, answer.text
        assert "示例修订" in answer.text
        assert post(by("operator"), "/admin/law/new", TYPED | typed).status_code == 422
