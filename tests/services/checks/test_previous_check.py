"""Two looks at one tender: whatever lands between them is in the second, is told by a watch, and can be proven."""

import dataclasses
import datetime as dt
from itertools import combinations

import pytest

from registry import runtime
from registry.domain.checks import comparison, explanation, receipts
from registry.keys.signing import verify
from registry.refusals.content import ReceiptRefused
from registry.services.cases import penalty_verification, suspension
from tests.support.bureau import Bureau, papers
from tests.support.centre import Centre, advance, party
from tests.support.filings import PERSON_NUMBER, BanFactory, BannedPersonFactory, days_ago, today

FINE_ONLY = "处以罚款一万元。"
LIFE = ("publish", "suspend", "resume", "revoke")
"""Everything that may befall what bars; in force after the first and the third."""
ORDERS = list(combinations(range(6), 2))
"""Where the two looks stand among the six events."""


@pytest.fixture
def centre(people) -> Centre:
    return Centre(people)


class Penalty:
    """A penalty that bars while it stands; nothing else is known of its firm."""

    quiet = "no_record"

    def __init__(self, bureau: Bureau) -> None:
        self.bureau, self.record = bureau, bureau.penalty()
        self.party = party(bureau.names[self.record])

    def do(self, act: str) -> None:
        day, record = self.bureau.today, self.record
        given = papers("court_order", "resumption_order")
        self.bureau.do(
            "verifier",
            {
                "publish": lambda work: penalty_verification.verify(work, [record]),
                "suspend": lambda work: suspension.suspend(work, record, day, None, "法院裁定", given),
                "resume": lambda work: suspension.resume(work, record, day, given),
                "revoke": lambda work: penalty_verification.withdraw(work, record, "经复议撤销", day, if_version=None),
            }[act],
        )


class Listing:
    """A listing that bars while it stands, on the ground of a penalty that never does."""

    quiet = "on_record"

    def __init__(self, bureau: Bureau) -> None:
        self.bureau = bureau
        ground = bureau.published_penalty(content=FINE_ONLY)
        self.record = bureau.noticed(ground)
        bureau.pass_window(self.record)
        bureau.step(self.record, "decide")
        bureau.step(self.record, "serve")
        self.party = party(bureau.names[ground])

    def do(self, act: str) -> None:
        self.bureau.step(self.record, act)


def in_order(places):
    """The six events of one interleaving."""
    acts = iter(LIFE)
    return ["opening" if place == places[0] else "award" if place == places[1] else next(acts) for place in range(6)]


def expert():
    """A person asked about by number."""
    return party(BannedPersonFactory(), role="evaluation_expert", id_type="111", id_number=PERSON_NUMBER, uscc=None)


class TestEveryOrder:
    """Exhaustive: a record's whole life and the two looks, in every order."""

    @pytest.mark.parametrize("noun", [Penalty, Listing])
    @pytest.mark.parametrize("places", ORDERS, ids=lambda places: "-".join(word[:3] for word in in_order(places)))
    def test_passes_no_barred_party_and_names_what_changed(self, bureau, centre, noun, places):
        case = noun(bureau)
        is_eager = noun is Penalty  # the worker looks after every act, or only once at the end
        done, between, looked, watch = [], [], [], ""
        for event in in_order(places):
            if event in LIFE:
                case.do(event)
                done.append(event)
                between += [event] if len(looked) == 1 else []
            else:
                looked.append(centre.look(case.party))
                bars = len(done) in (1, 3)
                assert looked[-1]["lines"][0]["verdict"] == ("barred" if bars else case.quiet)
                watch = watch or centre.watch(case.party, after=looked[0]["entry"])
            if is_eager:
                advance()
        advance()
        opening, award = looked
        self._names_what_changed(case, opening, award, between)
        self._is_told(case, centre.told(watch), places[0])

    def _names_what_changed(self, case, opening, award, between):
        assert award["previous"] == comparison.reference_to(opening)
        comparison.compare(award, opening)
        changed = award["lines"][0]["changed"]
        assert changed["was"] == opening["lines"][0]["verdict"]
        revisions = [
            {reason["record"]: reason["revision"] for reason in look["lines"][0]["reasons"]}.get(case.record)
            for look in (opening, award)
        ]
        found = {one["record"]: one for one in changed["records"]}
        if revisions[0] == revisions[1]:
            assert case.record not in found
            return
        assert (found[case.record]["before"], found[case.record]["after"]) == tuple(revisions)
        entries = [entry["entry"] for entry in found[case.record]["entries"]]
        assert entries == list(range(opening["entry"] + 1, award["entry"] + 1))
        assert len(entries) == len(between) > 0

    def _is_told(self, case, events, before_opening):
        told = [(one["record"], one["before"]["verdict"], one["after"]["verdict"]) for one in events]
        verdicts = [case.quiet, "barred", case.quiet, "barred", case.quiet]
        assert told == [(case.record, verdicts[at], verdicts[at + 1]) for at in range(before_opening, len(LIFE))]


