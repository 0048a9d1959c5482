"""Who applied: confirmed by a code, at the counter or by the department's look; never by the application alone."""

import datetime as dt
import json
import threading

import pytest
from sqlalchemy import select

from registry import runtime
from registry.models import Clock, ConfirmationCode, MailMessage, Relief, SubjectContact
from registry.queries.cases import procedure_records
from registry.queries.publication import publications
from registry.refusals.acts import RecordUnknown, TransitionRefused
from registry.refusals.procedure import CodeWrong, ContactRefused, ReliefOpen
from registry.services.cases import proposed_steps, relief_applications, relief_confirmation, revisions
from registry.settings import Settings
from tests.support.bureau import papers


@pytest.fixture
def settings(store, tmp_path) -> Settings:
    """A node with a mail server."""
    return Settings(home=str(tmp_path), database_url=store, node="city", smtp_host="127.0.0.1")


def body(record):
    with runtime.begin() as work:
        return publications.body(revisions.newest(work, record))


def relief(number):
    with runtime.reading() as session:
        return procedure_records.by_record(session, Relief, number)


def mark_clock(number):
    with runtime.reading() as session:
        return session.scalars(select(Clock).where(Clock.record == number, Clock.code == "dispute.mark")).one()


def code_for(bureau, record):
    return bureau.code(record)


def confirm(bureau, number, code):
    return bureau.do("public", lambda work: relief_confirmation.confirm(work, number, code))


