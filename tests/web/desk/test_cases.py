"""A listing from draft to publication by four persons, acts that take two, disputes and repairs to decide."""

import datetime as dt
import io
import re
import zipfile

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.cases.procedures import PROCEDURES
from registry.models import Listing, Relief
from registry.queries.cases import penalties, procedure_records
from registry.web.desk.act_forms import FORMS
from tests.support.bureau import PDF
from tests.web.desk.walking import hidden, text_of

SCHEME = "procurement-serious"


def listing_of(record):
    with runtime.reading() as session:
        return procedure_records.by_record(session, Listing, record)


def draft_listing(clerk, bureau, **special):
    """The record of a listing that a clerk proposed on the ground of a published penalty."""
    penalty = bureau.published_penalty()
    form = clerk.open(f"/desk/listings/new?penalty={penalty}&scheme={SCHEME}")
    facts = re.search(r'<textarea[^>]*name="facts"[^>]*>([^<]*)<', form.text)[1]
    assert facts
    typed = {
        "penalty": penalty,
        "scheme": SCHEME,
        "facts": facts,
        "basis": "《中华人民共和国政府采购法》第七十七条",
        "sectors": ["procurement"],
        "measures": ["B1"],
        "authority_name": "盐城市示例财政局",
        "authority_code": "11320900MA0T000010",
        **special,
    }
    answer = clerk.submit("/desk/listings/new", typed)
    assert answer.status_code == 303, text_of(answer)
    return answer.location.rsplit("/", 1)[1]


def act(officer, noun, record, name, documents=1, **typed):
    """Take an act by its form, with a file for each document; the answer."""
    path = f"/desk/cases/{noun}/{record}/{name}"
    form = officer.open(path)
    data = {"version": hidden(form, "version")[0], **typed}
    for place in range(documents):
        data[f"document-{place}-number"] = f"盐示〔2026〕{place}号"
        data[f"document-{place}-day"] = "2026-11-20"
        data[f"document-{place}-file"] = (io.BytesIO(PDF), "文书.pdf")
    return officer.submit(path, data, content_type="multipart/form-data")


def taken(answer):
    assert answer.status_code == 303, text_of(answer)
    return answer


class TestListing:
    def test_goes_from_draft_to_publication_by_four_persons(self, officer, bureau):
        clerk, reviewer, head, verifier = map(officer, ("clerk", "reviewer", "head", "verifier"))
        record = draft_listing(clerk, bureau)
        text = text_of(reviewer.open(f"/desk/listings/{record}"))
        assert "法制审核 现在 需要： 法制审核意见书" in text
        taken(act(reviewer, "listing", record, "review"))
        taken(act(clerk, "listing", record, "notice", 2, served_on=str(bureau.today)))
        assert "陈述申辩期到" in text_of(head.open(f"/desk/listings/{record}"))
        day = bureau.today + dt.timedelta(days=14)
        with bureau.on(day):
            clerk, head, verifier = map(officer, ("clerk", "head", "verifier"))
            decision = {
                "document_number": "盐示财列〔2026〕9号",
                "decided_on": str(day),
                "reasons": "事实清楚，依据充分。",
                "signed_by": "卞示例",
                "position": "局长",
                "ends_on": str(day + dt.timedelta(days=700)),
            }
            taken(act(head, "listing", record, "decide", **decision))
            taken(act(clerk, "listing", record, "serve", 2, served_on=str(day)))
            form = verifier.open(f"/desk/cases/listing/{record}/publish")
            assert "公示后的样子" in text_of(form)
            assert "事实清楚，依据充分。" in form.text
            taken(act(verifier, "listing", record, "publish", 0))
            assert listing_of(record).state == "published"
            page = text_of(clerk.open(f"/desk/listings/{record}"))
            assert "clerk" in page and "reviewer" in page and "head" in page and "verifier" in page
            assert clerk.client.get(f"/records/{record}").status_code == 200

    def test_that_is_refused_comes_back_filled_with_its_files(self, officer, bureau):
        clerk, reviewer = officer("clerk"), officer("reviewer")
        record = draft_listing(clerk, bureau)
        taken(act(reviewer, "listing", record, "review"))
        answer = act(clerk, "listing", record, "notice", 2, served_on="明天")
        assert answer.status_code >= 400
        assert "已保留 文书.pdf" in answer.text
        assert 'value="明天"' in answer.text
        taken(act(clerk, "listing", record, "notice", 0, served_on=str(bureau.today)))
        page = text_of(clerk.open(f"/desk/listings/{record}"))
        assert "列入事先告知书" in page

    def test_does_not_offer_an_act_to_who_may_not_take_it(self, officer, bureau):
        record = draft_listing(officer("clerk"), bureau)
        officer("clerk").open(f"/desk/cases/listing/{record}/review", 404)
        officer("other-clerk").open(f"/desk/listings/{record}", 404)
        officer("reviewer").open(f"/desk/cases/listing/{record}/publish", 404)
        for path in ("/desk/cases/listing/x/review", "/desk/cases/nothing/x/review", "/desk/listings/x"):
            officer("reviewer").open(path, 404)

    def test_without_facts_comes_back_filled(self, officer, bureau):
        clerk = officer("clerk")
        penalty = bureau.published_penalty()
        typed = {"penalty": penalty, "scheme": SCHEME, "facts": "", "basis": "留着这句", "sectors": ["procurement"]}
        answer = clerk.submit("/desk/listings/new", typed)
        assert (answer.status_code >= 400, "留着这句" in answer.text) == (True, True)
        assert 'id="facts-fault"' in answer.text
        again = clerk.open(f"/desk/listings/new?penalty={penalty}&scheme={SCHEME}")
        assert "留着这句" in again.text

    def test_is_changed_before_its_review(self, officer, bureau):
        clerk = officer("clerk")
        record = draft_listing(clerk, bureau)
        form = clerk.open(f"/desk/listings/{record}/draft")
        typed = {
            "version": hidden(form, "version")[0],
            "facts": "改过的事实。",
            "basis": "《中华人民共和国政府采购法》第七十七条",
            "sectors": ["procurement"],
            "measures": ["B1"],
            "authority_name": "盐城市示例财政局",
            "authority_code": "11320900MA0T000010",
        }
        clerk.follow(f"/desk/listings/{record}/draft", typed)
        assert listing_of(record).facts["facts"] == "改过的事实。"


