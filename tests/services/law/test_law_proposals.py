"""Law rows are loaded by an act of two persons: proposed, shown with what they change, confirmed, versioned."""

import datetime as dt
import json
import tomllib
from dataclasses import replace

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.checks.receipts import split_receipt
from registry.domain.law.law_change import parse_change
from registry.domain.permissions import SYSTEM
from registry.models import AuditEvent, CatalogRow, Clock
from registry.queries.law import reference_data
from registry.refusals.acts import OutOfRole, ProposerUnfit, SelfVerification
from registry.refusals.procedure import LawMoved, LawProposalDecided, LawProposalUnknown, LawRefused
from registry.services.checks import law_preview
from registry.services.law import law_proposals, reference_loading
from registry.services.law.reference_loading import FOLDER
from registry.services.node import accounts
from registry.unit_of_work import UnitOfWork
from tests.services.checks.test_replay import receipt_of, replayed
from tests.support.desk import bidder, stranger
from tests.support.filings import BanFactory, BannedPersonFactory, days_ago, filing


def shipped(kind, code):
    rows = tomllib.loads((FOLDER / f"{kind}.toml").read_text("utf-8"))["rows"]
    return next(row for row in rows if row["code"] == code and "effective_until" not in row)


def restated(kind, code, /, **changed):
    return {kind: [shipped(kind, code) | changed]}


def shorter(months=12):
    """The look-back made shorter: it changes what a grave violation of long ago means."""
    return restated("thresholds", "lookback_months", value=months)


def previewed(actor, tables, checks=50):
    with runtime.reading() as session:
        work = UnitOfWork(session, actor, runtime.clock(), runtime.keys(), runtime.settings())
        return law_preview.preview(work, law_proposals.read_change(work, tables), checks)


def proposed(people, tables, by="operator", checks=50):
    actor = people[by].actor
    preview = previewed(actor, tables, checks)

    def act(work):
        return law_proposals.store(work, law_proposals.read_change(work, tables), "示例修订", preview)

    return runtime.perform(actor, act)


def confirmed(people, number, by="security"):
    return runtime.perform(people[by].actor, lambda work: law_proposals.confirm(work, number))


def version():
    with runtime.reading() as session:
        return reference_data.current(session).version


def threshold(code):
    with runtime.reading() as session:
        return reference_data.current(session).threshold(code, dt.date(2026, 11, 28))


def events(act):
    with runtime.reading() as session:
        statement = select(AuditEvent).where(AuditEvent.act == act).order_by(AuditEvent.id)
        return [(event.actor, event.reference) for event in session.scalars(statement)]


def codes(tables):
    with runtime.reading() as session:
        reference = reference_data.current(session)
    with pytest.raises(LawRefused) as refused:
        parse_change(tables, reference)
    return [fault.code for fault in refused.value.faults]


class TestPropose:
    def test_changes_nothing_before_another_person_confirms(self, people):
        before = version()
        proposal = proposed(people, shorter())
        assert (version(), threshold("lookback_months")) == (before, 36)
        with pytest.raises(OutOfRole):
            confirmed(people, proposal.id, "operator")
        confirmed(people, proposal.id)
        assert (version(), threshold("lookback_months")) == (proposal.law_after, 12)
        assert proposal.law_after != before

    def test_is_refused_to_who_proposed_it_in_whatever_role(self, people):
        proposal = proposed(people, shorter())
        both = replace(people["operator"].actor, role=people["security"].actor.role)
        with pytest.raises(SelfVerification):
            runtime.perform(both, lambda work: law_proposals.confirm(work, proposal.id))

    @pytest.mark.parametrize("name", ["clerk", "verifier", "head", "centre", "security", "auditor"])
    def test_is_for_those_who_keep_the_law(self, people, name):
        with pytest.raises(OutOfRole):
            previewed(people[name].actor, shorter())

    def test_notes_who_proposed_what_and_who_confirmed(self, people):
        proposal = proposed(people, shorter(), "reviewer")
        confirmed(people, proposal.id)
        assert events("law.propose") == [("reviewer", str(proposal.id))]
        assert events("law.load") == [("security", "thresholds lookback_months")]
        assert events("law.confirm") == [("security", str(proposal.id))]

    def test_keeps_the_row_that_it_replaces(self, people):
        confirmed(people, proposed(people, shorter()).id)
        with runtime.reading() as session:
            statement = select(CatalogRow).where(CatalogRow.code == "lookback_months").order_by(CatalogRow.id)
            closed, opened = session.scalars(statement)
        assert closed.closed_at is not None
        assert opened.closed_at is None

    def test_counts_running_clocks_again(self, people, bureau):
        record = bureau.penalty(decided_on=bureau.today.isoformat())
        longer = restated("deadlines", "D01", value=[9])
        _, moved = confirmed(people, proposed(people, longer).id)
        assert moved == 1
        with runtime.reading() as session:
            clock = session.scalars(select(Clock).where(Clock.record == record)).one()
        before = bureau.penalty(decided_on=bureau.today.isoformat())
        with runtime.reading() as session:
            assert clock.due == session.scalars(select(Clock).where(Clock.record == before)).one().due


