"""Counts and reference data that are cached: many threads, several stores, no mix-up."""

import datetime as dt
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from registry import runtime
from registry.queries.law import disclosure
from registry.queries.publication import publications, record_search
from registry.queries.store_cache import StoreCache
from tests.support.filings import filing, today

DAYS = [today() + dt.timedelta(days=ahead) for ahead in range(3 * disclosure._MOMENTS_MAX)]
THREADS, ROUNDS = 8, 8


@pytest.fixture
def switching():
    """Threads take turns as often as the interpreter can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.fixture
def engines(request, desk, templates, tmp_path):
    """The engine of a store with one published penalty, and that of an empty store with the same ledger size."""
    desk.published(filing())
    (tmp_path / "other").mkdir()
    with templates.copy(runtime.db.engine.dialect.name, tmp_path / "other") as url:
        other = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
        yield runtime.db.engine, other
        other.dispose()


def count_by_sector(engine, day):
    """What the disclosure catalogue and the front page count on a day, as one reader sees it."""
    at = publications.Moment(day, 1, today(), is_now=day == today())
    with Session(engine) as session:
        tallies = [item.tally.shown for item in disclosure.items(session, at) if item.tally]
        return sum(tallies), record_search.sector_counts(session, at)


class TestCounts:
    def test_of_many_threads_and_two_stores_are_never_mixed_up(self, engines, switching):
        full, empty = engines
        assert count_by_sector(full, today()) != count_by_sector(empty, today())
        with ThreadPoolExecutor(THREADS) as pool:
            answers = [
                (engine, pool.submit(count_by_sector, engine, day))
                for _ in range(ROUNDS)
                for day in DAYS
                for engine in engines
            ]
        for engine, answer in answers:
            total, by_sector = answer.result()
            assert bool(total) == bool(by_sector) == (engine is full)


class TestStoreCache:
    def test_keeps_stores_of_one_url_apart(self):
        cache = StoreCache[str, int](1)
        engines = [create_engine("sqlite://") for _ in range(2)]
        for number, engine in enumerate(engines):
            with Session(engine) as session:
                assert cache.get_or_compute(session, "key", lambda number=number: number) == number
                assert cache.get_or_compute(session, "key", lambda: -1) == number

    def test_forgets_a_store_whose_engine_is_gone(self):
        cache = StoreCache[str, int](1)
        for number in range(50):  # addresses of freed engines are used again
            with Session(create_engine("sqlite://")) as session:
                assert cache.get_or_compute(session, "key", lambda number=number: number) == number

    def test_drops_the_oldest_value(self):
        cache, engine = StoreCache[int, int](2), create_engine("sqlite://")
        computed = []

        def value_of(session, key):
            return cache.get_or_compute(session, key, lambda: computed.append(key) or key)

        with Session(engine) as session:
            assert [value_of(session, key) for key in (1, 2, 3, 2, 3, 1)] == [1, 2, 3, 2, 3, 1]
        assert computed == [1, 2, 3, 1]

    def test_gives_each_thread_its_own_value_while_others_fill_the_cache(self, switching):
        cache, engine = StoreCache[int, int](1), create_engine("sqlite://")

        def ask(number):
            with Session(engine) as session:
                return all(cache.get_or_compute(session, key, lambda key=key: key) == key for key in range(number, 500))

        with ThreadPoolExecutor(THREADS) as pool:
            assert all(pool.map(ask, range(THREADS)))

    def test_computes_again_after_a_failure(self):
        cache = StoreCache[str, int](1)
        with Session(create_engine("sqlite://")) as session:
            with pytest.raises(ZeroDivisionError):
                cache.get_or_compute(session, "key", lambda: 1 // 0)
            assert cache.get_or_compute(session, "key", lambda: 7) == 7
            assert session.scalar(select(7)) == 7
