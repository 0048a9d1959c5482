"""Files of rows: batches out, receipts back, batches in, and what a broken or hostile platform may put there."""

import json

import pytest

from registry import runtime
from registry.domain.exchange.formats.trading import BLACK_LIST, WITHDRAW_BLACK_LIST
from registry.services.exchange import peers
from tests.sync.bodies import body, measure, removed
from tests.sync.planting import published
from tests.sync.platforms.rows import decided, listed, row


def refuse_batches_with(folder, partner, text):
    """Refuse every batch that is not answered and has a text in one of its files; returns how many."""
    refused = 0
    for path in sorted((folder / "to-platform").glob("batch-*.manifest.json")):
        manifest = json.loads(path.read_text())
        name = f"receipt-{manifest['sequence']:08d}.json"
        rows = "".join(file.read_text() for file in path.parent.glob(f"{path.name[:14]}*.csv"))
        if text in rows and not (folder / "to-city" / name).exists():
            counts = {"sent": 0, "accepted": 0, "rejected": 0, "pending": 0}
            answer = {"from": "platform", "to": "city", "sequence": manifest["sequence"], "digest": manifest["digest"]}
            partner.put(name, json.dumps(answer | {"refused": "1002", "counts": counts, "lines": []}).encode())
            refused += 1
    return refused


