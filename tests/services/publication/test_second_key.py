"""An SM2 key signs receipts and checkpoints beside the signing key; who does not know it verifies as before."""

import json

import pytest
from sqlalchemy import select

from registry import runtime, verifier
from registry.domain.checks import receipts
from registry.domain.publication import canonical, keyring, signed_notes
from registry.keys import sm2
from registry.keys.signing import verify
from registry.models import AuditEvent, Checkpoint
from registry.queries import integrity, row_integrity
from registry.queries.publication import known_keys
from registry.refusals.acts import KeysForeign
from registry.refusals.content import KeysMalformed, ReceiptRefused
from registry.services.publication import ledger
from tests.support.desk import seal, stranger
from tests.support.filings import filing


@pytest.fixture
def node(app, people, typed):
    """A node of two security administrators is out of its bootstrap; this one is not, and needs no second person."""
    code, said = typed("keys", "rotate", "--second")
    assert code == 0, said
    return runtime.keys().second


def ring():
    with runtime.reading() as session:
        document = known_keys.document(session, runtime.settings().node, runtime.keys().signer)
    return keyring.parse_keyring(document, verify)


def receipt_of(desk):
    made = desk.check(stranger(1), stranger(2))
    assert made.status_code == 201, made.get_json()
    return desk.get(made.get_json()["receipt"].removeprefix("/api/v1"), "centre").get_data()


def checkpoint():
    with runtime.reading() as session:
        return session.scalars(select(Checkpoint).order_by(Checkpoint.size.desc())).first()


class TestReceipt:
    def test_has_no_second_signature_where_there_is_no_such_key(self, desk):
        document = json.loads(receipt_of(desk))
        assert "second" not in document
        assert "second" not in document["statement"]

    def test_carries_it_and_says_that_it_stands(self, desk, node):
        data = receipt_of(desk)
        document = json.loads(data)
        assert document["second"]["kid"] == document["statement"]["second"] == node.key_id
        said = verifier.prove(data, ring())["explanation"]
        assert f"另由密钥 {node.key_id} 以 SM2 签名，签名成立。" in said

    def test_of_one_party_carries_it_too(self, desk, node):
        excerpt = receipts.excerpt(receipt_of(desk), "1")
        assert any("SM2 签名，签名成立" in line for line in verifier.prove(excerpt, ring())["explanation"])

    def test_verifies_without_openssl_and_says_what_was_not_verified(self, desk, node, monkeypatch):
        data, keys = receipt_of(desk), ring()
        monkeypatch.setenv("PATH", "")
        assert any("没有 openssl" in line for line in verifier.prove(data, keys)["explanation"])

    def test_verifies_under_keys_that_do_not_name_the_second(self, desk, typed):
        before = ring()
        assert typed("keys", "rotate", "--second")[0] == 0
        assert any("公钥不在公钥文件中" in line for line in verifier.prove(receipt_of(desk), before)["explanation"])

    @pytest.mark.parametrize(
        "change",
        [
            lambda document: document.pop("second"),
            lambda document: document["statement"].pop("second"),
            lambda document: document["second"].update(kid="0" * 16),
            lambda document: document["second"].update(alg="SM2"),
            lambda document: document["second"].update(value="00"),
            lambda document: document["second"].update(value=document["second"]["value"][:-2]),
            lambda document: document["second"].update(value=document["second"]["value"].upper()),
            lambda document: document["second"].update(more=1),
            lambda document: document.update(second=None),
            lambda document: document.update(second=[]),
        ],
    )
    def test_is_refused_when_the_second_signature_was_changed(self, desk, node, change):
        document = json.loads(receipt_of(desk))
        change(document)
        with pytest.raises(ReceiptRefused):
            verifier.prove(canonical.dumps(document), ring())

    def test_is_refused_with_the_signature_of_another_receipt(self, desk, node):
        document, other = json.loads(receipt_of(desk)), json.loads(receipt_of(desk))
        document["second"] = other["second"]
        with pytest.raises(ReceiptRefused):
            verifier.prove(canonical.dumps(document), ring())

    def test_is_refused_when_one_is_put_on_a_receipt_without(self, desk, typed):
        plain = json.loads(receipt_of(desk))
        assert typed("keys", "rotate", "--second")[0] == 0
        plain["second"] = json.loads(receipt_of(desk))["second"]
        with pytest.raises(ReceiptRefused):
            verifier.prove(canonical.dumps(plain), ring())


class TestCheckpoint:
    def test_carries_a_line_of_its_own_that_others_pass_over(self, desk, node):
        desk.published(filing())
        seal()
        note = checkpoint().note
        text, _ = ring().open_note(note, verify)
        signature = signed_notes.second_signature(note, text.partition("\n")[0], node.public)
        assert sm2.verify(node.public, signature, text.encode())
        assert signed_notes.second_signature(note, "another", node.public) is None

    def test_is_no_contradiction(self, desk, node):
        desk.published(filing())
        seal()
        with runtime.reading() as session:
            keys = runtime.keys()
            assert list(integrity.findings(session, keys, "city", lambda _: None)) == []
            assert list(row_integrity.findings(session, keys.vault)) == []


class TestRotate:
    def test_keeps_the_keys_of_before_for_what_they_signed(self, desk, node, typed):
        data = receipt_of(desk)
        assert typed("keys", "rotate", "--second")[0] == 0
        assert runtime.keys().second.public != node.public
        assert list(ring().second) == [node.public, runtime.keys().second.public]
        assert any(f"{node.key_id} 以 SM2 签名" in line for line in verifier.prove(data, ring())["explanation"])

    def test_is_audited(self, node):
        with runtime.reading() as session:
            acts = list(session.scalars(select(AuditEvent.act)))
        assert "keys.rotate.second" in acts

    def test_takes_two_administrators_once_the_node_is_set_up(self, desk, typed):
        assert typed("keys", "rotate", "--second", "--as", "security")[0] == 0
        assert runtime.keys().second is None
        assert ring().second == ()

    def test_signs_nothing_with_a_key_that_the_store_does_not_know(self, desk, node):
        drafted = runtime.keys().draft_second()
        runtime.keys().promote("second")
        assert runtime.keys().fresh().second.public == drafted.public
        with pytest.raises(KeysForeign):
            runtime.perform(desk.people["centre"].actor, ledger.second_signer)


class TestKeyring:
    @pytest.mark.parametrize(
        "change",
        [
            lambda row: row.update(kid="0" * 16),
            lambda row: row.update(alg="SM2"),
            lambda row: row.update(public="00"),
            lambda row: row.pop("alg"),
        ],
    )
    def test_refuses_a_second_key_out_of_form(self, app, node, change):
        with runtime.reading() as session:
            signer = runtime.keys().signer
            document = json.loads(known_keys.document(session, "city", signer))
        document.pop("signature")
        change(document["second_keys"][0])
        signature = {"kid": signer.key_id, "value": signer.sign(canonical.dumps(document)).hex()}
        with pytest.raises(KeysMalformed):
            keyring.parse_keyring(canonical.dumps({**document, "signature": signature}), verify)
