"""One changed value in any row behind a published record is found and named; an untouched ledger is sound."""

import re

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry import runtime
from registry.domain.publication import keyring, merkle, signed_notes
from registry.keys.signing import Signer, verify
from registry.queries import integrity
from registry.queries.publication import ledger_state, log_identity
from registry.refusals.acts import LedgerBroken
from registry.services.exchange import inbox, peers
from registry.services.publication import ledger
from tests.support.desk import Desk, seal
from tests.support.filings import BanFactory, PersonFactory, days_ago, filing
from tests.support.membership import entitle
from tests.sync.bodies import batch_of, body, sealed, speaking

PLANTED = {
    "publications": {
        "body": "replace(body, '虚假业绩', '真实业绩')", "salt": "X", "name": "'他名'", "name_key": "'他名'",
        "uscc": "'91320902MA0TR0027T'", "state": "'withdrawn'", "audience": "'authorised'", "kind": "'listing'",
        "act": "'expire'", "authority_code": "'x'", "district": "'320902'", "behaviour": "'N2'",
        "visible_from": "'2020-01-01'", "visible_until": "'2040-01-01'", "content_hash": "'00'",
        "previous": "'00'", "until_entry": "7", "revision": "9", "record": "'other'", "id_index": "'00'",
        "id_sealed": "X", "origin": "'platform'", "signature": "'{}'",
        "erased_by": "2",
    },
    "penalties": {
        "document_number": "'别号'", "authority_code": "'x'", "subject_key": "'uscc:x'", "state": "'withdrawn'",
        "record": "'other'", "decided_on": "'2020-01-01'", "publish_by": "'2040-01-01'",
    },
    "penalty_filings": {
        "content": "replace(content, '虚假业绩', '真实业绩')", "id_index": "'00'", "filed_by": "2",
        "verified_by": "1",
    },
    "ledger_entries": {
        "record": "'other'", "revision": "9", "act": "'expire'", "day": "'2020-01-01'", "commitment": "'00'",
        "leaf": "X",
    },
    "ledger_nodes": {"hash": "X", "position": "77"},
    "checkpoints": {"root": "'00'", "note": "replace(note, '— ', '- ')", "size": "2"},
    "publication_sectors": {"sector": "'mining'"},
    "subject_names": {"name_key": "'别名'", "folded": "'别名'"},
}  # fmt: skip
NAMED = re.compile(r"(entry|publication|node|checkpoint|counter|name) \S+")
ONLY = {
    "publications": "from_entry = 1", "penalties": "id = 1", "penalty_filings": "penalty_id = 1",
    "ledger_entries": "number = 1", "ledger_nodes": "level = 1 AND position = 0", "checkpoints": "size = 4",
    "publication_sectors": "from_entry = 1", "subject_names": "id = 1",
}  # fmt: skip


@pytest.fixture
def ledger_of_four(desk: Desk) -> Desk:
    """Three published records, one withdrawn, the head signed."""
    desk.published(BanFactory())
    desk.published(PersonFactory())
    desk.withdraw(desk.published(filing()), days_ago(0))
    assert seal() == 4
    return desk


def findings(statement=""):
    """What is wrong, line by line, after a raw statement that is rolled back again."""
    with runtime.db.engine.connect() as connection:
        if statement:
            _loosen(connection)
            assert connection.execute(text(statement)).rowcount == 1
        with Session(connection) as session:
            found = list(integrity.findings(session, runtime.keys(), runtime.settings().node, lambda _: None))
        connection.rollback()
    return found


def plant(statement):
    """A raw statement behind the back of the acts."""
    with runtime.db.engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount == 1


def _loosen(connection):
    """No foreign key stands in the way of the vandal."""
    is_sqlite = connection.dialect.name == "sqlite"
    connection.execute(text("PRAGMA defer_foreign_keys=ON" if is_sqlite else "SET session_replication_role = replica"))


def update(table, column, value, where=None):
    """The statement that changes one value."""
    blob = "X'0102'" if runtime.db.engine.dialect.name == "sqlite" else "'\\x0102'"
    return f"UPDATE {table} SET {column} = {blob if value == 'X' else value} WHERE {where or ONLY[table]}"