class TestSending:
    def test_brings_a_record_to_the_platform_and_its_receipt_back(self, app, files, partner):
        published(app, body())
        assert files.run().sent == 1
        assert [message.state for message in files.messages()] == ["sent"]
        assert partner.take() == {"taken": 1, "rejected": 0, "held": 1}
        assert files.run().settled == 1
        assert [message.state for message in files.messages()] == ["delivered"]
        assert [batch.state for batch in files.batches()] == ["answered"]

    def test_clears_away_what_is_answered(self, app, files, partner, folder):
        published(app, body())
        files.run()
        partner.take()
        files.run()
        partner.take()
        assert list((folder / "to-platform").iterdir()) == []
        assert list((folder / "to-city").iterdir()) == []

    def test_waits_as_sent_while_the_platform_has_not_answered(self, app, files):
        published(app, body())
        files.run()
        assert files.run().sent == 0
        assert len(files.messages("sent")) == 1
        assert files.batches()[0].sent_at is not None

    def test_keeps_the_platforms_own_code(self, app, files, partner):
        published(app, body(document_number="盐虚罚〔2026〕9999号"), body())
        files.run()
        partner.take()
        files.run()
        [rejected] = files.messages("rejected")
        assert rejected.detail.startswith("1001 未查询到主体")
        assert len(files.messages("delivered")) == 1

    def test_settles_a_receipt_that_comes_in_parts(self, app, files, partner, folder):
        published(app, body(), body())
        files.run()
        partner.take()
        path = folder / "to-city" / "receipt-00000001.json"
        whole = path.read_bytes()
        part = json.loads(whole)
        part["lines"][1] |= {"outcome": "pending"}
        part["counts"] |= {"accepted": 1, "pending": 1}
        path.write_bytes(json.dumps(part).encode())
        files.run()
        assert [message.state for message in files.messages()] == ["delivered", "sent"]
        path.write_bytes(whole)
        files.run()
        assert [message.state for message in files.messages()] == ["delivered", "delivered"]

    def test_sends_a_removal_first_and_names_the_source_of_every_row(self, app, files, folder):
        files.change(formats=["violating-laws-rules-info"], file_type="xml")
        first = body()
        published(app, body(), first, removed(first))
        files.run()
        [path] = (folder / "to-platform").glob("*.xml")
        text = path.read_text("utf-8")
        assert text.index("<OP>D</OP>") < text.index("<OP>I</OP>")
        assert text.count("<PROVIDE_UNIT_NAME>盐城市虚构监督局</PROVIDE_UNIT_NAME>") == 3

    @pytest.mark.parametrize("file_type", ["csv", "xlsx", "xml"])
    def test_writes_every_type_of_file(self, app, files, folder, file_type):
        files.change(file_type=file_type)
        published(app, body(facts='甲\n乙,"丙"；=1+1', measures=[measure()]), listed(1))
        files.run()
        names = sorted(path.name for path in (folder / "to-platform").iterdir())
        stem = "batch-00000001"
        assert names == [
            f"{stem}-cf-2018.{file_type}",
            f"{stem}-list-credit-report.{file_type}",
            f"{stem}.done",
            f"{stem}.manifest.json",
        ]

    def test_tells_nothing_that_the_terms_do_not_reach(self, app, files):
        files.change(formats=["black-list"], sectors=["construction"])
        published(app, body(), listed(1, sectors=["procurement"]), listed(2, sectors=["construction"]))
        assert files.run().sent == 1
        assert len(files.messages()) == 1

    def test_puts_a_refused_batch_back_and_waits(self, app, files, partner, folder):
        published(app, body())
        files.run()
        manifest = json.loads((folder / "to-platform" / "batch-00000001.manifest.json").read_text())
        counts = {"sent": 0, "accepted": 0, "rejected": 0, "pending": 0}
        answer = {"from": "platform", "to": "city", "sequence": 1, "digest": manifest["digest"], "refused": "1002"}
        partner.put("receipt-00000001.json", json.dumps(answer | {"counts": counts, "lines": []}).encode())
        files.run()
        assert [batch.state for batch in files.batches()] == ["refused", "prepared"]
        assert files.peer().retry_at is not None
        files.change(retry_at=None)
        assert files.run().sent == 1
        assert partner.take()["held"] == 1

    def test_keeps_no_character_of_a_refusal_that_nobody_sees(self, app, files, partner, folder):
        [sent] = published(app, body())
        files.run()
        manifest = json.loads((folder / "to-platform" / "batch-00000001.manifest.json").read_text())
        answer = {"from": "platform", "to": "city", "sequence": 1, "digest": manifest["digest"]}
        counts = {"sent": 1, "accepted": 0, "rejected": 1, "pending": 0}
        line = {
            "record": sent["record"],
            "revision": 1,
            "outcome": "rejected",
            "code": "10\x9b01",
            "message": "重复\u202e",
        }
        partner.put("receipt-00000001.json", json.dumps(answer | {"counts": counts, "lines": [line]}).encode())
        files.run()
        assert [message.detail for message in files.messages()] == ["10□01 重复□"]

    def test_finds_by_halves_the_one_row_for_which_a_platform_refuses_all(self, app, files, partner, folder):
        bodies = published(app, *(body() for _ in range(9)))
        poison = bodies[4]["record"]
        batches = 0
        for _ in range(12):
            files.change(retry_at=None)
            files.run()
            batches += refuse_batches_with(folder, partner, poison)
            partner.take()
        files.run()
        states = {message.detail for message in files.messages() if message.state == "rejected"}
        assert states == {"1002"}
        assert [message.state for message in files.messages()].count("delivered") == 8
        assert poison not in partner.memory["held"]
        assert batches <= 8  # 9, 5, 3, 2, 1 and the one again

    def test_pauses_a_platform_that_refuses_everything(self, app, files, partner, folder):
        published(app, *(body() for _ in range(12)))
        for _ in range(20):
            files.change(retry_at=None)
            files.run()
            refuse_batches_with(folder, partner, "")
        assert files.peer().paused_because == "set-aside: 1002"
        assert len([message for message in files.messages() if message.outcome == "set-aside"]) >= 10

    @pytest.mark.parametrize(
        "changed",
        [{"digest": "0" * 64}, {"counts": {"sent": 9, "accepted": 1, "rejected": 0, "pending": 0}}, {"from": "other"}],
    )
    def test_settles_nothing_by_a_receipt_that_is_not_of_its_batch(self, app, files, partner, folder, changed):
        published(app, body())
        files.run()
        partner.take()
        path = folder / "to-city" / "receipt-00000001.json"
        path.write_bytes(json.dumps(json.loads(path.read_text()) | changed).encode())
        files.run()
        assert [message.state for message in files.messages()] == ["sent"]

    def test_is_stopped_by_a_pause_until_a_release(self, app, files, people):
        published(app, body())
        runtime.perform(people["operator"].actor, lambda work: peers.suspend(work, "platform", "对方升级"))
        assert files.run().sent == 0
        seen = files.peer().pause
        runtime.perform(people["operator"].actor, lambda work: peers.release(work, "platform", seen))
        assert files.run().sent == 1

    def test_says_that_a_folder_is_not_there_and_tries_later(self, app, files, folder):
        published(app, body())
        folder.rmdir()
        assert files.run().failed == "FileNotFoundError"
        assert files.peer().retry_at is not None
        assert len(files.messages("pending")) == 1


