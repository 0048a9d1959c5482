"""A verifier looks at what deserves a look, sends one back, publishes the rest after a second look."""

import datetime as dt
import io

import pytest
from sqlalchemy import select

from registry import runtime
from registry.models import AuditEvent, Penalty
from registry.queries.cases import penalties
from registry.services import retention
from registry.services.node import sign_in
from tests.support.reports import report_measure
from tests.web.desk.test_imports import number_of, numbers
from tests.web.desk.walking import hidden, text_of
from tests.web.desk.workbooks import HEADINGS, ledger_of, row

LIST = "/desk/verification"
AGREED = {"confirmed": "1", "secrets": "no"}


def file_rows(officer, *rows, headings=HEADINGS):
    """The records of rows that a clerk filed by a workbook, in their order."""
    clerk = officer("clerk")
    form = {"file": (io.BytesIO(ledger_of(*rows, headings=headings)), "台账.xlsx"), "sectors": "procurement"}
    page = clerk.follow("/desk/imports", form, content_type="multipart/form-data")
    assert "有误 0 行" in text_of(page), text_of(page)
    clerk.follow(f"/desk/imports/{number_of(page)}/submission")
    wanted = [cells[3] for cells in rows]
    with runtime.reading() as session:
        found = session.scalars(select(Penalty).order_by(Penalty.id.desc()).limit(len(rows))).all()
    by_number = {penalty.document_number: penalty.record for penalty in found}
    return [next(record for key, record in by_number.items() if key in _key(number)) for number in wanted]


def _key(number):
    from registry.domain.filing.parse import document_key

    return document_key(number)


def _dear(number):
    """A decision whose fine is in yuan where 万元 was meant."""
    return row(number, **{"罚款金额（元）": 200_000_000})


def state_of(record):
    with runtime.reading() as session:
        return penalties.by_record(session, record).state


def publish(verifier, *records, **fields):
    """Choose filings, look at the summary, confirm; the page of the result."""
    summary = verifier.submit(f"{LIST}/summary", {"record": list(records)})
    assert summary.status_code == 200, text_of(summary)
    return verifier.submit(f"{LIST}/publication", {"seen": hidden(summary, "seen"), **AGREED, **fields})


@pytest.fixture
def verifier(officer):
    return officer("verifier")


class TestList:
    def test_has_what_deserves_a_look_first(self, officer, verifier):
        plain, doubtful = numbers(2)
        file_rows(officer, row(plain), row(doubtful, **{"罚款金额（元）": 200_000_000}))
        text = text_of(verifier.open(LIST))
        assert "金额像是元和万元混淆" in text or "金额与处罚内容所写的不同" in text
        assert text.index(f"{3000 + doubtful}号") < text.index(f"{3000 + plain}号")

    def test_leaves_out_what_the_officer_filed_and_what_is_of_others(self, officer, bureau):
        [record] = file_rows(officer, row(*numbers(1)))
        assert record not in officer("other-verifier").open(LIST).text
        officer("clerk").open(LIST, 404)
        officer("other-verifier").open(f"/desk/penalties/{record}", 404)
        officer("auditor").open(f"/desk/penalties/{record}", 404)


class TestPenalty:
    def test_stands_beside_its_row_and_its_public_page(self, officer, verifier):
        [number] = numbers(1)
        banned = [*row(number, 处罚内容="处以罚款二万元，禁止参加政府采购活动一年。"), "2027-11-09"]
        [record] = file_rows(officer, banned, headings=(*HEADINGS, "处罚有效期"))
        text = text_of(verifier.open(f"/desk/penalties/{record}"))
        assert "A2 当事人名称" in text
        assert "I2 罚款金额（元） 20000" in text
        assert "公示后的样子" in text
        assert "禁止参加政府采购活动" in text
        assert "公示至" in text
        with runtime.reading() as session:
            acts = session.scalars(select(AuditEvent.act).where(AuditEvent.reference == record)).all()
        assert "penalty.read-source" in acts

    def test_says_when_the_file_is_no_longer_kept(self, officer, verifier, bureau):
        [record] = file_rows(officer, row(*numbers(1)))
        with bureau.on(bureau.today + dt.timedelta(days=30)):
            while bureau.do("system", lambda work: retention.clear(work, "filed-files")):
                pass
        assert "不再保存" in text_of(verifier.open(f"/desk/penalties/{record}"))

    def test_shows_its_row_to_who_compares_it_only(self, officer):
        [record] = file_rows(officer, row(*numbers(1)))
        assert "A2 当事人名称" in text_of(officer("clerk").open(f"/desk/penalties/{record}"))
        for name in ("head", "reviewer", "second-clerk"):
            text = text_of(officer(name).open(f"/desk/penalties/{record}"))
            assert "A2 当事人名称" not in text
            assert "只供核验人员和报送人查看" in text

    def test_carries_no_name_in_title_and_address(self, officer, verifier):
        [number] = numbers(1)
        [record] = file_rows(officer, row(number))
        page = verifier.open(f"/desk/penalties/{record}")
        title = page.text.split("<title>")[1].split("</title>")[0]
        assert f"示乙{number}" not in title


