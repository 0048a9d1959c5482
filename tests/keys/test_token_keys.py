"""Signing keys in a PKCS#11 token: SoftHSM 2 stands for the hardware."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry.keys import token_keys
from registry.keys.key_files import KeyProtection
from registry.keys.signing import EXCHANGE, SIGNING, Keys, Signer, verify
from registry.refusals.content import KeysDamaged, TokenUnavailable

MODULE = next((str(path) for path in sorted(Path("/usr/lib").rglob("libsofthsm2.so"))), "")
PIN = "8734-示"


@pytest.fixture
def protection(tmp_path, monkeypatch):
    """A fresh token with its PIN in a file, and a passphrase for what is no signing key."""
    assert MODULE, "SoftHSM 2 is not installed; `make needs` installs it"
    (tmp_path / "tokens").mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\n", encoding="utf-8")
    monkeypatch.setenv("SOFTHSM2_CONF", str(conf))
    command = ["softhsm2-util", "--init-token", "--free", "--label", "registry", "--so-pin", "so-pin", "--pin", PIN]
    subprocess.run(command, check=True, capture_output=True)
    for name, content in (("pin", PIN), ("passphrase", "口令")):
        (tmp_path / name).write_text(content, encoding="utf-8")
        (tmp_path / name).chmod(0o600)
    yield KeyProtection(str(tmp_path / "passphrase"), MODULE, "registry", str(tmp_path / "pin"))
    token_keys.forget_all()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "keys"


class TestKeys:
    def test_are_made_in_the_token_and_sign_there(self, folder, protection):
        keys = Keys.load_or_create(folder, protection)
        for signer in (keys.signer, keys.exchange):
            assert verify(signer.public, signer.sign(b"data"), b"data")
        assert keys.signer.public != keys.exchange.public
        assert Keys.load_or_create(folder, protection).signer.public == keys.signer.public
        assert (folder / "signing.pem").read_text().startswith("pkcs11:token=registry;object=registry-")
        assert not [path for path in folder.iterdir() if b"PRIVATE KEY" in path.read_bytes()]
        with pytest.raises(TypeError):
            keys.signer.save(folder / "copy.pem")

    @pytest.mark.parametrize("name", [SIGNING, EXCHANGE])
    def test_move_into_the_token_by_a_rotation(self, folder, protection, name):
        plain = Keys.load_or_create(folder)
        keys = Keys.load(folder, protection)
        successor = keys.draft(name)
        assert keys.draft(name).public == successor.public
        retired = keys.promote(name)
        fresh = keys.fresh()
        assert successor.public in (fresh.signer.public, fresh.exchange.public)
        assert verify(successor.public, successor.sign(b"x"), b"x")
        assert Signer.load(retired, protection).public in (plain.signer.public, plain.exchange.public)
        assert [path.name for path in keys.fresh().encrypt()].count("vault.key") == 1

    def test_sign_for_many_threads(self, folder, protection):
        signer = Keys.load_or_create(folder, protection).signer
        with ThreadPoolExecutor(8) as pool:
            signed = list(pool.map(lambda number: (signer.sign(bytes([number])), bytes([number])), range(40)))
        assert all(verify(signer.public, signature, data) for signature, data in signed)

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the library's search is cut off
    def test_sign_again_after_a_session_was_lost(self, folder, protection):
        signer = Keys.load_or_create(folder, protection).signer
        for session in token_keys._sessions.values():
            session.close()
        assert verify(signer.public, signer.sign(b"x"), b"x")

    def test_are_refused_without_module_pin_or_key(self, folder, protection, tmp_path):
        Keys.load_or_create(folder, protection)
        token_keys.forget_all()
        (tmp_path / "wrong").write_text("0000")
        (tmp_path / "wrong").chmod(0o600)
        for other in (
            KeyProtection(protection.passphrase_file),
            KeyProtection(protection.passphrase_file, MODULE, "registry", str(tmp_path / "wrong")),
            KeyProtection(protection.passphrase_file, str(tmp_path / "none.so"), "registry", protection.pin_file),
        ):
            with pytest.raises(TokenUnavailable):
                Keys.load(folder, other)
            token_keys.forget_all()
        path = folder / "signing.pem"
        for address in ("pkcs11:token=registry;object=none;type=private", "pkcs11:token=other;object=x;type=private"):
            path.write_text(address)
            with pytest.raises(TokenUnavailable):
                Keys.load(folder, protection)
        path.write_text("pkcs11:pin-value=1")
        with pytest.raises(KeysDamaged):
            Keys.load(folder, protection)
