"""What is stated one by one at the desk: filed by one officer, verified, sent back and withdrawn by others."""

import io

import pytest

from registry import runtime
from registry.domain.cases.filed_kinds import FILED_KINDS
from registry.queries.cases import procedure_records
from registry.web.desk.case_forms import CASE_FORMS
from tests.support.bureau import PDF
from tests.support.filings import PERSON_NUMBER, FilingFactory
from tests.support.people import AUTHORITY
from tests.web.desk.test_cases import act, taken
from tests.web.desk.walking import text_of

COMMON = {
    "document_number": "盐示表〔2026〕71号",
    "facts": "三年内全部按期履约。",
    "basis": "实施方案附件1第18项",
    "authority-name": AUTHORITY[0],
    "authority-code": AUTHORITY[1],
    "sectors": ["procurement"],
}
OWN = {
    "commendation": {"title": "守信激励对象", "awarded_on": "2026-11-02"},
    "criminal_judgment": {
        "decided_on": "2026-11-02", "offence": "串通投标罪", "punishment": "判处罚金十万元",
        "effective_on": "2026-11-12", "is_of_business": "true",
    },
    "handling_decision": {"decided_on": "2026-11-02", "matter": "complaint", "outcome": "投诉事项成立，责令改正。"},
    "relation": {
        "kind": "controller", "other-kind": "natural_person", "other-name": "卞子墨", "other-id_type": "111",
        "other-id_number": PERSON_NUMBER, "since": "2026-01-05", "issued_on": "2026-11-02",
        "wording": "年度报告载明的实际控制人",
    },
}  # fmt: skip
FORM = {"content_type": "multipart/form-data"}


def typed(noun, **special):
    """What a clerk types about a firm that no other test has."""
    firm = FilingFactory()
    subject = {
        "subject-name": firm["subject_name"], "subject-kind": "organisation", "subject-uscc": firm["uscc"],
    }  # fmt: skip
    values = {**COMMON, **subject, **OWN[noun], **special}
    if noun == "relation":
        values |= {"document-0-kind": "registration_extract", "document-0-number": "盐示登〔2026〕1号"}
        values |= {"document-0-file": (io.BytesIO(PDF), "登记.pdf")}
    return values


def case_of(noun, record):
    with runtime.reading() as session:
        return procedure_records.by_record(session, procedure_records.TABLES[noun], record)


def filed(clerk, noun, **special):
    """The record of a case that a clerk filed."""
    answer = clerk.submit(f"/desk/filed/{noun}/new", typed(noun, **special), **FORM)
    assert answer.status_code == 303, text_of(answer)
    return answer.location.rsplit("/", 1)[1]


class TestEveryKind:
    @pytest.mark.parametrize("noun", CASE_FORMS)
    def test_is_filed_by_form_and_verified_by_another_officer(self, officer, noun):
        clerk, verifier = officer("clerk"), officer("verifier")
        clerk.open(f"/desk/filed/{noun}/new")
        record = filed(clerk, noun)
        assert case_of(noun, record).state == "filed"
        page = text_of(verifier.open(f"/desk/filed/{noun}/{record}"))
        assert "等待核验" in page
        form = text_of(verifier.open(f"/desk/cases/{noun}/{record}/verify"))
        assert ("公示后的样子" in form) is (noun != "relation")
        taken(act(verifier, noun, record, "verify", 0))
        assert case_of(noun, record).state == "published"
        assert text_of(clerk.open(f"/desk/filed/{noun}")).count("已公示") >= 1
        is_public = clerk.client.get(f"/records/{record}").status_code == 200
        assert is_public is (noun != "relation")

    @pytest.mark.parametrize("noun", ["commendation", "relation"])
    def test_comes_back_with_the_reason_and_is_stated_anew_without_typing_the_number(self, officer, noun):
        clerk, verifier = officer("clerk"), officer("verifier")
        record = filed(clerk, noun)
        taken(act(verifier, noun, record, "return", 0, reason="日期与文书不符"))
        assert "日期与文书不符" in text_of(clerk.open("/desk"))
        form = clerk.open(f"/desk/filed/{noun}/{record}/correction").text
        assert PERSON_NUMBER not in form
        subject = case_of(noun, record).facts["subject"]
        kept = {"subject-name": subject["name"], "subject-uscc": subject["uscc"], "facts": "改正后的说明。"}
        again = typed(noun, **kept) | {"version": str(case_of(noun, record).version)}
        again.pop("other-id_number", None)
        answer = clerk.submit(f"/desk/filed/{noun}/{record}/correction", again, **FORM)
        assert answer.status_code == 303, text_of(answer)
        case = case_of(noun, record)
        assert (case.state, case.facts["facts"]) == ("filed", "改正后的说明。")

    def test_takes_two_persons_to_withdraw(self, officer):
        verifier = officer("verifier")
        record = filed(officer("clerk"), "commendation")
        taken(act(verifier, "commendation", record, "verify", 0))
        typed_reason = {"reason": "称号已被撤销", "changed_on": "2026-11-20"}
        proposal = taken(act(verifier, "commendation", record, "withdraw", 0, **typed_reason)).location
        assert case_of("commendation", record).state == "published"
        officer("second-verifier").follow(f"{proposal}/confirm")
        assert case_of("commendation", record).state == "withdrawn"


class TestForm:
    def test_that_is_refused_comes_back_filled_with_each_fault_at_its_field(self, officer):
        values = typed("relation", wording="", **{"subject-uscc": "91320902MA0T"}) | {"since": "去年"}
        answer = officer("clerk").submit("/desk/filed/relation/new", values, **FORM)
        assert answer.status_code == 422
        for part in ('href="#wording"', 'href="#since"', 'value="去年"', "已保留 登记.pdf"):
            assert part in answer.text
        values = typed("relation", **{"subject-uscc": "91320902MA0T"})
        answer = officer("clerk").submit("/desk/filed/relation/new", values, **FORM)
        assert 'id="subject-uscc-fault"' in answer.text

    def test_of_others_is_not_there(self, officer):
        record = filed(officer("clerk"), "commendation")
        officer("other-clerk").open(f"/desk/filed/commendation/{record}", 404)
        officer("other-clerk").open(f"/desk/filed/commendation/{record}/correction", 404)
        officer("clerk").open(f"/desk/filed/{next(iter(FILED_KINDS))}/{record}", 404)
        officer("clerk").open("/desk/filed/penalty/new", 404)
        officer("verifier").open("/desk/filed/commendation/new", 404)
