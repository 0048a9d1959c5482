"""The same decision again, unchanged, otherwise spelled or after its removal; and what others' records say."""

import json
from typing import ClassVar

import pytest

from registry import runtime
from registry.models import Clock, PenaltyImport
from registry.queries.cases import penalties, statistics, yearly_report
from registry.queries.law import reference_data
from registry.services.cases import penalty_import, relief_applications, relief_decisions
from tests.services.cases.test_penalty_import import received, run, table
from tests.support import spellings
from tests.support.bureau import papers
from tests.support.filings import PERSON_NUMBER, FilingFactory, days_ago, filing, today

WORD = "盐示财采罚"


@pytest.fixture
def clerk(people):
    """Who files."""
    return people["clerk"].actor


def counted(clerk, number):
    """(filed, unchanged, refused) of an import."""
    run(clerk, number)
    with runtime.reading() as session:
        row = session.get_one(PenaltyImport, number)
        return row.filed, row.unchanged, row.refused


def noted(desk, record):
    """The codes of the findings of a filing."""
    return {note["code"] for note in desk.get(f"/penalties/{record}", "clerk").get_json()["notes"]}


def repair(bureau, record):
    """Grant the repair of a penalty."""
    number = bureau.applied("repair", record)
    bureau.do("clerk", lambda work: relief_applications.accept(work, number, papers()))
    bureau.do("verifier", lambda work: relief_decisions.grant(work, number, "条件具备", papers("relief_decision")))


class TestSameDecision:
    def test_under_another_spelling_of_its_number_is_refused(self, desk, subtests):
        first = filing(document_number=f"{WORD}〔2026〕106号")
        desk.filed(first)
        for number in spellings.document_numbers(WORD, 2026, 106):
            with subtests.test(number):
                answer = desk.file(first | {"document_number": number})
                assert (answer.status_code, answer.get_json()["code"]) == (409, "decision-already-filed")
        assert desk.file(first | {"document_number": f"{WORD}〔2026〕106-1号"}).status_code == 201

    def test_says_what_it_states_otherwise(self, desk):
        first = filing()
        desk.filed(first)
        answer = desk.file(first | {"fine": "2", "content": "处以罚款二万元。"})
        assert "罚款金额" in answer.get_json()["detail"]
        assert "处罚内容" in answer.get_json()["detail"]

    def test_tells_another_department_nothing_of_its_facts(self, desk):
        first = filing(sectors="construction")
        desk.filed(first)
        answer = desk.file(first | {"fine": "2"}, by="other-clerk")
        assert answer.get_json()["code"] == "decision-already-filed"
        assert "detail" not in answer.get_json()

    def test_found_under_a_key_of_an_earlier_rule(self, desk, clerk):
        first = filing(document_number=f"{WORD}〔2026〕107号")
        record = desk.filed(first)

        def store_former_key(work):
            penalties.by_record(work.session, record).document_number = f"{WORD}〔2026〕107号"
            work.session.flush()

        runtime.perform(clerk, store_former_key)
        assert desk.file(first).get_json()["code"] == "decision-already-filed"
        assert desk.act("", record, "clerk", json=first).status_code == 200


class TestAgain:
    def test_a_mended_file_counts_what_is_on_file_as_unchanged(self, clerk):
        rows = [dict(FilingFactory()) for _ in range(25)]
        bad = [{**row, "fine": "若干"} if place % 5 == 0 else row for place, row in enumerate(rows)]
        assert counted(clerk, received(clerk, table(bad))) == (20, 0, 5)
        assert counted(clerk, received(clerk, table(rows))) == (5, 20, 0)
        assert counted(clerk, received(clerk, table(rows, "gb18030"))) == (0, 25, 0)

    def test_another_spelling_of_a_number_is_filed_already(self, clerk):
        row = dict(FilingFactory(document_number=f"{WORD}〔2026〕8号"))
        assert counted(clerk, received(clerk, table([row]))) == (1, 0, 0)
        again = {**row, "document_number": f"{WORD}[2026]第008號"}
        assert counted(clerk, received(clerk, table([again]))) == (0, 0, 1)

    def test_a_row_that_says_something_else_is_refused(self, clerk):
        rows = [dict(FilingFactory()) for _ in range(3)]
        received_first = received(clerk, table(rows))
        assert counted(clerk, received_first) == (3, 0, 0)
        number = received(clerk, table([rows[0], {**rows[1], "facts": "另有事实。"}, rows[2]]))
        assert counted(clerk, number) == (0, 2, 1)
        with runtime.reading() as session:
            [fault] = penalty_import.findings(session, number)
        assert (fault.row_number, fault.code) == (3, "decision-already-filed")
        assert "违法事实" in fault.detail

    def test_does_not_count_as_repeated_or_refused(self, clerk):
        rows = [dict(FilingFactory()) for _ in range(4)]
        for encoding in ("utf-8", "gb18030"):
            counted(clerk, received(clerk, table(rows, encoding)))
        with runtime.reading() as session:
            tally = statistics.tallies(session, statistics.year(today().year), today())[clerk.department_id]
        assert (tally.accepted, tally.refused, tally.repeated) == (4, 0, 0)


