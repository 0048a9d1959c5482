"""What a receipt leaves to a person, and the signed decisions beside it."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.checks import receipts, reviews
from registry.domain.publication import canonical
from registry.keys.signing import Signer, verify
from registry.refusals.content import ReviewDecisionRefused
from tests.domain.checks.test_receipts import FACTS, made, receipt

SIGNER = Signer.generate()
KEYS = {SIGNER.key_id: SIGNER.public}
NEAR = {
    "code": "near-name",
    "record": "a" * 32,
    "revision": 1,
    "match": {"by": "name", "near": True, "differences": []},
}
OTHER = NEAR | {"record": "b" * 32}
LINE = {
    "ref": "1", "role": "bidder", "name": "盐城虚构建设有限公司", "uscc": "91320902MA0TR0027T", "verdict": "review",
    "reasons": [NEAR, OTHER],
}  # fmt: skip
INFORMING = {"code": "other-sector", "record": "c" * 32, "revision": 1, "match": {"by": "uscc"}}


def receipt_of(*lines, **facts):
    return receipt(made(replace(FACTS, **facts), list(lines)))


def decided(data, number=1, **special):
    statement = json.loads(data)["statement"]
    item = {one.number: one for one in reviews.find_items(statement)}[number]
    facts = {
        "decision": "d" * 32, "issuer": statement["issuer"], "instant": dt.datetime(2026, 11, 28, 4, tzinfo=dt.UTC),
        "outcome": "not_same", "reason": "注册地不同", "decided_by": "centre", "department": "示例交易中心",
    } | special  # fmt: skip
    return reviews.build(reviews.DecisionFacts(**facts), item, data, SIGNER.sign, SIGNER.key_id)


def items(data):
    return reviews.find_items(json.loads(data)["statement"])


class TestItems:
    def test_are_one_for_each_record_of_a_line_for_review(self):
        found = items(receipt_of(LINE, LINE | {"ref": "2"}))
        assert [(one.number, one.ref, one.record) for one in found] == [
            (1, "1", "a" * 32), (2, "1", "b" * 32), (3, "2", "a" * 32), (4, "2", "b" * 32),
        ]  # fmt: skip

    def test_are_none_of_other_verdicts(self):
        lines = [LINE | {"ref": str(place), "verdict": verdict} for place, verdict in enumerate(receipts.VERDICTS)]
        assert {one.line["verdict"] for one in items(receipt_of(*lines))} == {"review"}

    def test_leave_out_what_only_informs_and_what_the_line_of_a_member_asks(self):
        member = {"code": "consortium-member", "ref": "2", "verdict": "review", "basis": "财库〔2016〕125号"}
        assert [one.record for one in items(receipt_of(LINE | {"reasons": [NEAR, INFORMING, member]}))] == ["a" * 32]

    def test_have_no_record_where_none_stands_behind(self):
        line = LINE | {"reasons": [{"code": "identity-not-given"}]}
        del line["uscc"]
        [item] = items(receipt_of(line))
        assert (item.record, item.revision, reviews.pair_key(item)) == (None, None, None)


class TestPairs:
    def test_are_the_same_for_the_same_party_and_record_whatever_the_version(self):
        [item] = items(receipt_of(LINE | {"reasons": [NEAR]}))
        [later] = items(receipt_of(LINE | {"ref": "9", "reasons": [NEAR | {"revision": 2}]}, check="c-2"))
        assert reviews.pair_key(item) == reviews.pair_key(later)

    @pytest.mark.parametrize(
        "special",
        [{"name": "盐城虚构建筑有限公司"}, {"uscc": "91320902MA0TR0028R"}, {"reasons": [OTHER]}],
        ids=lambda special: next(iter(special)),
    )
    def test_differ_for_another_name_code_or_record(self, special):
        [item] = items(receipt_of(LINE | {"reasons": [NEAR]}))
        [other] = items(receipt_of(LINE | {"reasons": [NEAR]} | special))
        assert reviews.pair_key(item) != reviews.pair_key(other)

    def test_are_none_of_a_person_known_by_the_end_of_a_number_alone(self):
        person = LINE | {"id_last4": "0011", "reasons": [NEAR]}
        [item] = items(receipt_of(person))
        [tagged] = items(receipt_of(person | {"id_tag": "f" * 64}))
        assert reviews.pair_key(item) is None
        assert reviews.pair_key(tagged) is not None


class TestDecision:
    def test_verifies_and_names_the_receipt_that_it_leaves_as_it_is(self):
        data = receipt_of(LINE)
        decision = reviews.parse_decision(decided(data), KEYS, verify).statement
        assert reviews.find_item(decision, data, json.loads(data)["statement"]).number == 1
        text = reviews.describe_decision(decision, items(data)[0], FACTS.check)
        assert "不是同一主体" in text
        assert "注册地不同" in text

    @given(st.data())
    def test_is_refused_with_any_byte_changed(self, draw):
        data = decided(receipt_of(LINE))
        place = draw.draw(st.integers(0, len(data) - 1))
        changed = bytes([data[place] ^ draw.draw(st.integers(1, 255))])
        with pytest.raises(ReviewDecisionRefused):
            reviews.parse_decision(data[:place] + changed + data[place + 1 :], KEYS, verify)

    def test_is_refused_of_a_key_that_is_not_known(self):
        with pytest.raises(ReviewDecisionRefused):
            reviews.parse_decision(decided(receipt_of(LINE)), {"0" * 16: SIGNER.public}, verify)

    @pytest.mark.parametrize("field", sorted(reviews.FORM.fields))
    def test_is_refused_without_one_of_its_fields(self, field):
        document = json.loads(decided(receipt_of(LINE)))
        del document["statement"][field]
        document["signature"]["value"] = SIGNER.sign(canonical.dumps(document["statement"])).hex()
        with pytest.raises(ReviewDecisionRefused):
            reviews.parse_decision(canonical.dumps(document), KEYS, verify)

    def test_is_about_no_receipt_without_the_pair(self):
        decision = json.loads(decided(receipt_of(LINE)))["statement"]
        other = receipt_of(LINE | {"reasons": [OTHER | {"revision": 7}]}, check="c-2")
        with pytest.raises(ReviewDecisionRefused):
            reviews.find_item(decision, other, json.loads(other)["statement"])


class TestUsedAgain:
    def find(self, outcome, line, **facts):
        decision = json.loads(decided(receipt_of(LINE), outcome=outcome))["statement"]
        later = receipt_of(line, check="c-2", **facts)
        return reviews.find_item(decision, later, json.loads(later)["statement"])

    @pytest.mark.parametrize("outcome", reviews.OUTCOMES)
    def test_for_the_same_question(self, outcome):
        assert self.find(outcome, LINE | {"ref": "7"}).ref == "7"

    @pytest.mark.parametrize("outcome", reviews.OUTCOMES)
    def test_not_for_a_later_version_of_the_record(self, outcome):
        with pytest.raises(ReviewDecisionRefused):
            self.find(outcome, LINE | {"reasons": [NEAR | {"revision": 2}]})

    @pytest.mark.parametrize(
        ("line", "facts"),
        [
            ({"role": "agent"}, {}),
            ({"section": "2"}, {}),
            ({"reasons": [NEAR | {"disputed_on": "2026-11-20"}]}, {}),
            ({}, {"must_tender": False}),
            ({}, {"sector": "mining"}),
            ({}, {"district": "320921"}),
        ],
        ids=["role", "section", "reason", "must-tender", "sector", "district"],
    )
    def test_of_reach_not_for_another_question_while_the_identity_stands(self, line, facts):
        assert self.find("not_same", LINE | line, **facts).ref == "1"
        with pytest.raises(ReviewDecisionRefused):
            self.find("not_reaching", LINE | line, **facts)
