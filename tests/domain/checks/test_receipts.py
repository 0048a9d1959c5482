import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from registry.domain.checks import explanation, receipts
from registry.domain.publication import canonical, merkle
from registry.keys.signing import Signer, verify
from registry.refusals.content import LineUnknown, ReceiptRefused

SIGNER = Signer.generate()
KEYS = {SIGNER.key_id: SIGNER.public}
SALT = bytes(range(32))
TENDER = {"code": "YC2026-0412", "sector": "procurement", "district": "320903", "must_tender": True}
FACTS = receipts.Facts(
    check="c-1",
    issuer="demo",
    instant=datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC),
    on=date(2026, 11, 25),
    entry=48211,
    root=bytes(32),
    tender=TENDER,
    requester="centre-1",
    complete=True,
    stale=(),
    matcher="1",
    rules="2026-04-01",
    law="ab" * 32,
    sector="procurement",
    must_tender=True,
    district="320903",
    list_age_days=1,
)
BARRED = {
    "ref": "1",
    "role": "bidder",
    "name": "盐城虚构建设有限公司",
    "uscc": "91320902MA0TR0027T",
    "verdict": "barred",
    "reasons": [{"record": "r-1", "revision": 3, "measure": "M1", "basis": "政府采购法 77", "until": "2027-03-01"}],
}
PERSON = {"ref": "1a", "role": "project_manager", "of": "1", "name": "张某", "id_last4": "0011"}
LINES = [BARRED, {**PERSON, "verdict": "no_record", "reasons": []}]


def made(facts=FACTS, lines=LINES, salt=SALT):
    return json.loads(canonical.dumps(receipts.statement(facts, lines, salt))) | {"number": 7}


def receipt(statement=None):
    return receipts.build(statement or made(), SIGNER.sign, SIGNER.key_id)


def flipped(data):
    """The bytes with one bit changed, for every bit of every byte."""
    for place in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            yield bytes(changed)


def torn(data):
    """The bytes with one of them dropped or doubled, for every byte."""
    for place in range(len(data)):
        yield data[:place] + data[place + 1 :]
        yield data[:place] + data[place : place + 1] + data[place:]


def assert_all_refused(changes):
    tried = 0
    for changed in changes:
        tried += 1
        with pytest.raises(ReceiptRefused):
            checked(changed)
    assert tried


def checked(data, keys=KEYS):
    return receipts.verified_statement(data, keys, verify)


class TestStatement:
    def test_holds_json_values_only(self):
        assert json.loads(json.dumps(made())) == made()

    def test_is_the_same_for_the_same_check_again(self):
        assert made() == made()

    def test_writes_the_instant_in_utc(self):
        local = FACTS.instant.astimezone(timezone(timedelta(hours=8)))
        assert made(replace(FACTS, instant=local))["instant"] == "2026-11-25T01:02:03Z"

    def test_leaves_out_what_is_not_known(self):
        bare = made(replace(FACTS, list_age_days=None, root=None, tender=None))
        assert not {"list_age_days", "previous"} & bare.keys()
        assert (bare["root"], bare["tender"]) == (None, None)

    def test_hides_the_tender_behind_a_commitment_its_holder_can_open(self):
        assert "YC2026-0412" not in json.dumps(made())
        assert made()["tender"] == receipts.commit_tender(TENDER, receipts.tender_salt(SALT)).hex()
        assert made()["tender"] != receipts.commit_tender(TENDER | {"code": "other"}, receipts.tender_salt(SALT)).hex()

    def test_gives_equal_lines_different_leaves(self):
        lines = made(lines=[BARRED, BARRED])["lines"]
        assert lines[0]["salt"] != lines[1]["salt"]
        assert SALT.hex() not in json.dumps(lines)

    @pytest.mark.parametrize("field", ["id_number", "salt", "phone"])
    def test_takes_no_field_that_must_stay_out(self, field):
        with pytest.raises(ReceiptRefused) as refused:
            made(lines=[BARRED | {field: "320902199001010011"}])
        assert "320902" not in str(refused.value)

    def test_takes_no_other_verdict(self):
        with pytest.raises(ReceiptRefused):
            made(lines=[BARRED | {"verdict": "clean"}])

    def test_needs_a_whole_salt(self):
        with pytest.raises(ValueError, match="32 bytes"):
            receipts.statement(FACTS, LINES, b"short")


