"""Every kind of filed record: filed, verified by another, corrected, withdrawn; by request and by file."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.filed_kinds import FILED_KINDS
from registry.domain.exchange import record_schema
from registry.domain.permissions import Role
from registry.keys.signing import Signer
from registry.models import Clock, FiledRecord, OutboxMessage, Publication
from registry.queries import integrity
from registry.refusals.acts import AlreadyFiled, IdentityChanged, SelfVerification
from registry.refusals.procedure import FiledRecordRefused, FiledRecordUnknown
from registry.services.cases import expiry, filed_records
from registry.services.checks import award_check
from registry.services.checks.request import Inquiry, Party
from registry.services.exchange import peers
from tests.contract.test_reference import ROWS
from tests.support.filed import NAME, USCC, draft, row
from tests.support.lists import table
from tools.synthetic import resident_id, uscc

TODAY = dt.date(2026, 11, 27)
NOUNS = list(FILED_KINDS)
FREE = StepInput()


@pytest.fixture
def bureau(bureau):
    bureau.go(TODAY)
    return bureau


def filed(bureau, noun, **special):
    facts = draft(noun, today=TODAY, **special)
    return bureau.do("clerk", lambda work: filed_records.file_draft(work, noun, facts, FREE).record)


def published(bureau, noun, **special):
    record = filed(bureau, noun, **special)
    bureau.do("verifier", lambda work: filed_records.verify(work, noun, record, FREE))
    return record


def corrected(bureau, noun, record, **special):
    facts = draft(noun, today=TODAY, **special)
    return bureau.do("clerk", lambda work: filed_records.refile(work, noun, record, facts, FREE))


def newest(record):
    with runtime.reading() as session:
        statement = select(Publication).where(Publication.record == record, Publication.until_entry.is_(None))
        publication = session.scalars(statement).one_or_none()
        return publication and json.loads(publication.body)


def contradictions():
    with runtime.reading() as session:
        return list(integrity.findings(session, runtime.keys(), "city", lambda _: None))


@pytest.mark.parametrize("noun", NOUNS)
class TestFiling:
    def test_is_not_public_before_another_officer_verifies_it(self, bureau, noun):
        record = filed(bureau, noun)
        assert newest(record) is None
        with pytest.raises(SelfVerification):
            bureau.do("clerk", lambda work: _verify_as_filer(work, noun, record))
        bureau.do("verifier", lambda work: filed_records.verify(work, noun, record, FREE))
        body = newest(record)
        assert (body["kind"], body["state"], body["audience"]) == (noun, "published", "public")
        assert contradictions() == []

    def test_is_refused_twice_until_the_first_is_withdrawn(self, bureau, noun):
        record = published(bureau, noun)
        with pytest.raises(AlreadyFiled):
            filed(bureau, noun)
        bureau.do("verifier", lambda work: filed_records.withdraw(work, noun, record, "经再审撤销", TODAY, FREE))
        assert newest(record)["state"] == "withdrawn"
        assert published(bureau, noun) != record
        assert contradictions() == []

    def test_names_every_fault_at_once_and_repeats_no_number(self, bureau, noun):
        number = "320902199003071234"
        special = {"facts": f"身份证{number}", "decided_on": TODAY + dt.timedelta(days=1), "sectors": ["rumour"]}
        with pytest.raises(FiledRecordRefused) as refused:
            filed(bureau, noun, **special)
        assert {fault.pointer for fault in refused.value.faults} >= {"/facts", "/decided_on", "/sectors"}
        assert number not in str([fault.detail for fault in refused.value.faults])

    def test_of_another_kind_is_unknown_to_its_acts(self, bureau, noun):
        record = filed(bureau, noun)
        for other in set(NOUNS) - {noun}:
            with pytest.raises(FiledRecordUnknown):
                bureau.do("verifier", lambda work, other=other: filed_records.verify(work, other, record, FREE))


@pytest.mark.parametrize("noun", [pytest.param(noun, id=f"clock-{noun}.publish") for noun in NOUNS])
def test_filing_starts_the_clock_of_publication_and_verification_meets_it(bureau, noun):
    record = published(bureau, noun)
    with runtime.reading() as session:
        [clock] = session.scalars(select(Clock).where(Clock.record == record, Clock.code == f"{noun}.publish"))
    assert clock.met_on == TODAY
    assert newest(record)["publish_by"] == clock.due.isoformat()


def _verify_as_filer(work, noun, record):
    """The clerk with the verifier's role: a person may not do both."""
    return filed_records.verify(replace(work, actor=replace(work.actor, role=Role.VERIFIER)), noun, record, FREE)


