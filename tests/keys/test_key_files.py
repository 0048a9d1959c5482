"""Key files under a passphrase."""

import os

import pytest
from click.testing import CliRunner

from registry.cli import main
from registry.keys import key_files
from registry.keys.key_files import KeyProtection
from registry.keys.signing import EXCHANGE, SIGNING, VAULT_FILE, Keys, Signer
from registry.refusals.content import KeysDamaged, KeysLocked

SECRET = b"-----BEGIN PRIVATE KEY-----\nsecret\n"


@pytest.fixture
def locked(tmp_path):
    """A maker of protections by the lines of a passphrase file."""

    def make(*lines, mode=0o600):
        path = tmp_path / "passphrase"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        path.chmod(mode)
        return KeyProtection(str(path))

    return make


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "keys"


class TestFile:
    def test_is_opened_by_its_passphrase_only(self, tmp_path, locked):
        path = tmp_path / "key"
        key_files.write_once(path, SECRET, locked("通关口令 one"))
        assert b"secret" not in path.read_bytes()
        assert oct(path.stat().st_mode)[-3:] == "600"
        assert key_files.read(path, locked("other", "通关口令 one")) == SECRET
        for protection in (locked("other"), locked("通关口令"), KeyProtection()):
            with pytest.raises(KeysLocked):
                key_files.read(path, protection)

    def test_differs_each_time(self, tmp_path, locked):
        for name in ("a", "b"):
            key_files.write_once(tmp_path / name, SECRET, locked("p"))
        assert (tmp_path / "a").read_bytes() != (tmp_path / "b").read_bytes()

    def test_that_was_altered_anywhere_gives_nothing(self, tmp_path, locked):
        path, protection = tmp_path / "key", locked("p")
        key_files.write_once(path, b"x", protection)
        whole = path.read_bytes()
        for place in range(0, len(whole), 7):
            changed = bytearray(whole)
            changed[place] = ord("A") if changed[place] != ord("A") else ord("B")
            path.write_bytes(bytes(changed))
            try:
                assert key_files.read(path, protection) in (b"x", bytes(changed))
                assert not key_files.is_encrypted(bytes(changed)) or whole[place : place + 1].isspace()
            except (KeysLocked, KeysDamaged):
                continue

    @pytest.mark.parametrize(
        "content", [b"", b"!", b"AAAA", b"AQ8=", b"Av8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
    )
    def test_of_another_form_is_damaged(self, tmp_path, locked, content):
        path = tmp_path / "key"
        path.write_bytes(key_files._BEGIN + b"\n" + content + b"\n" + key_files._END + b"\n")
        with pytest.raises(KeysDamaged):
            key_files.read(path, locked("p"))

    @pytest.mark.parametrize("lines", [(), ("",), ("x" * 2000,)])
    def test_of_passphrases_must_have_one(self, locked, lines):
        with pytest.raises(KeysLocked):
            locked(*lines).passphrases()

    def test_of_passphrases_must_not_be_open_to_all(self, locked, tmp_path):
        with pytest.raises(KeysLocked):
            locked("p", mode=0o644).passphrases()
        with pytest.raises(KeysLocked):
            KeyProtection(str(tmp_path / "missing")).passphrases()


class TestKeys:
    def test_are_made_encrypted_and_rotate_encrypted(self, folder, locked):
        protection = locked("p")
        keys = Keys.load_or_create(folder, protection)
        successor = keys.draft(SIGNING)
        retired = keys.promote(SIGNING)
        assert {key_files.is_encrypted(path.read_bytes()) for path in folder.iterdir()} == {True}
        assert keys.fresh().signer.public == successor.public
        assert Signer.load(retired, protection).public == keys.signer.public
        with pytest.raises(KeysLocked):
            Keys.load_or_create(folder)

    def test_stay_the_same_when_they_are_encrypted(self, folder, locked):
        plain = Keys.load_or_create(folder)
        keys = Keys.load(folder, locked("p"))
        assert {path.name for path in keys.encrypt()} == {"signing.pem", "exchange.pem", VAULT_FILE}
        assert keys.encrypt() == []
        fresh = keys.fresh()
        assert fresh is not keys
        assert (fresh.signer.public, fresh.exchange.public) == (plain.signer.public, plain.exchange.public)
        assert fresh.vault.index("a", "b") == plain.vault.index("a", "b")
        assert not [path for path in folder.iterdir() if b"PRIVATE KEY" in path.read_bytes()]

    def test_change_their_passphrase_without_a_moment_in_which_they_are_locked(self, folder, locked):
        before = Keys.load_or_create(folder, locked("old"))
        during = locked("new", "old")
        assert len(Keys.load(folder, during).encrypt()) == 3
        assert before.fresh().signer.public == before.signer.public  # a running process, the same file
        assert Keys.load(folder, locked("new")).exchange.public == before.exchange.public
        with pytest.raises(KeysLocked):
            Keys.load(folder, locked("old"))

    def test_encrypted_half_way_are_read_and_go_on(self, folder, locked):
        plain, protection = Keys.load_or_create(folder), locked("p")
        key_files.encrypt_in_place(folder / "exchange.pem", protection)
        keys = Keys.load_or_create(folder, protection)
        assert keys.exchange.public == plain.exchange.public
        assert len(keys.encrypt()) == 2

    def test_without_a_passphrase_are_not_encrypted(self, folder):
        with pytest.raises(KeysLocked):
            Keys.load_or_create(folder).encrypt()

    def test_show_no_passphrase_when_printed(self, folder, locked):
        assert "通关口令" not in repr(Keys.load_or_create(folder, locked("通关口令"))) + repr(locked("通关口令"))


class TestCommand:
    def test_encrypts_the_keys_of_a_node_which_goes_on_under_them(self, tmp_path):
        def run(*words, **more):
            named = {name: None for name in os.environ if name.startswith("REGISTRY_")}
            return CliRunner().invoke(main, words, env=named | {"REGISTRY_HOME": str(tmp_path / "home")} | more)

        phrase = tmp_path / "phrase"
        phrase.write_text("口令一\n", encoding="utf-8")
        phrase.chmod(0o600)
        chosen = {"REGISTRY_KEYS_PASSPHRASE_FILE": str(phrase)}
        assert run("init").exit_code == 0
        before = run("keys", "--exchange").stdout
        assert "keys-locked" in run("keys", "encrypt").stderr
        done = run("keys", "encrypt", **chosen)
        assert done.stdout.count("encrypted: ") == 3, done.stderr
        assert run("keys", "--exchange", **chosen).stdout == before
        locked = run("keys", "--exchange")
        assert (locked.exit_code, locked.stdout) == (1, "")
        assert locked.stderr.startswith("keys-locked")
        assert run("keys", "rotate", **chosen).exit_code == 0
        assert run("keys", "rotate", "--exchange", **chosen).exit_code == 0
        assert EXCHANGE in {path.stem for path in (tmp_path / "home" / "keys").glob("*.pem")}
        assert not [path for path in (tmp_path / "home" / "keys").iterdir() if b"PRIVATE KEY" in path.read_bytes()]