class TestCheck:
    def test_gives_the_statement(self):
        assert checked(receipt()) == made()

    def test_accepts_an_empty_list(self):
        assert checked(receipt(made(lines=[])))["lines"] == []

    def test_one_line_is_proven_without_the_others(self):
        statement = checked(receipt())
        leaves = [merkle.leaf_hash(canonical.dumps(line)) for line in statement["lines"]]
        proof = merkle.inclusion_proof(1, 2, merkle.nodes_of(leaves))
        root = bytes.fromhex(statement["lines_root"])
        assert merkle.verify_inclusion(leaves[1], 1, statement["count"], proof, root)
        head = {name: value for name, value in statement.items() if name != "lines"}
        signature = json.loads(receipt())["signature"]["value"]
        assert verify(SIGNER.public, bytes.fromhex(signature), canonical.dumps(head))

    def test_is_refused_after_any_bit_of_any_byte_is_flipped(self):
        data = receipt()
        assert_all_refused(flipped(data))

    def test_is_refused_after_any_byte_is_dropped_or_doubled(self):
        data = receipt()
        assert_all_refused(torn(data))

    @pytest.mark.parametrize("keys", [{}, {SIGNER.key_id: Signer.generate().public}, {"other": SIGNER.public}])
    def test_is_refused_under_other_keys(self, keys):
        with pytest.raises(ReceiptRefused):
            checked(receipt(), keys)

    @pytest.mark.parametrize(
        "change",
        [
            {"type": "other"},
            {"version": 1},
            {"version": 3},
            {"version": True},
            {"count": 1},
            {"count": 3},
            {"lines": LINES},
            {"lines": "none"},
            {"lines": ["none"]},
            {"lines_root": "00" * 32},
            {"extra": 1},
        ],
        ids=repr,
    )
    def test_is_refused_out_of_form_even_when_signed(self, change):
        with pytest.raises(ReceiptRefused):
            checked(receipt(made() | change))

    @pytest.mark.parametrize("field", sorted(set(made()) - {"number", "list_age_days", "lines"}))
    def test_is_refused_without_a_required_field_even_when_signed(self, field):
        with pytest.raises(ReceiptRefused):
            checked(receipt({name: value for name, value in made().items() if name != field}))

    def test_is_refused_when_a_line_is_exchanged_under_a_true_signature(self):
        document = json.loads(receipt())
        document["statement"]["lines"][0]["verdict"] = "no_record"
        with pytest.raises(ReceiptRefused, match="根哈希"):
            checked(canonical.dumps(document))

    @pytest.mark.parametrize(
        "change",
        [
            {"alg": "ed25519"},
            {"kid": 1},
            {"kid": ["x"]},
            {"value": "00" * 64},
            {"value": "0" * 127},
            {"value": "A" * 128},
            {"value": None},
            {"more": "x"},
        ],
        ids=repr,
    )
    def test_is_refused_with_another_signature(self, change):
        document = json.loads(receipt())
        document["signature"] |= change
        with pytest.raises(ReceiptRefused):
            checked(canonical.dumps(document))

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"{}",
            b"null",
            b"[]",
            b"NaN",
            b"1e999",
            b"9" * 5000,
            b"[" * 100_000,
            b"\xff",
            b'"\\ud800"',
            b'{"signature":1,"statement":2}',
            receipt() + b"\n",
            b" " + receipt(),
            b"\xef\xbb\xbf" + receipt(),
            json.dumps(json.loads(receipt()), ensure_ascii=False).encode(),
            receipt().replace(b'{"signature"', b'{"signature":1,"signature"'),
        ],
        ids=range(16),
    )
    def test_is_refused_when_not_canonical(self, data):
        with pytest.raises(ReceiptRefused):
            checked(data)


THREE = [BARRED, *LINES[1:], BARRED | {"ref": "2", "verdict": "no_record", "reasons": []}]


class TestExcerpt:
    def whole(self):
        return receipt(made(lines=THREE))

    @pytest.mark.parametrize("ref", ["1", "1a", "2"])
    def test_proves_one_line_and_shows_no_other(self, ref):
        data = receipts.excerpt(self.whole(), ref)
        statement = checked(data)
        assert [line["ref"] for line in statement["lines"]] == [ref]
        assert statement["count"] == 3
        others = [line for line in checked(self.whole())["lines"] if line["ref"] != ref]
        assert not [line for line in others if line["salt"].encode() in data]
        assert data.count(b'"verdict"') == 1

    def test_of_the_only_line_is_proven_as_well(self):
        assert checked(receipts.excerpt(receipt(made(lines=[BARRED])), "1"))["lines"][0]["ref"] == "1"

    @pytest.mark.parametrize("ref", ["1", "1a", "2"])
    def test_is_refused_after_any_bit_of_any_byte_is_flipped(self, ref):
        data = receipts.excerpt(self.whole(), ref)
        assert_all_refused(flipped(data))

    def test_is_refused_after_any_byte_is_dropped_or_doubled(self):
        data = receipts.excerpt(self.whole(), "1a")
        assert_all_refused(torn(data))

    @pytest.mark.parametrize(
        "shown",
        [
            None,
            [],
            {},
            {"index": 0},
            {"index": True, "path": []},
            {"index": "0", "path": []},
            {"index": 0, "path": [1]},
            {"index": 0, "path": ["A" * 64]},
            {"index": 0, "path": "0" * 64},
            {"index": 0, "path": []},
            {"index": 3, "path": []},
            {"index": -1, "path": []},
        ],
        ids=repr,
    )
    def test_is_refused_with_another_place(self, shown):
        document = json.loads(receipts.excerpt(self.whole(), "1a")) | {"shown": shown}
        with pytest.raises(ReceiptRefused):
            checked(canonical.dumps(document))

    def test_is_refused_with_the_line_of_another_receipt(self):
        document = json.loads(receipts.excerpt(self.whole(), "1"))
        document["statement"]["lines"] = made(lines=[BARRED | {"verdict": "no_record"}])["lines"]
        with pytest.raises(ReceiptRefused, match="根哈希"):
            checked(canonical.dumps(document))

    def test_is_refused_when_it_shows_two_lines_or_none(self):
        document = json.loads(receipts.excerpt(self.whole(), "1"))
        for lines in ([], document["statement"]["lines"] * 2):
            with pytest.raises(ReceiptRefused):
                checked(canonical.dumps({**document, "statement": document["statement"] | {"lines": lines}}))

    def test_is_not_made_of_what_is_not_there(self):
        for data in (self.whole(), receipts.excerpt(self.whole(), "1")):
            with pytest.raises(LineUnknown):
                receipts.excerpt(data, "9")
        with pytest.raises(LineUnknown):
            receipts.excerpt(receipts.excerpt(self.whole(), "1"), "1")

    def test_says_that_it_is_one_of_several(self):
        told = "\n".join(explanation.explain(checked(receipts.excerpt(self.whole(), "1a"))))
        assert "只出示 3 方中的一方" in told
        assert "盐城虚构建设有限公司" not in told
        assert "只出示" not in "\n".join(explanation.explain(checked(self.whole())))


