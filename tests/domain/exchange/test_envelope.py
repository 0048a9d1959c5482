from functools import partial

import pytest

from registry.domain.exchange import envelope
from registry.domain.exchange.envelope import KnownRecord, Outcome, Sender, judge_envelope, parse
from registry.domain.exchange.membership import Members
from registry.keys.signing import Signer, verify
from tests.support.membership import member
from tests.sync.bodies import body, chained, measure, removed, sealed, speaking

SECTORS = ("procurement", "construction")
OWNER, STRANGER = Signer.generate(), Signer.generate()
RESIDENT = "11010519491231002X"  # the example number of GB 11643


def sender(owners=("city",), keys=(OWNER,)):
    verifiers = {"city": {key.key_id: partial(verify, key.public) for key in keys}}
    return Sender(set(owners), verifiers, Members({"city": member("city", speaking("city"))}))


def read(value):
    found = parse(value, SECTORS)
    assert isinstance(found, envelope.Envelope), found
    return found


def faults(value):
    found = parse(value, SECTORS)
    return [] if isinstance(found, envelope.Envelope) else [(fault.pointer, fault.code) for fault in found]


class TestParse:
    def test_takes_what_the_owner_built(self):
        one = body()
        found = read(sealed(OWNER, one))
        assert (found.record, found.owner, found.revision, found.body) == (one["record"], "city", 1, one)

    def test_takes_a_removal_with_its_reason(self):
        assert read(sealed(OWNER, removed(body()), "a" * 64)).is_removal

    @pytest.mark.parametrize(
        ("changed", "pointer"),
        [
            pytest.param({"basis": ""}, "/body/basis", id="P7-basis"),
            pytest.param({"document_number": " "}, "/body/document_number", id="P7-document-number"),
            pytest.param({"authority": {"name": "", "code": "x"}}, "/body/authority/code", id="P7-authority"),
            pytest.param({"source": {}}, "/body/source/channel", id="P7-source"),
            pytest.param({"visible_until": None}, "/body/visible_until", id="P7-period"),
            pytest.param({"visible_from": "20261104"}, "/body/visible_from", id="day-not-iso"),
            pytest.param({"visible_from": "2026-02-30"}, "/body/visible_from", id="day-does-not-exist"),
            pytest.param({"visible_from": "1948-12-31"}, "/body/visible_from", id="year-too-early"),
            pytest.param({"visible_until": "2200-01-01"}, "/body/visible_until", id="year-too-late"),
            pytest.param({"state": "forgotten"}, "/body/state", id="state-unknown"),
            pytest.param({"state": ["published"]}, "/body/state", id="state-in-a-list"),
            pytest.param({"state": {}}, "/body/state", id="state-an-object"),
            pytest.param({"act": "withdraw"}, "/body/act", id="act-of-another-state"),
            pytest.param({"revision": 0}, "/body/revision", id="revision-zero"),
            pytest.param({"revision": True}, "/body/revision", id="revision-true"),
            pytest.param({"revision": 2**31}, "/body/revision", id="revision-beyond-the-column"),
            pytest.param({"record": "A" * 32}, "/body/record", id="record-upper-case"),
            pytest.param({"sectors": []}, "/body/sectors", id="no-sector"),
            pytest.param({"sectors": ["moon"]}, "/body/sectors", id="sector-unknown"),
            pytest.param({"sectors": ["procurement"] * 2}, "/body/sectors", id="sector-twice"),
            pytest.param({"audience": "authorised"}, "/body/audience", id="not-public"),
            pytest.param(
                {"subject": {"kind": "natural_person", "name": "张某", "uscc": None}},
                "/body/subject/kind",
                id="natural-person",
            ),
            pytest.param({"fine_fen": -1}, "/body/fine_fen", id="fine-negative"),
            pytest.param({"facts": "nul\x00"}, "/body/facts", id="control-character"),
            pytest.param({"facts": "反\u202e写"}, "/body/facts", id="bidi"),
            pytest.param({"facts": "零\u200b宽"}, "/body/facts", id="zero-width"),
            pytest.param({"facts": "填\u3164充"}, "/body/facts", id="filler"),
            pytest.param({"facts": "标\U000e0041签"}, "/body/facts", id="tag"),
            pytest.param({"document_number": "盐\ufe0f罚1号"}, "/body/document_number", id="selector"),
            pytest.param({"facts": f"身份证号{RESIDENT}"}, "/body/facts", id="resident-number"),
            pytest.param(
                {"subject": {"kind": "sole_trader", "name": "某店", "uscc": RESIDENT}},
                "/body/subject/uscc",
                id="resident-number-as-code",
            ),
            pytest.param({"measures": [{"code": "B1"}]}, "/body/measures/0/basis", id="measure-incomplete"),
            pytest.param({"note": "x"}, "/body", id="unknown-field"),
            pytest.param({"removed_because": "x"}, "/body", id="removal-field-on-a-standing-record"),
        ],
    )
    def test_refuses_a_body_that_breaks_a_rule(self, changed, pointer):
        found = faults(sealed(OWNER, body()) | {"body": body(**changed)})
        assert pointer in [at for at, _ in found]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("ends_on", "0001-01-01"),
            ("ends_on", "2026-11-02"),
            ("starts_on", "1900-01-01"),
            ("effect", "blocks"),
            ("roles", ["king"]),
            ("roles", [["bidder"]]),
            ("sectors", ["moon"]),
            ("territory", "galaxy"),
        ],
    )
    def test_refuses_a_measure_that_breaks_a_rule(self, name, value):
        found = faults(sealed(OWNER, body(measures=[measure(**{name: value})])))
        assert [at for at, _ in found] == [f"/body/measures/0/{name}"]

    @pytest.mark.parametrize(
        "changed",
        [{"measures": [measure(), measure(ends_on=None, roles=[])]}, {"visible_until": "2025-11-04"}],
        ids=["measures", "old-decision-whose-period-is-over"],
    )
    def test_takes_what_may_be_published(self, changed):
        assert faults(sealed(OWNER, body(**changed))) == []

    @pytest.mark.parametrize("name", sorted(body()))
    def test_refuses_a_body_without_one_of_its_fields(self, name):
        value = sealed(OWNER, body())
        del value["body"][name]
        assert (f"/body/{name}", "missing") in faults(value)

    @pytest.mark.parametrize(
        ("changed", "pointer"),
        [
            ({"record": "f" * 32}, "/record"),
            ({"revision": 7}, "/revision"),
            ({"owner": "elsewhere"}, "/owner"),
            ({"hash": "x"}, "/hash"),
            ({"previous": 1}, "/previous"),
            ({"signature": {"kid": "0" * 16, "value": "zz"}}, "/signature"),
            ({"extra": 1}, ""),
            ({"body": None}, "/body"),
        ],
    )
    def test_refuses_an_envelope_that_contradicts_itself(self, changed, pointer):
        assert pointer in [at for at, _ in faults(sealed(OWNER, body()) | changed)]

    @pytest.mark.parametrize("value", [None, [], "x", 1, {}, {"record": 1}])
    def test_refuses_what_is_no_envelope(self, value):
        assert faults(value)

    def test_never_quotes_a_number_it_refuses(self):
        for hidden in ({"facts": RESIDENT}, {"measures": [{RESIDENT: RESIDENT}]}):
            found = parse(sealed(OWNER, body(**hidden)), SECTORS)
            assert found
            assert RESIDENT not in repr(found)