class TestTakingIn:
    def test_files_a_penalty_for_a_second_person(self, files, partner):
        partner.send("cf-2018", [row(decided(1))])
        assert files.run().received == 1
        [filed] = files.penalties()
        assert filed.state == "filed"
        assert partner.settle() == {"outcomes": {"accepted": 1}}

    def test_adopts_rows_of_lists_and_their_withdrawal(self, files, partner):
        value = listed(1)
        partner.send("black-list", [row(value, BLACK_LIST)])
        files.run()
        ended = removed(value, act="remove", state="removed")
        partner.send("withdraw-black-list", [row(ended, WITHDRAW_BLACK_LIST, 2, "D")])
        files.run()
        assert [adoption.total for adoption in files.adoptions()] == [1, 1]
        assert partner.settle() == {"outcomes": {"accepted": 2}}

    def test_takes_the_same_version_once(self, files, partner):
        value = decided(1)
        partner.send("cf-2018", [row(value)])
        partner.send("cf-2018", [row(value)])
        files.run()
        assert len(files.penalties()) == 1
        assert partner.settle() == {"outcomes": {"accepted": 1, "duplicate": 1}}

    def test_reports_two_contents_under_one_revision(self, files, partner):
        value = decided(1)
        partner.send("cf-2018", [row(value)])
        partner.send("cf-2018", [row(value, CF_NR="罚款人民币贰万元")])
        files.run()
        assert [item.code for item in files.items("quarantined")] == ["revision-equivocation"]

    def test_quarantines_one_bad_row_and_takes_the_others(self, files, partner):
        rows = [row(decided(1)), row(decided(2), CF_JDRQ="无处罚期限"), row(decided(3), CF_XDR_MC="undefined")]
        partner.send("cf-2018", rows)
        files.run()
        assert len(files.penalties()) == 1
        assert [item.code for item in files.items("quarantined")] == ["date-malformed", "required"]
        assert partner.settle() == {"outcomes": {"accepted": 1, "rejected:date-malformed": 1, "rejected:required": 1}}

    def test_quarantines_what_another_authority_decided(self, files, partner):
        partner.send("cf-2018", [row(decided(1, authority={"name": "他局", "code": "11320900MA0TA0016X"}))])
        files.run()
        assert files.penalties() == []
        assert [item.code for item in files.items("quarantined")] == ["authority-not-own"]

    def test_leaves_to_a_person_to_take_back_a_decision(self, files, partner):
        value = decided(1)
        partner.send("cf-2018", [row(value)])
        partner.send("cf-2018", [row(value, revision=2, operation="D")])
        files.run()
        assert [item.code for item in files.items("quarantined")] == ["removal-needs-person"]

    def test_refuses_a_format_that_was_not_agreed(self, files, partner):
        files.change(formats_in=["cf-2018"])
        partner.send("black-list", [row(listed(1), BLACK_LIST)])
        files.run()
        assert [item.code for item in files.items("quarantined")] == ["format-not-agreed"]

    def test_judges_a_quarantined_row_again_on_release(self, files, partner, typed):
        files.change(formats_in=["black-list"])
        partner.send("cf-2018", [row(decided(1))])
        files.run()
        [item] = files.items("quarantined")
        files.change(formats_in=["cf-2018"])
        assert typed("exchange", "quarantine", "--release", item.id, "--as", "operator") == (
            0,
            f"{item.id}: accepted\n",
        )
        assert len(files.penalties()) == 1
        assert files.items("quarantined") == []

    def test_keeps_the_rows_sealed(self, files, partner):
        partner.send("cf-2018", [row(decided(1), CF_XDR_MC="320981199912310005")])
        files.run()
        [item] = files.items("quarantined")
        assert "320981199912310005" not in item.envelope + str(item.detail) + str(item.code)


