"""Receipts at the HTTP door: one line alone, on paper, under rotated and revoked keys."""

import io
import json

import pytest
from pypdf import PdfReader

from registry import runtime
from registry.domain.checks import receipts
from registry.domain.checks.receipts import split_receipt
from registry.domain.permissions import SYSTEM
from registry.domain.publication import consistency_proof, keyring, signed_notes
from registry.keys.signing import SIGNING, Signer, verify
from registry.refusals.content import ReceiptRefused
from registry.services.publication import key_rotation
from registry.verifier import prove
from tests.support.desk import bidder, seal, stranger
from tests.support.filings import PERSON_NUMBER, BanFactory, filing

EXPERT = {"name": "卞子墨", "id_type": "111", "id_number": PERSON_NUMBER, "role": "evaluation_expert"}


def receipt_path(desk, *parties, **special):
    """Where the receipt of a new check is."""
    return desk.check(*parties, **special).get_json()["receipt"].removeprefix("/api/v1")


def ring(desk):
    """The public keys as anybody gets them."""
    return keyring.parse_keyring(desk.get("/ledger/keys").get_data(), verify)


def rotate():
    """What `registry keys rotate` does; the key that signed before."""
    old = runtime.keys().signer
    successor = runtime.keys().draft(SIGNING)
    runtime.perform(SYSTEM, lambda work: key_rotation.rotate(work, successor))
    runtime.keys().promote(SIGNING)
    return old


def revoke(key):
    """Take a key back."""
    runtime.perform(SYSTEM, lambda work: key_rotation.revoke(work, key.key_id, "密钥失窃"))


class TestLine:
    def test_is_proven_alone(self, desk):
        ban = BanFactory()
        desk.published(ban)
        path = receipt_path(desk, stranger(), bidder(ban), EXPERT)
        answer = desk.get(f"{path}?ref=2", "centre")
        proven = prove(answer.get_data(), ring(desk))
        assert [(line["ref"], line["verdict"]) for line in proven["statement"]["lines"]] == [("2", "barred")]
        assert stranger()["name"] not in answer.get_data(as_text=True)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert desk.get(f"{path}.json?ref=2", "centre").get_data() == answer.get_data()

    def test_is_explained_to_anybody(self, desk):
        data = desk.get(f"{receipt_path(desk, stranger(1), stranger(2))}?ref=1", "centre").get_data()
        answer = desk.ask("POST", "/api/v1/receipts/verification", data=data)
        assert any("只出示 2 方中的一方" in line for line in answer.get_json()["explanation"])

    def test_of_nobody_is_not_found(self, desk):
        path = receipt_path(desk, stranger())
        answer = desk.get(f"{path}?ref=9", "centre")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "line-unknown")
        assert desk.get(f"{path}?line=1", "centre").status_code == 422

    def test_is_given_to_its_own_centre_only(self, desk):
        path = receipt_path(desk, stranger())
        for name in (f"{path}?ref=1", f"{path}.pdf"):
            assert desk.get(name, "other-centre").status_code == 404
            assert desk.get(name, "clerk").status_code == 403


class TestPaper:
    def test_is_printed_with_the_receipt_inside(self, desk):
        path = receipt_path(desk, stranger(), EXPERT)
        answer = desk.get(f"{path}.pdf", "centre")
        assert answer.content_type == "application/pdf"
        reader = PdfReader(io.BytesIO(answer.get_data()))
        [[inside]] = reader.attachments.values()
        assert inside == desk.get(path, "centre").get_data()
        assert PERSON_NUMBER not in "".join(page.extract_text() for page in reader.pages)
        assert desk.get(f"{path}.pdf", "centre").get_data() == answer.get_data()

    def test_is_printed_in_english_around_the_same_receipt(self, desk):
        path = receipt_path(desk, stranger())
        reader = PdfReader(io.BytesIO(desk.get(f"{path}.pdf?lang=en", "centre").get_data()))
        assert "Receipt of a check before award" in reader.metadata["/Title"]
        [[inside]] = reader.attachments.values()
        assert inside == desk.get(path, "centre").get_data()
        assert desk.get(f"{path}.pdf?lang=fr", "centre").status_code == 422

    def test_says_when_it_cannot_be_printed(self, desk, app, monkeypatch):
        monkeypatch.setattr("registry.printing.page.PLACES", ())
        answer = desk.get(f"{receipt_path(desk, stranger())}.pdf", "centre")
        assert (answer.status_code, answer.get_json()["code"]) == (503, "pdf-unavailable")


class TestStatement:
    def test_tells_what_was_asked_and_under_what(self, desk):
        path = receipt_path(desk, stranger(), tender={"sector": "construction", "must_tender": False})
        statement = split_receipt(desk.get(path, "centre").get_data())[0]
        assert (statement["sector"], statement["must_tender"]) == ("construction", False)
        assert len(statement["law"]) == 64
        assert statement["version"] == 2


