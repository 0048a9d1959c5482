import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from registry.keys.signing import EXCHANGE, SIGNING, Keys, Signer, Vault, verify
from registry.refusals.content import KeysDamaged, SealBroken
from registry.refusals.maintenance import ContentCleared


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


class TestVerify:
    def test_accepts_what_the_key_signed(self):
        signer = Signer.generate()
        assert verify(signer.public, signer.sign(b"data"), b"data")

    def test_is_the_vector_of_rfc_8032(self):
        public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        signature = bytes.fromhex(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        )
        assert verify(public, signature, b"")

    def test_refuses_other_data_key_or_length(self):
        signer = Signer.generate()
        signature = signer.sign(b"data")
        assert not verify(signer.public, signature, b"other")
        assert not verify(Signer.generate().public, signature, b"data")
        assert not verify(signer.public, signature[:-1], b"data")
        assert not verify(b"short", signature, b"data")


class TestSigner:
    def test_is_the_same_after_saving_and_loading(self, tmp_path):
        signer = Signer.generate()
        signer.save(tmp_path / "key.pem")
        loaded = Signer.load(tmp_path / "key.pem")
        assert (loaded.public, loaded.key_id) == (signer.public, signer.key_id)
        assert mode(tmp_path / "key.pem") == 0o600

    def test_never_overwrites_a_key(self, tmp_path):
        first = Signer.generate()
        first.save(tmp_path / "key.pem")
        Signer.generate().save(tmp_path / "key.pem")
        assert Signer.load(tmp_path / "key.pem").public == first.public

    @pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"])
    def test_refuses_a_damaged_file(self, tmp_path, content):
        (tmp_path / "key.pem").write_bytes(content)
        with pytest.raises(KeysDamaged):
            Signer.load(tmp_path / "key.pem")

    def test_refuses_a_key_of_another_kind(self, tmp_path):
        pem = X25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (tmp_path / "key.pem").write_bytes(pem)
        with pytest.raises(KeysDamaged):
            Signer.load(tmp_path / "key.pem")


class TestVault:
    vault = Vault(bytes(32))

    def test_indexes_the_same_number_alike(self):
        assert self.vault.index("resident_id", "1") == Vault(bytes(32)).index("resident_id", "1")

    def test_index_depends_on_type_number_and_secret(self):
        others = [("resident_id", "2"), ("passport", "1"), ("resident_id\0", "1"), ("resident_i", "d1")]
        indexes = {self.vault.index(*other) for other in others} | {self.vault.index("resident_id", "1")}
        assert len(indexes) == 5
        assert Vault(b"x" * 32).index("resident_id", "1") not in indexes

    def test_opens_what_it_sealed(self):
        assert self.vault.open(self.vault.seal(b"content")) == b"content"
        assert self.vault.seal(b"content") != self.vault.seal(b"content")
        assert b"content" not in self.vault.seal(b"content")

    def test_refuses_every_changed_byte(self):
        sealed = self.vault.seal(b"content")
        for place in range(len(sealed)):
            changed = bytearray(sealed)
            changed[place] ^= 1
            with pytest.raises(SealBroken):
                self.vault.open(bytes(changed))

    @pytest.mark.parametrize("sealed", [b"\x01", bytes(12), bytes(40)])
    def test_refuses_what_is_no_seal(self, sealed):
        with pytest.raises(SealBroken):
            self.vault.open(sealed)

    def test_says_of_what_was_cleared_that_it_was(self):
        with pytest.raises(ContentCleared):
            self.vault.open(b"")

    def test_refuses_a_seal_of_another_secret(self):
        with pytest.raises(SealBroken):
            Vault(b"x" * 32).open(self.vault.seal(b"content"))

    def test_needs_a_whole_secret(self):
        with pytest.raises(KeysDamaged):
            Vault(b"short")


class TestKeys:
    def test_are_made_once_and_private(self, tmp_path):
        directory = tmp_path / "keys"
        first, second = Keys.load_or_create(directory), Keys.load_or_create(directory)
        assert first.signer.public == second.signer.public
        assert first.vault.index("a", "b") == second.vault.index("a", "b")
        assert {mode(path) for path in directory.iterdir()} == {0o600}
        assert len(list(directory.iterdir())) == 3

    def test_are_the_same_for_processes_that_start_together(self, tmp_path):
        code = (
            "import sys, pathlib; from registry.keys.signing import Keys;"
            "k = Keys.load_or_create(pathlib.Path(sys.argv[1]));"
            "print(k.signer.key_id, k.vault.index('a', 'b').hex())"
        )

        def start(_):
            return subprocess.check_output([sys.executable, "-c", code, str(tmp_path / "keys")])

        with ThreadPoolExecutor(4) as pool:
            assert len(set(pool.map(start, range(4)))) == 1

    def test_survive_a_stop_between_the_two_files(self, tmp_path):
        before = Keys.load_or_create(tmp_path)
        (tmp_path / "signing.pem").unlink()
        assert Keys.load_or_create(tmp_path).vault.index("a", "b") == before.vault.index("a", "b")

    def test_refuse_to_go_on_without_the_secret(self, tmp_path):
        Keys.load_or_create(tmp_path)
        (tmp_path / "vault.key").unlink()
        with pytest.raises(KeysDamaged):
            Keys.load_or_create(tmp_path)
        assert not (tmp_path / "vault.key").exists()

    def test_of_a_node_from_before_there_were_two_speak_to_peers_as_ever(self, tmp_path):
        Keys.load_or_create(tmp_path)
        (tmp_path / "exchange.pem").unlink()
        keys = Keys.load_or_create(tmp_path)
        assert keys.exchange.public == keys.signer.public

    def test_for_receipts_and_for_peers_are_two(self, tmp_path):
        keys = Keys.load_or_create(tmp_path)
        assert keys.exchange.public != keys.signer.public

    @pytest.mark.parametrize(("name", "other"), [(SIGNING, "exchange"), (EXCHANGE, "signer")])
    def test_are_replaced_under_a_running_process(self, tmp_path, name, other):
        keys = Keys.load_or_create(tmp_path)
        successor = keys.draft(name)
        assert keys.fresh() is keys
        retired = keys.promote(name)
        fresh = keys.fresh()
        assert successor.public in (fresh.signer.public, fresh.exchange.public)
        assert getattr(fresh, other).public == getattr(keys, other).public
        assert fresh.vault.index("a", "b") == keys.vault.index("a", "b")
        assert Signer.load(retired).public in (keys.signer.public, keys.exchange.public)
        assert {mode(path) for path in tmp_path.iterdir()} == {0o600}

    def test_drafted_before_a_stop_are_taken_up_again(self, tmp_path):
        keys = Keys.load_or_create(tmp_path)
        assert keys.draft(SIGNING).public == keys.draft(SIGNING).public
        keys.promote(SIGNING)
        assert keys.draft(SIGNING).public != Keys.load(tmp_path).signer.public

    def test_that_vanish_are_not_made_anew_by_a_running_process(self, tmp_path):
        keys = Keys.load_or_create(tmp_path)
        (tmp_path / "signing.pem").unlink()
        with pytest.raises(KeysDamaged):
            keys.fresh()
        assert not (tmp_path / "signing.pem").exists()

    def test_show_nothing_when_printed(self, tmp_path):
        keys = Keys.load_or_create(tmp_path)
        secret = (tmp_path / "vault.key").read_bytes()
        assert repr(secret)[2:-1] not in repr(keys) + repr(vars(keys.vault))
