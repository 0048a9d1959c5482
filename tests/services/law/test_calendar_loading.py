"""A year's notice is loaded: what it moves, what is noted, and what is not believed."""

import datetime as dt
import tomllib

import pytest
from sqlalchemy import select, update

from registry import runtime
from registry.domain.law import calendar_notice, reference_kinds, reference_rows
from registry.domain.law.reference import Reference
from registry.domain.permissions import SYSTEM
from registry.models import AuditEvent, CatalogRow, Clock, Penalty
from registry.queries import integrity
from registry.queries.law import reference_data
from registry.refusals.acts import OutOfRole
from registry.refusals.procedure import CalendarRefused
from registry.services.law import calendar_loading, reference_loading
from tests.support import notices
from tests.support.bureau import confirming

LATE = dt.date(2026, 12, 29)
DECIDED = "2026-12-28"


def load(data, actor=SYSTEM):
    """Load a notice: by the node while it is set up, by an administrator as another had proposed it."""
    return runtime.perform(
        actor, lambda work: calendar_loading.load(confirming(work) if actor.account_id else work, data)
    )


def clock_of(record):
    with runtime.reading() as session:
        return session.scalars(select(Clock).where(Clock.record == record)).one()


def noted(act):
    with runtime.reading() as session:
        question = select(AuditEvent).where(AuditEvent.act == act).order_by(AuditEvent.id)
        return [(one.actor, one.reference, one.detail) for one in session.scalars(question)]


def years_held():
    with runtime.reading() as session:
        return {row.code for row in reference_data.current(session).calendar_years()}


@pytest.fixture
def late(bureau):
    """A penalty decided so late in 2026 that its limit ends in the year not announced."""
    bureau.go(LATE)
    return bureau.penalty(decided_on=DECIDED)


class TestLoad:
    def test_moves_the_clocks_that_reach_into_the_year_and_notes_each(self, bureau, late):
        before = clock_of(late)
        assert (before.due, before.provisional) == (dt.date(2027, 1, 7), True)
        assert load(notices.file()) == calendar_loading.CalendarLoad(1, 1, 0)
        after = clock_of(late)
        assert (after.due, after.provisional) == (dt.date(2027, 1, 8), False)
        assert before.calendar != after.calendar
        assert noted("clock.recount") == [("system", late, "penalty.publish 2027-01-07 -> 2027-01-08")]
        assert noted("calendar.load") == [("system", "2027", "2026-11-20 示例通知（虚构）")]

    def test_moves_the_day_that_the_penalty_tells(self, bureau, late):
        load(notices.file())
        with runtime.reading() as session:
            held = session.scalars(select(Penalty).where(Penalty.record == late)).one()
            assert (held.publish_by, held.publish_by_provisional) == (dt.date(2027, 1, 8), False)

    def test_leaves_a_clock_that_was_met(self, bureau, late):
        bureau.verify(late)
        assert load(notices.file()) == calendar_loading.CalendarLoad(1, 0, 0)
        assert clock_of(late).due == dt.date(2027, 1, 7)
        assert noted("clock.recount") == []

    def test_never_moves_the_day_that_a_published_body_repeats(self, bureau, late):
        bureau.verify(late)
        runtime.perform(SYSTEM, lambda work: work.session.execute(update(Clock).values(met_on=None)))
        assert load(notices.file()).moved == 1
        with runtime.reading() as session:
            held = session.scalars(select(Penalty).where(Penalty.record == late)).one()
            assert held.publish_by == dt.date(2027, 1, 7)
            assert not list(integrity.findings(session, runtime.keys(), runtime.settings().node, lambda _: None))

    def test_of_the_same_file_again_changes_nothing(self, bureau, late):
        load(notices.file())
        assert load(notices.file()) == calendar_loading.CalendarLoad(0, 0, 0)
        assert len(noted("clock.recount")) == 1

    def test_counts_what_is_still_provisional(self, bureau):
        bureau.go(LATE)
        for day in (DECIDED, "2026-12-14"):
            bureau.penalty(decided_on=day)
        bureau.go(dt.date(2027, 12, 28))
        bureau.penalty(decided_on="2027-12-27")
        assert load(notices.file()) == calendar_loading.CalendarLoad(1, 1, 1)

    def test_takes_a_later_version_of_a_year_as_when_2020_was_extended(self, bureau, late):
        load(notices.file())
        longer = (*notices.DAYS_OFF_2027, "2027-01-05")
        changed = notices.year(holidays=longer, effective_from="2026-12-30")
        assert load(notices.file(changed)) == calendar_loading.CalendarLoad(1, 1, 0)
        assert clock_of(late).due == dt.date(2027, 1, 11)

    def test_is_for_those_who_run_the_node(self, people):
        for name in ("clerk", "verifier", "security", "auditor", "centre"):
            with pytest.raises(OutOfRole):
                load(notices.file(), people[name].actor)
        assert load(notices.file(), people["operator"].actor).rows == 1


WEEKEND = "2027-05-08"


