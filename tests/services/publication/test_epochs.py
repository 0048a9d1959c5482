"""A database that was set back is found by the node itself; a renewed ledger is another one to every reader."""

from pathlib import Path

import pytest

from registry import head_record, runtime
from registry.domain.checks.receipts import split_receipt
from registry.domain.permissions import SYSTEM
from registry.domain.publication import signed_notes
from registry.queries import integrity
from registry.queries.publication import ledger_state, log_identity
from registry.refusals.acts import LedgerSetBack
from registry.services.publication import epochs, ledger
from tests.support.desk import Desk, bidder, seal
from tests.support.filings import BanFactory, days_ago
from tests.support.restoring import backup, restore


def renew():
    """The act after a restore; the new epoch."""
    return runtime.perform(SYSTEM, ledger.renew_epoch).epoch


def epoch():
    """The epoch of today."""
    with runtime.reading() as session:
        return log_identity.epoch(session)


def checkpoint():
    """The newest checkpoint."""
    with runtime.reading() as session:
        return ledger_state.last_checkpoint(session)


def sound():
    """No contradiction in the store."""
    with runtime.reading() as session:
        return not list(integrity.findings(session, runtime.keys(), "city", lambda _: None))


@pytest.fixture
def yesterday(desk: Desk):
    """Two records, sealed, and the backup of then."""
    desk.published(BanFactory())
    desk.published(BanFactory())
    seal()
    return backup()


@pytest.fixture
def set_back(desk: Desk, yesterday):
    """Since the backup a record was published and sealed; then the database was restored and nobody told."""
    desk.published(BanFactory())
    seal()
    restore(yesterday)
    return desk


class TestSetBack:
    def test_is_found_at_the_start(self, set_back):
        with pytest.raises(LedgerSetBack) as refused:
            runtime.perform(SYSTEM, epochs.require_current)
        assert "renew-epoch" in refused.value.title
        assert "2 条" in refused.value.detail

    def test_signs_nothing(self, set_back):
        before = checkpoint().note
        with pytest.raises(LedgerSetBack):
            seal()
        answer = set_back.check(bidder(BanFactory()))
        assert (answer.status_code, answer.get_json()["code"]) == (503, "ledger-set-back")
        assert checkpoint().note == before

    def test_publishes_nothing(self, set_back):
        record = set_back.filed(BanFactory())
        answer = set_back.act("verification", record)
        assert (answer.status_code, answer.get_json()["code"]) == (503, "ledger-set-back")
        assert set_back.client.get("/readyz").status_code == 503

    def test_is_found_when_it_was_not_sealed_yet(self, desk, yesterday):
        desk.published(BanFactory())
        restore(yesterday)
        with pytest.raises(LedgerSetBack):
            seal()

    def test_is_found_by_the_root_when_the_size_has_grown_again(self, desk, yesterday, app):
        desk.published(BanFactory())
        seal()
        home = app.extensions["registry_settings"].home
        record = head_record.read(home)
        restore(yesterday)
        app_file(home).unlink()  # whoever restored also lost it, and publishes on
        desk.published(BanFactory())
        desk.published(BanFactory())
        seal()
        app_file(home).unlink()
        head_record.keep(home, record)
        with pytest.raises(LedgerSetBack) as refused:
            seal()
        assert "3 条" in refused.value.detail

    def test_is_found_when_the_record_is_damaged(self, desk, yesterday, app):
        app_file(app.extensions["registry_settings"].home).write_bytes(b"{")
        for act in (seal, lambda: desk.published(BanFactory())):
            with pytest.raises((LedgerSetBack, AssertionError)):
                act()

    def test_is_over_once_the_epoch_is_renewed(self, set_back):
        before = checkpoint()
        renewed = renew()
        assert renewed != epoch_of(before)
        assert (epoch_of(checkpoint()), checkpoint().size, checkpoint().root) == (renewed, before.size, before.root)
        set_back.published(BanFactory())
        assert seal() == 3
        assert sound()

    def test_is_over_also_when_nothing_is_left(self, desk):
        empty = backup()
        desk.published(BanFactory())
        restore(empty)
        with pytest.raises(LedgerSetBack):
            seal()
        renew()
        desk.published(BanFactory())
        assert seal() == 1

    def test_is_not_alarmed_by_a_node_that_only_goes_on(self, desk, yesterday):
        desk.withdraw(desk.published(BanFactory()), days_ago(0))
        assert seal() == 4
        runtime.perform(SYSTEM, epochs.require_current)