class TestAnswer:
    def test_is_the_same_whatever_the_salts(self):
        again = made(salt=bytes(32))["lines"]
        assert receipts.answer_bytes(made()["lines"]) == receipts.answer_bytes(again) == canonical.dumps(LINES)


class TestFirstVersion:
    NEW = ("law", "sector", "must_tender", "district")

    def first(self):
        return {name: value for name, value in made().items() if name not in self.NEW} | {"version": 1}

    def test_is_still_proven_and_explained(self):
        statement = checked(receipt(self.first()))
        assert "所问交易" not in "\n".join(explanation.explain(statement))

    @pytest.mark.parametrize("field", NEW)
    def test_has_none_of_the_later_fields(self, field):
        with pytest.raises(ReceiptRefused):
            checked(receipt(self.first() | {field: made()[field]}))


class TestExplain:
    def test_names_each_party_verdict_and_reason(self):
        told = "\n".join(explanation.explain(made()))
        assert "91320902MA0TR0027T：在第 48211 号记录时，有限制措施对本次交易生效" in told
        assert "依据 政府采购法 77，至（不含） 2027-03-01" in told
        assert "张某 证件号码尾号 0011：在第 48211 号记录时未查到。" in told
        assert "名单距最近一次更新 1 天" in told

    def test_tells_a_relation_in_the_words_of_its_source_only(self):
        via = {"relation": "v", "kind": "controller", "source": "示例局 示例1号", "wording": "持股百分之六十"}
        reason = {"code": "measure-in-force", "record": "r", "via": via}
        member = {"code": "consortium-member", "ref": "2", "verdict": "barred"}
        told = "\n".join(explanation.explain(made(lines=[BARRED | {"reasons": [reason, member]}])))
        assert "记录 r，经由关系 v（示例局 示例1号：“持股百分之六十”）；按最重的成员认定，联合体成员 2" in told
        assert "控制" not in told

    def test_names_what_was_asked_and_by_which_rules(self):
        told = "\n".join(explanation.explain(made()))
        assert "领域 procurement，依法必须招标" in told
        assert f"规则版本 1，参照数据截至 2026-04-01，参照数据摘要 {'ab' * 32}" in told

    def test_tells_an_unchecked_party_from_a_stale_source(self):
        unchecked = made(replace(FACTS, complete=False), [BARRED | {"verdict": "unchecked"}])
        assert "有未能核查的一方" in "\n".join(explanation.explain(unchecked))

    def test_says_that_only_the_name_was_the_same(self):
        reason = {"record": "r-1", "code": "published", "match": {"by": "name"}, "disputed_on": "2026-11-01"}
        told = "\n".join(explanation.explain(made(lines=[BARRED | {"reasons": [reason]}])))
        assert "公示中，记录 r-1，仅名称相同，2026-11-01 起有异议" in told

    def test_says_what_could_not_be_asked(self):
        told = "\n".join(explanation.explain(made(replace(FACTS, complete=False, stale=("credit-platform",)))))
        assert "不完整" in told
        assert "credit-platform" in told
        assert "不完整" not in "\n".join(explanation.explain(made()))

    @pytest.mark.parametrize("verdict", receipts.VERDICTS)
    def test_never_calls_anybody_clean(self, verdict):
        told = "\n".join(explanation.explain(made(lines=[BARRED | {"verdict": verdict}])))
        assert not re.search("清白|无违法|无失信|信用良好|合格|clean", told)
        assert "不证明" in told

    def test_reads_an_unchecked_party_as_not_asked(self):
        told = "\n".join(explanation.explain(made(lines=[BARRED | {"verdict": "unchecked"}])))
        assert "未能核查，不得当作未查到" in told