class TestFullFeed:
    def feed(self, partner, files, numbers):
        partner.send("black-list", [row(listed(n, record=f"{n:032x}"), BLACK_LIST) for n in numbers], full=True)
        return files.run()

    def test_that_suddenly_holds_five_percent_pauses_the_peer_and_takes_nothing(self, files, partner):
        self.feed(partner, files, range(1, 61))
        assert self.feed(partner, files, range(1, 4)).failed == "removal-share"
        assert files.peer().paused_because == "removal-share"
        assert [adoption.total for adoption in files.adoptions()] == [60]

    def test_that_is_empty_overwrites_nothing(self, files, partner):
        self.feed(partner, files, [1, 2])
        assert self.feed(partner, files, []).failed == "removal-share"
        assert [adoption.total for adoption in files.adoptions()] == [2]

    def test_goes_through_once_a_person_allowed_it(self, files, partner, people):
        self.feed(partner, files, [1, 2])
        self.feed(partner, files, [])
        seen = files.peer().pause
        runtime.perform(people["operator"].actor, lambda work: peers.release(work, "platform", seen))
        assert files.run().failed is None

    def test_lets_leave_what_it_has_no_more(self, files, partner):
        self.feed(partner, files, range(1, 11))
        self.feed(partner, files, range(1, 10))
        [_, second] = files.adoptions()
        assert (second.is_full, second.total) == (True, 9)

    def test_lets_nothing_leave_while_one_of_its_rows_cannot_be_read(self, files, partner):
        self.feed(partner, files, range(1, 11))
        rows = [row(listed(n, record=f"{n:032x}"), BLACK_LIST) for n in range(1, 9)]
        rows.append(row(listed(11, record=f"{11:032x}"), BLACK_LIST, SCOPE="9"))
        partner.send("black-list", rows, full=True)
        files.run()
        assert not any(adoption.is_full for adoption in files.adoptions()[1:])


class TestReconciling:
    def test_finds_both_sides_equal(self, app, files, partner):
        published(app, body(), listed(1))
        files.run()
        partner.take()
        files.run()
        partner.show_holdings()
        report = files.reconcile()
        assert (report["checked"], report["equal"], report["missing"]) == (2, 2, [])

    def test_sends_again_what_the_platform_lost(self, app, files, partner):
        kept, lost = body(), body()
        published(app, kept, lost)
        files.run()
        partner.take()
        files.run()
        del partner.memory["held"][lost["record"]]
        partner.show_holdings()
        assert files.reconcile() == {"waiting": "sheet"}
        partner.show_holdings()
        report = files.reconcile()
        assert (report["missing"], report["promised"]) == ([lost["record"]], 1)
        files.run()
        partner.take()
        files.run()
        assert lost["record"] in partner.memory["held"]
        partner.show_holdings()
        assert files.reconcile()["equal"] == 2

    def test_alarms_of_what_the_platform_has_otherwise_or_beyond(self, app, files, partner):
        one = body()
        published(app, one)
        files.run()
        partner.take()
        files.run()
        partner.memory["held"][one["record"]][1] = "0" * 64
        partner.memory["held"]["f" * 32] = [1, "1" * 64, "I"]
        partner.show_holdings()
        files.reconcile()
        partner.show_holdings()
        assert files.reconcile()["different"] == sorted([one["record"], "f" * 32])

    def test_lets_the_platform_compare_what_the_node_holds(self, files, partner):
        partner.send("black-list", [row(listed(n), BLACK_LIST) for n in (1, 2, 3)])
        files.run()
        files.reconcile()
        assert partner.compare() == {"differ": []}
        partner.memory["sent"]["a" * 32] = [1, "0" * 64]
        assert len(partner.compare()["differ"]) == 1