def app_file(home):
    """The record outside the database."""
    return Path(home) / head_record.FILE


def epoch_of(found):
    """The epoch in the origin of a checkpoint."""
    return signed_notes.parse_checkpoint(found.note.rpartition("\n\n")[0] + "\n").origin.rpartition("/")[2]


class TestOneOrigin:
    def test_never_has_two_roots_of_one_size(self, set_back, yesterday):
        roots = {}
        for _ in range(3):
            renew()
            set_back.published(BanFactory())
            seal()
            with runtime.reading() as session:
                for row in ledger_state.checkpoints(session):
                    origin = row.note.partition("\n")[0]
                    assert roots.setdefault((origin, row.size), row.root) == row.root
            restore(yesterday)
        assert len({size for _, size in roots}) < len(roots)

    def test_is_in_checkpoints_receipts_and_batches(self, desk, yesterday):
        assert checkpoint().note.startswith(f"city/{epoch()}\n2\n")
        answer = desk.check(bidder(BanFactory()))
        receipt = desk.get(answer.get_json()["receipt"].removeprefix("/api/v1"), "centre").get_data()
        assert split_receipt(receipt)[0]["epoch"] == epoch()


class TestCursor:
    def test_of_the_first_epoch_may_come_without_it(self, desk, yesterday):
        answer = desk.get("/changes?after=1").get_json()
        assert (answer["head"], answer["epoch"], len(answer["items"])) == (2, epoch(), 1)

    @pytest.mark.parametrize("query", ["after=1", "after=1&epoch={old}", "after=0&epoch={old}", "after=3&epoch={new}"])
    def test_of_an_epoch_that_is_over_gets_410_and_the_new_one(self, set_back, query):
        old, new = epoch(), renew()
        answer = set_back.get(f"/changes?{query.format(old=old, new=new)}")
        assert answer.status_code == 410
        assert (answer.get_json()["code"], answer.get_json()["epoch"]) == ("epoch-over", new)

    def test_begins_again_with_the_new_epoch(self, set_back):
        new = renew()
        for query in ("", "?after=0", f"?after=2&epoch={new}"):
            answer = set_back.get(f"/changes{query}")
            assert (answer.status_code, answer.get_json()["epoch"]) == (200, new)

    def test_of_a_page_of_records_ends_with_its_epoch(self, set_back):
        token = set_back.get("/records?limit=1").get_json()["next"]
        assert set_back.get(f"/records?limit=1&next={token}").status_code == 200
        assert set_back.get(f"/records?limit=1&next={token.rpartition('.')[0]}").status_code == 200
        new = renew()
        for old in (token, token.rpartition(".")[0]):
            answer = set_back.get(f"/records?limit=1&next={old}")
            assert (answer.status_code, answer.get_json()["epoch"]) == (410, new)
        token = set_back.get("/records?limit=1").get_json()["next"]
        assert set_back.get(f"/records?limit=1&next={token}").status_code == 200


class TestETag:
    @pytest.mark.parametrize("path", ["/records", "/changes", "/records/{record}", "/records/{record}/history"])
    def test_of_another_epoch_never_gives_304(self, set_back, path):
        path = path.format(record=set_back.found()[0])
        tag = {"If-None-Match": set_back.get(path).headers["ETag"]}
        assert set_back.get(path, headers=tag).status_code == 304
        renew()
        assert set_back.get(path, headers=tag).status_code == 200

    def test_of_another_epoch_changes_nothing(self, set_back):
        record = set_back.filed(BanFactory())
        tag = set_back.get(f"/penalties/{record}", "clerk").headers["ETag"]
        renew()
        answer = set_back.act("verification", record, headers={"If-Match": tag})
        assert answer.status_code == 412
        tag = set_back.get(f"/penalties/{record}", "clerk").headers["ETag"]
        assert set_back.act("verification", record, headers={"If-Match": tag}).status_code == 200