class TestFindings:
    def test_of_an_untouched_ledger_are_none(self, ledger_of_four):
        assert findings() == []

    def test_name_every_changed_value(self, ledger_of_four, subtests):
        for table, columns in PLANTED.items():
            for column, value in columns.items():
                with subtests.test(f"{table}.{column}"):
                    assert NAMED.match(findings(update(table, column, value))[0])

    def test_name_a_record_that_was_given_to_another_owner(self, ledger_of_four):
        statement = update("publications", "origin", "'platform', id_index = '00', id_sealed = NULL")
        assert any("its origin is not" in line for line in findings(statement))

    def test_name_what_was_changed_of_another_nodes_record(self, ledger_of_four, subtests):
        owner = Signer.generate()
        batch = batch_of("platform", sealed(owner, body(node="platform")))
        with runtime.begin() as work:
            entitle(work, "platform", speaking("platform"))
            inbox.receive(work, peers.add(work, "platform", "平台", "", owner.public.hex(), []), batch)
        assert findings() == []
        value = 'replace(signature, \'"value":"\', \'"value":"0\')'
        for column, changed in (
            ("origin", "'city'"),
            ("origin", "'county'"),
            ("id_index", "'00'"),
            ("id_sealed", "X"),
            ("signature", "NULL"),
            ("signature", "'{}'"),
            ("signature", value),
            ("signature", value + " || ' '"),
        ):
            with subtests.test(f"{column} {changed}"):
                assert NAMED.match(findings(update("publications", column, changed, "from_entry = 5"))[0])

    def test_name_another_nodes_record_that_its_owner_did_not_sign(self, ledger_of_four):
        owner, forger = Signer.generate(), Signer.generate()
        batch = batch_of("platform", sealed(forger, body(node="platform")))
        with runtime.begin() as work:
            known = peers.add(work, "platform", "平台", "", forger.public.hex(), [])
            entitle(work, "platform", speaking("platform"))
            inbox.receive(work, known, batch)
            peers.change(work, "platform", public_key=owner.public.hex())
        assert findings() == []  # under a key that is no longer known nothing can be verified
        claimed = f"replace(signature, '{forger.key_id}', '{owner.key_id}')"
        [line] = findings(update("publications", "signature", claimed, "from_entry = 5"))
        assert line.endswith("its signature is not that of its owner")

    def test_name_a_lost_row(self, ledger_of_four, subtests):
        for table in ("publication_sectors", "ledger_nodes", "publications", "ledger_entries", "penalties"):
            with subtests.test(table):
                assert NAMED.match(findings(f"DELETE FROM {table} WHERE {ONLY[table]}")[0])

    def test_name_a_head_that_was_set_back(self, ledger_of_four):
        assert findings("UPDATE counters SET value = 3 WHERE name = 'ledger'")

    def test_stop_the_sealing_of_a_changed_entry(self, ledger_of_four):
        ledger_of_four.published(filing())
        plant(update("ledger_entries", "act", "'expire'", "number = 5"))
        with pytest.raises(LedgerBroken), runtime.begin() as work:
            ledger.seal(work)

    def test_stop_the_sealing_over_a_changed_past(self, ledger_of_four):
        ledger_of_four.published(filing())
        plant(update("ledger_nodes", "hash", "X", "level = 2"))
        with pytest.raises(LedgerBroken), runtime.begin() as work:
            ledger.seal(work)


class TestProofs:
    def test_show_every_entry_in_the_signed_head(self, ledger_of_four):
        desk = ledger_of_four
        keys = keyring.parse_keyring(desk.get("/ledger/keys").get_data(), verify).publics()
        note = desk.get("/ledger/checkpoint").get_data(as_text=True)
        origin = note.partition("\n")[0]
        opened = signed_notes.open_note(note, {origin: next(iter(keys.values()))}, verify)
        with runtime.reading() as session:
            root = bytes.fromhex(ledger_state.last_checkpoint(session).root)
            assert origin == f"city/{log_identity.epoch(session)}"
            leaves = [entry.leaf for entry in ledger_state.entries(session, after=0, limit=9)]
        assert opened == signed_notes.checkpoint_text(origin, 4, root)
        for entry, leaf in enumerate(leaves, start=1):
            path = desk.get(f"/ledger/proofs/inclusion?entry={entry}&size=4").get_json()["path"]
            proof = [bytes.fromhex(node) for node in path]
            assert merkle.verify_inclusion(leaf, entry - 1, 4, proof, root)
            assert not merkle.verify_inclusion(leaf, entry % 4, 4, proof, root)

    def test_show_that_a_head_only_grew(self, ledger_of_four):
        desk = ledger_of_four
        with runtime.reading() as session:
            old = bytes.fromhex(ledger_state.last_checkpoint(session).root)
        desk.published(filing())
        assert seal() == 5
        with runtime.reading() as session:
            new = bytes.fromhex(ledger_state.last_checkpoint(session).root)
        path = desk.get("/ledger/proofs/consistency?from=4&to=5").get_json()["path"]
        proof = [bytes.fromhex(node) for node in path]
        assert merkle.verify_consistency(4, 5, (old, new), proof)
        assert not merkle.verify_consistency(4, 5, (new, old), proof)

    def test_stand_in_the_record(self, ledger_of_four):
        record = ledger_of_four.found()[0]
        proof = ledger_of_four.get(f"/records/{record}").get_json()["proof"]
        assert (proof["entry"], proof["size"]) == (1, 4)

    def test_beyond_the_signed_head_do_not_exist_yet(self, ledger_of_four, subtests):
        ledger_of_four.published(filing())
        for path, status in (
            ("inclusion?entry=5&size=5", 404),
            ("inclusion?entry=5&size=4", 404),
            ("inclusion?entry=0&size=4", 422),
            ("consistency?from=4&to=5", 404),
            ("consistency?from=3&to=2", 404),
            ("inclusion?entry=1", 422),
            ("inclusion?entry=1&size=99999999999999", 404),
            ("consistency?from=1&to=2&x=1", 422),
        ):
            with subtests.test(path):
                assert ledger_of_four.get(f"/ledger/proofs/{path}").status_code == status
