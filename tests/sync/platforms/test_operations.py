"""What an operator sees and does: status, pause and release, figures, and platforms by two persons."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from registry import runtime
from registry.models import AuditEvent, OutboxMessage
from registry.queries.node_figures import figures
from registry.refusals.acts import PeerRefused, PeerTaken
from registry.services.exchange import peers
from tests.sync.bodies import body, removed
from tests.sync.planting import published
from tests.sync.platforms.rows import decided, row


class TestStatus:
    def test_shows_what_is_sent_and_not_answered_with_its_clock(self, app, files, typed, monkeypatch):
        published(app, body())
        files.run()
        later = runtime.clock() + dt.timedelta(days=3)
        monkeypatch.setattr("registry.runtime.clock", lambda: later)
        code, said = typed("exchange", "status")
        assert code == 0
        assert "已发未答 sent 1" in said
        assert "batch 1 not answered 72.0 h: 1 rows" in said

    def test_shows_rejections_by_the_platforms_code_receipts_and_the_comparison(self, app, files, partner, typed):
        published(app, body(document_number="盐虚罚〔2026〕9999号"), body())
        files.run()
        partner.take()
        files.run()
        partner.show_holdings()
        files.reconcile()
        partner.show_holdings()
        files.reconcile()
        said = typed("exchange", "status")[1]
        assert "rejected 1001: 1" in said
        assert "receipts 2" in said
        assert "2 checked, 缺少 missing 1, 不同 different 0" in said

    def test_shows_a_removal_until_the_platform_acknowledged_it(self, app, files, partner, typed):
        first = body()
        published(app, first, removed(first))
        files.run()
        assert re.search(rf"removal open .*{first['record']}", typed("exchange", "status")[1])
        partner.take()
        files.run()
        assert "removal open" not in typed("exchange", "status")[1]

    def test_shows_a_pause_and_its_reason(self, files, typed):
        assert typed("exchange", "pause", "platform", "--reason", "对方升级", "--as", "operator")[0] == 0
        assert "paused: 对方升级" in typed("exchange", "status")[1]
        assert typed("exchange", "release", "platform", "--seen", files.peer().pause, "--as", "operator")[0] == 0
        assert "paused" not in typed("exchange", "status")[1]


class TestStatement:
    def test_is_written_and_verified_offline(self, app, files, partner, typed, tmp_path):
        published(app, body())
        files.run()
        partner.take()
        files.run()
        assert "statement-unknown" in typed("exchange", "statement", "platform")[1]
        partner.show_holdings()
        files.reconcile()
        document, keys = tmp_path / "statement.json", tmp_path / "keys.json"
        assert "双方所存一致" in typed("exchange", "statement", "platform", "--out", document)[1]
        assert typed("keys", "--out", keys)[0] == 0
        code, said = typed("verify", document, "--keys", keys)
        assert code == 0
        assert "经文件交换对账" in said
        listed = typed("exchange", "statement", "platform", "--list")[1]
        assert "entry 1: compared 1, equal 1, missing 0" in listed


class TestDelistings:
    def test_are_open_until_every_receiver_acknowledged(self, app, files, partner, typed):
        first = body()
        published(app, first, removed(first))
        files.run()
        code, said = typed("exchange", "delistings")
        assert code == 0
        assert said.startswith(first["record"])
        assert said.endswith("platform sent\n")
        partner.take()
        files.run()
        assert typed("exchange", "delistings")[1] == ""


class TestCommands:
    def test_push_runs_the_exchange_and_reconcile_the_comparison(self, app, files, partner, typed):
        published(app, body())
        partner.send("cf-2018", [row(decided(1))])
        assert typed("exchange", "push")[1] == "platform: 发送 sent 1, 已答 answered 0, 收到 received 1\n"
        assert '"waiting": "sheet"' in typed("exchange", "reconcile", "platform")[1]

    def test_a_platform_is_added_by_two_persons(self, people, typed, folder):
        words = ("municipal", "--profile", "municipal-trading", "--url", f"file://{folder}", "--intake", "clerk")
        code, said = typed(
            "exchange", "peers", "add-platform", *words, "--list", "procurement-serious", "--as", "operator"
        )
        assert code == 0
        number = re.search(r"proposal (\d+)", said)[1]
        assert "municipal" not in typed("exchange", "peers", "list")[1]
        assert typed("proposals", "confirm", number, "--as", "security")[0] == 0
        assert "municipal municipal file://" in typed("exchange", "peers", "list")[1]


class TestFigures:
    def test_tell_unanswered_rows_their_age_and_a_pause(self, app, files):
        published(app, body())
        files.run()
        files.change(paused_because="test")
        with runtime.reading() as session:
            now = runtime.clock() + dt.timedelta(hours=5)
            values = {figure.name: figure.value for figure in figures(session, now)}
        assert values["registry_rows_unanswered"] == 1
        assert 17_990 < values["registry_rows_unanswered_age_seconds"] < 18_100
        assert values["registry_peer_paused"] == 1

    def test_tell_receipts_open_removals_and_what_the_comparison_found(self, app, files, partner):
        first = body()
        published(app, first, body())
        files.run()
        partner.take()
        files.run()
        partner.memory["held"].pop(first["record"])
        for _ in range(2):
            partner.show_holdings()
            files.reconcile()
        published(app, removed(first))
        with runtime.reading() as session:
            values = {figure.name: figure.value for figure in figures(session, runtime.clock())}
        assert values["registry_receipts_last_hour"] == 1
        assert values["registry_reconciliation_missing"] == 1
        assert values["registry_delistings_open"] == 1


class TestTerms:
    def add(self, people, code="other", url="file:///srv/other", profile="municipal-trading", intake=None):
        taken = intake or peers.Intake("clerk", "procurement-serious")
        return runtime.perform(
            people["security"].actor,
            lambda work: peers.add_platform(_confirmed(work, people), code, code, url, profile, taken),
        )

    @pytest.mark.parametrize(
        "special",
        [
            {"profile": "unknown"},
            {"url": "https://platform.example"},
            {"code": "Bad Code"},
            {"intake": peers.Intake("clerk", "no-such-list")},
        ],
    )
    def test_that_cannot_be_kept_are_refused(self, app, people, special):
        with pytest.raises(PeerRefused):
            self.add(people, **special)

    def test_are_copied_from_the_profile_when_the_peer_is_made(self, app, people):
        peer = self.add(people)
        assert (peer.transport, peer.file_type) == ("files", "xml")
        assert peer.formats == ["black-list", "withdraw-black-list", "violating-laws-rules-info"]

    def test_are_not_given_twice_under_one_code(self, app, people):
        self.add(people)
        with pytest.raises(PeerTaken):
            self.add(people)


def _confirmed(work, people):
    return replace(work, proposer=people["operator"].actor)


class TestQueuedAgain:
    def late(self, monkeypatch):
        later = runtime.clock() + dt.timedelta(days=6)
        monkeypatch.setattr(runtime, "clock", lambda: later)

    def test_is_what_the_platform_never_answered_once_its_time_is_over(self, app, files, typed, monkeypatch):
        published(app, body())
        files.run()
        assert "overdue" not in typed("exchange", "status")[1]
        assert typed("exchange", "requeue", "platform", "--as", "operator")[0] == 1
        self.late(monkeypatch)
        assert "1 rows 逾期 overdue" in typed("exchange", "status")[1]
        with runtime.reading() as session:
            values = {figure.name: figure.value for figure in figures(session, runtime.clock())}
        assert values["registry_rows_overdue"] == 1
        assert typed("exchange", "requeue", "platform", "--as", "clerk")[0] == 1
        assert typed("exchange", "requeue", "platform", "--as", "operator")[1].endswith("queued again 1\n")
        assert [message.state for message in files.messages()] == ["pending"]

    def test_has_one_effect_though_the_late_answer_comes_as_well(self, app, files, partner, typed, monkeypatch):
        published(app, body())
        files.run()
        self.late(monkeypatch)
        typed("exchange", "requeue", "platform", "--as", "operator")
        partner.take()
        files.run()
        partner.take()
        files.run()
        assert [message.state for message in files.messages()] == ["delivered"]
        assert partner.take()["held"] == 1
        assert {batch.state for batch in files.batches()} <= {"answered", "refused"}

    def test_is_a_row_that_was_set_aside_once_its_cause_is_mended(self, app, files, partner, typed, monkeypatch):
        published(app, body(), body())
        files.run()
        partner.take()
        files.run()
        with runtime.begin() as work:
            work.session.execute(update(OutboxMessage).values(state="rejected", outcome="set-aside", detail="1002"))
        assert typed("exchange", "requeue", "platform", "--entry", 1, "--as", "operator")[1].endswith("again 1\n")
        assert [message.state for message in files.messages()] == ["pending", "rejected"]
        assert typed("exchange", "requeue", "platform", "--as", "operator")[1].endswith("again 1\n")
        assert len(files.ask(select(AuditEvent).where(AuditEvent.act == "exchange.requeue"))) == 2
        files.run()
        partner.take()
        files.run()
        assert [message.state for message in files.messages()] == ["delivered"] * 2
