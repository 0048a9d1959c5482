"""A record of any kind can be erased: nothing of it is left, its proofs stand, and its page says when and why."""

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.cases.procedures import FILED
from registry.domain.permissions import SYSTEM
from registry.domain.records import KINDS
from registry.models import AdoptedListing, ListAdoption, RelationEnd
from registry.queries.cases import procedure_records
from registry.services.publication import row_state
from tests.queries.publication.test_integrity import findings
from tests.services.cases.test_erasure import dump, erase, row_findings
from tests.support.filed import draft
from tests.support.lists import Office, firm
from tests.support.walker import Walker, commended, related

NOUNS = ("listing", "commendation", "relation", *FILED)


@pytest.fixture
def walker(bureau):
    return Walker(bureau)


def marks_of(walker, case):
    """Texts that only this record has."""
    if case.noun in ("commendation", "relation"):
        filed = {"commendation": commended, "relation": related}[case.noun](case, None)
        return [filed["document_number"], filed["facts"], filed["basis"] if "basis" in filed else filed["wording"]]
    if case.noun in FILED:
        filed = draft(case.noun, name=case.firm["subject_name"], uscc=case.firm["uscc"], today=walker.bureau.today)
        return [filed["document_number"], filed["facts"], case.firm["uscc"]]
    return ["盐示财列〔2026〕1号"]


class TestErase:
    @pytest.mark.parametrize("noun", NOUNS)
    def test_leaves_nothing_of_a_record_and_every_proof(self, bureau, walker, noun):
        case = walker.case(noun, "published", bureau.today)
        marks = marks_of(walker, case)
        assert all(mark in dump() for mark in marks)
        erase(bureau, case.record)
        left = dump()
        assert [mark for mark in marks if mark in left] == []
        runtime.perform(SYSTEM, row_state.seal)
        assert (findings(), row_findings()) == ([], [])

    @pytest.mark.parametrize("noun", [noun for noun in (*NOUNS, "penalty") if KINDS[noun].is_public])
    def test_leaves_a_page_that_says_when_and_why(self, bureau, walker, client, noun):
        case = walker.case(noun, "published", bureau.today)
        assert client.get(f"/records/{case.record}").status_code == 200
        erase(bureau, case.record)
        answer = client.get(f"/records/{case.record}")
        text = answer.get_data(as_text=True)
        assert answer.status_code == 410
        assert "处理个人信息违反法律" in text
        assert f"{bureau.today}" in text
        assert [word for word in (case.firm["subject_name"], case.firm["uscc"]) if word in text] == []
        assert client.get("/records", query_string={"q": case.firm["uscc"]}).status_code == 200

    def test_of_a_relation_makes_checks_forget_it(self, bureau, walker):
        case = walker.case("relation", "published", bureau.today)
        erase(bureau, case.record)
        with runtime.reading() as session:
            keys = list(session.scalars(select(RelationEnd.key)))
        assert not [key for key in keys if "91320902MA0TR0027T" in key or case.firm["uscc"] in key]

    def test_of_a_place_taken_from_anothers_list_leaves_the_others(self, bureau, client):
        office = Office(bureau)
        number = office.file([firm(1), firm(2)])
        office.verify(number)
        with runtime.reading() as session:
            rows = {row.facts["subject"]["name"]: row.record for row in session.scalars(select(AdoptedListing))}
        first, second = firm(1), firm(2)
        erase(bureau, rows[first["对象名称"]])
        left = dump()
        assert [first[name] for name in ("对象名称", "统一社会信用代码", "文书号") if first[name] in left] == []
        assert second["对象名称"] in left
        with runtime.reading() as session:
            assert session.get_one(ListAdoption, number).sealed == b""
            cases = procedure_records.endings(session, rows.values())
        assert cases[rows[first["对象名称"]]].state == "erased"
        assert client.get(f"/records/{rows[first['对象名称']]}").status_code == 410
        assert client.get(f"/records/{rows[second['对象名称']]}").status_code == 200
        runtime.perform(SYSTEM, row_state.seal)
        assert (findings(), row_findings()) == ([], [])

    def test_of_a_place_that_a_later_file_has_again_is_not_undone_by_it(self, bureau):
        """What was erased does not come back by itself: a file that still names it files it anew, for a verifier."""
        office = Office(bureau)
        office.adopt([firm(1)])
        with runtime.reading() as session:
            record = session.scalars(select(AdoptedListing.record)).one()
        erase(bureau, record)
        again = office.file([firm(1), firm(2)])
        assert office.outcomes(again) == {"came": 2}
        office.verify(again)
        with runtime.reading() as session:
            states = {row.record: row.state for row in session.scalars(select(AdoptedListing))}
        assert states.pop(record) == "erased"
        assert set(states.values()) == {"published"}
        assert (findings(), row_findings()) == ([], [])
