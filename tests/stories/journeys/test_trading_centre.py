"""A trading centre checks bidders before award and proves the answer later, offline."""

import os
import subprocess
from pathlib import Path

import pytest

from registry.domain.publication import keyring
from registry.domain.publication.keyring import Key, Keyring
from registry.keys.signing import Signer
from tests.stories.journeys.conftest import SAMPLES, Done, copy_of, done, refused
from tests.support.processes import BIN, Node

CHECK = ("--sector", "procurement", "--tender", "YC2026-0412")


@pytest.fixture(scope="session")
def published_city(filed_city: Node, tmp_path_factory: pytest.TempPathFactory) -> Node:
    """The city's node with the sample records published; to copy from."""
    city = copy_of(filed_city, tmp_path_factory.mktemp("published"))
    done(city.command("penalties", "verify", "--all", "--as", "verifier"), "24 published")
    return city


@pytest.fixture
def centre(published_city: Node, tmp_path: Path) -> Node:
    """The city's node with the sample records published."""
    return copy_of(published_city, tmp_path)


def verify_offline(folder: Path, *arguments: str) -> Done:
    """``registry verify`` where there is neither a node nor a home."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("REGISTRY_")}
    return subprocess.run(
        [str(BIN / "registry"), "verify", *arguments],
        env=environment,
        cwd=folder,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )


class TestTradingCentre:
    def test_checks_and_proves_it_offline(self, centre: Node, tmp_path: Path) -> None:
        receipt, keys = tmp_path / "receipt.json", tmp_path / "keys.json"
        said = done(centre.command("check", str(SAMPLES / "bidders.csv"), *CHECK, "--out", str(receipt)))
        assert "1\tbarred\t" in said
        assert "3\ton_record\t" in said
        assert "6\tno_record\t" in said
        done(centre.command("keys", "--out", str(keys)))
        away = tmp_path / "away"
        away.mkdir()
        done(verify_offline(away, str(receipt), "--keys", str(keys)), "2026")
        assert verify_offline(away, str(receipt)).returncode == 2
        refused(verify_offline(away, str(receipt), "--keys", str(receipt)), "keys-malformed")
        _assert_a_flip_is_refused(away, receipt, keys)
        assert list(away.iterdir()) == [away / "flipped.json"]

    def test_replays_it_and_shows_one_bidder_alone(self, centre: Node, tmp_path: Path) -> None:
        receipt, keys, line = (tmp_path / name for name in ("receipt.json", "keys.json", "line.json"))
        bidders = str(SAMPLES / "bidders.csv")
        done(centre.command("check", bidders, *CHECK, "--out", str(receipt), "--pdf", str(tmp_path / "receipt.pdf")))
        done(centre.command("keys", "--out", str(keys)))
        done(centre.command("keys", "rotate"), "signing key")
        done(centre.command("replay", "--check", str(receipt)), "相同 equal")
        done(centre.command("replay", "--check", bidders, *CHECK[:2], "--against", str(receipt)), "相同 equal")
        done(centre.command("receipt", "line", str(receipt), "--ref", "1", "--out", str(line)))
        said = done(verify_offline(tmp_path, str(line), "--keys", str(keys)))
        assert "方中的一方" in said
        assert said.count("在第 ") == 1
        assert (tmp_path / "receipt.pdf").read_bytes().startswith(b"%PDF")

    def test_is_told_which_column_is_wrong(self, centre: Node, tmp_path: Path) -> None:
        wrong = tmp_path / "bidders.csv"
        text = (SAMPLES / "bidders.csv").read_text(encoding="utf-8")
        wrong.write_text(text.replace("uscc", "code_of_credit", 1), encoding="utf-8")
        outcome = centre.command("check", str(wrong), *CHECK, "--out", str(tmp_path / "receipt.json"))
        refused(outcome, "parties-unreadable")
        assert "code_of_credit" in outcome.stderr
        assert not (tmp_path / "receipt.json").exists()

    def test_keys_of_another_node_do_not_verify(self, centre: Node, tmp_path: Path) -> None:
        receipt, keys = tmp_path / "receipt.json", tmp_path / "keys.json"
        done(centre.command("check", str(SAMPLES / "bidders.csv"), *CHECK, "--out", str(receipt)))
        other = Signer.generate()
        keys.write_bytes(keyring.build(Keyring(centre.settings.node, (Key(other.public),)), other.sign))
        refused(verify_offline(tmp_path, str(receipt), "--keys", str(keys)), "receipt-refused")


def _assert_a_flip_is_refused(folder: Path, receipt: Path, keys: Path) -> None:
    """One bit of the statement, and one of the signature; tests of the verifier flip every byte."""
    data = receipt.read_bytes()
    flipped = folder / "flipped.json"
    for place in (len(data) // 2, data.rindex(b'"signature"') + 20):
        flipped.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        refused(verify_offline(folder, str(flipped), "--keys", str(keys)), "receipt-refused")