@pytest.mark.parametrize("noun", NOUNS)
class TestCorrection:
    def test_is_published_as_a_new_version_when_verified(self, bureau, noun):
        record = published(bureau, noun)
        assert corrected(bureau, noun, record, facts="更正后的事实。").state == "amended"
        assert newest(record)["facts"] == "示例事实。"
        assert contradictions() == []
        bureau.do("verifier", lambda work: filed_records.verify(work, noun, record, FREE))
        body = newest(record)
        assert (body["facts"], body["revision"], body["act"]) == ("更正后的事实。", 2, "correct")
        assert contradictions() == []

    def test_that_is_sent_back_leaves_what_was_published(self, bureau, noun):
        record = published(bureau, noun)
        corrected(bureau, noun, record, facts="更正后的事实。")
        case = bureau.do("verifier", lambda work: filed_records.send_back(work, noun, record, "无依据", FREE))
        assert (case.state, newest(record)["revision"]) == ("published", 1)
        with runtime.reading() as session:
            held = session.scalars(select(FiledRecord).where(FiledRecord.record == record)).one()
            assert "amendment" not in held.facts
        assert contradictions() == []

    def test_of_document_or_subject_is_another_record(self, bureau, noun):
        record = published(bureau, noun)
        with pytest.raises(IdentityChanged):
            corrected(bureau, noun, record, document_number="（2026）苏示9999号")

    def test_leaves_with_its_record_when_that_expires(self, bureau, noun):
        record = published(bureau, noun)
        corrected(bureau, noun, record, facts="更正后的事实。")
        bureau.go(dt.date.fromisoformat(newest(record)["visible_until"]))
        bureau.do("system", expiry.expire_due)
        assert newest(record)["state"] == "expired"
        assert contradictions() == []


@pytest.mark.parametrize("noun", NOUNS)
class TestPerson:
    def test_is_found_by_number_in_a_check_and_public_nowhere(self, bureau, client, noun):
        number = resident_id("320902", dt.date(1990, 3, 7), 35)
        person = {"kind": "natural_person", "name": "苌知远", "uscc": None, "id_type": None, "id_number": number}
        record = published(bureau, noun, subject=person)
        assert newest(record)["audience"] == "authorised"
        assert client.get(f"/api/v1/records/{record}").status_code == 404
        party = Party("1", "bidder", "苌知远", None, "111", number, None)
        inquiry = Inquiry({"code": "YC2026-1"}, "procurement", None, None, TODAY, [party])
        receipt = bureau.do("centre", lambda work: award_check.check(work, inquiry)).receipt
        assert record.encode() in receipt
        assert number.encode() not in receipt
        with runtime.reading() as session:
            held = session.scalars(select(FiledRecord).where(FiledRecord.record == record)).one()
            assert number not in held.content
            assert held.id_sealed


@pytest.mark.parametrize("noun", [noun for noun, kind in FILED_KINDS.items() if kind.for_adults])
@pytest.mark.parametrize(("age", "is_refused"), [(17, True), (18, False)])
def test_the_record_of_a_minor_is_sealed_and_not_filed(bureau, noun, age, is_refused):
    decided_on = TODAY - dt.timedelta(days=5)
    number = resident_id("320902", decided_on.replace(year=decided_on.year - age), 35)
    person = {"kind": "natural_person", "name": "苌知远", "uscc": None, "id_type": None, "id_number": number}
    if not is_refused:
        assert filed(bureau, noun, subject=person)
        return
    with pytest.raises(FiledRecordRefused) as refused:
        filed(bureau, noun, subject=person)
    assert [fault.code for fault in refused.value.faults] == ["minor-sealed"]


@pytest.mark.parametrize("noun", NOUNS)
class TestExchange:
    def test_tells_peers_of_what_is_public_in_a_form_that_they_take(self, bureau, noun):
        add_peer(bureau)
        record = published(bureau, noun)
        assert record_schema.faults(newest(record), ["procurement"]) == []
        assert told(record) == 1

    def test_tells_no_peer_of_a_person(self, bureau, noun):
        add_peer(bureau)
        number = resident_id("320902", dt.date(1990, 3, 7), 35)
        person = {"kind": "natural_person", "name": "苌知远", "uscc": None, "id_type": None, "id_number": number}
        record = published(bureau, noun, subject=person)
        assert told(record) == 0


