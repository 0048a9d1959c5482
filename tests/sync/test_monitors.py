"""Monitors and mirrors notice a history that was rewritten or set back, and keep evidence of it."""

import pytest
import requests
from click.testing import CliRunner

from registry import monitor
from registry.cli import main
from registry.domain.publication import cosignatures, keyring, merkle
from registry.domain.publication.publication import Leaf
from registry.keys.signing import verify
from registry.refusals.content import MonitorRefused
from registry.services.publication import ledger
from tests.support.restoring import backup, restore
from tests.sync.history import grow, rewritten


@pytest.fixture
def watching(city, tmp_path):
    """A monitor of the city, over HTTP."""

    def fetch(path):
        answer = requests.get(city.url + path, timeout=5)
        if answer.status_code != 200:
            raise MonitorRefused(str(answer.status_code))
        return answer.content

    return monitor.Monitor(tmp_path / "monitor", fetch)


class TestMonitor:
    def test_follows_a_ledger_that_grows(self, city, watching):
        for size in (3, 6):
            grow(city, 3)
            look = watching.look()
            assert (look.alarm, look.checkpoint.size) == (None, size)
        assert watching.look().alarm is None

    @pytest.mark.parametrize("more", [0, 2])
    def test_notices_a_rewritten_history_and_keeps_evidence(self, city, watching, more):
        grow(city, 3)
        watching.look()
        rewritten(city)
        if more:
            grow(city, more)
        look = watching.look()
        assert look.alarm == "split-view"
        both = [(look.evidence / name).read_bytes() for name in ("seen_checkpoint", "checkpoint")]
        assert both[0] != both[1]
        ring = keyring.parse_keyring((look.evidence / "keys.json").read_bytes(), verify)
        for note in both:  # the node's own key signed both
            ring.open_note(note.decode(), verify)
        assert watching.look().alarm == "split-view"

    def test_notices_a_rollback(self, city, watching):
        grow(city, 3)
        with city:
            rows = backup()
        grow(city)
        watching.look()
        with city:
            restore(rows)
        assert watching.look().alarm == "rollback"

    def test_asks_a_person_about_a_new_epoch(self, city, watching):
        grow(city, 3)
        watching.look()
        epoch = city.do(ledger.renew_epoch).epoch
        assert watching.look().alarm == "new-epoch"
        assert watching.look(accepted_epoch=epoch).alarm is None
        assert watching.look().alarm is None

    def test_says_that_it_could_not_compare(self, city, watching):
        with pytest.raises(MonitorRefused):
            watching.look()


class TestMirror:
    def test_has_the_tiles_that_give_the_signed_root(self, city, watching, tmp_path):
        leaves = [Leaf(f"{place:032x}", 1, "publish", f"{place:064x}") for place in range(300)]
        city.do(lambda work: ledger.append(work, leaves))
        city.do(ledger.seal)
        assert watching.look(with_tiles=True).alarm is None
        grow(city, 2)
        look = watching.look(with_tiles=True)
        tree = tmp_path / "monitor" / "tile"
        data = b"".join((tree / name).read_bytes() for name in ("0/000", "0/001.p/46"))
        assert merkle.root([data[place : place + 32] for place in range(0, len(data), 32)]) == look.checkpoint.root
        assert (tree / "1/000.p/1").read_bytes() == merkle.root([data[at : at + 32] for at in range(0, 8192, 32)])

    def test_notices_tiles_of_another_tree(self, city, watching):
        grow(city, 3)
        inner = watching._fetch
        watching._fetch = lambda path: bytes(32 * 3) if "/tile/" in path else inner(path)
        assert watching.look(with_tiles=True).alarm == "split-view"

    def test_notices_a_rollback_without_notice(self, city, watching):
        grow(city, 3)
        with city:
            rows = backup()
        grow(city)
        watching.look(with_tiles=True)
        with city:
            restore(rows)
        assert watching.look(with_tiles=True).alarm == "rollback"


class TestCommands:
    def test_alarm_with_words_and_exit_1(self, city, tmp_path):
        grow(city, 3)
        arguments = ["monitor", city.url, "--dir", str(tmp_path / "seen")]
        first = CliRunner().invoke(main, arguments)
        assert first.exit_code == 0, first.output
        assert "3 条 entries" in first.output
        rewritten(city)
        second = CliRunner().invoke(main, arguments)
        assert second.exit_code == 1
        assert "split-view" in second.output
        assert str(tmp_path / "seen" / "evidence") in second.output

    def test_say_that_nothing_was_compared(self, tmp_path):
        for url in ("http://127.0.0.1:9", "ftp://x"):
            done = CliRunner().invoke(main, ["mirror", url, str(tmp_path / "seen")])
            assert done.exit_code == 1
            assert "monitor-refused" in done.output

    def test_make_a_witness_that_follows_a_node(self, city, tmp_path):
        keys_file = tmp_path / "keys.json"
        keys_file.write_bytes(requests.get(f"{city.url}/api/v1/ledger/keys", timeout=5).content)
        folder = ["--dir", str(tmp_path / "w")]
        made = CliRunner().invoke(main, ["witness", "init", *folder, "--name", "w1"])
        assert cosignatures.parse_vkey(made.output)[0] == "w1"
        follow = ["witness", "follow", *folder, "--keys", str(keys_file), "--origin"]
        assert CliRunner().invoke(main, [*follow, "city/e1"]).exit_code == 0
        assert CliRunner().invoke(main, [*follow, "town/e1"]).exit_code == 1
        assert CliRunner().invoke(main, ["witness", "init", *folder, "--name", "w2"]).exit_code == 1