class TestReturn:
    def test_goes_back_with_its_reason_and_comes_again_with_what_changed(self, officer, verifier):
        [record] = file_rows(officer, row(*numbers(1)))
        version = hidden(verifier.open(f"/desk/penalties/{record}"), "version")[0]
        refused = verifier.submit(f"/desk/penalties/{record}/return", {"version": version, "reason": " "})
        assert "请写明退回的原因" in refused.text
        verifier.follow(f"/desk/penalties/{record}/return", {"version": version, "reason": "事实太简略"})
        assert state_of(record) == "returned"
        assert "事实太简略" in officer("clerk").open("/desk").text
        clerk = officer("clerk")
        form = clerk.open(f"/desk/penalties/{record}/correction")
        assert "事实太简略" in form.text

    def test_of_what_changed_meanwhile_is_refused(self, officer, verifier):
        [record] = file_rows(officer, row(*numbers(1)))
        answer = verifier.submit(f"/desk/penalties/{record}/return", {"version": "7", "reason": "不对"})
        assert answer.status_code == 412
        assert "不对" in answer.text
        assert state_of(record) == "filed"


class TestPublication:
    def test_of_many_needs_a_summary_and_a_second_confirmation(self, officer, verifier):
        records = file_rows(officer, *(row(number) for number in numbers(3)))
        summary = verifier.submit(f"{LIST}/summary", {"record": records})
        assert "确认公示 3 条" in text_of(summary)
        assert "向社会公开" in text_of(summary)
        assert [state_of(record) for record in records] == ["filed"] * 3
        unconfirmed = verifier.submit(f"{LIST}/publication", {"seen": hidden(summary, "seen"), "secrets": "no"})
        assert "请勾选确认" in unconfirmed.text
        done = publish(verifier, *records)
        assert "已公示 3 条" in text_of(done)
        assert [state_of(record) for record in records] == ["published"] * 3
        assert officer("clerk").client.get(f"/records/{records[0]}").status_code == 200

    def test_offers_what_needs_no_look_all_at_once(self, officer, verifier):
        plain, doubtful = file_rows(officer, *(row(number) for number in numbers(1)), _dear(*numbers(1)))
        page = verifier.open(LIST)
        offered = hidden(page, "plain")
        assert plain in offered
        assert doubtful not in offered
        summary = verifier.submit(f"{LIST}/summary", {"choose": "plain", "plain": [plain], "record": [doubtful]})
        assert hidden(summary, "seen") == [f"{plain}.1"]

    def test_leaves_out_what_changed_since_it_was_seen(self, officer, verifier, bureau):
        one, two = file_rows(officer, *(row(number) for number in numbers(2)))
        answer = verifier.submit(f"{LIST}/publication", {"seen": [f"{one}.1", f"{two}.9"], **AGREED})
        assert "已公示 1 条，1 条没有公示" in text_of(answer)
        assert (state_of(one), state_of(two)) == ("published", "filed")

    def test_of_what_must_stay_secret_is_refused(self, officer, verifier):
        [record] = file_rows(officer, row(*numbers(1)))
        answer = publish(verifier, record, secrets="yes")
        assert "请退回报送人处理" in text_of(answer)
        assert state_of(record) == "filed"

    def test_of_an_empty_choice_asks_to_choose(self, verifier):
        answer = verifier.submit(f"{LIST}/summary", {})
        assert (answer.status_code, "请选择要核验的记录" in answer.text) == (422, True)

    def test_is_not_for_who_filed(self, officer, bureau):
        [record] = file_rows(officer, row(*numbers(1)))
        answer = officer("clerk").submit(f"{LIST}/publication", {"seen": f"{record}.1", **AGREED})
        assert answer.status_code == 404
        assert state_of(record) == "filed"

    def test_asks_for_the_password_again_after_a_while(self, officer, monkeypatch):
        [record] = file_rows(officer, row(*numbers(1)))
        verifier = officer("verifier")
        verifier.open(LIST)
        then = runtime.clock() + sign_in.RECENT
        monkeypatch.setattr(runtime, "clock", lambda: then)
        answer = verifier.submit(f"{LIST}/publication", {"seen": f"{record}.1", **AGREED})
        assert "口令" in answer.text
        assert state_of(record) == "filed"


class TestReports:
    def test_of_measures_stand_on_the_page_of_the_penalty(self, officer, bureau):
        record = bureau.published_penalty()
        report_measure(record)
        page = text_of(officer("verifier").open(f"/desk/penalties/{record}"))
        assert "各方反馈的措施" in page
        assert "取消其参加本次政府采购活动的资格" in page
        assert "市虚构联合奖惩系统" in page
