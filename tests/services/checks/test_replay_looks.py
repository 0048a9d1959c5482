"""What came beside receipts stays in them and is answered again: linked looks, products, relations, consortia."""

import json

import pytest

from registry import runtime
from registry.domain.checks import receipts
from registry.domain.checks.receipts import split_receipt
from registry.queries.law import reference_data
from registry.services.checks import replay
from registry.services.checks.request import Inquiry, Party
from tests.services.checks.test_replay import looking, receipt_of, replayed
from tests.support.desk import bidder, stranger
from tests.support.filings import PERSON_NUMBER, BanFactory, BannedPersonFactory, days_ago, filing, today
from tests.support.relations import related, withdrawn

PERSON = {"name": "卞子墨", "id_type": "111", "id_number": PERSON_NUMBER}
TENDER = {"code": "YC2026-0999", "product": "输液器", "district": "320903"}


def lines_of(data):
    return {line["ref"]: line for line in split_receipt(data)[0]["lines"]}


class TestLinkedLook:
    @pytest.fixture
    def looks(self, desk):
        """Two receipts of one tender with a withdrawal between them, and the parties asked about."""
        ban = BanFactory()
        record = desk.published(ban)
        desk.published(BannedPersonFactory())
        parties = [bidder(ban), stranger(), PERSON | {"role": "evaluation_expert"}]
        first = receipt_of(desk, *parties, tender=TENDER)
        desk.withdraw(record, days_ago(0))
        return first, receipt_of(desk, *parties, tender=TENDER), parties

    def test_of_a_product_is_replayed_with_what_changed_and_tags(self, desk, looks):
        first, second, _ = looks
        assert split_receipt(second)[0]["previous"]["check"] == split_receipt(first)[0]["check"]
        assert lines_of(second)["1"]["changed"]["was"] == "barred"
        assert "id_tag" in lines_of(second)["3"]
        desk.published(filing())
        assert replayed(first) == replayed(second) == ([], frozenset({"3"}))

    def test_is_replayed_for_every_party_from_the_list(self, looks):
        _, second, parties = looks
        statement = split_receipt(second)[0]
        named = [Party(**{"ref": str(place), "role": "bidder"} | one) for place, one in enumerate(parties, 1)]
        inquiry = Inquiry({}, "procurement", None, TENDER["district"], today(), named)

        def act(work):
            question = replay.ReplayRequest(inquiry)
            return replay.answer_again(work, question, statement["entry"], replay.law_of(work, statement))

        assert receipts.answer_bytes(looking(act)) == receipts.answer_bytes(statement["lines"])

    def test_of_an_excerpt_keeps_what_changed(self, looks):
        line = receipts.excerpt(looks[1], "1")
        assert lines_of(line)["1"]["changed"]["was"] == "barred"
        assert replayed(line) == ([], frozenset())

    def test_is_proven_against_the_look_before_by_command(self, looks, typed, tmp_path):
        first, second, _ = looks
        files = {
            "first": first,
            "second": second,
            "line": receipts.excerpt(second, "1"),
            "part": receipts.excerpt(first, "1"),
        }
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        assert typed("keys", "--out", tmp_path / "keys.json")[0] == 0

        def verified(later, earlier):
            return typed("verify", tmp_path / later, "--keys", tmp_path / "keys.json", "--previous", tmp_path / earlier)

        code, said = verified("second", "first")
        assert (code, "由 barred 变为 no_record" in said, "已由两份回执重新推算" in said) == (0, True, True)
        code, said = verified("line", "first")
        assert (code, "重新推算" in said, "前次核查过而本次未核查" in said) == (0, True, False)
        assert verified("second", "part")[0] == 1
        assert verified("first", "second")[0] == 1
        assert typed("replay", "--check", tmp_path / "second")[0] == 0


class TestRelation:
    def test_that_was_withdrawn_since_still_answers(self, desk):
        old, new = BanFactory(), filing()
        desk.published(old)
        record = related(desk, "changed_code", new, {"uscc": old["uscc"], "name": old["subject_name"]})
        data = receipt_of(desk, bidder(new))
        [line] = lines_of(data).values()
        assert line["verdict"] == "barred"
        assert line["reasons"][0]["via"]["relation"] == record
        withdrawn(desk, record)
        assert desk.verdicts(bidder(new)) != ["barred"]
        assert replayed(data) == ([], frozenset())

    def test_is_read_at_the_entry_and_not_before(self, desk):
        old, new = BanFactory(), filing()
        desk.published(old)
        data = receipt_of(desk, bidder(new))
        related(desk, "changed_code", new, {"uscc": old["uscc"], "name": old["subject_name"]})
        assert desk.verdicts(bidder(new)) == ["barred"]
        assert replayed(data) == ([], frozenset())


class TestConsortium:
    @pytest.fixture
    def data(self, desk):
        """A lead with a barred firm as its member and, in a member's place, a person known by number."""
        ban = BanFactory()
        desk.published(ban)
        desk.published(BannedPersonFactory())
        member = {"role": "consortium_member"}
        return receipt_of(desk, stranger(), bidder(ban, of="1", **member), stranger(2), PERSON | member | {"of": "3"})

    def test_is_replayed_but_for_whom_a_number_is_needed(self, data):
        assert [reason["ref"] for reason in lines_of(data)["1"]["reasons"]] == ["2"]
        assert replayed(data) == ([], frozenset({"3", "4"}))

    def test_of_an_excerpt_leaves_out_a_lead_whose_members_are_not_shown(self, data):
        assert replayed(receipts.excerpt(data, "1")) == ([], frozenset({"1"}))
        assert replayed(receipts.excerpt(data, "2")) == ([], frozenset())


def test_law_tables_of_the_receipt_judge_relations_too(desk, monkeypatch):
    """The tables in force are not asked while an old answer is given again."""
    old, new = BanFactory(), filing()
    desk.published(old)
    related(desk, "changed_code", new, {"uscc": old["uscc"], "name": old["subject_name"]})
    data = receipt_of(desk, bidder(new))
    with runtime.reading() as session:
        reference_data.current(session)
    monkeypatch.setattr(reference_data, "current", lambda _: pytest.fail("the tables in force were asked"))
    assert replayed(data) == ([], frozenset())
    assert json.loads(data)["statement"]["law"]
