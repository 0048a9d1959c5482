"""A simulated time of filings with the worker dead for random weeks; ``make simulate SEED=7 DAYS=365`` is the year.

Each day the plain books say what must be shown, who must be barred and which clocks run; the registry is asked.
"""

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.checks import verdict
from registry.domain.checks.model import CheckedParty, CheckScope, Hit
from registry.domain.law.deadlines import state
from registry.models import Clock, Publication
from registry.queries import integrity
from registry.queries.checks import candidates
from registry.queries.law import deadlines
from registry.queries.publication import ledger_state, publications
from tests.contract.test_reference import ROWS
from tests.stories.simulation.city import BEGINS, City
from tests.stories.simulation.expected import DAY
from tests.support import stores
from tests.support.bureau import Bureau
from tests.support.people import town

SEED = int(os.environ.get("SIMULATE_SEED", "20260401"))
DAYS = int(os.environ.get("SIMULATE_DAYS", "60"))
LIST_MEASURES = {row.code: frozenset(row.measures) for row in ROWS["schemes"] if row.may_publish}


@pytest.fixture(params=stores.STORES)
def city(request: pytest.FixtureRequest, templates: stores.Templates, tmp_path) -> Iterator[City]:
    """A city on the first day."""
    with town(request.param, templates, tmp_path, applications_per_subject_max=9999) as made:
        yield City(Bureau(*made), SEED)


def shown(today: dt.date) -> set[str]:
    with runtime.reading() as session:
        at = publications.moment(session, today)
        return set(session.scalars(select(Publication.record).where(publications.visible(at))))


def barred(city: City) -> set[str]:
    """Firms that a check bars today."""
    firms = {filing["subject_name"]: filing["uscc"] for filing in city.bureau.names.values()}
    question = CheckScope("procurement", False, None, city.today, list_measures=LIST_MEASURES)
    with runtime.reading() as session:
        head = ledger_state.head(session)
        found = candidates.candidates(session, candidates.Keys(list(firms.values()), [], []), head)
    return {
        name
        for name, code in firms.items()
        if verdict.judge(
            CheckedParty("1", "bidder", name, code),
            [Hit("uscc", body) for body in found.get(("uscc", code), ())],
            question,
            None,
        ).verdict
        == "barred"
    }


def assert_clocks(city: City) -> None:
    """No clock is lost or invented; what is overdue is reported as such, what was met late counted as late."""
    with runtime.reading() as session:
        rows = list(session.scalars(select(Clock)))
        clerk = city.bureau.people["clerk"].actor
        overdue = {clock.id for clock in deadlines.running_clocks(session, clerk, ("overdue",), city.today)}
    held = Counter((row.record, row.code, row.due, row.met_on) for row in rows)
    assert held == Counter((one.record, one.code, one.due, one.met_on) for one in city.books.clocks)
    assert Counter(state(row.due, row.met_on, city.today) for row in rows) == city.books.states(city.today)
    assert overdue == {row.id for row in rows if row.met_on is None and row.due < city.today}


class TestYear:
    def test_shows_and_bars_nothing_after_its_end_and_loses_no_clock(self, city):
        most, seen = Counter[str](), set[str]()
        for number in range(DAYS):
            city.live(BEGINS + number * DAY)
            today: dt.date = city.today
            assert shown(today) == city.books.shown(today), today
            assert barred(city) == city.books.barred(today), today
            assert_clocks(city)
            seen |= set(city.books.states(today))
            most["stale"] = max(most["stale"], stale(today))
        with runtime.begin() as work:
            assert list(integrity.findings(work.session, work.keys, work.settings.node, lambda _: None)) == []
        print(f"\nseed {SEED}, {DAYS} days: {dict(sorted(city.done.items()))}")
        print(f"clocks {dict(sorted(city.books.states(city.today).items()))}; ended and not tidied: {most['stale']}")
        assert city.done["weeks dead"]
        assert most["stale"]  # the dead worker left something that readers had to hide themselves
        assert {"met", "late", "overdue", "due"} <= seen


def stale(today: dt.date) -> int:
    """Versions that still say published after their end."""
    with runtime.reading() as session:
        question = select(Publication.id).where(
            Publication.until_entry.is_(None),
            Publication.state == "published",
            Publication.visible_until <= today,
        )
        return len(session.scalars(question).all())