class TestDecision:
    def test_is_taken_once(self, people):
        proposal = proposed(people, shorter())
        runtime.perform(people["security"].actor, lambda work: law_proposals.reject(work, proposal.id, "依据不足"))
        assert threshold("lookback_months") == 36
        with pytest.raises(LawProposalDecided):
            confirmed(people, proposal.id)

    def test_is_refused_when_the_account_of_the_proposer_has_ended(self, people):
        proposal = proposed(people, shorter())
        runtime.perform(people["security"].actor, lambda work: accounts.end(work, "operator"))
        with pytest.raises(ProposerUnfit):
            confirmed(people, proposal.id)
        assert threshold("lookback_months") == 36

    def test_is_refused_when_the_law_moved_since_the_preview(self, people):
        first, second = proposed(people, shorter(12)), proposed(people, shorter(24))
        confirmed(people, first.id)
        with pytest.raises(LawMoved):
            confirmed(people, second.id)
        assert threshold("lookback_months") == 12

    def test_of_what_does_not_exist_is_unknown(self, people):
        with pytest.raises(LawProposalUnknown):
            confirmed(people, 99)


class TestPreview:
    def test_lists_the_lines_whose_verdict_would_differ(self, desk, people):
        grave = filing(kinds="责令停产停业", content="责令停产停业。", fine="", decided_on=days_ago(1000))
        desk.published(grave)
        receipt_of(desk, bidder(grave), stranger())
        preview = previewed(people["operator"].actor, shorter())
        assert (preview["checks"], preview["checks_stored"], preview["lines"], preview["differing"]) == (1, 1, 2, 1)
        [line] = preview["differences"]
        assert line["before"] == "review"
        assert line["after"] in ("on_record", "no_record")
        assert "grave-look-back" in line["reasons_before"]
        assert grave["subject_name"] not in json.dumps(preview, ensure_ascii=False)

    def test_asks_too_on_the_day_on_which_a_later_law_begins(self, desk, people):
        ban = BanFactory()
        desk.published(ban)
        receipt_of(desk, bidder(ban))
        today = desk.today if hasattr(desk, "today") else dt.date.fromisoformat(days_ago(0))
        begins = today + dt.timedelta(days=30)
        old = shipped("measures", "B1") | {"effective_until": begins}
        new = shipped("measures", "B1") | {"effective_from": begins, "by_product": True}
        preview = previewed(people["operator"].actor, {"measures": [old, new]})
        assert preview["days"] == [begins.isoformat()]
        assert preview["lines"] == 2
        assert [line["on"] for line in preview["differences"]] == [begins.isoformat()]

    def test_says_how_many_of_how_many_checks_it_asked_and_whom_it_could_not(self, desk, people):
        person = BannedPersonFactory()
        desk.published(person)
        for _ in range(3):
            receipt_of(
                desk,
                stranger(),
                {"name": "卞子墨", "id_type": "111", "id_number": "320981199912310005", "role": "evaluation_expert"},
            )
        preview = previewed(people["operator"].actor, shorter(), checks=2)
        assert (preview["checks"], preview["checks_stored"]) == (2, 3)
        assert (preview["lines"], preview["left_out"]) == (2, 2)

    def test_writes_nothing(self, desk, people):
        receipt_of(desk, stranger())
        before = events("check.make")
        previewed(people["operator"].actor, shorter())
        assert events("check.make") == before


class TestReplay:
    def test_of_a_receipt_from_before_gives_the_same_bytes(self, desk, people):
        grave = filing(kinds="责令停产停业", content="责令停产停业。", fine="", decided_on=days_ago(1000))
        desk.published(grave)
        data = receipt_of(desk, bidder(grave))
        confirmed(people, proposed(people, shorter()).id)
        later = receipt_of(desk, bidder(grave))
        laws = [split_receipt(receipt)[0]["law"] for receipt in (data, later)]
        assert laws[0] != laws[1] == version()
        assert replayed(data) == ([], frozenset())
        assert replayed(later) == ([], frozenset())


