"""A file of parties is answered row by row, at one entry, to its end, once, whatever happens in between."""

import csv
import io
import threading
from dataclasses import replace

import pytest

from registry import runtime, tabular
from registry.domain.checks import receipts
from registry.domain.labels import REASONS
from registry.domain.permissions import Role
from registry.errors import Refusal
from registry.keys.signing import verify
from registry.queries.checks import batch_checks
from registry.refusals.acts import (
    BodyRefused,
    OutOfScope,
    PartiesUnreadable,
    QueryRefused,
    StoreUnavailable,
    TransitionRefused,
)
from registry.refusals.award import FileRunning, FileUnknown
from registry.services.checks import award_check, batch_check
from tests.support import dying
from tests.support.desk import stranger
from tests.support.filings import PERSON_NUMBER

ROWS = 7


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(batch_check, "CHUNK", 2)


@pytest.fixture
def centre(people):
    """Who asks."""
    return people["centre"].actor


def table(rows):
    """A CSV file of these parties."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def strangers(count=ROWS):
    return [stranger(number) for number in range(1, count + 1)]


def received(actor, rows, **stated):
    """The id of a file that was taken."""
    data = rows if isinstance(rows, bytes) else table(rows)
    stated = batch_check.BatchRequest(**{"sector": "procurement", **stated})
    return runtime.perform(actor, lambda work: batch_check.receive(work, data, stated).id)


def run(actor, number, perform=None):
    """Answer what is left of it; how it stands then."""
    batch_check.run(perform or (lambda act: runtime.perform(actor, act)), actor, number)
    return state(actor, number)


def state(actor, number):
    """(state, rows answered, unchecked, checks)."""
    with runtime.reading() as session:
        held = batch_checks.own(session, actor.department_id, number)
        return held.state, held.next_row, held.unchecked, len(batch_checks.checks(session, number))


def answers(number):
    with runtime.reading() as session:
        return list(batch_check.answer_rows(session, runtime.keys(), number))


def statements(number):
    """The verified statements of all its receipts."""
    key = runtime.keys().signer
    with runtime.reading() as session:
        made = [award_check.unseal(runtime.keys(), one).receipt for one in batch_checks.checks(session, number)]
    return [receipts.verified_statement(one, {key.key_id: key.public}, verify) for one in made]


def sheet(actor, number):
    """The result read back: rows of the first sheet."""
    out = io.BytesIO()
    with runtime.reading() as session:
        batch_check.write_workbook(session, runtime.keys(), batch_checks.own(session, actor.department_id, number), out)
    return [row.cells for row in tabular.read_table(out.getvalue()).rows]


class TestMapping:
    """What is said about a heading of a bidders' file is remembered for those who ask, and for bidders' files only."""

    def test_is_remembered_and_kept_with_the_file(self, centre):
        rows = [{("参选单位" if name == "name" else name): text for name, text in stranger(1).items()}]
        with pytest.raises(Refusal):
            received(centre, rows)
        first = received(centre, rows, mapping=("参选单位=name",))
        second = received(centre, rows, sector="construction")
        received(centre, strangers(1), mapping=("参选单位=",))
        assert [run(centre, number)[:2] for number in (first, second)] == [("finished", 1)] * 2
        with pytest.raises(Refusal):
            received(centre, rows, sector="construction")

    def test_of_a_field_that_is_none_is_refused(self, centre):
        for meaning in ("fine:元", "nothing", "name:元"):
            with pytest.raises(QueryRefused):
                received(centre, strangers(1), mapping=(f"参选单位={meaning}",))


class TestRun:
    def test_answers_every_row_in_order(self, bureau, centre):
        record = bureau.published_penalty()
        ban = bureau.names[record]
        rows = strangers()
        rows[4] = {"name": ban["subject_name"], "uscc": ban["uscc"]}
        number = received(centre, rows)
        assert run(centre, number) == ("finished", 7, 0, 4)
        found = answers(number)
        assert [one["name"] for one in found] == [row["name"] for row in rows]
        assert [one["verdict"] for one in found] == ["no_record"] * 4 + ["barred"] + ["no_record"] * 2
        assert [one["row"] for one in found] == list(range(2, 9))

    def test_at_one_entry_whatever_is_published_meanwhile(self, bureau, centre):
        records = [bureau.penalty() for _ in range(5)]
        number = received(centre, [{"name": "x", "uscc": bureau.names[one]["uscc"]} for one in records])
        waiting = list(records)

        def publishing(act):
            if waiting:
                bureau.verify(waiting.pop())
            return runtime.perform(centre, act)

        run(centre, number, publishing)
        assert {one["entry"] for one in statements(number)} == {0}
        assert {one["verdict"] for one in answers(number)} == {"no_record"}

    @pytest.mark.parametrize("stop", range(1, 6))
    def test_goes_on_behind_the_last_chunk_after_a_crash(self, centre, stop):
        number = received(centre, strangers())
        with pytest.raises(KeyboardInterrupt):
            run(centre, number, dying.after(centre, stop))
        assert state(centre, number)[1] == min(2 * (stop - 1), 7)
        assert run(centre, number) == ("finished", 7, 0, 4)
        assert [one["row"] for one in answers(number)] == list(range(2, 9))

    def test_loses_a_chunk_whose_commit_never_came_and_answers_it_again(self, centre):
        number = received(centre, strangers())
        with pytest.raises(KeyboardInterrupt):
            run(centre, number, dying.within(centre, 3))
        assert state(centre, number) == ("running", 2, 0, 1)
        assert run(centre, number) == ("finished", 7, 0, 4)
        assert [one["number"] for one in statements(number)] == [1, 2, 3, 4]

    def test_of_two_at_once_answers_nothing_twice(self, app, centre):
        number = received(centre, strangers(24))

        def work():
            with app.app_context():
                while state(centre, number)[0] == "running":
                    batch_check.run_pending(runtime.perform, [(number, centre)])

        threads = [threading.Thread(target=work) for _ in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert state(centre, number) == ("finished", 24, 0, 12)
        assert [one["row"] for one in answers(number)] == list(range(2, 26))

    def test_forgets_the_bytes(self, centre):
        number = received(centre, strangers(1))
        run(centre, number)
        with runtime.reading() as session:
            assert batch_checks.own(session, centre.department_id, number).sealed == b""

    def test_tells_progress(self, centre):
        number, told = received(centre, strangers()), []
        batch_check.run(
            lambda act: runtime.perform(centre, act),
            centre,
            number,
            lambda done, total: told.append((done, total)),
        )
        assert told == [(2, 7), (4, 7), (6, 7), (7, 7)]


class TestBadRows:
    def test_are_unchecked_with_their_code_and_the_good_are_answered(self, centre):
        rows = [
            stranger(1) | {"ref": "a"},
            {"ref": "b", "name": "盐城盐都短码商贸有限公司", "uscc": "9132"},
            {"ref": "c", "uscc": stranger(3)["uscc"]},
            stranger(4) | {"ref": "d", "role": "judge"},
            stranger(5) | {"ref": "e"},
            stranger(6) | {"ref": "e"},
            stranger(7) | {"ref": "g", "of": "nobody"},
            {
                "ref": "h",
                "name": "卞子墨",
                "role": "project_manager",
                "of": "a",
                "id_number": "320981199912310006",
            },
            {"ref": "i", "name": f"卞{PERSON_NUMBER}"},
            stranger(9) | {"ref": "j"},
        ]
        number = received(centre, rows)
        assert run(centre, number) == ("finished", 10, 8, 2)
        found = answers(number)
        codes = {one["ref"]: one["reasons"][0]["code"] for one in found if one["verdict"] == "unchecked"}
        assert codes == {
            "b": "uscc-malformed",
            "c": "party-refused",
            "d": "party-refused",
            "e": "ref-doubled",
            "g": "ref-unknown",
            "h": "resident-id-check-character",
            "i": "personal-number",
        }
        assert [one["row"] for one in found] == list(range(2, 12))
        assert set(codes.values()) <= REASONS.keys()
        assert PERSON_NUMBER not in str(found)

    def test_alone_make_no_check(self, centre):
        number = received(centre, [{"name": "甲", "uscc": "1"}, {"name": "乙", "uscc": "2"}])
        assert run(centre, number) == ("finished", 2, 2, 0)
        assert [one["check"] for one in answers(number)] == [None, None]

    @pytest.mark.parametrize("data", [b"", b"code,colour\n1,red\n", b"uscc\n1\n", b"name,name\na,b\n", b"name\n"])
    def test_of_a_file_that_is_no_list_refuse_it(self, centre, data):
        with pytest.raises(Refusal) as refusal:
            received(centre, data)
        assert refusal.value.code in ("parties-unreadable", "no-header", "duplicate-column")

    def test_show_a_person_under_a_firm_of_another_chunk(self, centre):
        person = {
            "ref": "p",
            "name": "卞子墨",
            "role": "project_manager",
            "of": "1",
            "id_number": PERSON_NUMBER,
        }
        number = received(centre, [*strangers(2), person])
        run(centre, number)
        assert answers(number)[2]["of"] == "1"


class TestCancel:
    def cancel(self, actor, number):
        return runtime.perform(actor, lambda work: batch_check.cancel(work, number).state)

    def test_between_two_chunks_keeps_what_was_answered(self, centre):
        number = received(centre, strangers())
        steps = 0

        def cancelled(act):
            nonlocal steps
            steps += 1
            if steps == 4:
                self.cancel(centre, number)
            return runtime.perform(centre, act)

        assert run(centre, number, cancelled) == ("cancelled", 4, 0, 2)
        assert run(centre, number) == ("cancelled", 4, 0, 2)
        assert [one["row"] for one in answers(number)] == [2, 3, 4, 5]
        assert len(sheet(centre, number)) == 4
        with runtime.reading() as session:
            assert batch_checks.own(session, centre.department_id, number).sealed == b""
            assert batch_checks.pending(session) == []

    def test_again_changes_nothing_and_after_the_end_is_refused(self, centre):
        first, second = received(centre, strangers(1)), received(centre, strangers(2))
        assert self.cancel(centre, first) == self.cancel(centre, first) == "cancelled"
        run(centre, second)
        with pytest.raises(TransitionRefused):
            self.cancel(centre, second)

    def test_is_for_its_own_department(self, centre, people):
        number = received(centre, strangers(1))
        with pytest.raises(FileUnknown):
            self.cancel(people["other-centre"].actor, number)


class TestReceive:
    def test_of_the_same_file_while_it_runs_is_the_same(self, centre):
        first = received(centre, strangers())
        assert received(centre, strangers()) == first
        assert received(centre, strangers(), tender="YC-1") != first
        run(centre, first)
        assert received(centre, strangers()) != first

    def test_is_refused_out_of_scope_or_for_no_sector(self, centre):
        with pytest.raises(OutOfScope):
            received(replace(centre, sectors=frozenset({"mining"})), strangers())
        for stated in ({"sector": "shipping"}, {"district": "999999"}):
            with pytest.raises(BodyRefused):
                received(centre, strangers(), **stated)
        with pytest.raises(PartiesUnreadable):
            received(centre, "name,联合体身份\na,牵头\n".encode())

    def test_keeps_nothing_in_clear(self, centre):
        rows = [stranger(1) | {"id_number": PERSON_NUMBER, "role": "bidder"}]
        number = received(centre, rows, tender="YC2026-0999", filename="投标人.csv")
        with runtime.reading() as session:
            held = vars(batch_checks.own(session, centre.department_id, number))
        text = str(held) + "".join(one.decode("utf-8", "replace") for one in held.values() if isinstance(one, bytes))
        for secret in (rows[0]["name"], rows[0]["uscc"], PERSON_NUMBER, "YC2026-0999", "投标人"):
            assert secret not in text


class TestPending:
    def test_of_an_asker_without_the_role_fails_with_its_reason(self, centre):
        number = received(centre, strangers())
        batch_check.run_pending(runtime.perform, [(number, replace(centre, role=Role.CLERK))])
        with runtime.reading() as session:
            held = batch_checks.own(session, centre.department_id, number)
        assert (held.state, held.failed_because, held.sealed) == ("failed", "out-of-role", b"")

    def test_goes_on_past_a_file_that_stopped_and_keeps_it(self, centre, caplog):
        bad, good = received(centre, strangers(3)), received(centre, strangers(2))
        steps = 0

        def perform(actor, act):
            nonlocal steps
            steps += 1
            if steps == 3:
                raise ValueError(PERSON_NUMBER)
            return runtime.perform(actor, act)

        batch_check.run_pending(perform, [(bad, centre), (good, centre)])
        assert (state(centre, bad)[:2], state(centre, good)[0]) == (("running", 2), "finished")
        assert "ValueError" in caplog.text
        assert PERSON_NUMBER not in caplog.text

    def test_ends_when_the_store_is_away(self, centre):
        def away(actor, act):
            raise StoreUnavailable()

        with pytest.raises(StoreUnavailable):
            batch_check.run_pending(away, [(received(centre, strangers(1)), centre)])


class TestResult:
    def test_has_one_row_per_party_in_chinese_and_calculates_nothing(self, bureau, centre):
        ban = bureau.names[bureau.published_penalty()]
        rows = [
            {"name": ban["subject_name"], "uscc": ban["uscc"]},
            {"name": '=HYPERLINK("http://evil.example")', "uscc": stranger(2)["uscc"]},
            {"name": "甲", "uscc": "1"},
        ]
        number = received(centre, rows)
        run(centre, number)
        barred, odd, bad = sheet(centre, number)
        assert (barred["结论代码"], barred["事由"], barred["匹配方式"]) == (
            "barred",
            REASONS["measure-in-force"],
            "统一社会信用代码",
        )
        assert all(barred[column] for column in ("记录", "依据", "至", "核查编号"))
        assert (odd["名称"], odd["结论"]) == (rows[1]["name"], "未查到")
        assert (bad["行号"], bad["结论代码"], bad["事由"]) == ("4", "unchecked", REASONS["uscc-malformed"])

    def test_waits_for_the_end(self, centre):
        number = received(centre, strangers())
        with pytest.raises(FileRunning):
            sheet(centre, number)


class TestLink:
    def test_is_of_a_file_that_one_check_answers(self, centre):
        for count, linked in ((2, [False, True]), (3, [False, False])):
            numbers = [received(centre, strangers(count), tender=f"YC-{count}")]
            run(centre, numbers[0])
            numbers.append(received(centre, strangers(count), tender=f"YC-{count}"))
            run(centre, numbers[1])
            previous = [statements(number)[0].get("previous") for number in numbers]
            assert [one is not None for one in previous] == linked
