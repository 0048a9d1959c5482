"""The file of every procedure is bound to what was published of it: one changed value is found and named."""

import pytest
from sqlalchemy import text

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.services.cases import commendations, relations
from tests.queries.publication.test_integrity import findings
from tests.support.bureau import papers
from tests.support.people import AUTHORITY

AWARD = {
    "subject": {"kind": "法人及非法人组织", "name": "盐城示优建设有限公司", "uscc": "91320902MA0TR0027T"},
    "document_number": "盐示表〔2026〕1号",
    "title": "履约优秀",
    "facts": "按期保质完成。",
    "basis": "实施方案附件1第18项",
    "valid_until": None,
    "sectors": ["procurement"],
    "district": None,
    "authority": {"name": AUTHORITY[0], "code": AUTHORITY[1]},
}
RELATION = {
    "kind": "controller",
    "subject": AWARD["subject"],
    "wording": "年报载明的实际控制人",
    "facts": "",
    "other": {"kind": "自然人", "name": "卞子墨", "id_type": "111", "id_number": "320981199912310005"},
    "document_number": "盐示登〔2026〕1号",
    "sectors": ["procurement"],
    "district": None,
    "authority": AWARD["authority"],
}
PLANTED = {
    "case_steps": {
        "act": "'close'", "before": "'draft'", "after": "'closed'", "day": "'2020-01-01'", "account_id": "1",
        "documents": "'[]'", "stated": "'{}'", "digest": "'00'", "position": "77", "record": "'other'",
    },
    "listings": {
        "content": "replace(content, '更正后', '捏造')", "state": "'revoked'", "version": "99",
        "starts_on": "'2020-01-01'", "ends_on": "'2040-01-01'", "scheme": "'municipal-watch'", "record": "'other'",
        "id_index": "'00'",
    },
    "commendations": {
        "content": "replace(content, '按期', '延期')", "state": "'withdrawn'", "version": "99", "record": "'other'",
    },
    "relations": {
        "content": "replace(content, '实际控制人', '股东')", "state": "'withdrawn'", "version": "99",
        "record": "'other'", "id_index": "'00'", "id_sealed": "NULL", "kind": "'branch'", "subject_uscc": "'x'",
        "other_key": "'x'", "since": "'2020-01-01'",
    },
    "relation_ends": {"key": "'x'", "by": "'uscc'", "from_entry": "1"},
}  # fmt: skip
ONLY = {
    "case_steps": "record = (SELECT record FROM listings WHERE id = 1) AND act = 'decide'",
    "listings": "id = 1",
    "commendations": "id = 1",
    "relations": "id = 1",
    "relation_ends": "by = 'id'",
}


@pytest.fixture
def files(bureau):
    """A listing that was stayed, resumed, extended in dispute and corrected; one revoked; and a commendation."""
    record = bureau.listed()
    for act in ("suspend", "resume", "amend", "correct", "amend", "reject"):
        bureau.step(record, act)
    bureau.applied("dispute", record)
    bureau.step(bureau.listed(), "revoke")
    award = AWARD | {"awarded_on": bureau.today}
    commended = bureau.do("clerk", lambda work: commendations.file(work, award, StepInput()).record)
    bureau.do("verifier", lambda work: commendations.verify(work, commended, StepInput()))
    stated = RELATION | {"since": bureau.today, "until": None, "issued_on": bureau.today}
    given = papers("registration_extract")
    controlled = bureau.do("clerk", lambda work: relations.file(work, stated, given).record)
    bureau.do("verifier", lambda work: relations.verify(work, controlled, StepInput()))
    return record


class TestVerify:
    def test_finds_nothing_wrong_with_what_the_acts_wrote(self, files):
        assert findings() == []

    @pytest.mark.parametrize(
        ("table", "column", "value"),
        [(table, column, value) for table, columns in PLANTED.items() for column, value in columns.items()],
    )
    def test_names_the_record_whose_file_was_changed(self, files, table, column, value):
        with runtime.db.engine.connect() as connection:
            before = connection.execute(text(f"SELECT {column} FROM {table} WHERE {ONLY[table]}")).one()
        found = findings(f"UPDATE {table} SET {column} = {value} WHERE {ONLY[table]}")
        assert found, before
        assert all("publication" in line for line in found)
