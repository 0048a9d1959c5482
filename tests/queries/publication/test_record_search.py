"""Search, totals, facets and pages say what a scan of all publications says, for any day, entry and filter."""

import datetime as dt
import itertools
import json
import math
import re
import sqlite3
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import Session

from registry import runtime
from registry.domain.cases.revision import Removal, removed_body
from registry.domain.filing.parse import document_key
from registry.domain.naming import name_key, pinyin
from registry.domain.naming.fold import fold
from registry.models import Publication
from registry.queries.publication import ledger_state, posting_cache, postings, publications, record_search
from registry.queries.publication.publications import Filter
from registry.refusals.acts import NarrowTheQuestion
from registry.services.publication import standing
from tests.web import samples

TODAY = samples.TODAY
AUTHORITIES = (("盐城市示例财政局", "113209000000000010"), ("盐城市示例住房和城乡建设局", "113209000000000029"))
SYLLABLES = ("盐城", "大丰", "瀚垚", "垚瀚", "建设", "工程", "有限公司", "有限责任公司", "第12", "鹽", "一", "ABC")
DAYS = [TODAY + dt.timedelta(days=days) for days in (-400, -30, -1, 0, 1, 40, 900)]

names = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=4).map("".join)
changes = st.fixed_dictionaries(
    {
        "name": names,
        "sectors": st.lists(st.sampled_from(["procurement", "construction", "property"]), min_size=1, unique=True),
        "behaviour": st.sampled_from([None, "N1", "N1-01", "N1-02", "N12-01"]),
        "district": st.sampled_from([None, "320902", "320903"]),
        "authority": st.sampled_from([{"name": name, "code": code} for name, code in AUTHORITIES]),
        "decided_on": st.sampled_from(["2025-10-01", "2026-10-01"]),
        "visible_from": st.sampled_from(DAYS[:5]).map(dt.date.isoformat),
        "visible_until": st.sampled_from(DAYS[3:]).map(dt.date.isoformat),
        "document_number": st.sampled_from(["盐示建罚〔2026〕1号", "盐示建罚〔2026〕2号"]),
        "audience": st.sampled_from(["public", "public", "public", "authorised"]),
    },
    optional={"disputed_on": st.just("2026-11-20")},
)
steps = st.lists(st.tuples(st.integers(0, 9), st.booleans(), changes), min_size=1, max_size=25)
filters = st.builds(
    Filter,
    kinds=st.sampled_from([(), ("penalty",), ("listing", "penalty"), ("listing",)]),
    sector=st.sampled_from([None, None, "procurement", "construction", "training"]),
    behaviour=st.sampled_from([None, None, "N1", "N1-01"]),
    district=st.sampled_from([None, None, "320902", "320903"]),
    authority=st.sampled_from([None, None, None, AUTHORITIES[0][1]]),
    name=st.none()
    | names
    | st.lists(st.sampled_from([*SYLLABLES, "限", "盐城建", "限公司", "司"]), max_size=3).map(" ".join),
    uscc=st.sampled_from([None, None, None, samples.body(1)["subject"]["uscc"]]),
    authority_name=st.sampled_from([None, None, "财政局", "示例"]),
    document=st.sampled_from([None, None, document_key("盐示建罚〔2026〕1号")]),
    year=st.sampled_from([None, None, "2025", "2026"]),
    state=st.sampled_from([None, None, "disputed", "undisputed"]),
)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Limits so small that short histories pass them."""
    monkeypatch.setattr(postings, "TAIL_MAX", 6)
    monkeypatch.setattr(postings, "COMMON", 1)
    monkeypatch.setattr(posting_cache, "SEGMENT_BITS", 3)


_firsts = itertools.count(0, 10)


def play(history, first, newest):
    """Publish, revise and withdraw ten records; ``newest`` are the bodies of those that were published before."""
    for place, is_end, changed in history:
        number = first + place
        before = newest.get(number)
        if is_end and before and before["state"] == "published":
            after = removed_body(before, Removal("withdraw", "withdrawn", "撤回", TODAY, TODAY), TODAY)
        elif before:
            after = samples.body(number, **changed) | {"revision": before["revision"] + 1, "act": "correct"}
        else:
            after = samples.body(number, **changed)
        samples.release(after)
        newest[number] = after


def scan(session, wanted, at):
    """The bodies of the matching versions by entry, from all publications, one by one."""
    rows = list(session.scalars(select(Publication)))
    shown_now = {row.record for row in rows if row.until_entry is None and is_shown(row, at.today)}
    return {
        row.from_entry: json.loads(row.body)
        for row in rows
        if row.from_entry <= at.entry
        and (row.until_entry is None or row.until_entry > at.entry)
        and is_shown(row, at.on)
        and row.record in shown_now
        and all(matches(json.loads(row.body), wanted))
    }


def is_shown(row, day):
    return row.state == "published" and row.audience == "public" and row.visible_from <= day < row.visible_until


def values(body):
    """The values of each facet of a body."""
    parts = (body["behaviour"] or "").split("-")
    return {
        "kind": {body["kind"]},
        "sector": set(body["sectors"]),
        "behaviour": {"-".join(parts[: count + 1]) for count in range(len(parts))} - {""},
        "district": {body["district"] or body["subject"]["uscc"][2:8]},
        "authority": {body["authority"]["name"]},
        "year": {body["decided_on"][:4]},
        "state": {"disputed" if "disputed_on" in body else "undisputed"},
    }


def matches(body, wanted):
    own = values(body)
    yield not wanted.kinds or body["kind"] in wanted.kinds
    for facet in ("sector", "behaviour", "district", "year", "state"):
        value = getattr(wanted, facet)
        yield value is None or value in own[facet]
    yield wanted.authority in (None, body["authority"]["code"])
    yield wanted.authority_name is None or wanted.authority_name in body["authority"]["name"]
    yield wanted.uscc in (None, body["subject"]["uscc"])
    yield wanted.document in (None, document_key(body["document_number"]))
    name = body["subject"]["name"]
    for word in (wanted.name or "").split():
        runs = pinyin.runs(word)
        parts = [run for run, _ in runs] if any(is_latin for _, is_latin in runs) else [word]
        yield is_in(word, name) or all(is_in(part, name) for part in parts)


def is_in(word, name):
    return any(
        typed in written for typed in (name_key.key(word), fold(word)) for written in (name_key.key(name), fold(name))
    )


def facets_of(session, wanted, at):
    counts = {}
    for facet in record_search.record_terms.FACETS:
        open_field = {"kind": {"kinds": ()}, "authority": {"authority_name": None}}.get(facet, {facet: None})
        counts[facet] = {}
        for body in scan(session, replace(wanted, **open_field), at).values():
            for value in values(body)[facet]:
                counts[facet][value] = counts[facet].get(value, 0) + 1
    return counts


class TestSearch:
    @settings(max_examples=12)
    @given(
        history=steps,
        questions=st.lists(
            st.tuples(filters, st.sampled_from(DAYS), st.none() | st.integers(0, 25)), min_size=8, max_size=8
        ),
        limit=st.integers(1, 4),
    )
    def test_says_what_a_scan_says(self, app, history, questions, limit):
        with app.app_context():
            first, newest = next(_firsts), {}
            for part in (history[: len(history) // 2], history[len(history) // 2 :]):
                play(part, first, newest)
                with runtime.reading() as session:
                    for wanted, on, back in questions:
                        at = publications.moment(session, TODAY, on, back and max(ledger_state.head(session) - back, 0))
                        expected = sorted(scan(session, wanted, at), reverse=True)
                        search = record_search.Search(session, wanted, at)
                        assert search.total() == len(expected)
                        assert search.facets() == facets_of(session, wanted, at)
                        assert forwards(search, limit) == expected
                        assert backwards(search, limit) == expected

    def test_of_a_common_text_is_exact_where_its_parts_are_common_too(self, app):
        """甲乙 and 乙丙 are in every name, 甲乙丙 in one."""
        with app.app_context():
            samples.release(*(samples.body(number, name=f"乙丙{'丁' * (number % 3)}甲乙") for number in range(1, 30)))
            samples.release(samples.body(30, name="甲乙丙"))
            samples.release(*(samples.body(number, name="丁") for number in range(31, 40)))
            with runtime.reading() as session:
                at = publications.moment(session, TODAY)
                assert record_search.Search(session, Filter(name="甲乙丙"), at).total() == 1

    def test_of_the_past_is_refused_when_too_much_has_changed_since(self, app, monkeypatch):
        monkeypatch.setattr(record_search, "CHANGED_MAX", 2)
        with app.app_context():
            bodies = [samples.body(number) for number in range(3)]
            samples.release(*bodies)
            samples.release(*(body | {"revision": 2, "act": "correct"} for body in bodies))
            with runtime.reading() as session:
                with pytest.raises(NarrowTheQuestion):
                    record_search.Search(session, Filter(), publications.moment(session, TODAY, entry=3))
                assert (
                    record_search.Search(session, Filter(), publications.moment(session, TODAY, entry=4)).total() == 3
                )


class CountingCursor(sqlite3.Cursor):
    """A cursor that counts the rows it hands out."""

    rows = 0

    def fetchall(self):
        rows = super().fetchall()
        CountingCursor.rows += len(rows)
        return rows

    def fetchone(self):
        row = super().fetchone()
        CountingCursor.rows += row is not None
        return row

    def fetchmany(self, *size):
        rows = super().fetchmany(*size)
        CountingCursor.rows += len(rows)
        return rows


class CountingConnection(sqlite3.Connection):
    """A connection whose cursors count."""

    def cursor(self, *_):
        return super().cursor(CountingCursor)


@pytest.fixture
def many(app, monkeypatch):
    """Four thousand records in as many segments as a million has, with everything in common; they stand in the index
    alone, for only they are counted."""
    monkeypatch.setattr(posting_cache, "SEGMENT_BITS", 8)
    monkeypatch.setattr(postings, "COMMON", 8)
    monkeypatch.setattr(postings, "TAIL_MAX", 128)
    bodies = [body_of(number) for number in range(4_000)]
    with runtime.begin() as work:
        for start in range(0, 4_000, 500):
            standing.replace(work, bodies[start : start + 500], start + 1)
        work.session.connection().exec_driver_sql("UPDATE counters SET value = 4000 WHERE name = 'ledger'")
    return 4_000


PARTIAL = ("ix_standing_left", "ix_postings_dimension")
"""Indexes of the few rows that a search reads all of."""


def scans(engine, sent):
    """The tables that grow with the list of which some statements look at every row."""
    with engine.connect() as connection:
        plans = [
            step[-1]
            for statement, values in sent
            if statement.startswith("SELECT")
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    grows = re.compile(r"SCAN (standing|postings|publications|ledger_entries)\b")
    return [plan for plan in plans if grows.match(plan) and not any(name in plan for name in PARTIAL)]


class TestCost:
    """docs/adr/0027: rows read are below the tail and 32 times the root of the number of records."""

    WANTED = (
        Filter(),
        Filter(name="司"),
        Filter(name="有限公司"),
        Filter(name="城建设"),
        Filter(name="盐城 贸易 有限公司"),
        Filter(sector="s0", kinds=("listing",)),
        Filter(sector="s0", name="建设"),
        Filter(name="建设 贸易"),
        Filter(authority_name="局"),
        Filter(name="yanchengjianshe"),
        Filter(name="ycjs"),
        Filter(name="延城"),
    )

    def test_of_a_search_with_facets_stays_below_the_root(self, many):
        if runtime.db.engine.dialect.name != "sqlite":
            pytest.skip("rows are counted in the driver of SQLite")
        path = runtime.db.engine.url.database
        for wanted in self.WANTED:
            engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(path, factory=CountingConnection))
            sent = []
            event.listen(engine, "before_cursor_execute", lambda *call, sent=sent: sent.append(call[2:4]))
            with Session(engine) as session:
                at = publications.Moment(TODAY, many, TODAY, is_now=True)
                CountingCursor.rows = 0
                search = record_search.Search(session, wanted, at)
                search.facets()
                total, slips = search.total(), search.slips()
            assert 0 < CountingCursor.rows <= postings.TAIL_MAX + 32 * math.isqrt(many), wanted
            assert total == counted(wanted, many), wanted
            assert len(slips) == (counted(Filter(name="盐城"), many) if wanted.name == "延城" else 0), wanted
            assert scans(engine, list(sent)) == [], wanted
            engine.dispose()


def counted(wanted, many):
    """How many of ``many`` match, by the name that is meant."""
    meant = {"yanchengjianshe": "盐城建设", "ycjs": "盐城建设"}.get(wanted.name, wanted.name)
    return sum(all(matches(body_of(number), replace(wanted, name=meant))) for number in range(many))


def body_of(number):
    """The body of one of ``many``, as far as it is matched."""
    name = f"盐城{'建设' if number % 2 else '贸易'}{number}有限公司"
    return samples.body(number, name=name, sectors=[f"s{number % 2}"], kind=("penalty", "listing")[number % 2])


def forwards(search, limit):
    entries, before = [], None
    while True:
        page = search.page(limit, before=before)
        assert page.first == len(entries) + 1
        assert page.has_newer == bool(entries)
        entries += [publication.from_entry for publication in page.publications]
        if not page.has_older:
            return entries
        before = entries[-1]


def backwards(search, limit):
    entries, after = [], 0
    while True:
        page = search.page(limit, after=after)
        entries = [publication.from_entry for publication in page.publications] + entries
        if not page.has_newer:
            return entries
        after = entries[0]
