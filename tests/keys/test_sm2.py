"""SM2 signatures over SM3, as the program openssl makes and verifies them."""

import pytest

from registry.keys import sm2
from registry.keys.key_files import KeyProtection
from registry.keys.signing import SECOND, Keys, Signer
from registry.refusals.content import KeysDamaged, KeysLocked, Sm2Unavailable

PUBLIC = bytes.fromhex(
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
PRIVATE = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"
"""The key pair of the example in GB/T 32918.2-2016, annex A."""
SIGNATURE = bytes.fromhex(
    "3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)
"""The signature of that example over ``message digest``, for the identity 1234567812345678, in DER."""


@pytest.fixture(scope="module")
def signer():
    return sm2.Sm2Signer.generate()


class TestVerify:
    def test_takes_the_signature_of_the_standard(self):
        assert sm2.verify(PUBLIC, SIGNATURE, b"message digest")

    def test_takes_what_was_signed(self, signer):
        assert sm2.verify(signer.public, signer.sign(b"text"), b"text")
        assert sm2.verify(signer.public, signer.sign(b""), b"")

    def test_refuses_every_changed_byte(self, signer):
        signature = signer.sign(b"text")
        for place in range(len(signature)):
            changed = signature[:place] + bytes([signature[place] ^ 1]) + signature[place + 1 :]
            assert not sm2.verify(signer.public, changed, b"text"), place
        assert not sm2.verify(signer.public, signature + b"\0", b"text")
        assert not sm2.verify(signer.public, signature[:-1], b"text")
        assert not sm2.verify(signer.public, b"", b"text")

    def test_refuses_another_text_and_another_key(self, signer):
        signature = signer.sign(b"text")
        assert not sm2.verify(signer.public, signature, b"texu")
        assert not sm2.verify(PUBLIC, signature, b"text")

    @pytest.mark.parametrize("public", [b"", b"\x04" * 64, b"\x05" + PUBLIC[1:], PUBLIC[:-1] + b"\0"])
    def test_refuses_what_is_no_key(self, signer, public):
        assert not sm2.verify(public, signer.sign(b"text"), b"text")

    def test_says_that_it_cannot_without_openssl(self, monkeypatch):
        monkeypatch.setenv("PATH", "")
        assert not sm2.is_available()
        with pytest.raises(Sm2Unavailable):
            sm2.verify(PUBLIC, SIGNATURE, b"message digest")


class TestSm2Signer:
    def test_signs_the_same_text_differently(self, signer):
        assert signer.sign(b"text") != signer.sign(b"text")

    def test_is_kept_in_a_file_that_is_made_once(self, tmp_path):
        path = tmp_path / "second.pem"
        sm2.Sm2Signer.make(path, KeyProtection())
        first = sm2.Sm2Signer.load(path)
        sm2.Sm2Signer.make(path, KeyProtection())
        assert sm2.Sm2Signer.load(path).public == first.public
        assert path.stat().st_mode & 0o077 == 0

    def test_is_encrypted_where_there_is_a_passphrase(self, tmp_path):
        phrase = tmp_path / "phrase"
        phrase.write_text("十二个字以上的口令才可以用")
        phrase.chmod(0o600)
        protection = KeyProtection(passphrase_file=str(phrase))
        sm2.Sm2Signer.make(tmp_path / "second.pem", protection)
        assert b"PRIVATE KEY-----\nM" not in (tmp_path / "second.pem").read_bytes()
        assert sm2.Sm2Signer.load(tmp_path / "second.pem", protection).sign(b"text")
        with pytest.raises(KeysLocked):
            sm2.Sm2Signer.load(tmp_path / "second.pem")

    def test_refuses_a_file_that_has_no_such_key(self, tmp_path):
        Signer.generate().save(tmp_path / "ed25519.pem")
        for content in (b"", b"x", (tmp_path / "ed25519.pem").read_bytes()):
            (tmp_path / "second.pem").write_bytes(content)
            with pytest.raises(KeysDamaged):
                sm2.Sm2Signer.load(tmp_path / "second.pem")


class TestKeys:
    def test_have_none_unless_one_was_made(self, tmp_path):
        assert Keys.load_or_create(tmp_path).second is None

    def test_take_up_a_second_key_that_was_put_in_place(self, tmp_path):
        keys = Keys.load_or_create(tmp_path)
        drafted = keys.draft_second()
        assert keys.draft_second().public == drafted.public
        assert keys.fresh().second is None
        assert keys.promote(SECOND) is None
        assert keys.fresh().second.public == drafted.public
        successor = keys.draft_second()
        assert keys.promote(SECOND).name == f"second.retired-{drafted.key_id}.pem"
        assert keys.fresh().second.public == successor.public
