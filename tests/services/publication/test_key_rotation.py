"""The signing key is rotated and taken back; what goes wrong half-way signs nothing."""

import pytest
from sqlalchemy import text

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.domain.publication import keyring
from registry.keys.signing import SIGNING, Signer, verify
from registry.queries import integrity
from registry.queries.publication import known_keys
from registry.refusals.acts import KeysForeign, LedgerBroken, OutOfRole
from registry.refusals.content import KeyCurrent, SigningKeyUnknown
from registry.services.publication import key_rotation, ledger
from tests.queries.publication.test_integrity import plant, update
from tests.support.bureau import confirming
from tests.support.desk import seal
from tests.support.filings import filing


def ring():
    """The keys as they are kept."""
    with runtime.reading() as session:
        return known_keys.ring(session, "city", runtime.keys().signer)


def rotate():
    """A rotation as the command runs it; the key before."""
    old, successor = runtime.keys().signer, runtime.keys().draft(SIGNING)
    runtime.perform(SYSTEM, lambda work: key_rotation.rotate(work, successor))
    runtime.keys().promote(SIGNING)
    return old


def revoke(kid):
    runtime.perform(SYSTEM, lambda work: key_rotation.revoke(work, kid, "密钥失窃"))


def findings():
    with runtime.reading() as session:
        return list(integrity.findings(session, runtime.keys(), "city", lambda _: None))


class TestRotate:
    def test_chains_the_keys(self, desk):
        first = runtime.keys().signer
        assert [key.public for key in ring().keys] == [first.public]
        second = rotate() and runtime.keys().signer
        third = rotate() and runtime.keys().signer
        assert [key.public for key in ring().keys] == [first.public, second.public, third.public]
        assert keyring.chain_fault(ring(), verify) is None
        assert findings() == []

    def test_goes_on_sealing_over_what_the_old_key_sealed(self, desk):
        for size in range(1, 4):
            desk.published(filing())
            assert seal() == size
            rotate()
        assert findings() == []

    def test_half_done_signs_nothing_and_is_finished_by_the_next(self, desk, typed):
        desk.published(filing())
        successor = runtime.keys().draft(SIGNING)
        runtime.perform(SYSTEM, lambda work: key_rotation.rotate(work, successor))
        with pytest.raises(KeysForeign):
            runtime.perform(SYSTEM, ledger.seal)
        assert any("is not the signing key at hand" in line for line in findings())
        code, said = typed("keys", "rotate")
        assert (code, successor.key_id in said) == (0, True)
        assert len(ring().keys) == 2
        assert seal() == 1

    def test_signs_no_head_that_does_not_stand(self, desk):
        desk.published(filing())
        desk.published(filing())
        seal()
        plant(update("ledger_nodes", "hash", "X", "level = 1"))
        with pytest.raises(LedgerBroken):
            rotate()
        assert len(ring().keys) == 1

    def test_leaves_the_key_that_peers_know(self, app):
        before = runtime.keys().exchange.public
        rotate()
        assert runtime.keys().exchange.public == before

    @pytest.mark.parametrize("role", ["clerk", "verifier", "centre", "operator", "auditor"])
    def test_is_for_few(self, people, role):
        with pytest.raises(OutOfRole):
            runtime.perform(people[role].actor, lambda work: key_rotation.rotate(work, Signer.generate()))
        with pytest.raises(OutOfRole):
            runtime.perform(people[role].actor, lambda work: key_rotation.revoke(work, "x", "x"))

    def test_by_the_security_officer_stands_in_the_audit_trail(self, people):
        security = people["security"].actor
        runtime.perform(security, lambda work: key_rotation.rotate(confirming(work), Signer.generate()))
        with runtime.reading() as session:
            rows = session.execute(text("SELECT actor FROM audit_events WHERE act = 'keys.rotate'")).all()
        assert rows == [("security",)]


class TestRevoke:
    def test_states_when_and_why(self, desk):
        old = rotate()
        revoke(old.key_id)
        [first, second] = ring().keys
        assert (first.revoked_because, bool(first.revoked_at), second.revoked_at) == ("密钥失窃", True, None)
        before = first.revoked_at
        runtime.perform(SYSTEM, lambda work: key_rotation.revoke(work, old.key_id, "另一理由"))
        assert (ring().keys[0].revoked_at, ring().keys[0].revoked_because) == (before, "密钥失窃")

    def test_of_the_key_in_use_is_refused(self, app):
        for _ in range(2):
            with pytest.raises(KeyCurrent):
                revoke(runtime.keys().signer.key_id)
            rotate()

    def test_of_a_successor_not_yet_in_place_is_refused(self, app):
        successor = runtime.keys().draft(SIGNING)
        runtime.perform(SYSTEM, lambda work: key_rotation.rotate(work, successor))
        with pytest.raises(KeyCurrent):
            revoke(successor.key_id)

    def test_of_an_unknown_key_is_refused(self, app):
        with pytest.raises(SigningKeyUnknown):
            revoke("0" * 16)


class TestFindings:
    @pytest.mark.parametrize(
        "change",
        ["endorsed = NULL", "since = NULL", "endorsed = public || public"],
    )
    def test_name_a_broken_chain(self, app, change):
        rotate()
        assert findings() == []
        plant(f"UPDATE signing_keys SET {change} WHERE number = 2")
        runtime.db.session.remove()
        assert any(line.startswith("key ") for line in findings())
