"""Cosignatures, keys and requests of witnesses in the formats of C2SP; nothing else is read."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.publication import cosignatures, signed_notes
from registry.domain.publication.cosignatures import AddCheckpoint
from registry.keys.signing import Signer, verify
from registry.refusals.content import NoteRefused

LOG, WITNESS = Signer.generate(), Signer.generate()
TEXT = signed_notes.checkpoint_text("city/e1", 7, bytes(32))
NOTE = signed_notes.sign_note(TEXT, "city/e1", LOG)
LINE = cosignatures.cosign(TEXT, "w1", WITNESS, 1_800_000_000)
KEYS = {"w1": WITNESS.public}


def found(note, keys=KEYS):
    return cosignatures.witnesses_of(note, keys, verify)


class TestCosign:
    def test_is_counted_with_its_time_and_leaves_the_note_valid(self):
        assert found(NOTE + LINE) == {"w1": 1_800_000_000}
        assert signed_notes.open_note(NOTE + LINE, {"city/e1": LOG.public}, verify) == TEXT

    def test_signs_the_message_of_the_specification(self):
        value = base64.b64decode(LINE.split()[2])
        assert verify(WITNESS.public, value[12:], f"cosignature/v1\ntime 1800000000\n{TEXT}".encode())

    def test_passes_over_who_is_not_known(self):
        assert found(NOTE) == {}
        assert found(NOTE + LINE, {"w2": WITNESS.public}) == {}
        assert found(NOTE + LINE, {"w1": LOG.public}) == {}

    def test_of_another_checkpoint_is_forged(self):
        other = cosignatures.cosign(TEXT.replace("7", "8"), "w1", WITNESS, 1)
        with pytest.raises(NoteRefused):
            found(NOTE + other)

    @given(st.integers(4, 75), st.integers(1, 255))
    def test_with_any_changed_byte_is_forged(self, place, change):
        value = bytearray(base64.b64decode(LINE.split()[2]))
        value[place] ^= change
        with pytest.raises(NoteRefused):
            found(f"{NOTE}— w1 {base64.b64encode(value).decode()}\n")

    @given(st.integers(0, len(NOTE + LINE) - 1))
    def test_of_a_truncated_note_counts_no_less_than_refused(self, length):
        try:
            counted = found((NOTE + LINE)[:length])
        except NoteRefused:
            counted = {}
        assert counted == {}

    def test_counts_a_witness_once(self):
        later = cosignatures.cosign(TEXT, "w1", WITNESS, 1_800_000_009)
        assert found(NOTE + LINE + later) == {"w1": 1_800_000_009}


class TestKeys:
    def test_are_one_line(self):
        assert cosignatures.parse_vkey(cosignatures.write_vkey("w1", WITNESS.public)) == ("w1", WITNESS.public)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "w1",
            "w1+00000000+" + base64.b64encode(b"\x04" + bytes(32)).decode(),
            "w1+00000000+AQ==",
            "a b+00000000+AQ==",
        ],
    )
    def test_of_another_form_are_refused(self, text):
        with pytest.raises(NoteRefused):
            cosignatures.parse_vkey(text)

    def test_of_a_signer_of_notes_are_refused(self):
        identifier = signed_notes.key_id("w1", WITNESS.public).hex()
        with pytest.raises(NoteRefused):
            cosignatures.parse_vkey(f"w1+{identifier}+{base64.b64encode(bytes([1]) + WITNESS.public).decode()}")


class TestRequest:
    @given(st.integers(0, 2**53), st.lists(st.binary(min_size=32, max_size=32), max_size=63))
    def test_leads_back_to_itself(self, old, proof):
        request = AddCheckpoint(old, proof, NOTE)
        assert cosignatures.parse_request(cosignatures.build_request(request)) == request

    @pytest.mark.parametrize(
        "head",
        [
            "",
            "old",
            "old 01",
            "old -1",
            "old 1 ",
            "new 1",
            "old 1\nAA==",
            "old 1\n" + "\n".join(["A" * 43 + "="] * 64),
        ],
    )
    def test_of_another_form_is_refused(self, head):
        with pytest.raises(NoteRefused):
            cosignatures.parse_request(f"{head}\n\n{NOTE}".encode())