class TestLink:
    def test_is_to_the_newest_check_of_the_same_tender_and_centre(self, bureau, centre, people):
        firm = party(BanFactory())
        first, second = centre.look(firm), centre.look(firm)
        third = centre.look(firm, tender={"code": "yc2026-0777 "})  # the same code, spelled otherwise
        assert "previous" not in first
        assert second["previous"]["check"] == first["check"]
        assert third["previous"]["check"] == second["check"]
        assert "previous" not in centre.look(firm, tender={"code": "YC2026-0778"})
        assert "previous" not in Centre(people, "other-centre").look(firm)
        assert "previous" not in centre.look(firm, is_linked=False)
        assert centre.look(firm)["previous"]["check"] == third["check"]

    def test_never_runs_backwards(self, bureau, centre):
        firm = party(BanFactory())
        old = centre.look(firm, known_at=0)
        bureau.published_penalty()
        centre.look(firm)
        assert centre.look(firm, known_at=0)["previous"]["check"] == old["check"]

    def test_tells_who_was_not_asked_about(self, bureau, centre):
        first, second = party(BanFactory()), party(BanFactory(), "2")
        centre.look(first)
        lines = centre.look(first, second)["lines"]
        assert [line["changed"] for line in lines] == [
            {"was": "no_record", "records": []},
            {"was": None, "records": []},
        ]

    def test_tells_one_role_from_another(self, bureau, centre):
        firm = party(BanFactory())
        centre.look(firm)
        [line] = centre.look(dataclasses.replace(firm, role="agent"))["lines"]
        assert line["changed"]["was"] is None

    def test_finds_a_person_by_number_under_another_name_and_place(self, bureau, centre):
        asked = party(
            BannedPersonFactory(), role="evaluation_expert", id_type="111", id_number=PERSON_NUMBER, uscc=None
        )
        centre.look(asked)
        elsewhere = dataclasses.replace(asked, ref="7", name="卞 子墨")
        other = dataclasses.replace(asked, ref="1", id_number="32090219800101001X")
        lines = centre.look(elsewhere, other)["lines"]
        assert [line["changed"]["was"] for line in lines] == ["no_record", None]

    def test_tag_of_a_person_is_of_one_tender_only(self, bureau, centre):
        asked = party(
            BannedPersonFactory(), role="evaluation_expert", id_type="111", id_number=PERSON_NUMBER, uscc=None
        )
        tags = [centre.look(asked, tender={"code": code})["lines"][0]["id_tag"] for code in "aab"]
        assert tags[0] == tags[1] != tags[2]

    def test_of_a_day_that_came_names_no_entry(self, bureau, centre):
        ban = BanFactory(decided_on=days_ago(10))
        record = bureau.penalty(**ban)
        bureau.verify(record)
        centre.look(party(ban), on=today() - dt.timedelta(days=11))
        [line] = centre.look(party(ban))["lines"]
        assert (line["verdict"], line["changed"]["was"]) == ("barred", "no_record")
        assert line["changed"]["records"] == [{"record": record, "before": None, "after": 1, "entries": []}]


class TestProof:
    @pytest.fixture
    def pair(self, bureau, centre):
        """Two linked statements with a ban between them."""
        record = bureau.penalty()
        firm = party(bureau.names[record])
        opening = centre.look(firm)
        bureau.verify(record)
        return opening, centre.look(firm)

    def test_says_what_came_between(self, pair):
        told = "\n".join(explanation.explain(pair[1]))
        assert "由 no_record 变为 barred" in told
        assert "第 1 号 publish" in told
        assert any("一致" in line for line in comparison.compare(pair[1], pair[0]))

    def test_is_refused_for_two_that_do_not_belong_together(self, pair, centre):
        alone = centre.look(party(BanFactory()), is_linked=False)
        for later, earlier in (pair, (pair[1], pair[1]), (alone, pair[0]), (pair[1], alone)):
            with pytest.raises(ReceiptRefused):
                comparison.compare(later, earlier)

    @pytest.mark.parametrize(
        "lie",
        [
            {"was": "barred", "records": []},
            {"was": None, "records": []},
            {"was": "no_record", "records": []},
            {
                "was": "no_record",
                "records": [{"record": "0" * 32, "before": None, "after": 1, "entries": []}],
            },
        ],
    )
    def test_refuses_a_difference_that_is_not_that_of_the_receipts(self, pair, lie):
        opening, award = pair
        with pytest.raises(ReceiptRefused):
            comparison.compare({**award, "lines": [{**award["lines"][0], "changed": lie}]}, opening)

    def test_names_who_was_left_out(self, bureau, centre):
        opening = centre.look(party(BanFactory()), party(BanFactory(), "left-out"))
        award = centre.look(party(BanFactory()))
        assert any("left-out" in line for line in comparison.compare(award, opening))

    def test_of_a_receipt_from_before_there_were_links_still_stands(self, bureau, centre):
        key = runtime.keys().signer
        receipt = centre.receipt(party(BanFactory()), is_linked=False)
        made = receipts.verified_statement(receipt, {key.key_id: key.public}, verify)
        assert not {"previous"} & made.keys()
        assert not {"id_tag", "changed"} & made["lines"][0].keys()
