import datetime as dt
import json
from dataclasses import replace

import pytest

from registry.domain.publication import canonical, keyring, signed_notes
from registry.domain.publication.keyring import Key, Keyring
from registry.keys.signing import Signer, verify
from registry.refusals.content import KeysMalformed, NoteRefused

SIGNERS = [Signer.generate() for _ in range(3)]
FROM = ["2026-12-01T00:00:00Z", "2027-06-01T00:00:00Z"]


def endorsed(before, after, since):
    """The signature of a key over its successor."""
    return before.sign(keyring.succession("demo", before.public, after.public, since)).hex()


def ring_of(count=3):
    """A node that changed its key ``count - 1`` times; the first is revoked when there are three."""
    keys = [Key(SIGNERS[0].public)]
    for before, after, since in zip(SIGNERS, SIGNERS[1:count], FROM, strict=False):
        keys.append(Key(after.public, since, endorsed(before, after, since)))
    if count == 3:
        keys[0] = replace(keys[0], revoked_at="2027-07-01T00:00:00Z", revoked_because="密钥失窃")
    return Keyring("demo", tuple(keys))


def document(ring=None, signer=SIGNERS[2]):
    return keyring.build(ring or ring_of(), signer.sign)


def changed(data, signer=SIGNERS[2], **members):
    """The same document with other members, signed again."""
    held = json.loads(data) | members
    del held["signature"]
    value = signer.sign(canonical.dumps(held)).hex()
    return canonical.dumps({**held, "signature": {"kid": signer.key_id, "value": value}})


class TestDocument:
    @pytest.mark.parametrize("count", [1, 2, 3])
    def test_gives_back_the_ring(self, count):
        ring = ring_of(count)
        assert keyring.parse_keyring(document(ring, SIGNERS[count - 1]), verify) == ring

    def test_lists_each_key_with_its_time(self):
        keys = json.loads(document())["keys"]
        assert [(key["from"], key["until"]) for key in keys] == [
            (None, FROM[0]),
            (FROM[0], FROM[1]),
            (FROM[1], None),
        ]
        assert [key["revoked_because"] for key in keys] == ["密钥失窃", None, None]

    def test_is_refused_after_any_bit_of_any_byte_is_flipped(self):
        data = document()
        for place in range(len(data)):
            for bit in range(8):
                wrong = bytearray(data)
                wrong[place] ^= 1 << bit
                with pytest.raises(KeysMalformed):
                    keyring.parse_keyring(bytes(wrong), verify)

    def test_is_refused_after_any_byte_is_dropped(self):
        data = document()
        for place in range(len(data)):
            with pytest.raises(KeysMalformed):
                keyring.parse_keyring(data[:place] + data[place + 1 :], verify)

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"{}",
            b"[]",
            b"null",
            b"NaN",
            b"\xff",
            b"[" * 100_000,
            json.dumps(json.loads(document())).encode(),
        ],
        ids=range(8),
    )
    def test_is_refused_when_it_is_no_canonical_document(self, data):
        with pytest.raises(KeysMalformed):
            keyring.parse_keyring(data, verify)

    @pytest.mark.parametrize(
        "members",
        [{"type": "x"}, {"version": 2}, {"node": 1}, {"keys": []}, {"keys": [1]}, {"more": 1}],
        ids=repr,
    )
    def test_is_refused_out_of_form_even_when_signed(self, members):
        with pytest.raises(KeysMalformed):
            keyring.parse_keyring(changed(document(), **members), verify)

    @pytest.mark.parametrize(
        "change",
        [
            {"alg": "RSA"},
            {"public": "zz"},
            {"public": None},
            {"kid": "0" * 16},
            {"endorsed": "00"},
            {"endorsed": None},
            {"endorsed": "00" * 64},
            {"from": None},
            {"from": "2027-06-01"},
            {"from": "2027-05-01T00:00:00Z"},
            {"until": "2028-01-01T00:00:00Z"},
            {"revoked_because": "x"},
            {"revoked_at": "2027-06-02T00:00:00Z", "revoked_because": "x"},
            {"note": 1},
        ],
        ids=repr,
    )
    def test_is_refused_when_its_newest_key_is_wrong_even_when_signed(self, change):
        keys = json.loads(document())["keys"]
        keys[-1] |= change
        with pytest.raises(KeysMalformed):
            keyring.parse_keyring(changed(document(), keys=keys), verify)

    def test_is_refused_when_an_older_key_signed_it(self):
        data = changed(document(), signer=SIGNERS[1])
        with pytest.raises(KeysMalformed, match="最新"):
            keyring.parse_keyring(data, verify)

    def test_is_refused_when_nobody_vouches_for_a_key_put_in_between(self):
        stranger = Signer.generate()
        keys = list(ring_of().keys)
        keys[1] = Key(stranger.public, FROM[0], endorsed(stranger, stranger, FROM[0]))
        with pytest.raises(KeysMalformed, match="背书"):
            keyring.parse_keyring(document(Keyring("demo", tuple(keys))), verify)

    def test_is_refused_when_the_chain_is_that_of_another_node(self):
        with pytest.raises(KeysMalformed, match="背书"):
            keyring.parse_keyring(document(replace(ring_of(), node="other")), verify)


class TestHeld:
    @pytest.mark.parametrize(
        ("place", "instant", "held"),
        [
            (0, "2001-01-01T00:00:00Z", True),
            (0, FROM[0], True),
            (0, "2026-12-01T00:09:59Z", True),
            (0, "2026-12-01T00:10:00Z", False),
            (1, "2026-11-30T23:49:59Z", False),
            (1, "2026-11-30T23:50:00Z", True),
            (1, "2027-06-01T00:10:00Z", False),
            (2, FROM[1], True),
            (2, "2999-01-01T00:00:00Z", True),
        ],
    )
    def test_is_told_by_the_instant(self, place, instant, held):
        assert ring_of().was_signing_key(SIGNERS[place].key_id, keyring.read_instant(instant)) is held

    def test_was_no_unknown_key(self):
        assert not ring_of().was_signing_key("0" * 16, dt.datetime(2027, 1, 1, tzinfo=dt.UTC))


class TestNotes:
    def test_are_opened_by_the_newest_key_that_signed(self):
        text = signed_notes.checkpoint_text("demo", 3, bytes(32))
        old, new = (signed_notes.sign_note(text, "demo", signer) for signer in SIGNERS[:2])
        both = old + new.rpartition("\n\n")[2]
        ring = ring_of()
        assert ring.open_note(old, verify) == (text, ring.keys[0])
        assert ring.open_note(both, verify) == (text, ring.keys[1])
        assert ring.open_note(both, verify, good_only=True) == (text, ring.keys[1])
        with pytest.raises(NoteRefused):
            ring.open_note(old, verify, good_only=True)
        with pytest.raises(NoteRefused):
            ring.open_note(signed_notes.sign_note(text, "demo", Signer.generate()), verify)
