"""A list of another authority at the desk: uploaded, read, verified by another officer or sent back."""

import io
import re

import pytest

from registry import runtime
from registry.models import ListAdoption
from tests.support.lists import firm, table
from tests.web.desk.walking import text_of

PATH = "/desk/adopted-lists"


def upload(clerk, rows, **special):
    stated = {"scheme": "judgment-debtor", "extent": "part", "as_of": "", "source": "", **special}
    stated |= {"file": (io.BytesIO(table(rows)), "名单.csv")}
    return clerk.submit(PATH, stated, content_type="multipart/form-data")


def state_of(path):
    with runtime.reading() as session:
        return session.get(ListAdoption, int(path.rsplit("/", 1)[1])).state


class TestList:
    def test_is_read_with_its_findings_and_published_by_another_officer(self, officer):
        clerk, verifier = officer("clerk"), officer("verifier")
        answer = upload(clerk, [firm(9001), firm(9002), firm(9003, 列入日期="")])
        assert answer.status_code == 303, text_of(answer)
        page = text_of(clerk.open(answer.location))
        for part in ("读取完毕，等待核验", "第 4 行", "等待另一名人员核验", "盐城示列9001建设有限公司"):
            assert part in page
        assert clerk.client.get(f"{answer.location}/workbook").status_code == 200
        page = text_of(verifier.follow(f"{answer.location}/verification"))
        assert "新列入 2 条" in page and "已作的变更" in page
        assert state_of(answer.location) == "verified"
        officer("other-verifier").open(answer.location, 404)

    def test_is_sent_back_with_the_reason(self, officer):
        clerk, verifier = officer("clerk"), officer("verifier")
        path = upload(clerk, [firm(9101)]).location
        assert verifier.submit(f"{path}/return", {"reason": ""}).status_code == 422
        assert "不是最新的名单" in text_of(verifier.follow(f"{path}/return", {"reason": "不是最新的名单"}))
        assert state_of(path) == "returned"

    def test_whose_headings_are_unknown_is_read_once_somebody_says_what_they_mean(self, officer):
        row = {("失信主体" if name == "对象名称" else name): text for name, text in firm(9201).items()}
        clerk = officer("clerk")
        assert upload(clerk, [row]).status_code == 422
        assert upload(clerk, [row], heading="失信主体", meaning="subject_name").status_code == 303

    @pytest.mark.parametrize(
        ("typed", "field"), [({"scheme": ""}, "scheme"), ({"extent": ""}, "extent"), ({"as_of": "昨天"}, "as_of")]
    )
    def test_of_which_too_little_is_stated_comes_back(self, officer, typed, field):
        answer = upload(officer("clerk"), [firm(9301)], **typed)
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text

    def test_that_takes_too_many_off_is_verified_once_a_security_administrator_confirmed(self, officer):
        clerk, verifier, security = officer("clerk"), officer("verifier"), officer("security")
        source = {"scheme": "tax-major", "extent": "full"}
        first = upload(clerk, [firm(9400 + number) for number in range(22)], **source)
        assert first.status_code == 303, text_of(first)
        verifier.follow(f"{first.location}/verification")
        second = upload(clerk, [firm(9400)], **source).location
        assert "removal-share" in verifier.submit(f"{second}/verification").text
        number = second.rsplit("/", 1)[1]
        assert f"/admin/adopted-lists/{number}/confirm" in security.open("/admin/adopted-lists").text
        unseen = security.submit(f"/admin/adopted-lists/{number}/confirm", {"removals": "12 0"})
        assert unseen.status_code == 409 and "removals-changed" in unseen.text
        [seen] = re.findall(r'name="removals" value="(21 [0-9a-f]{32})"', security.open("/admin/adopted-lists").text)
        answer = security.follow(f"/admin/adopted-lists/{number}/confirm", {"removals": seen})
        assert "已确认" in text_of(answer)
        assert "移出 21 条" in text_of(verifier.follow(f"{second}/verification"))
