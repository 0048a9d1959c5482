"""Templates are downloaded by those who may file what they are of."""

import pytest

from tests.support.people import AUTHORITY
from tests.tabular.filling import choices_of


class TestTemplates:
    @pytest.mark.parametrize(("what", "by"), [("penalties", "clerk"), ("listings", "clerk"), ("bidders", "centre")])
    def test_are_workbooks_for_who_files(self, desk, what, by):
        answer = desk.get(f"/templates/{what}", by)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
        assert f"template-{what}.xlsx" in answer.headers["Content-Disposition"]
        assert choices_of(answer.data)
        assert desk.get(f"/templates/{what}", "verifier").status_code == 403

    def test_of_penalties_offers_the_own_authority(self, desk):
        assert choices_of(desk.get("/templates/penalties", "clerk").data)["处罚机关"] == [AUTHORITY[0]]

    def test_of_a_list_names_it(self, desk):
        answer = desk.get("/templates/listings", "clerk", query_string={"list": "judgment-debtor"})
        assert choices_of(answer.data)["名单名称"] == ["失信被执行人名单"]
        unknown = desk.get("/templates/listings", "clerk", query_string={"list": "shipping"})
        assert (unknown.status_code, unknown.get_json()["code"]) == (422, "scheme-unknown")


class TestTemplateCommand:
    @pytest.mark.parametrize("what", ["penalties", "bidders", "listings"])
    def test_writes_a_workbook(self, typed, tmp_path, what):
        path = tmp_path / "t.xlsx"
        assert typed("template", what, "--out", path)[0] == 0
        assert choices_of(path.read_bytes())

    def test_offers_the_own_authority_of_an_account(self, typed, tmp_path):
        path = tmp_path / "t.xlsx"
        assert typed("template", "penalties", "--out", path, "--as", "clerk")[0] == 0
        assert choices_of(path.read_bytes())["数据来源单位统一社会信用代码"] == [AUTHORITY[1]]

    def test_takes_a_list_for_listings_only(self, typed, tmp_path):
        assert typed("template", "bidders", "--out", tmp_path / "t.xlsx", "--list", "x")[0] == 2
