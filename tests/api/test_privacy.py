"""An identity number given anywhere is found nowhere outside: not in an answer, an error, a log, or the audit."""

import logging

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.filing.columns import FIELDS
from registry.models import AuditEvent, IdempotencyKey, LedgerEntry, Publication
from tests.support.desk import seal
from tests.support.filings import PERSON_NUMBER, PersonFactory, days_ago, filing

NUMBER = PERSON_NUMBER
FULL_WIDTH = NUMBER.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
PATHS = ("/records", "/changes", "/sectors", "/departments", "/ledger/checkpoint")


def spelled(text):
    """Whether a text holds the number in either width."""
    return NUMBER in text or FULL_WIDTH in text


class TestPlantedNumber:
    def test_in_any_field_never_reaches_an_answer(self, desk, caplog, subtests):
        """个人信息保护法 28."""
        caplog.set_level(logging.DEBUG)
        records = []
        wide = ("subject_name", "facts", "content", "title", "basis")
        for field, number in [*((name, NUMBER) for name in FIELDS), *((name, FULL_WIDTH) for name in wide)]:
            with subtests.test(field):
                planted = filing()
                planted[field] = f"{planted.get(field) or ''}{number}"
                answer = desk.file(planted)
                if answer.status_code != 201:
                    assert not spelled(answer.get_data(as_text=True))
                    continue
                records.append(answer.get_json()["id"])
                desk.act("verification", records[-1])
        assert len(records) > 10
        seal()
        texts = [desk.get(path).get_data(as_text=True) for path in PATHS]
        for record in records:
            texts += [desk.get(f"/records/{record}{end}").get_data(as_text=True) for end in ("", "/history")]
            texts.append(desk.ask("GET", f"/records/{record}").get_data(as_text=True))
        assert not [text for text in texts if spelled(text)]
        assert not [one.getMessage() for one in caplog.records if spelled(one.getMessage())]
        with runtime.reading() as session:
            rows = [*session.scalars(select(AuditEvent)), *session.scalars(select(LedgerEntry))]
            assert not [row for row in rows if spelled(str(vars(row)))]
            assert not [one.record for one in session.scalars(select(Publication)) if spelled(one.body)]

    def test_in_reasons_never_reaches_an_answer(self, desk):
        record = desk.published(filing())
        desk.withdraw(record, days_ago(0), reason=f"当事人{NUMBER}申诉成立")
        stone = desk.get(f"/records/{record}").get_data(as_text=True)
        assert "申诉成立" in stone
        assert not spelled(stone)

    def test_of_a_person_is_never_shown_again(self, desk):
        record = desk.filed(PersonFactory())
        for path in ("/penalties", f"/penalties/{record}"):
            assert NUMBER not in desk.get(path, "clerk").get_data(as_text=True)
        desk.act("verification", record)
        assert NUMBER not in desk.get("/audit", "auditor").get_data(as_text=True)

    def test_in_a_text_is_told_to_the_clerk(self, desk):
        record = desk.filed(filing(remark=f"联系人王样{NUMBER}"))
        notes = desk.get(f"/penalties/{record}", "clerk").get_json()["notes"]
        assert ("/remark", "personal-number-blotted") in {(note["pointer"], note["code"]) for note in notes}

    @pytest.mark.parametrize("field", ["ref", "section", "name"])
    def test_in_a_receipt_is_refused(self, desk, field):
        answer = desk.check({"name": "盐城盐都无名商贸有限公司", "role": "bidder"} | {field: f"甲{NUMBER}"})
        [error] = answer.get_json()["errors"]
        assert (error["pointer"], error["code"]) == (f"/parties/0/{field}", "personal-number")

    def test_as_the_key_of_a_request_repeats_its_answer_and_is_not_stored(self, desk):
        headers, stated = {"Idempotency-Key": NUMBER}, filing()
        first, again = (desk.file(stated, headers=headers).get_json() for _ in range(2))
        assert first == again
        with runtime.reading() as session:
            assert not [row.key for row in session.scalars(select(IdempotencyKey)) if spelled(row.key)]

    def test_in_bad_requests_is_not_repeated(self, desk, caplog):
        caplog.set_level(logging.DEBUG)
        answers = [
            desk.file({"id_number": NUMBER, NUMBER: NUMBER}),
            desk.file(PersonFactory(id_number=NUMBER[:-1] + "6")),
            desk.ask("POST", "/api/v1/checks", "centre", json={NUMBER: NUMBER, "parties": NUMBER}),
            desk.ask("POST", "/api/v1/penalties/imports", "clerk", data=f"{NUMBER},b\n{NUMBER},1\n".encode()),
        ]
        texts = [answer.get_data(as_text=True) for answer in answers]
        assert {answer.status_code for answer in answers} == {422}
        assert not [text for text in texts if NUMBER in text or NUMBER[:-1] in text]
        assert NUMBER not in caplog.text