class TestConfirm:
    def test_marks_the_record_and_ends_the_clock(self, bureau):
        record = bureau.published_penalty()
        number = bureau.applied("dispute", record)
        assert mark_clock(number).met_on is None
        confirm(bureau, number, code_for(bureau, record))
        assert body(record)["disputed_on"] == bureau.today.isoformat()
        assert (relief(number).state, mark_clock(number).met_on) == ("confirmed", bureau.today)

    @pytest.mark.parametrize("act", ["accept", "refuse", "mark"])
    def test_is_not_the_only_end_of_the_clock(self, bureau, act):
        number = bureau.applied("dispute", bureau.published_penalty())
        acts = {
            "accept": lambda work: relief_applications.accept(work, number, papers()),
            "refuse": lambda work: relief_applications.refuse(work, number, "不是当事人", papers()),
            "mark": lambda work: relief_confirmation.mark(work, number, papers()),
        }
        bureau.do("clerk", acts[act])
        assert mark_clock(number).met_on == bureau.today

    def test_takes_a_code_once(self, bureau):
        record = bureau.published_penalty()
        code = code_for(bureau, record)
        confirm(bureau, bureau.applied("dispute", record), code)
        with pytest.raises(CodeWrong):
            bureau.do("public", lambda work: relief_confirmation.redeem_code(work, record, code))

    def test_takes_no_code_of_another_record_nor_one_that_is_over(self, bureau):
        record, other = bureau.published_penalty(), bureau.published_penalty()
        number, code, foreign = bureau.applied("dispute", record), code_for(bureau, record), code_for(bureau, other)
        for wrong in (foreign, "", "AAAAAAAAAA", "\u0000"):
            with pytest.raises(CodeWrong):
                confirm(bureau, number, wrong)
        bureau.go(bureau.today + dt.timedelta(days=relief_confirmation.CODE_DAYS + 1))
        with pytest.raises(CodeWrong):
            confirm(bureau, number, code)
        assert relief(number).state == "received"

    def test_is_done_once(self, bureau):
        record = bureau.published_penalty()
        number = bureau.confirmed("dispute", record)
        with pytest.raises(TransitionRefused):
            confirm(bureau, number, code_for(bureau, record))

    def test_of_one_keeps_every_other_waiting_and_is_kept_by_its_end(self, bureau):
        record = bureau.published_penalty()
        first, second = bureau.applied("dispute", record), bureau.applied("dispute", record)
        confirm(bureau, first, code_for(bureau, record))
        with pytest.raises(ReliefOpen):
            confirm(bureau, second, code_for(bureau, record))
        with pytest.raises(ReliefOpen):
            bureau.do("clerk", lambda work: relief_applications.accept(work, second, papers()))
        bureau.do("public", lambda work: relief_applications.cancel(work, second, papers()))
        assert "disputed_on" in body(record)

    def test_of_two_at_the_same_moment_is_of_one(self, app, bureau):
        record = bureau.published_penalty()
        numbers = [bureau.applied("dispute", record) for _ in range(2)]
        codes = [code_for(bureau, record) for _ in range(2)]
        outcomes, start = [], threading.Barrier(2)

        def run(number, code):
            with app.app_context():
                start.wait()
                try:
                    outcomes.append(confirm(bureau, number, code).state)
                except ReliefOpen as refusal:
                    outcomes.append(refusal.code)

        threads = [threading.Thread(target=run, args=pair) for pair in zip(numbers, codes, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["confirmed", "relief-open"]

    def test_of_a_repair_marks_nothing(self, bureau):
        record = bureau.published_penalty()
        bureau.go(dt.date.fromisoformat(body(record)["repairable_from"]))
        bureau.confirmed("repair", record)
        assert "disputed_on" not in body(record)


class TestContact:
    def test_gets_a_code_with_each_application(self, bureau):
        record = bureau.published_penalty()
        bureau.do("clerk", lambda work: relief_confirmation.file_contact(work, record, "legal@firm.example"))
        bureau.applied("dispute", record)
        with runtime.begin() as work:
            [message] = work.session.scalars(select(MailMessage))
            text = work.keys.vault.open(message.sealed).decode()
        assert "legal@firm.example" in text
        with runtime.reading() as session:
            assert len(session.scalars(select(ConfirmationCode)).all()) == 1
            assert b"firm.example" not in session.scalars(select(SubjectContact.address)).one()

    def test_is_of_the_subject_and_so_serves_its_other_records(self, bureau):
        first = bureau.published_penalty()
        firm = bureau.names[first]
        second = bureau.published_penalty(subject_name=firm["subject_name"], uscc=firm["uscc"])
        bureau.do("clerk", lambda work: relief_confirmation.file_contact(work, first, "legal@firm.example"))
        bureau.applied("dispute", second)
        with runtime.reading() as session:
            assert len(session.scalars(select(MailMessage)).all()) == 1

    @pytest.mark.parametrize(
        "email", ["", "x", "a@b", "a@b.example\nBcc: c@d.example", "甲@b.example", "a b@c.example"]
    )
    def test_is_a_mail_address(self, bureau, email):
        record = bureau.published_penalty()
        with pytest.raises(ContactRefused):
            bureau.do("clerk", lambda work: relief_confirmation.file_contact(work, record, email))

    def test_is_filed_by_the_department_of_the_record(self, bureau):
        record = bureau.published_penalty()
        with pytest.raises(RecordUnknown):
            bureau.do("other-clerk", lambda work: relief_confirmation.file_contact(work, record, "a@b.example"))
        with pytest.raises(RecordUnknown):
            bureau.do("other-clerk", lambda work: proposed_steps.propose_code(work, record))


class TestNotices:
    """To the address on file only, and only where the applicant is confirmed to be the subject."""

    def mails(self):
        with runtime.begin() as work:
            rows = work.session.scalars(select(MailMessage).where(MailMessage.purpose == "relief.notice"))
            return [json.loads(work.keys.vault.open(row.sealed)) for row in rows.all()]

    def test_tell_a_confirmed_applicant_of_each_step_with_the_number(self, bureau):
        record = bureau.published_penalty()
        bureau.do("clerk", lambda work: relief_confirmation.file_contact(work, record, "legal@firm.example"))
        number = bureau.applied("dispute", record)
        confirm(bureau, number, code_for(bureau, record))
        bureau.do("clerk", lambda work: relief_applications.accept(work, number, papers()))
        bureau.do("public", lambda work: relief_applications.cancel(work, number, papers()))
        told = self.mails()
        assert [mail["to"] for mail in told] == ["legal@firm.example"] * 3
        assert all(number in mail["text"] and number not in mail["subject"] for mail in told)
        assert ["受理" in mail["subject"] for mail in told][1] and "撤回" in told[2]["subject"]

    def test_tell_nobody_who_is_not_confirmed_or_has_no_address(self, bureau):
        record, other = bureau.published_penalty(), bureau.published_penalty()
        bureau.do("clerk", lambda work: relief_confirmation.file_contact(work, record, "legal@firm.example"))
        stranger = bureau.applied("dispute", record)
        bureau.do("clerk", lambda work: relief_applications.refuse(work, stranger, "不是当事人", papers()))
        number = bureau.applied("dispute", other)
        confirm(bureau, number, code_for(bureau, other))
        assert self.mails() == []