def add_peer(bureau):
    key = Signer.generate().public.hex()
    bureau.do("system", lambda work: peers.add(work, "platform", "示例平台", "http://127.0.0.1:9", key, ()))


def told(record):
    with runtime.reading() as session:
        statement = select(func.count()).select_from(OutboxMessage)
        joined = statement.join(Publication, Publication.from_entry == OutboxMessage.entry)
        return session.execute(joined.where(Publication.record == record)).scalar_one()


@pytest.mark.parametrize("noun", NOUNS)
class TestRestriction:
    def test_that_the_document_orders_is_for_a_person_and_keeps_it_public(self, bureau, noun):
        kind = FILED_KINDS[noun]
        ordered = {kind.operative: "禁止其参加本市国有建设用地使用权竞买。"}
        [measure] = newest(published(bureau, noun, **ordered))["measures"]
        assert measure["effect"] == "review"


@pytest.mark.parametrize("noun", NOUNS)
class TestFile:
    def test_files_sound_rows_once_and_tells_why_of_the_others(self, bureau, noun, typed, tmp_path):
        day = TODAY - dt.timedelta(days=9)
        rows = [row(noun, number, day, uscc=uscc("91320902", 600_000 + number)) for number in range(3)]
        rows[1]["文书日期"] = "2999-01-01"
        path = tmp_path / "records.csv"
        path.write_bytes(table(rows))
        arguments = ["file", FILED_KINDS[noun].plural, path, "--as", "clerk", "--sectors", "procurement"]
        code, output = typed(*arguments)
        assert code == 1, output
        assert "2 filed, 1 refused, of 3 rows" in output
        assert "row 3 文书日期: fault day-out-of-range" in output
        _, output = typed(*arguments)
        assert "0 filed, 3 refused, of 3 rows" in output
        assert output.count("fault decision-already-filed") == 2

    def test_is_verified_whole_by_another_officer(self, bureau, noun, typed, tmp_path):
        plural, day = FILED_KINDS[noun].plural, TODAY - dt.timedelta(days=9)
        path = tmp_path / "records.csv"
        path.write_bytes(table([row(noun, number, day, uscc=uscc("91320902", 600_000 + number)) for number in (1, 2)]))
        typed("file", plural, path, "--as", "clerk", "--sectors", "procurement")
        assert typed(plural, "verify", "--all", "--as", "clerk")[0] == 1
        code, output = typed(plural, "verify", "--all", "--as", "verifier")
        assert (code, output.count(": verified")) == (0, 2)
        code, output = typed(plural, "verify", "0" * 32, "--as", "verifier")
        assert (code, "filed-record-unknown" in output) == (1, True)
        assert contradictions() == []


def test_counts_as_published_on_time_where_the_catalogue_asks_for_it(bureau, client):
    asked = {kind for row in ROWS["catalogue"] if row.sector == "procurement" for kind in row.record_kinds}
    records = [published(bureau, noun) for noun in NOUNS if noun in asked]
    items = client.get("/api/v1/catalogue").get_json()["items"]
    counted = [item["here"] for item in items if set(item["record_kinds"]) & set(NOUNS)]
    assert sum(count["on_time"] for count in counted) == len(records)
    assert all(count["shown"] == count["timed"] == count["on_time"] for count in counted)


@pytest.mark.parametrize("noun", NOUNS)
def test_route_page_and_schema_know_the_kind(bureau, client, noun):
    record = published(bureau, noun)
    body = client.get(f"/api/v1/records/{record}").get_json()
    schema = client.get(f"/api/v1/schemas/{noun}").get_json()
    own = schema["$defs"][next(name for name in schema["$defs"] if schema["$ref"].endswith(f"/{name}"))]["properties"]
    page = client.get(f"/records/{record}").text
    for name in own.keys() - {"record"} & body.keys():
        if "title" in own[name]:
            assert own[name]["title"] in page
    assert NAME in page
    assert USCC in client.get(f"/records?kind={noun}").text