def words_of(answer):
    """The text of a DOCX document."""
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        xml = package.read("word/document.xml").decode()
    return re.sub(r"<[^>]+>", "", xml)


class TestPapers:
    @pytest.mark.parametrize("kind", ["notice", "decision", "service_proof", "repair_notice", "removal_decision"])
    def test_of_a_listing_have_its_facts_and_its_basis(self, officer, bureau, kind):
        clerk = officer("clerk")
        record = draft_listing(clerk, bureau, facts="事实 <甲> & {{ 7 * 7 }}")
        text = words_of(clerk.open(f"/desk/cases/listing/{record}/papers/{kind}"))
        name = listing_of(record).facts["subject"]["name"]
        assert name in text
        assert "49" not in text.replace(name, "").split("事实")[-1][:20]
        assert "{{" not in text.replace("{{ 7 * 7 }}", "")
        if kind in ("notice", "decision"):
            assert "事实 &lt;甲&gt; &amp;" in text
            assert "政府采购法（2014修正）第七十七条" in text
            assert "〔待填：" in text

    def test_say_what_is_not_confirmed(self, officer, bureau):
        clerk = officer("clerk")
        record = draft_listing(clerk, bureau)
        assert "5个工作日〔依据未核实，请核对〕" in words_of(clerk.open(f"/desk/cases/listing/{record}/papers/notice"))

    def test_of_others_are_not_there(self, officer, bureau):
        record = draft_listing(officer("clerk"), bureau)
        officer("other-clerk").open(f"/desk/cases/listing/{record}/papers/notice", 404)
        officer("clerk").open(f"/desk/cases/listing/{record}/papers/repair_decision", 404)
        officer("clerk").open(f"/desk/cases/listing/{record}/papers/x", 404)


