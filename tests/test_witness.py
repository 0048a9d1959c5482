"""A witness cosigns only what extends what it saw, over HTTP, and keeps its place across restarts."""

import threading
from contextlib import contextmanager

import pytest
import requests

from registry import witness
from registry.domain.publication import cosignatures, merkle, signed_notes
from registry.domain.publication.cosignatures import AddCheckpoint
from registry.keys.signing import Signer, verify
from registry.refusals.content import KeysDamaged, WitnessRefused

LOG, STRANGER = Signer.generate(), Signer.generate()
LEAVES = [merkle.leaf_hash(bytes([place])) for place in range(40)]
OTHER = [merkle.leaf_hash(bytes([place, 1])) for place in range(40)]
ORIGIN, NOW = "city/e1", 1_800_000_000


def note(size, leaves=LEAVES, origin=ORIGIN, signer=LOG):
    text = signed_notes.checkpoint_text(origin, size, merkle.root(leaves[:size]))
    return signed_notes.sign_note(text, origin, signer)


def request(old, size, leaves=LEAVES, proven=None, **special):
    nodes = merkle.nodes_of(proven or leaves)
    path = merkle.consistency_proof(old, size, nodes) if 0 < old <= size else []
    return cosignatures.build_request(AddCheckpoint(old, path, note(size, leaves, **special)))


@pytest.fixture
def made(tmp_path):
    """A witness that follows the city."""
    created = witness.Witness.create(tmp_path / "w", "w1.example")
    created.follow("city", ORIGIN, [LOG.public])
    return created


def send(to, *arguments, **special):
    return to.add_checkpoint(request(*arguments, **special), NOW)


class TestAddCheckpoint:
    def test_cosigns_what_extends_what_it_saw(self, made):
        name, public = cosignatures.parse_vkey(made.vkey)
        for old, size in ((0, 3), (3, 8), (8, 8), (8, 40)):
            answer = send(made, old, size)
            assert answer.status == 200, answer
            assert cosignatures.witnesses_of(note(size) + answer.body, {name: public}, verify) == {name: NOW}
        assert made.head(ORIGIN).size == 40

    def test_keeps_its_place_across_a_restart(self, made, tmp_path):
        send(made, 0, 8)
        again = witness.Witness(tmp_path / "w")
        answer = send(again, 0, 20)
        assert (answer.status, answer.body, answer.content_type) == (409, "8\n", "text/x.tlog.size")
        assert send(again, 8, 20).status == 200

    def test_refuses_another_root_of_the_same_size_and_keeps_it(self, made, tmp_path):
        send(made, 0, 8)
        answer = send(made, 8, 8, OTHER)
        assert answer.status == 409
        assert "split view" in answer.alarm
        [evidence] = (tmp_path / "w" / "evidence").iterdir()
        assert note(8, OTHER).encode() in evidence.read_bytes()
        assert made.head(ORIGIN).root == merkle.root(LEAVES[:8])

    @pytest.mark.parametrize("proven", [LEAVES, OTHER])
    def test_refuses_a_larger_tree_of_another_history(self, made, tmp_path, proven):
        send(made, 0, 8)
        answer = send(made, 8, 20, OTHER, proven=proven)
        assert answer.status == 422
        assert answer.alarm
        assert list((tmp_path / "w" / "evidence").iterdir())
        assert made.head(ORIGIN).size == 8

    def test_refuses_a_smaller_size(self, made):
        send(made, 0, 8)
        for old in (0, 3, 5):
            answer = send(made, old, 5)
            assert (answer.status, answer.body) == (409, "8\n")
            assert "behind" in answer.alarm
        assert send(made, 9, 8).status == 400

    def test_refuses_who_is_not_followed(self, made):
        assert send(made, 0, 3, origin="town/e1").status == 404
        assert send(made, 0, 3, signer=STRANGER).status == 403

    def test_takes_up_a_new_epoch_only_by_a_person(self, made):
        send(made, 0, 8)
        answer = send(made, 0, 5, OTHER, origin="city/e2")
        assert answer.status == 404
        assert "new epoch" in answer.alarm
        made.follow("city", "city/e2", [LOG.public])
        assert send(made, 0, 5, OTHER, origin="city/e2").status == 200

    @pytest.mark.parametrize("cut", [1, 10, 60, 120])
    def test_refuses_a_truncated_request(self, made, cut):
        assert made.add_checkpoint(request(0, 8)[:-cut], NOW).status in (400, 403)
        assert made.head(ORIGIN) is None

    def test_cosigns_one_of_two_at_once(self, made):
        answers = []
        threads = [
            threading.Thread(target=lambda leaves=leaves: answers.append(send(made, 0, 8, leaves)))
            for leaves in (LEAVES, OTHER) * 8
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        signed = {answer.body for answer in answers if answer.status == 200}
        root = made.head(ORIGIN).root
        leaves = LEAVES if root == merkle.root(LEAVES[:8]) else OTHER
        name, public = cosignatures.parse_vkey(made.vkey)
        for body in signed:
            assert cosignatures.witnesses_of(note(8, leaves) + body, {name: public}, verify)


class TestFolder:
    def test_is_made_once(self, made, tmp_path):
        with pytest.raises(WitnessRefused):
            witness.Witness.create(tmp_path / "w", "w2")

    def test_that_is_damaged_signs_nothing(self, made, tmp_path):
        send(made, 0, 8)
        [head] = (tmp_path / "w" / "heads").iterdir()
        head.write_text("x")
        with pytest.raises(WitnessRefused):
            send(made, 8, 20)
        (tmp_path / "w" / "witness.pem").write_text("x")
        with pytest.raises(KeysDamaged):
            witness.Witness(tmp_path / "w")


@contextmanager
def serving(made, alarms):
    """The witness behind a port of its own."""
    running = witness.server(made, ("127.0.0.1", 0), lambda: NOW, alarms.append)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


class TestServer:
    def test_speaks_the_protocol(self, made):
        alarms = []
        with serving(made, alarms) as url:
            answer = requests.post(f"{url}/add-checkpoint", data=request(0, 8), timeout=5)
            assert (answer.status_code, answer.text[:1]) == (200, "—")
            answer = requests.post(f"{url}/add-checkpoint", data=request(0, 9), timeout=5)
            assert (answer.status_code, answer.text) == (409, "8\n")
            answer = requests.post(f"{url}/add-checkpoint", data=request(8, 8, OTHER), timeout=5)
            assert answer.status_code == 409
            assert len(alarms) == 1
            assert requests.get(f"{url}/key", timeout=5).text.strip() == made.vkey

    def test_refuses_what_is_no_request(self, made):
        with serving(made, []) as url:
            assert requests.post(f"{url}/other", data=b"x", timeout=5).status_code == 404
            assert requests.get(f"{url}/add-checkpoint", timeout=5).status_code == 404
            big = requests.post(f"{url}/add-checkpoint", data=b"x" * 70_000, timeout=5)
            assert big.status_code == 413