class TestRefusal:
    def test_names_a_row_without_source(self, app):
        assert codes(restated("measures", "B1", source=" ")) == ["source-missing"]
        without = shipped("measures", "B1")
        del without["source"]
        assert codes({"measures": [without]}) == ["source-missing"]

    def test_names_a_row_that_overlaps_another_version(self, app):
        assert codes(restated("measures", "B1", effective_from=dt.date(2027, 1, 1))) == ["rows-overlap"]

    @pytest.mark.parametrize(
        ("kind", "code", "changed"),
        [
            ("measures", "B1", {"sectors": ["rumour"]}),
            ("measures", "B1", {"roles": ["rumour"]}),
            ("schemes", "judgment-debtor", {"measures": ["B99"]}),
            ("list_effects", "judgment-debtor.procurement", {"scheme": "rumour"}),
            ("record_effects", "commendation.trading", {"kind": "rumour"}),
            ("record_effects", "commendation.trading", {"counted_from": "rumour_on"}),
            ("record_effects", "commendation.trading", {"unless_false": "is_rumour"}),
            ("clocks", "penalty.publish", {"deadline": "D99"}),
            ("clocks", "penalty.publish", {"noun": "rumour"}),
            ("clocks", "penalty.publish", {"figure": 7}),
            ("catalogue", "1-17", {"record_kinds": ["rumour"]}),
            ("catalogue", "1-17", {"sector": "rumour"}),
        ],
    )
    def test_names_codes_that_nothing_has(self, app, kind, code, changed):
        assert set(codes(restated(kind, code, **changed))) == {"code-unknown"}

    def test_names_what_cannot_be_read(self, app):
        assert codes(restated("measures", "B1", colour="red")) == ["row-unreadable"]
        assert codes(restated("measures", "B1", effect="perhaps")) == ["row-unreadable"]
        assert codes({"measures": ["B1"]}) == ["row-unreadable"]

    def test_names_a_kind_that_is_not_loaded_so(self, app):
        assert codes({"rumours": [{}]}) == ["kind-not-loaded"]
        assert codes({"calendar": [shipped("calendar", "2026")]}) == ["kind-not-loaded"]

    def test_names_a_row_given_twice(self, app):
        row = shipped("measures", "B1")
        assert "row-doubled" in codes({"measures": [row | {"note": "甲"}, row | {"note": "乙"}]})

    def test_says_when_nothing_is_new(self, app):
        assert codes({"measures": [shipped("measures", "B1")]}) == ["nothing-changed"]


class TestOwnLaw:
    """What was loaded by act is the node's own law; a release does not take it back."""

    def test_stands_after_the_files_are_loaded_again(self, people):
        confirmed(people, proposed(people, shorter()).id)
        runtime.perform(SYSTEM, reference_loading.load)
        assert threshold("lookback_months") == 12

    def test_of_a_new_code_stands_after_the_files_are_loaded_again(self, people):
        new = shipped("thresholds", "lookback_months") | {"code": "example_months"}
        confirmed(people, proposed(people, {"thresholds": [new]}).id)
        before = version()
        runtime.perform(SYSTEM, reference_loading.load)
        assert (version(), threshold("example_months")) == (before, 36)

    def test_is_not_joined_by_a_row_of_a_file_on_one_day(self, people, tmp_path):
        begins = dt.date(2027, 1, 1)
        old = shipped("thresholds", "lookback_months")
        ended = old | {"effective_until": begins}
        confirmed(people, proposed(people, {"thresholds": [ended, old | {"effective_from": begins, "value": 60}]}).id)
        before = version()
        for path in FOLDER.glob("*.toml"):
            text = path.read_text("utf-8")
            if path.stem == "thresholds":
                text += (
                    '\n[[rows]]\ncode = "lookback_months"\nname = "示例"\neffective_from = 2028-01-01\n'
                    'source = "示例"\nstatus = "unconfirmed"\nvalue = 24\nunit = "month"\n'
                )
            (tmp_path / path.name).write_text(text, "utf-8")
        runtime.perform(SYSTEM, lambda work: reference_loading.load(work, tmp_path))
        assert version() == before
