"""Database and key are rewritten, or set back, by somebody who holds both: witness, peer and monitor each notice."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select

from registry import head_record, verifier, witness
from registry.domain.checks import receipts
from registry.domain.publication import consistency_proof, cosignatures, keyring
from registry.keys.signing import Signer, verify
from registry.models import AuditEvent, Checkpoint, Cosignature, PeerHead
from registry.queries.exchange import peer_messages
from registry.queries.publication import known_keys, ledger_state, log_identity, witness_list
from registry.refusals.acts import LedgerSetBack
from registry.refusals.content import NoteRefused
from registry.runtime import keys
from registry.services.exchange import peer_heads, peers
from registry.services.publication import ledger, witnesses
from sync import peer_links
from sync import witnesses as asking
from sync.client import HttpPeer
from sync.pull import pull
from tests.support.restoring import backup, restore
from tests.support.thread_server import run_server
from tests.sync.bodies import body
from tests.sync.history import grow, rewritten
from tests.sync.planting import published


def pulled(node, code):
    with node:
        return pull(code)


def head_of(node, code):
    """What a node knows of a peer's ledger."""
    return node.ask(lambda session: session.scalars(select(PeerHead)).one())


@pytest.fixture
def seen(city, platform):
    """Three entries of the city, sealed and pulled by the platform."""
    grow(city, 3)
    assert pulled(platform, "city").failed is None
    return platform


@pytest.fixture
def backed_up(city, seen):
    """The city published and sealed two more, which the platform pulled, and was then set back without notice."""
    with city:
        rows = backup()
    grow(city, 2)
    assert pulled(seen, "city").received == 2
    with city:
        restore(rows)
    return seen


class TestPeer:
    def test_cosigns_what_extends_what_it_saw(self, city, seen):
        grow(city)
        pulled(seen, "city")
        rows = city.ask(lambda session: session.scalars(select(Cosignature).order_by(Cosignature.size)).all())
        assert [(row.size, row.witness) for row in rows] == [(3, "platform"), (4, "platform")]
        assert head_of(seen, "city").size == 4

    @pytest.mark.parametrize("more", [0, 2])
    def test_notices_a_rewritten_history(self, city, seen, more):
        rewritten(city)
        if more:
            grow(city, more)
        assert pulled(seen, "city").failed == peer_heads.SPLIT_VIEW
        assert seen.peer("city").paused_because == peer_heads.SPLIT_VIEW
        kept = head_of(seen, "city")
        assert kept.size == 3
        assert kept.conflict and kept.conflict != kept.note
        assert pulled(seen, "city").received == 0

    def test_notices_a_rollback_without_notice(self, city, backed_up):
        assert pulled(backed_up, "city").failed == peer_heads.ROLLED_BACK
        assert backed_up.peer("city").cursor == 5
        assert len(backed_up.publications()) == 5

    def test_goes_on_after_the_epoch_was_renewed_and_notes_it(self, city, seen):
        with city:
            rows = backup()
        grow(city, 2)
        pulled(seen, "city")
        with city:
            restore(rows)
        city.do(ledger.renew_epoch)
        result = pulled(seen, "city")
        assert result.failed is None
        assert result.is_restarted
        acts = seen.ask(lambda session: session.scalars(select(AuditEvent.act)).all())
        assert "exchange.peer.epoch" in acts
        assert head_of(seen, "city").origin == f"city/{city.ask(log_identity.epoch)}"

    def test_goes_on_once_a_person_released_it(self, city, seen):
        rewritten(city)
        pulled(seen, "city")
        seen.do(lambda work: peers.release(work, "city", peer_messages.peer(work.session, "city").pause))
        assert pulled(seen, "city").failed is None

    def test_takes_no_head_that_the_peer_did_not_sign(self, city, seen):
        class Altered:
            def __init__(self, change):
                self._change = change

            def head(self, origin, size):
                raw = city.do(lambda work: peer_heads.build_head(work, _peer(work, "platform"), origin, size))
                return self._change(raw)

        for change in (
            lambda raw: raw[:-20],
            lambda raw: raw.replace(b'"cosigned":true', b'"cosigned":false'),
            lambda raw: raw.replace(b"city/", b"town/"),
            lambda raw: b"{}",
        ):
            with seen:
                assert pull("city", lambda _, change=change: Altered(change)).failed == peer_heads.UNREADABLE
        assert head_of(seen, "city").conflict is None


def _peer(work, code):
    return peer_messages.peer(work.session, code)


class TestCosignature:
    @pytest.mark.parametrize("fault", ["forged", "other-origin", "smaller", "other-root", "truncated"])
    def test_is_taken_for_a_checkpoint_of_ours_only(self, city, platform, fault):
        grow(city, 3)
        note, origin = city.ask(
            lambda session: (row := session.scalars(select(Checkpoint)).one()).note and (row.note, row.origin)
        )
        text = note.partition("\n\n")[0] + "\n"
        signer, size = platform.signer, 3
        if fault == "forged":
            signer = Signer.generate()
        if fault == "other-origin":
            origin = "town/e1"
        if fault == "smaller":
            size = 2
        if fault == "other-root":
            lines = text.split("\n")
            text = "\n".join([lines[0], lines[1], "A" * 43 + "=", ""])
        line = cosignatures.cosign(text, "platform", signer, 1)
        line = line[:-9] + "\n" if fault == "truncated" else line
        with pytest.raises(NoteRefused):
            city.do(lambda work: witnesses.store(work, "platform", platform.signer.public, (origin, size), line))
        assert not city.ask(lambda session: session.scalars(select(Cosignature)).all())