class TestKeys:
    def test_are_canonical_and_signed(self, desk):
        answer = desk.get("/ledger/keys")
        held = keyring.parse_keyring(answer.get_data(), verify)
        assert (held.node, held.newest.kid) == ("city", runtime.keys().signer.key_id)
        again = desk.get("/ledger/keys", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304

    def test_of_yesterday_and_today_verify_each_its_receipts(self, desk):
        desk.published(filing())
        seal()
        before = desk.get(receipt_path(desk, stranger()), "centre").get_data()
        old = rotate()
        after = desk.get(receipt_path(desk, stranger()), "centre").get_data()
        kids = [json.loads(data)["signature"]["kid"] for data in (before, after)]
        assert kids == [old.key_id, runtime.keys().signer.key_id]
        assert kids[0] != kids[1]
        for data in (before, after):
            assert prove(data, ring(desk))
            assert desk.ask("POST", "/api/v1/receipts/verification", data=data).status_code == 200

    def test_sign_the_newest_checkpoint_both(self, desk):
        desk.published(filing())
        seal()
        old = rotate()
        note = desk.get("/ledger/checkpoint").get_data(as_text=True)
        origin = note.partition("\n")[0]
        for public in (old.public, runtime.keys().signer.public):
            text = signed_notes.open_note(note, {origin: public}, verify)
            assert text == signed_notes.checkpoint_text(origin, 1, signed_notes.parse_checkpoint(text).root)
        desk.published(filing())
        assert seal() == 2

    def test_taken_back_prove_the_ledger_alone(self, desk):
        desk.published(filing())
        data = desk.get(receipt_path(desk, stranger()), "centre").get_data()
        desk.published(filing())
        seal()
        old = rotate()
        revoke(old)
        with pytest.raises(ReceiptRefused, match="撤销"):
            prove(data, ring(desk))
        shown = desk.get("/ledger/proofs/cover?entry=1").get_data()
        told = prove(data, ring(desk), consistency_proof.parse_cover(shown))["explanation"]
        assert (
            f"revoked: proven only as far as entry 1 is under the ledger signed by {runtime.keys().signer.key_id}"
            in told[1]
        )
        here = desk.ask("POST", "/api/v1/receipts/verification", data=data).get_json()["explanation"]
        assert here == told

    def test_taken_back_sign_nothing_that_is_believed(self, desk):
        """A thief with the old key states a ledger that never was."""
        desk.published(filing())
        seal()
        old = rotate()
        revoke(old)
        genuine = json.loads(desk.get(receipt_path(desk, stranger()), "centre").get_data())["statement"]
        for special in ({"root": "00" * 32}, {"entry": 2}, {"root": None}):
            forged = receipts.build(genuine | special, old.sign, old.key_id)
            answer = desk.ask("POST", "/api/v1/receipts/verification", data=forged)
            assert (answer.status_code, answer.get_json()["code"]) == (422, "receipt-refused")

    def test_that_are_not_the_newest_answer_nothing(self, desk):
        """Between the act and the file, or on a machine with an old copy of the folder."""
        successor = runtime.keys().draft(SIGNING)
        runtime.perform(SYSTEM, lambda work: key_rotation.rotate(work, successor))
        for answer in (desk.check(stranger()), desk.get("/ledger/keys")):
            assert (answer.status_code, answer.get_json()["code"]) == (503, "keys-foreign")
        runtime.keys().promote(SIGNING)
        assert desk.check(stranger()).status_code == 201


class TestCover:
    def test_continues_every_earlier_size(self, desk):
        for _ in range(5):
            desk.published(filing())
        seal()
        for entry in range(6):
            answer = desk.get(f"/ledger/proofs/cover?entry={entry}")
            statement = split_receipt(desk.get(receipt_path(desk, stranger(), known_at=entry), "centre").get_data())[0]
            shown, root = consistency_proof.parse_cover(answer.get_data()), bytes.fromhex(statement["root"])
            assert consistency_proof.extent(shown, ring(desk), entry, root, verify)[0].size == 5

    def test_of_what_is_not_sealed_does_not_exist(self, desk):
        desk.published(filing())
        assert desk.get("/ledger/proofs/cover?entry=1").status_code == 404
        seal()
        assert desk.get("/ledger/proofs/cover?entry=2").status_code == 404
        assert desk.get("/ledger/proofs/cover?entry=-1").status_code == 422

    def test_of_a_stranger_is_refused(self, desk):
        desk.published(filing())
        seal()
        shown = json.loads(desk.get("/ledger/proofs/cover?entry=1").get_data())
        text = shown["checkpoint"].partition("\n\n")[0] + "\n"
        forged = consistency_proof.Cover(signed_notes.sign_note(text, "city", Signer.generate()), ())
        with pytest.raises(ReceiptRefused):
            consistency_proof.extent(forged, ring(desk), 1, signed_notes.parse_checkpoint(text).root, verify)
