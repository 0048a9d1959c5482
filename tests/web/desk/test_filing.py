"""A clerk files one decision by a form: checked field by field, previewed, filed; what is refused comes back filled."""

import itertools

import pytest
from sqlalchemy import select

from registry import runtime
from registry.models import Draft, Penalty
from registry.queries.cases import penalties
from tests.support.people import AUTHORITY
from tests.web.desk.walking import hidden, text_of
from tools.synthetic import uscc

FORM = "/desk/penalties/new"
NUMBERS = itertools.count(1)


def form_of(**special):
    """What a clerk types of one decision."""
    number = next(NUMBERS)
    return {
        "subject_name": f"盐城亭湖示丙{number}建设工程有限公司",
        "subject_kind": "organisation",
        "uscc": uscc("91320902", 400_000 + number),
        "legal_representative": "样一",
        "document_number": f"盐示财采罚〔2026〕{4000 + number}号",
        "decided_on": "2026-11-10",
        "behaviour_text": "提供虚假材料谋取中标",
        "facts": "在投标文件中提供虚假业绩合同。",
        "basis": "《中华人民共和国政府采购法》第七十七条第一款第（一）项",
        "kinds": ["02"],
        "content": "处以罚款二万元，禁止参加政府采购活动一年。",
        "fine": "20000",
        "unit-fine": "元",
        "effect_until": "2027-11-09",
        "sectors": ["procurement"],
        "authority_name": AUTHORITY[0],
        "authority_code": AUTHORITY[1],
        **special,
    }


def file_one(clerk, **special):
    """The record of a decision that was filed by the form."""
    preview = clerk.submit(FORM, form_of(**special))
    assert preview.status_code == 200, text_of(preview)
    answer = clerk.submit("/desk/penalties/file", {"seen": hidden(preview, "seen")[0]})
    assert answer.status_code == 303, text_of(answer)
    return answer.location.rsplit("/", 1)[1]


@pytest.fixture
def clerk(officer):
    return officer("clerk")


@pytest.fixture
def verifier(officer):
    return officer("verifier")


def publish(verifier, record):
    summary = verifier.submit("/desk/verification/summary", {"record": record})
    done = verifier.submit(
        "/desk/verification/publication",
        {"seen": hidden(summary, "seen"), "confirmed": "1", "secrets": "no", "confirmation": "已核对决定书原件"},
    )
    assert "已公示 1 条" in text_of(done)


class TestForm:
    def test_is_filled_with_the_department(self, clerk):
        page = clerk.open(FORM)
        assert AUTHORITY[0] in page.text
        assert AUTHORITY[1] in page.text

    def test_comes_back_filled_with_every_fault_at_its_field(self, clerk):
        answer = clerk.submit(FORM, form_of(fine="很多", decided_on="2026-02-30", subject_name="甲乙丙有限公司"))
        assert answer.status_code == 422
        assert 'value="甲乙丙有限公司"' in answer.text
        assert 'id="fine-fault"' in answer.text
        assert 'id="decided_on-fault"' in answer.text
        assert '<a href="#fine">罚款金额：' in answer.text  # of several empty fields each is named
        assert '<a href="#decided_on">处罚决定日期：' in answer.text
        assert "甲乙丙有限公司" in clerk.open(FORM).text  # kept on the server
        clerk.follow("/desk/drafts/discard", {"kind": "penalty"})
        assert "甲乙丙有限公司" not in clerk.open(FORM).text

    def test_is_nobody_elses(self, clerk, officer):
        clerk.submit(FORM, form_of(subject_name="只有我看得见有限公司", fine="很多"))
        assert "只有我看得见" not in officer("second-clerk").open(FORM).text
        officer("verifier").open(FORM, 404)
        clerk.follow("/desk/drafts/discard", {"kind": "penalty"})

    def test_keeps_what_was_typed_sealed(self, clerk):
        person = {"subject_kind": "natural_person", "subject_name": "卞子墨", "uscc": "", "legal_representative": ""}
        clerk.submit(FORM, form_of(**person, id_type="111", id_number="320981199912310005"))
        with runtime.reading() as session:
            kept = session.scalars(select(Draft.sealed)).all()
        assert kept
        assert not any(b"320981199912310005" in sealed for sealed in kept)
        clerk.follow("/desk/drafts/discard", {"kind": "penalty"})


class TestPreview:
    def test_shows_the_public_page_before_anything_is_filed(self, clerk):
        typed = form_of()
        preview = clerk.submit(FORM, typed)
        text = text_of(preview)
        assert "还没有报送" in text
        assert typed["subject_name"] in text
        assert "禁止参加政府采购活动" in text
        assert "2.000000 万元（20,000.00 元）" in text
        with runtime.reading() as session:
            numbers = session.scalars(select(Penalty.document_number)).all()
        assert not any(str(typed["document_number"][-5:-1]) in number for number in numbers)

    def test_that_was_typed_over_elsewhere_is_not_filed(self, clerk):
        seen = hidden(clerk.submit(FORM, form_of()), "seen")[0]
        clerk.submit(FORM, form_of(content="另一内容，处以罚款二万元。"))
        answer = clerk.submit("/desk/penalties/file", {"seen": seen})
        assert answer.status_code == 412


class TestFiling:
    def test_leads_to_the_penalty_and_forgets_the_draft(self, clerk):
        record = file_one(clerk)
        with runtime.reading() as session:
            assert penalties.by_record(session, record).state == "filed"
            assert session.scalars(select(Draft).where(Draft.kind == "penalty")).first() is None
        assert "逐条报送，没有文件" in text_of(clerk.open(f"/desk/penalties/{record}"))

    def test_of_a_decision_on_file_is_refused_and_comes_back(self, clerk):
        typed = form_of()
        for _ in range(2):
            answer = clerk.submit(FORM, typed)
            if "seen" in answer.text and answer.status_code == 200:
                clerk.submit("/desk/penalties/file", {"seen": hidden(answer, "seen")[0]})
        assert answer.status_code == 409
        assert "decision-already-filed" in answer.text


class TestCorrection:
    def test_is_shown_to_the_verifier_beside_what_stood_before(self, clerk, verifier):
        record = file_one(clerk)
        publish(verifier, record)
        path = f"/desk/penalties/{record}/correction"
        form = clerk.open(path)
        version = hidden(form, "version")[0]
        with runtime.reading() as session:
            name = penalties.by_record(session, record).filing
        assert name
        typed = form_of_record(record, facts="更正后的事实。")
        preview = clerk.submit(path, typed | {"version": version})
        assert preview.status_code == 200, text_of(preview)
        sent = {"seen": hidden(preview, "seen")[0], "version": version}
        clerk.follow(f"/desk/penalties/{record}/refile", sent)
        text = text_of(verifier.open(f"/desk/penalties/{record}"))
        assert "与上一版的不同" in text
        assert "在投标文件中提供虚假业绩合同。 更正后的事实。" in text
        publish(verifier, record)
        assert "更正后的事实" in clerk.client.get(f"/records/{record}").text

    def test_of_another_departments_record_is_not_there(self, clerk, officer):
        record = file_one(clerk)
        officer("other-clerk").open(f"/desk/penalties/{record}/correction", 404)


def form_of_record(record, **special):
    """What the form of a correction has, with something typed anew."""
    import json

    with runtime.reading() as session:
        facts = json.loads(penalties.by_record(session, record).filing.content)
    return form_of(
        subject_name=facts["subject"]["name"],
        uscc=facts["subject"]["uscc"],
        document_number=facts["document_number"],
        **special,
    )