class TestJudge:
    def test_accepts_a_new_record(self):
        assert judge_envelope(None, read(sealed(OWNER, body())), sender()) == Outcome("accepted")

    @pytest.mark.parametrize(
        ("revision", "outcome"),
        [(1, "stale"), (2, "conflict"), (3, "conflict"), (4, "accepted"), (9, "accepted")],
    )
    def test_orders_by_revision_alone(self, revision, outcome):
        incoming = read(sealed(OWNER, body(revision=revision), "b" * 64))
        held = KnownRecord("city", {2: "a" * 64, 3: "b" * 64})
        assert judge_envelope(held, incoming, sender()).outcome == outcome

    def test_names_two_contents_under_one_revision_an_equivocation(self):
        found = judge_envelope(KnownRecord("city", {1: "a" * 64}), read(sealed(OWNER, body())), sender())
        assert found.code == "revision-equivocation"

    def test_names_a_version_that_follows_another_one_an_equivocation(self):
        first = body()
        held = KnownRecord("city", {1: sealed(OWNER, first)["hash"]})
        _, second = chained(OWNER, first, removed(first))
        assert judge_envelope(held, read(second), sender()) == Outcome("accepted")
        for previous in ("c" * 64, None):
            other = read(sealed(OWNER, removed(first), previous))
            assert judge_envelope(held, other, sender()) == Outcome("conflict", "revision-equivocation")

    @pytest.mark.parametrize("newest", [1, 5])
    def test_calls_the_same_content_again_a_duplicate_whoever_sends_it(self, newest):
        incoming = read(sealed(OWNER, body()))
        held = KnownRecord("city", {1: incoming.hash, newest: incoming.hash})
        assert judge_envelope(held, incoming, sender(owners=())) == Outcome("duplicate")

    def test_rejects_a_sender_who_does_not_speak_for_the_owner(self):
        found = judge_envelope(None, read(sealed(OWNER, body())), sender(owners=("other",)))
        assert found == Outcome("rejected", "owner-not-entitled")

    def test_rejects_another_owner_of_a_held_record(self):
        found = judge_envelope(
            KnownRecord("county", {}), read(sealed(OWNER, body())), sender(owners=("city", "county"))
        )
        assert found == Outcome("rejected", "owner-not-entitled")

    def test_rejects_a_hash_that_is_not_the_contents(self):
        value = sealed(OWNER, body()) | {"hash": "0" * 64}
        assert judge_envelope(None, read(value), sender()) == Outcome("rejected", "hash-wrong")

    def test_rejects_a_changed_previous(self):
        value = sealed(OWNER, body()) | {"previous": "0" * 64}
        assert judge_envelope(None, read(value), sender()) == Outcome("rejected", "hash-wrong")

    def test_rejects_a_signature_that_is_not_the_owners(self):
        found = judge_envelope(None, read(sealed(STRANGER, body())), sender())
        assert found == Outcome("rejected", "signature-wrong")

    def test_rejects_a_strangers_signature_under_the_owners_key_id(self):
        value = sealed(STRANGER, body())
        value["signature"]["kid"] = OWNER.key_id
        assert judge_envelope(None, read(value), sender()) == Outcome("rejected", "signature-wrong")

    def test_rejects_an_owner_whose_key_nobody_knows(self):
        found = judge_envelope(None, read(sealed(OWNER, body())), Sender({"city"}, {}, Members()))
        assert found == Outcome("rejected", "owner-key-unknown")