class TestRefuses:
    @pytest.mark.parametrize(
        ("data", "code"),
        [
            pytest.param(b"\xff", "", id="not text"),
            pytest.param(b"rows = 3", "rows-missing", id="no rows"),
            pytest.param(b"", "rows-missing", id="empty"),
            pytest.param(notices.file() + b"\n[more]\n", "rows-missing", id="more than rows"),
            pytest.param(b"rows = [1]", "row-unreadable", id="not a table"),
            pytest.param(notices.file(notices.year(source=None)), "row-unreadable", id="no source"),
            pytest.param(notices.file(notices.year(colour="red")), "row-unreadable", id="unknown key"),
            pytest.param(notices.file(notices.year(code="next")), "row-unreadable", id="no year"),
            pytest.param(notices.file(notices.year(code="02027")), "row-unreadable", id="five digits"),
            pytest.param(
                notices.file(notices.year(holidays=(*notices.DAYS_OFF_2027, "2028-01-03"))),
                "day-outside-year",
                id="day of another year",
            ),
            pytest.param(notices.file(notices.year(workdays=(WEEKEND, WEEKEND))), "day-given-twice", id="twice"),
            pytest.param(
                notices.file(notices.year(holidays=(*notices.DAYS_OFF_2027, WEEKEND))),
                "holiday-on-weekend",
                id="holiday on a Saturday",
            ),
            pytest.param(
                notices.file(notices.year(workdays=("2027-05-06",))), "workday-on-weekday", id="Thursday worked"
            ),
            pytest.param(
                notices.file(notices.year(holidays=notices.DAYS_OFF_2027[:10])), "too-few-holidays", id="too few"
            ),
            pytest.param(
                notices.file(
                    notices.year(
                        code="2028",
                        holidays=tuple(
                            f"2028-{month:02}-{day:02}"
                            for month in (3, 5, 8)
                            for day in (1, 2, 3, 7, 8)
                            if dt.date(2028, month, day).weekday() < 5
                        ),
                    )
                ),
                "year-missing",
                id="a year left out",
            ),
        ],
    )
    def test_what_cannot_be_a_notice(self, app, data, code):
        with pytest.raises(CalendarRefused) as refused:
            load(data)
        assert [one.code for one in refused.value.faults] == ([code] if code else [])
        assert "2027" not in years_held()

    def test_a_version_that_is_not_later_than_the_one_held(self, app):
        load(notices.file())
        fewer = notices.year(holidays=notices.DAYS_OFF_2027[:12])
        for since in ("2026-11-20", "2026-11-19"):
            with pytest.raises(CalendarRefused) as refused:
                load(notices.file(fewer.replace("2026-11-20", since)))
            assert refused.value.faults[0].code == "year-held"

    def test_nothing_that_was_announced_so_far(self):
        held = [reference_kinds.parse_reference_row("thresholds", data) for data in shipped("thresholds")]
        years = shipped("calendar")
        accepted = calendar_notice.parse_notice(years, Reference({"thresholds": held}))
        assert [row.code for row in accepted] == [data["code"] for data in years]


def shipped(kind):
    return tomllib.loads((reference_loading.FOLDER / f"{kind}.toml").read_text("utf-8"))["rows"]


class TestInit:
    def test_leaves_what_the_operator_loaded(self, app):
        load(notices.file())
        assert runtime.perform(SYSTEM, reference_loading.renew) == (0, 0, 0)
        assert "2027" in years_held()

    def test_closes_a_row_of_another_kind_that_no_file_names(self, app):
        def plant(work):
            body = reference_rows.row_body(reference_kinds.parse_reference_row("id_types", shipped("id_types")[0])) | {
                "code": "998"
            }
            work.session.add(reference_loading.row(work, "id_types", body))

        runtime.perform(SYSTEM, plant)
        assert runtime.perform(SYSTEM, reference_loading.renew)[:2] == (0, 1)

    def test_counts_the_clocks_again_when_a_row_changed(self, bureau, late, tmp_path):
        for path in reference_loading.FOLDER.glob("*.toml"):
            (tmp_path / path.name).write_bytes(path.read_bytes())
        with (tmp_path / "calendar.toml").open("a", encoding="utf-8") as file:
            file.write("\n" + notices.year())
        moved = runtime.perform(SYSTEM, lambda work: reference_loading.renew(work, tmp_path))
        assert moved == (1, 0, 1)
        assert clock_of(late).due == dt.date(2027, 1, 8)
        assert [reference for _, reference, _ in noted("clock.recount")] == [late]

    def test_keeps_each_version_that_was_replaced(self, app):
        load(notices.file())
        longer = (*notices.DAYS_OFF_2027, "2027-01-05")
        load(notices.file(notices.year(holidays=longer, effective_from="2026-12-30")))
        with runtime.reading() as session:
            question = select(CatalogRow).where(CatalogRow.kind == "calendar", CatalogRow.code == "2027")
            assert [row.closed_at for row in session.scalars(question)] == [None, None]


class TestCommands:
    def test_load_tells_what_it_did(self, typed, bureau, late, tmp_path):
        path = tmp_path / "2027.toml"
        path.write_bytes(notices.file())
        said = typed("calendar", "load", path)
        assert said == (0, "1 rows loaded, 1 clocks moved, 0 clocks still provisional\n")

    def test_load_refuses_with_its_reasons(self, typed, tmp_path):
        path = tmp_path / "2027.toml"
        path.write_bytes(notices.file(notices.year(holidays=())))
        code, said = typed("calendar", "load", path)
        assert code == 1
        assert "calendar-refused" in said
        assert "too-few-holidays: 2027" in said

    def test_deadlines_are_those_of_the_account(self, typed, bureau, late):
        bureau.go(dt.date(2027, 1, 6))
        code, said = typed("deadlines", "--as", "clerk")
        assert code == 0
        words = said.strip().split("\t")
        assert words[:4] == ["2027-01-07", "due", "D01", late]
        assert words[5] == f"作出决定之日 {DECIDED}"
        assert words[7:] == ["confirmed", "provisional warn"]
        assert typed("deadlines", "--as", "clerk", "--state", "overdue") == (0, "")
        assert typed("deadlines", "--as", "other-clerk") == (0, "")
        assert typed("deadlines", "--as", "centre")[0] == 1
