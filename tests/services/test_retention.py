"""What is past its retention period is cleared and counted; what is shown or in a procedure stays, proofs too."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.domain.exchange.reconciliation import Comparison, Difference
from registry.domain.law.retention import first_day_kept
from registry.domain.permissions import SYSTEM
from registry.keys.signing import Signer
from registry.models import (
    Account,
    AuditEvent,
    Base,
    CaseStep,
    Check,
    CheckFile,
    CheckFilePart,
    ConfirmationCode,
    Credential,
    Document,
    IdempotencyKey,
    InboxBatch,
    InboxItem,
    PasswordCode,
    Peer,
    Publication,
    RecoveryCode,
    ReviewDecision,
    SubjectContact,
    Subscription,
    WatchEvent,
    WebSession,
)
from registry.queries import integrity, row_integrity
from registry.queries.law import reference_data
from registry.refusals.acts import OutOfRole
from registry.refusals.maintenance import ContentCleared
from registry.services import retention
from registry.services.cases import relief_applications, relief_confirmation
from registry.services.checks import award_check
from registry.services.exchange import inbox, peers, reconciliations
from registry.services.node import accounts, mail, proposals
from registry.services.proposed_acts import ACTS
from registry.unit_of_work import day_of
from tests.services.cases.test_erasure import propose
from tests.support.centre import Centre, advance, party
from tests.support.desk import seal, stranger
from tests.support.filings import BanFactory
from tests.support.membership import entitle
from tests.sync.bodies import batch_of, body, sealed, speaking

DAY = dt.timedelta(days=1)
PLATFORM = Signer.generate()


@pytest.fixture
def centre(people):
    return Centre(people)


def period_of(code):
    with runtime.reading() as session:
        periods = reference_data.current(session).retention_periods(day_of(runtime.clock()))
    return next(row for row in periods if row.code == code)


def clear(code):
    """Clear all that is due; how many rows."""
    cleared = 0
    while count := runtime.perform(SYSTEM, lambda work: retention.clear(work, code)):
        cleared += count
    return cleared


def due(code):
    with runtime.reading() as session:
        return retention.count_due(session, code, day_of(runtime.clock()))


def rows(table):
    with runtime.reading() as session:
        return session.scalars(select(table)).all()


def go_past(bureau, code):
    """Go to the first day on which what began today is past its period."""
    began, day, period = bureau.today, bureau.today, period_of(code)
    while first_day_kept(period, day) <= began:
        day += DAY
    bureau.go(day)


def contradictions():
    with runtime.reading() as session:
        ledger = list(integrity.findings(session, runtime.keys(), "city", lambda _: None))
        return ledger + list(row_integrity.findings(session, runtime.keys().vault))


def set_contact(bureau, record):
    key = f"uscc:{bureau.names[record]['uscc']}"

    def act(work):
        row = {"subject_key": key, "address": work.keys.vault.seal(b"a@example.org"), "filed_at": work.now}
        row |= {"department_id": work.actor.department_id, "account_id": work.actor.account_id}
        work.session.add(SubjectContact(**row))

    bureau.do("clerk", act)


def run_out(bureau, record):
    """Go to the day on which a record is no longer shown."""
    with runtime.reading() as session:
        until = session.scalars(select(Publication.visible_until).where(Publication.record == record)).first()
    bureau.go(until)
    bureau.tidy()


def refused_dispute(bureau, record=None):
    """A dispute that the department did not take, with its documents."""
    number = bureau.applied("dispute", record or bureau.published_penalty())
    bureau.do("clerk", lambda work: relief_applications.refuse(work, number, "不属于受理范围", StepInput()))
    return number


def receive(*bodies):
    """Take in a batch of a peer."""

    def act(work):
        peers.add(work, "platform", "平台", "", PLATFORM.public.hex(), [])
        entitle(work, "platform", speaking("platform"))
        peer = work.session.scalars(select(Peer)).one()
        inbox.receive(work, peer, batch_of("platform", *(sealed(PLATFORM, one) for one in bodies)))

    runtime.perform(SYSTEM, act)


def plant_contact(bureau, centre):
    record = bureau.published_penalty()
    set_contact(bureau, record)
    run_out(bureau, record)


def plant_codes(bureau, centre):
    record = bureau.published_penalty()
    bureau.do("clerk", lambda work: relief_confirmation.add_code(work, record))
    bureau.go(day_of(rows(ConfirmationCode)[0].expires_at))


def plant_mail(bureau, centre):
    number = runtime.perform(SYSTEM, lambda work: mail.queue(work, "code", "a@example.org", "核验码", "文"))
    runtime.perform(SYSTEM, lambda work: mail.note_sent(work, number))


def plant_answer(bureau, centre):
    def act(work):
        row = {"account_id": work.actor.account_id, "key": "k", "request_digest": b"d", "status": 201}
        row |= {"answer": work.keys.vault.seal(b"{}"), "created_at": work.now}
        work.session.add(IdempotencyKey(**row))

    bureau.do("clerk", act)


def plant_revoked_key(bureau, centre):
    bureau.do("security", lambda work: accounts.revoke_keys(work, "other-clerk"))


def plant_signing_in(bureau, centre):
    """An account that ends today, with all that it signed in with, and a code and a session that are over today."""

    def act(work):
        account = work.session.scalars(select(Account).where(Account.name == "other-clerk")).one()
        account.valid_until = work.today
        own = {"account_id": account.id, "code_hash": b"a"}
        work.session.add(Credential(account_id=account.id, password=b"p", password_at=work.now))
        work.session.add(RecoveryCode(**own, created_at=work.now))
        work.session.add(PasswordCode(**own, issued_at=work.now, expires_at=work.now))
        session = {"opened_at": work.now, "seen_at": work.now, "proven_at": work.now}
        work.session.add(WebSession(account_id=account.id, token_hash=b"t", browser="", network="", **session))
        clerk = work.session.scalars(select(Account).where(Account.name == "clerk")).one()
        work.session.add(Credential(account_id=clerk.id, password=b"p", password_at=work.now))
        work.session.add(RecoveryCode(account_id=clerk.id, code_hash=b"b", created_at=work.now))

    bureau.do("security", act)


def plant_proposal(bureau, centre):
    number = propose(bureau, bureau.published_penalty())
    actor = bureau.people["second-verifier"].actor
    runtime.perform(actor, lambda work: proposals.refuse(work, ACTS, number, "理由不足"))


def plant_checks(bureau, centre):
    centre.receipt(party(BanFactory()))
    check = rows(Check)[0]

    def act(work):
        seal_bytes = work.keys.vault.seal
        file = {"id": "f" * 32, "account_id": check.account_id, "department_id": check.department_id, "digest": "d"}
        file |= {"question_sealed": seal_bytes(b"{}"), "sealed": b"", "state": "finished", "total": 1, "next_row": 1}
        file |= {"unchecked": 0, "entry": 0, "on_day": work.today, "created_at": work.now, "finished_at": work.now}
        work.session.add(CheckFile(**file))
        work.session.flush()
        decision = {"decision": "d" * 32, "check_id": check.id, "number": 1, "account_id": check.account_id}
        decision |= {"department_id": check.department_id, "decided_at": work.now, "outcome": "clear"}
        decision |= {"reach_index": "r", "sealed": seal_bytes(b"{}"), "evidence_sealed": seal_bytes(b"%PDF-")}
        work.session.add(ReviewDecision(**decision))
        part = {"file_id": "f" * 32, "start": 0, "check_id": check.id, "rows_sealed": seal_bytes(b"[]")}
        work.session.add(CheckFilePart(**part))

    bureau.do("centre", act)


def plant_events(bureau, centre):
    record = bureau.penalty()
    centre.watch(party(bureau.names[record]))
    bureau.verify(record)
    advance()
    bureau.go(bureau.today + 30 * DAY)
    advance()


def plant_subscription(bureau, centre):
    row = {"token_hash": "t", "subject_hash": "s", "sealed": b"-", "told_upto": 0, "told_on": bureau.today}
    runtime.perform(SYSTEM, lambda work: work.session.add(Subscription(**row, asked_at=work.now)))


def plant_statements(bureau, centre):
    """One statement of a sector, which goes, and one of all records, which stays."""

    def act(work):
        peers.add(work, "north", "平台", "", PLATFORM.public.hex(), [])
        equal = Comparison(1, 1, "a" * 64, "a" * 64, Difference(equal=["b" * 32]))
        for sector in (None, "housing"):
            reconciliations.keep_outcome(work, "north", equal, sector=sector)

    runtime.perform(SYSTEM, act)


PLANTED = {
    "applicant-contacts": (plant_contact, 1),
    "relief-files": (lambda bureau, centre: refused_dispute(bureau), 4),
    "confirmation-codes": (plant_codes, 1),
    "mails": (plant_mail, 1),
    "subscriptions": (plant_subscription, 1),
    "request-answers": (plant_answer, 1),
    "revoked-keys": (plant_revoked_key, 1),
    "signing-in": (plant_signing_in, 4),
    "proposals": (plant_proposal, 1),
    "checks": (plant_checks, 4),
    "watch-events": (plant_events, 1),
    "sector-statements": (plant_statements, 1),
    "received-batches": (lambda bureau, centre: receive(body(node="platform")), 1),
}
"""How something is kept, and how many rows of it are cleared once its period is over."""


class TestClear:
    @pytest.mark.parametrize("code", [pytest.param(code, id=f"retention-{code}-本登记簿配置") for code in PLANTED])
    def test_takes_what_is_past_its_period_and_leaves_every_proof(self, bureau, centre, code):
        plant, expected = PLANTED[code]
        plant(bureau, centre)
        seal()
        began = bureau.today
        go_past(bureau, code)
        past = bureau.today
        bureau.go(past - DAY)
        assert (due(code), clear(code)) == (0, 0)
        bureau.go(past)
        assert past > began
        assert due(code) == clear(code) == expected
        assert (due(code), clear(code)) == (0, 0)
        seal()
        assert contradictions() == []
        noted = [event.detail for event in rows(AuditEvent) if event.act == "retention.clear"]
        assert sum(int(detail.split()[0]) for detail in noted) == expected
        assert all(detail.split()[-1] in Base.metadata.tables for detail in noted)

    def test_is_for_the_worker_only(self, people):
        with pytest.raises(OutOfRole):
            runtime.perform(people["clerk"].actor, lambda work: retention.clear(work, "mails"))

    def test_takes_more_than_a_chunk_in_chunks(self, bureau, centre, monkeypatch):
        monkeypatch.setattr(retention, "CHUNK", 2)
        for _ in range(5):
            plant_mail(bureau, centre)
        go_past(bureau, "mails")
        assert runtime.perform(SYSTEM, lambda work: retention.clear(work, "mails")) == 2
        assert clear("mails") == 3


class TestStays:
    def test_the_contact_of_a_subject_that_is_still_shown(self, bureau):
        record = bureau.published_penalty()
        set_contact(bureau, record)
        with runtime.reading() as session:
            until = session.scalars(select(Publication.visible_until).where(Publication.record == record)).one()
        bureau.go(until - DAY)
        assert clear("applicant-contacts") == 0

    def test_the_contact_of_a_subject_about_whom_something_is_filed(self, bureau, centre):
        plant_contact(bureau, centre)
        code = rows(SubjectContact)[0].subject_key.removeprefix("uscc:")
        bureau.penalty(uscc=code, subject_name=next(iter(bureau.names.values()))["subject_name"])
        go_past(bureau, "applicant-contacts")
        assert clear("applicant-contacts") == 0

    def test_the_file_of_an_application_that_is_open(self, bureau):
        bureau.confirmed("dispute", bureau.published_penalty())
        go_past(bureau, "relief-files")
        assert clear("relief-files") == 0

    def test_the_file_of_an_ended_application_while_another_is_open_about_the_record(self, bureau):
        record = bureau.published_penalty()
        refused_dispute(bureau, record)
        bureau.applied("dispute", record)
        go_past(bureau, "relief-files")
        assert clear("relief-files") == 0

    def test_the_documents_of_the_record_itself(self, bureau):
        record = bureau.listed()
        refused = refused_dispute(bureau, record)
        go_past(bureau, "relief-files")
        clear("relief-files")
        steps = {step.id: step.record for step in rows(CaseStep)}
        kept = {steps[document.step_id] for document in rows(Document) if document.sealed}
        assert kept == {record}
        assert refused not in kept

    def test_a_check_to_which_a_later_one_refers(self, bureau, centre):
        firm = BanFactory()
        centre.receipt(party(firm))
        go_past(bureau, "checks")
        bureau.go(bureau.today - DAY)
        centre.receipt(party(firm))
        bureau.go(bureau.today + DAY)
        assert clear("checks") == 0

    def test_a_batch_with_a_record_that_waits_for_a_person(self, bureau):
        receive(body(node="platform", basis="-"))
        [item] = rows(InboxItem)
        assert item.state == "quarantined"
        go_past(bureau, "received-batches")
        assert clear("received-batches") == 0
        assert rows(InboxBatch)[0].raw

    def test_an_event_that_is_still_to_be_delivered(self, bureau, centre):
        plant_events(bureau, centre)
        with runtime.begin() as work:
            work.session.execute(update(WatchEvent).values(state="pending"))
        go_past(bureau, "watch-events")
        assert clear("watch-events") == 0


class TestReaders:
    def test_are_told_that_a_receipt_was_cleared(self, bureau, centre, desk):
        centre.receipt(party(BanFactory()))
        check = rows(Check)[0]
        go_past(bureau, "checks")
        clear("checks")
        with pytest.raises(ContentCleared):
            award_check.unseal(runtime.keys(), rows(Check)[0])
        answer = desk.get(f"/checks/{check.id}", "centre")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "content-cleared")

    def test_get_no_reference_to_a_check_that_was_cleared(self, bureau, centre):
        firm = BanFactory()
        centre.receipt(party(firm))
        go_past(bureau, "checks")
        clear("checks")
        assert "previous" not in centre.look(party(firm))

    def test_are_told_that_an_answer_was_cleared_and_nothing_is_done_twice(self, bureau, desk):
        ask = {"tender": {"code": "YC-9", "sector": "procurement"}, "parties": [{"ref": "1", **stranger()}]}
        headers = {"Idempotency-Key": "one"}
        assert desk.ask("POST", "/api/v1/checks", "centre", json=ask, headers=headers).status_code == 201
        go_past(bureau, "request-answers")
        clear("request-answers")
        again = desk.ask("POST", "/api/v1/checks", "centre", json=ask, headers=headers)
        assert (again.status_code, again.get_json()["code"]) == (409, "answer-cleared")
        assert len(rows(Check)) == 1

    def test_see_the_status_of_an_application_whose_file_was_cleared(self, bureau, desk):
        number = refused_dispute(bureau)
        document = rows(Document)[0]
        go_past(bureau, "relief-files")
        clear("relief-files")
        assert desk.get(f"/disputes/{number}", "clerk").status_code == 200
        assert desk.get(f"/reliefs/{number}").status_code == 200
        answer = desk.get(f"/documents/{document.id}", "clerk")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "content-cleared")