class TestTwoPersons:
    def test_withdraw_a_penalty(self, officer, bureau):
        record = bureau.published_penalty()
        first, second = officer("verifier"), officer("second-verifier")
        answer = taken(act(first, "penalty", record, "withdraw", 0, reason="经复议撤销", changed_on="2026-11-20"))
        page = first.open(answer.location)
        assert "须由另一人确认" in text_of(page)
        assert "确认，立即办理" not in text_of(page)
        assert "经复议撤销" in text_of(second.open(answer.location))
        assert answer.location in second.open("/desk").text
        second.follow(f"{answer.location}/confirm")
        with runtime.reading() as session:
            assert penalties.by_record(session, record).state == "withdrawn"

    def test_suspend_with_the_documents_file(self, officer, bureau):
        record = bureau.published_penalty()
        first, second = officer("verifier"), officer("second-verifier")
        missing = act(first, "penalty", record, "suspend", 0, reason="法院裁定停止执行", since="2026-11-20")
        assert missing.status_code >= 400
        answer = act(
            first,
            "penalty",
            record,
            "suspend",
            reason="法院裁定停止执行",
            since="2026-11-20",
            **{"document-0-kind": "court_order"},
        )
        location = taken(answer).location
        assert second.open(f"{location}/documents/1").data == PDF
        officer("other-verifier").open(location, 404)
        second.follow(f"{location}/confirm")
        with runtime.reading() as session:
            assert penalties.by_record(session, record).state == "suspended"

    def test_are_refused_with_a_reason(self, officer, bureau):
        record = bureau.published_penalty()
        first, second = officer("verifier"), officer("second-verifier")
        answer = taken(act(first, "penalty", record, "withdraw", 0, reason="误", changed_on="2026-11-20"))
        assert second.submit(f"{answer.location}/refuse", {"reason": ""}).status_code >= 400
        second.follow(f"{answer.location}/refuse", {"reason": "决定仍然有效"})
        assert "决定仍然有效" in text_of(first.open(answer.location))
        with runtime.reading() as session:
            assert penalties.by_record(session, record).state == "published"


class TestRelief:
    def test_of_a_dispute_is_accepted_and_decided_by_two(self, officer, bureau):
        record = bureau.published_penalty()
        number = bureau.applied("dispute", record)
        clerk, first, second = map(officer, ("clerk", "verifier", "second-verifier"))
        text = text_of(clerk.open(f"/desk/reliefs/{number}"))
        assert "处罚对象有误。" in text
        assert "13900000000" in text
        assert number in clerk.open("/desk/reliefs").text
        taken(act(clerk, "dispute", number, "accept", 0))
        assert "异议处理中（自" in clerk.client.get(f"/records/{record}").text
        decided = {"outcome": "keep", "reason": "记录无误。", "changed_on": str(bureau.today)}
        answer = taken(act(first, "dispute", number, "decide", 1, **decided))
        assert "记录无误。" in text_of(second.open(answer.location))
        second.follow(f"{answer.location}/confirm")
        with runtime.reading() as session:
            assert session.scalars(select(Relief).where(Relief.record == number)).one().state == "decided"
        assert "异议处理中（自" not in clerk.client.get(f"/records/{record}").text

    def test_of_a_repair_has_its_decision_made_and_is_granted_by_two(self, officer, bureau):
        record = bureau.published_penalty()
        with bureau.on(dt.date(2028, 12, 1)):
            number = bureau.applied("repair", record)
            clerk, first, second = map(officer, ("clerk", "verifier", "second-verifier"))
            taken(act(clerk, "repair", number, "accept", 0))
            for kind in ("repair_decision", "service_proof"):
                text = words_of(clerk.open(f"/desk/cases/repair/{number}/papers/{kind}"))
                assert bureau.names[record]["subject_name"] in text
            assert number in words_of(clerk.open(f"/desk/cases/repair/{number}/papers/repair_decision"))
            answer = taken(act(first, "repair", number, "grant", 1, reason="义务已经履行。"))
            second.follow(f"{answer.location}/confirm")
            with runtime.reading() as session:
                assert penalties.by_record(session, record).state == "repaired"

    def test_of_another_department_is_not_there(self, officer, bureau):
        number = bureau.applied("dispute", bureau.published_penalty())
        officer("other-clerk").open(f"/desk/reliefs/{number}", 404)
        assert number not in officer("other-clerk").open("/desk/reliefs").text
        officer("centre").open(f"/desk/reliefs/{number}", 404)


class TestForms:
    def test_stand_for_every_act_of_an_officer_on_these_cases(self):
        """What the worker and the applicant do, and what has a page of its own, has no form here."""
        elsewhere = {"file", "refile", "verify", "return", "draft", "redraft", "apply", "confirm", "cancel", "expire",
                     "repair"}  # fmt: skip
        for noun in ("penalty", "listing", "dispute", "repair"):
            acts = {step.act for step in PROCEDURES[noun].steps}
            named = {name for kind, name in FORMS if kind == noun}
            assert named <= acts
            assert acts - named - elsewhere == set(), noun


class TestStatistics:
    def test_are_those_of_the_own_department(self, officer, bureau):
        bureau.published_penalty()
        text = text_of(officer("clerk").open("/desk/statistics"))
        assert "盐城市示例财政局" in text
        assert "盐城市示例住房和城乡建设局" not in text
        officer("centre").open("/desk/statistics", 404)