@pytest.fixture
def witnessed(city, tmp_path):
    """A witness of the city behind a port, and what it reported."""
    made, alarms = witness.Witness.create(tmp_path / "w", "w1"), []
    origin = f"city/{city.ask(log_identity.epoch)}"
    with city:
        made.follow("city", origin, [keys().signer.public])
    running = witness.server(made, ("127.0.0.1", 0), lambda: 1_800_000_000, alarms.append)
    name, public = cosignatures.parse_vkey(made.vkey)
    with run_server(running) as url:
        city.do(lambda work: witnesses.add(work, name, public.hex(), url))
        yield made, alarms


def asked(node):
    with node:
        return asking.ask_all()["w1"]


class TestWitness:
    def test_cosigns_each_head(self, city, witnessed):
        for size in (2, 4):
            grow(city, 2)
            assert asked(city).cosigned == size
        assert asked(city).cosigned == 4
        note = city.ask(lambda session: witness_list.cosigned_note(session, ledger_state.last_checkpoint(session)))
        assert cosignatures.witnesses_of(note, dict([cosignatures.parse_vkey(witnessed[0].vkey)]), verify)

    @pytest.mark.parametrize("more", [0, 3])
    def test_notices_a_rewritten_history(self, city, witnessed, more):
        grow(city, 3)
        asked(city)
        rewritten(city)
        if more:
            grow(city, more)
        result = asked(city)
        assert (result.cosigned, result.failed) == (None, "witness-contradicts")
        assert witnessed[1]
        assert "split view" in witnessed[1][-1]

    def test_tells_the_owner_of_a_rollback(self, city, witnessed):
        grow(city, 2)
        with city:
            rows = backup()
        grow(city, 2)
        asked(city)
        with city:
            restore(rows)
        assert asked(city).failed == "witness-contradicts"


class TestOwner:
    def test_notices_a_rollback_at_its_start(self, city, backed_up):
        with pytest.raises(LedgerSetBack):
            city.do(ledger.seal)

    def test_that_hides_it_from_itself_is_found_by_its_peer(self, city, backed_up):
        with city:
            home = city.app.extensions["registry_settings"].home
            head_record_file = Path(home) / head_record.FILE
            head_record_file.unlink()
        grow(city)
        assert head_record_file.exists()
        assert pulled(backed_up, "city").failed == peer_heads.ROLLED_BACK


class TestReceipt:
    def test_says_how_many_witnesses_stand_behind_it(self, city, platform):
        grow(city, 3)
        city.do(lambda work: witnesses.add(work, "platform", platform.signer.public.hex(), ""))
        city.do(lambda work: witnesses.add(work, "w9", Signer.generate().public.hex(), ""))
        city.do(lambda work: witnesses.require(work, 1))
        published(city.app, body())  # the receipt is made between two checkpoints
        data = city.do(_receipt)
        ring = city.ask(
            lambda session: keyring.parse_keyring(known_keys.document(session, "city", keys().signer), verify)
        )
        alone = verifier.prove(data, ring)
        assert alone["witnesses"] == {"names": [], "count": 0, "required": 1}
        assert "未出示作出答复之后的检查点" in alone["explanation"][-1]
        city.do(ledger.seal)
        pulled(platform, "city")
        covered = verifier.prove(data, ring, city.ask(lambda session: _cover(session, ring, 4)))
        assert covered["witnesses"] == {"names": ["platform"], "count": 1, "required": 1}
        assert "已达到" in covered["explanation"][-1]
        city.do(lambda work: witnesses.require(work, 2))
        ring = city.ask(
            lambda session: keyring.parse_keyring(known_keys.document(session, "city", keys().signer), verify)
        )
        assert (
            "尚未达到"
            in verifier.prove(data, ring, city.ask(lambda session: _cover(session, ring, 4)))["explanation"][-1]
        )


def _ring(city):
    """The keys file of the city, read as anybody reads it."""
    return keyring.parse_keyring(city.ask(lambda session: known_keys.document(session, "city", keys().signer)), verify)


def _cover(session, ring, entry):
    note, path = ledger_state.cover(session, entry, ring)
    return consistency_proof.Cover(note, tuple(path))


def _receipt(work):
    """A receipt over the ledger of now, as a check signs it."""
    size = ledger_state.head(work.session)
    facts = receipts.Facts(
        check="0" * 32, issuer="city", instant=work.now, on=dt.date(2026, 11, 25), entry=size,
        root=ledger_state.root(work.session, size, ledger_state.sealed_size(work.session)), tender=None,
        requester="centre", complete=True, stale=(), matcher="1", rules="2026-11-25", law="x", sector="procurement",
        must_tender=True, epoch=log_identity.epoch(work.session),
    )  # fmt: skip
    line = {"ref": "1", "role": "bidder", "name": "盐城虚构建设有限公司", "verdict": "no_record", "reasons": []}
    statement = receipts.statement(facts, [line], bytes(32))
    return receipts.build(statement, work.keys.signer.sign, work.keys.signer.key_id)


class TestTwoWorkers:
    def test_are_no_contradiction_when_one_is_overtaken(self, city, platform):
        grow(city, 3)
        with platform:
            assert pull("city").failed is None
            grow(city, 2)

            class Overtaken(HttpPeer):
                def head(self, origin, size):
                    answer = super().head(origin, size)
                    grow(city)
                    assert pull("city").failed is None
                    return answer

            def connect(peer):
                usual = peer_links.connect(peer)
                usual.__class__ = Overtaken
                return usual

            assert pull("city", connect).failed == "head-overtaken"
            assert pull("city").failed is None
        assert platform.peer("city").paused_because is None
