"""Names are found by their grams, on both stores, and offered only where something may be seen."""

import datetime as dt

import pytest
from sqlalchemy import delete, func, select

from registry import runtime
from registry.domain.naming import name_key
from registry.models import SubjectName, gram_counts, name_grams
from registry.queries.publication import name_search, publications, record_search
from registry.services.publication import name_index
from tests.support.filings import PersonFactory, days_ago, filing, today

LISTED = (
    "盐城市瀚澜建设工程有限公司",
    "盐城市瀚丰建设工程有限公司",
    "南京市瀚澜建设工程有限公司",
    "东台市单曾五金厂",
    "建湖县沐笙种植专业合作社",
)


def index(*listed):
    with runtime.begin() as work:
        return name_index.index(work, listed)


def found(asked, **limits):
    """The keys found, best first."""
    with runtime.reading() as session:
        return [one.name_key for one in name_search.search(session, asked, **limits)]


def near(typed, day=None, **special):
    """What is offered beside the pages: name, label, score."""
    with runtime.reading() as session:
        at = publications.moment(session, day or today())
        offered = record_search.near(record_search.Search(session, publications.Filter(name=typed, **special), at))
        return [(held.name, match.label, match.score) for held, match in offered]


class TestSearch:
    @pytest.mark.parametrize(
        ("asked", "held"),
        [
            ("盐城市瀚澜建设工程有限公司", LISTED[0]),
            ("鹽城市瀚瀾建設工程有限公司", LISTED[0]),
            ("盐城瀚蓝建设工程", LISTED[0]),
            ("盐城瀚丰建没工程公司", LISTED[1]),
            ("单曾", LISTED[3]),
            ("dong tai shan zeng wu jin chang", LISTED[3]),
            ("dongtaidancengwujinchang", LISTED[3]),
            ("建湖县沐生种植农民专业合作社", LISTED[4]),
        ],
    )
    def test_ranks_the_name_meant_first(self, app, asked, held):
        index(*LISTED)
        assert found(asked)[0] == name_key.key(held)

    def test_gives_no_more_than_asked_for(self, app):
        index(*LISTED)
        assert len(found("盐城市瀚澜建设工程有限公司", limit=2)) == 2

    @pytest.mark.parametrize("asked", ["", "…", "有限公司", "甲", "查无此字号"])
    def test_of_what_nobody_shares_finds_nothing(self, app, asked):
        index(*LISTED)
        assert found(asked) == []

    def test_finds_none_by_a_gram_of_more_names_than_may_be_read(self, app, monkeypatch):
        monkeypatch.setattr(name_search, "READ_MAX", 10)
        index(*(f"盐城甲{number:03d}有限公司" for number in range(50)))
        assert found("盐城") == []
        assert found("盐城甲049有限公司")[0] == "盐城甲049有限公司"


class TestIndex:
    def test_takes_a_name_once(self, app):
        assert index(*LISTED) == len(LISTED)
        assert index(*LISTED, "盐城新名有限公司") == 1

    def test_takes_a_name_without_a_character(self, app):
        assert index("——") == 1
        assert index("——", "甲") == 1

    def test_counts_the_names_of_each_gram(self, app):
        index("盐城瀚澜", "盐城沐笙")
        with runtime.reading() as session:
            shared = session.scalar(select(func.count()).where(gram_counts.c.names == 2))
            total = session.scalar(select(func.sum(gram_counts.c.names)))
        index("盐城宏丰")
        with runtime.reading() as session:
            assert session.scalar(select(func.max(gram_counts.c.names))) == 3
            assert session.scalar(select(func.count()).where(gram_counts.c.names == 3)) == shared
            assert session.scalar(select(func.sum(gram_counts.c.names))) > total

    def test_is_written_with_the_publication_and_rolled_back_with_it(self, app):
        with pytest.raises(RuntimeError), runtime.begin() as work:
            name_index.index(work, LISTED)
            raise RuntimeError
        assert found(LISTED[0]) == []


class TestPublish:
    def test_indexes_public_names_only(self, desk):
        desk.published(filing(subject_name="盐城瀚澜建设有限公司"))
        desk.published(PersonFactory(subject_name="卞子墨"))
        assert found("盐城翰澜建设有限公司") == ["盐城瀚澜建设有限公司"]
        assert found("卞子墨") == []

    def test_made_before_the_index_is_caught_up_with(self, desk):
        desk.published(filing(subject_name="盐城瀚澜建设有限公司"))
        with runtime.begin() as work:
            for table in (SubjectName, gram_counts, name_grams):
                work.session.execute(delete(table))
        assert found("盐城瀚澜建设有限公司") == []
        with runtime.begin() as work:
            assert name_index.index_missing(work) == 1
        assert found("盐城瀚澜建设有限公司") == ["盐城瀚澜建设有限公司"]

    def test_can_be_indexed_anew(self, desk):
        desk.published(filing(subject_name="盐城瀚澜建设有限公司"))
        with runtime.begin() as work:
            assert name_index.rebuild(work) == 1
        with runtime.reading() as session:
            assert session.scalar(select(func.max(gram_counts.c.names))) == 1


class TestNear:
    def test_offers_what_is_visible_with_what_differs(self, desk):
        record = desk.published(filing(subject_name="盐城瀚澜建设有限公司"))
        assert near("盐城瀚蓝建设有限公司") == [("盐城瀚澜建设有限公司", "possible", 0.8333)]
        assert near("盐城瀚蓝建设有限公司", day=today() + dt.timedelta(days=4000)) == []
        desk.withdraw(record, days_ago(0))
        assert near("盐城瀚蓝建设有限公司") == []

    def test_leaves_out_what_the_search_itself_finds(self, desk):
        desk.published(filing(subject_name="盐城瀚澜建设有限公司"))
        assert near("瀚澜建设") == []
        assert near(None) == []

    def test_leaves_out_strangers(self, desk):
        desk.published(filing(subject_name="盐城瀚澜建设有限公司"))
        assert near("盐城宏丰建设有限公司") == []

    def test_is_narrowed_like_the_search(self, desk):
        desk.published(filing(subject_name="盐城瀚澜建设有限公司"))
        assert near("盐城瀚蓝建设有限公司", sector="mining") == []
        assert len(near("盐城瀚蓝建设有限公司", sector="procurement")) == 1
