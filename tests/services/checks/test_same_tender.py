"""Related parties of one lot through the real check: receipt, replay, watch, and the file of bidders."""

import pytest

from registry import runtime
from registry.domain.checks.explanation import reason_texts
from registry.domain.checks.model import LISTS_MATCHER
from registry.domain.permissions import SYSTEM
from registry.services.checks import replay
from registry.tabular.parties import read_parties
from tests.support.centre import Centre, advance, party
from tests.support.filings import filing
from tests.support.relations import PERSON, firm, related, withdrawn


@pytest.fixture
def centre(desk):
    return Centre(desk.people)


def verdicts(statement):
    return [line["verdict"] for line in statement["lines"]]


def replayed(centre, statement, lines=None):
    request = replay.request_of_receipt(statement if lines is None else {**statement, "lines": lines})

    now = runtime.perform(
        SYSTEM,
        lambda work: replay.answer_again(work, request, statement["entry"], replay.law_of(work, statement)),
    )
    return replay.differences(statement["lines"] if lines is None else lines, now, request.left_out), request.left_out


class TestCheck:
    def test_E39_sisters_under_one_legal_representative(self, desk, centre):
        first, second = filing(), filing()
        for subject in (first, second):
            related(desk, "legal_representative", subject, PERSON)
        parties = [party(first, "1"), party(second, "2")]
        statement = centre.look(*parties)
        assert verdicts(statement) == ["review", "review"]
        assert [line["reasons"][0]["ref"] for line in statement["lines"]] == ["2", "1"]
        (text,) = reason_texts(statement["lines"][0])
        assert "政府采购法实施条例第十八条" in text
        assert "另一方 2" in text
        assert replayed(centre, statement) == ([], frozenset())
        assert verdicts(centre.look(*parties, matcher=LISTS_MATCHER)) == ["no_record", "no_record"]

    def test_E39_parent_and_subsidiary_of_other_lots_do_not_meet(self, desk, centre):
        parent, daughter = filing(), filing()
        related(desk, "controller", daughter, firm(parent))
        statement = centre.look(party(parent, "1", section="1"), party(daughter, "2", section="2"))
        assert verdicts(statement) == ["no_record", "no_record"]
        assert [line["section"] for line in statement["lines"]] == ["1", "2"]
        assert replayed(centre, statement) == ([], frozenset())
        statement = centre.look(party(parent, "1", section="1"), party(daughter, "2", section="1"))
        assert verdicts(statement) == ["review", "review"]

    def test_lead_is_told_of_its_member(self, desk, centre):
        parent, daughter, lead = filing(), filing(), filing()
        related(desk, "controller", daughter, firm(parent))
        statement = centre.look(
            party(parent, "1"), party(lead, "2"), party(daughter, "3", role="consortium_member", of="2")
        )
        assert verdicts(statement) == ["review", "review", "review"]

    def test_replay_leaves_out_what_a_receipt_does_not_hold(self, desk, centre):
        first, second, third = filing(), filing(), filing()
        related(desk, "controller", third, firm(first))
        person = {key: PERSON[key] for key in ("id_type", "id_number")}
        head = {"role": "legal_representative", "name": "卞子墨", "uscc": None, **person}
        statement = centre.look(
            party(first, "1"),
            party(second, "2"),
            party(first, "3", of="1", **head),
            party(first, "4", of="2", **head),
            party(third, "5"),
        )
        assert verdicts(statement)[:2] == ["review", "review"]
        assert replayed(centre, statement) == ([], frozenset({"1", "2", "3", "4"}))
        assert replayed(centre, statement, statement["lines"][-1:]) == ([], frozenset({"5"}))

    def test_receipts_hold_no_name_of_a_person(self, desk, centre):
        first, second = filing(), filing()
        for subject in (first, second):
            related(desk, "legal_representative", subject, PERSON)
        receipt = centre.receipt(party(first, "1"), party(second, "2"))
        assert PERSON["name"] not in receipt.decode()


class TestWatch:
    def test_tells_both_sisters_of_the_second_relation(self, desk, centre):
        first, second = filing(), filing()
        related(desk, "legal_representative", first, PERSON)
        watch = centre.watch(party(first, "1"), party(second, "2"))
        record = related(desk, "legal_representative", second, PERSON)
        advance()
        assert sorted(event["ref"] for event in centre.told(watch)) == ["1", "2"]
        withdrawn(desk, record)
        advance()
        assert len(centre.told(watch)) == 4


class TestFile:
    @pytest.mark.parametrize("heading", ["标段", "包号", "section"])
    def test_names_the_lot(self, heading):
        rows = read_parties(f"名称,{heading}\n甲公司,1标\n乙公司,\n".encode(), "a.csv")
        assert [row.cells.get("section") for row in rows.rows] == ["1标", None]