class TestRemovedBefore:
    @pytest.mark.parametrize("how", ["withdrawn", "repaired"])
    def test_comes_back_with_a_stated_reason_only(self, desk, bureau, how):
        first = filing(decided_on=days_ago(200))
        record = desk.published(first)
        if how == "withdrawn":
            desk.withdraw(record, days_ago(0), "复议决定撤销原处罚决定")
        else:
            bureau.names[record] = first
            repair(bureau, record)
        answer = desk.file(first)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "decision-removed-before")
        assert today().isoformat() in answer.get_json()["detail"]
        again = desk.filed(first | {"override_reason": "法院判决撤销复议决定"})
        [note] = [
            one
            for one in desk.get(f"/penalties/{again}", "verifier").get_json()["notes"]
            if one["code"] == "removed-before"
        ]
        assert today().isoformat() in note["detail"]
        assert ("复议决定撤销原处罚决定" if how == "withdrawn" else "信用修复") in note["detail"]
        assert desk.act("verification", again).status_code == 200


class TestOtherRecords:
    def test_that_have_the_code_under_another_name_are_named(self, desk):
        first = filing()
        desk.published(first)
        record = desk.filed(filing(uscc=first["uscc"], subject_name="盐城亭湖另名建设工程有限公司"))
        assert "name-differs-from-records" in noted(desk, record)
        assert "name-differs-from-records" not in noted(
            desk, desk.filed(filing(uscc=first["uscc"], subject_name=first["subject_name"]))
        )

    def test_that_have_the_name_with_another_code_are_named(self, desk):
        first = filing()
        desk.published(first)
        record = desk.filed(filing(subject_name=first["subject_name"]))
        assert "code-differs-from-records" in noted(desk, record)

    def test_within_one_file_are_compared_too(self, clerk):
        rows = [dict(FilingFactory()) for _ in range(3)]
        rows[2]["uscc"] = rows[0]["uscc"]
        number = received(clerk, table(rows))
        run(clerk, number)
        with runtime.reading() as session:
            told = {(one.row_number, one.code) for one in penalty_import.findings(session, number)}
        assert told == {(4, "name-differs-from-records")}


class TestUsualFine:
    @pytest.mark.parametrize(
        ("most", "special"),
        [
            pytest.param(10_000_000, {}, id="threshold-usual_fine_organisation_fen"),
            pytest.param(
                1_000_000,
                {"subject_kind": "个体工商户", "uscc": "92320902MA0TR0027F", "override_reason": "登记机关确认"},
                id="threshold-usual_fine_sole_trader_fen",
            ),
            pytest.param(
                500_000,
                {"subject_kind": "自然人", "uscc": "", "subject_name": "卞子墨", "id_number": PERSON_NUMBER},
                id="threshold-usual_fine_natural_person_fen",
            ),
        ],
    )
    def test_above_it_is_named_and_filed(self, desk, most, special):
        for yuan, codes in ((most, set()), (most + 1, {"fine-above-usual"})):
            record = desk.filed(filing(fine=f"{yuan}元", content=f"处以罚款{yuan}元。", **special))
            assert noted(desk, record) & {"fine-above-usual"} == codes


class TestHistory:
    STATED: ClassVar = {"first_published_on": days_ago(300), "first_published_at": "信用中国（江苏盐城）"}

    def loaded(self, desk):
        """A penalty that was published elsewhere long ago."""
        return desk.filed(filing(decided_on=days_ago(310), **self.STATED))

    def test_runs_no_clock_and_counts_in_no_rate(self, desk, clerk):
        record = self.loaded(desk)
        assert "history-load" in noted(desk, record)
        with runtime.reading() as session:
            assert not session.query(Clock).filter_by(record=record).all()
            assert clerk.department_id not in statistics.tallies(session, statistics.year(today().year), today())

    def test_is_counted_under_a_label_of_its_own(self, desk, clerk):
        self.loaded(desk)
        desk.filed(filing())
        with runtime.reading() as session:
            report = yearly_report.yearly(session, reference_data.current(session), today().year, today())
        [counts] = [one.total.counts for one in report.sections if one.department.id == clerk.department_id]
        assert (counts["filed"], counts["history"]) == (1, 1)

    def test_says_so_in_public_and_keeps_its_period(self, desk):
        record = self.loaded(desk)
        assert desk.act("verification", record).status_code == 200
        body = desk.get(f"/records/{record}").get_json()
        assert body["source"]["channel"] == "history"

    def test_of_ordinary_filings_leaves_no_trace(self, desk):
        record = desk.filed(filing())
        assert "first_published_on" not in json.dumps(desk.get(f"/penalties/{record}", "clerk").get_json()["filing"])
