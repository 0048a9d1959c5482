import base64

import pytest

from registry.domain.publication import signed_notes
from registry.keys.signing import Signer, verify
from registry.refusals.content import NoteRefused

NAME = "registry.example/ledger"
TEXT = signed_notes.checkpoint_text(NAME, 42, bytes(32))
SIGNER = Signer.generate()
KEYS = {NAME: SIGNER.public}
NOTE = signed_notes.sign_note(TEXT, NAME, SIGNER)


def opened(note, keys=KEYS):
    return signed_notes.open_note(note, keys, verify)


class TestCheckpoint:
    def test_text_is_three_lines(self):
        assert TEXT.split("\n") == [NAME, "42", "A" * 43 + "=", ""]

    def test_is_read_back(self):
        assert signed_notes.parse_checkpoint(TEXT) == signed_notes.Checkpoint(NAME, 42, bytes(32))

    def test_may_carry_extension_lines(self):
        assert signed_notes.parse_checkpoint(TEXT + "epoch 1\n").size == 42

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "a\n1\n",
            TEXT[:-1],
            TEXT + "\n",
            TEXT.replace("42", "042"),
            TEXT.replace("42", "-1"),
            TEXT.replace("42", "４２"),
            TEXT.replace("=", ""),
            TEXT.replace("A=", "B="),
            TEXT.replace("AAAA", "", 1),
            "\n" + TEXT,
        ],
        ids=repr,
    )
    def test_is_refused_when_out_of_form(self, text):
        with pytest.raises(NoteRefused):
            signed_notes.parse_checkpoint(text)


class TestKeyId:
    def test_is_the_published_vector_of_the_format(self):
        key = base64.b64decode("ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop")  # type byte, then the raw key
        assert signed_notes.key_id("EnochRoot", key[1:]).hex() == "af0cfe78"


class TestOpenNote:
    def test_gives_the_text(self):
        assert opened(NOTE) == TEXT

    def test_text_may_hold_blank_lines(self):
        text = "a\n\nb\n"
        assert opened(signed_notes.sign_note(text, NAME, SIGNER)) == text

    def test_passes_over_unknown_signers(self):
        witness = signed_notes.sign_note(TEXT, "witness", Signer.generate()).removeprefix(TEXT + "\n")
        assert opened(NOTE + witness) == TEXT
        assert opened(TEXT + "\n" + witness + NOTE.removeprefix(TEXT + "\n")) == TEXT

    def test_is_refused_without_a_known_signer(self):
        with pytest.raises(NoteRefused):
            opened(NOTE, {})

    def test_is_refused_for_another_key_of_the_same_name(self):
        with pytest.raises(NoteRefused):
            opened(NOTE, {NAME: Signer.generate().public})

    def test_is_refused_after_any_byte_is_flipped(self):
        data = NOTE.encode()
        for place in range(len(data)):
            for bit in (1, 4, 32, 128):
                changed = bytearray(data)
                changed[place] ^= bit
                with pytest.raises((NoteRefused, UnicodeDecodeError)):
                    opened(changed.decode())

    @pytest.mark.parametrize(
        "note",
        [
            "",
            TEXT,
            TEXT + "\n",
            NOTE[:-1],
            NOTE + "\n",
            NOTE + NOTE.removeprefix(TEXT + "\n"),
            NOTE + "no signature\n",
            NOTE.replace("—", "-"),
            NOTE.replace("\n", "\r\n"),
            NOTE + "— x " + "\n",
            NOTE + "— x AAAA\n",
            NOTE + "— x AAAAAAAB=\n",
            NOTE + "— witness AAAAAAAA\n" * 100,
        ],
        ids=range(13),
    )
    def test_is_refused_when_out_of_form(self, note):
        with pytest.raises(NoteRefused):
            opened(note)


class TestSignNote:
    @pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "nul\0\n", "surrogate\ud800\n"], ids=repr)
    def test_refuses_a_text_out_of_form(self, text):
        with pytest.raises(NoteRefused):
            signed_notes.sign_note(text, NAME, SIGNER)

    @pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb"])
    def test_refuses_a_name_out_of_form(self, name):
        with pytest.raises(NoteRefused):
            signed_notes.sign_note(TEXT, name, SIGNER)
