"""A party without a usable code is also looked up by near name; each likely record is for a person (issue 12, L12)."""

import datetime as dt

import pytest

from registry import runtime
from registry.domain.checks import receipts
from registry.domain.checks.model import LISTS_MATCHER
from registry.queries import integrity
from registry.queries.publication import ledger_state, name_search, publications, record_search
from registry.services.checks.request import Party
from registry.services.publication import name_index
from tests.support.centre import Centre, advance
from tests.support.filings import PersonFactory, days_ago, filing
from tests.support.lists import Office, firm, table

NAME, NEAR = "盐城瀚澜建设有限公司", "盐城瀚蓝建设有限公司"
HIDDEN, HIDDEN_NEAR = "盐城沐笙种植有限公司", "盐城沐生种植有限公司"
WRONG = "91320902MA0TR0028T"


@pytest.fixture
def centre(desk):
    return Centre(desk.people)


def lines(centre, *parties, **special):
    return centre.look(*parties, **special)["lines"]


def codes(line):
    return [reason["code"] for reason in line["reasons"]]


def bidder(name, ref="1", **special):
    return Party(**{"ref": ref, "role": "bidder", "name": name, **special})


def head():
    with runtime.reading() as session:
        return ledger_state.head(session)


def publish_hidden(desk, name):
    """A record that only checks may see."""
    return desk.published(filing(subject_name=name, content="警告。", kinds="警告", fine=""))


class TestNear:
    def test_name_without_a_code_is_review_with_the_characters(self, desk, centre):
        record = desk.published(filing(subject_name=NAME))
        (line,) = lines(centre, bidder(NEAR))
        assert (line["verdict"], codes(line)) == ("review", ["identity-not-given", "near-name"])
        near = line["reasons"][1]
        assert near["record"] == record
        assert near["match"] == {
            "by": "name",
            "near": True,
            "differences": [{"kind": "homophone", "asked": "蓝", "held": "澜"}],
        }

    def test_name_under_an_impossible_code_is_review_and_says_that_the_code_is_wrong(self, desk, centre):
        desk.published(filing(subject_name=NAME))
        (line,) = lines(centre, bidder(NEAR, uscc=WRONG))
        assert (line["verdict"], codes(line)) == ("review", ["uscc-check-character", "near-name"])

    def test_name_with_a_sound_code_or_a_number_stays_with_it(self, desk, centre):
        desk.published(filing(subject_name=NAME))
        sound, person, manager = lines(
            centre,
            bidder(NEAR, uscc=firm(7)["统一社会信用代码"]),
            bidder(NEAR, "2", id_type="111", id_number=PersonFactory()["id_number"]),
            bidder(NEAR, "3", role="project_manager"),
        )
        assert [sound["verdict"], person["verdict"]] == ["no_record", "no_record"]
        assert codes(manager) == ["identity-not-given"]

    def test_names_of_persons_are_not_looked_up(self, desk, centre):
        desk.published(PersonFactory(subject_name="卞子墨墨"))
        (line,) = lines(centre, bidder("卞子默墨"))
        assert codes(line) == ["identity-not-given"]
        assert found("卞子墨墨") == []

    def test_whole_names_stay_as_they_were(self, desk, centre):
        desk.published(filing(subject_name=NAME))
        (line,) = lines(centre, bidder(NAME))
        assert "near-name" not in codes(line)

    def test_withdrawn_records_are_not_told(self, desk, centre):
        record = desk.published(filing(subject_name=NAME))
        desk.withdraw(record, days_ago(0))
        assert codes(lines(centre, bidder(NEAR))[0]) == ["identity-not-given"]

    def test_older_rules_know_no_near_names(self, desk, centre):
        desk.published(filing(subject_name=NAME))
        assert codes(lines(centre, bidder(NEAR), matcher=LISTS_MATCHER)[0]) == ["identity-not-given"]

    def test_no_more_than_five_names_are_told(self, desk, centre):
        for character in "兰栏拦篮岚阑":
            desk.published(filing(subject_name=f"盐城瀚{character}建设有限公司"))
        assert codes(lines(centre, bidder(NEAR))[0]).count("near-name") == 5


class TestReplay:
    def test_newer_names_displace_none(self, desk, centre, monkeypatch):
        """What was known at an entry is told of it, however many nearer names came later."""
        desk.published(filing(subject_name=NAME))
        entry = head()
        before = lines(centre, bidder(NEAR), known_at=entry)
        for character in "兰栏拦篮岚阑":
            desk.published(filing(subject_name=f"盐城瀚{character}建设有限公司"))
        monkeypatch.setattr("registry.queries.checks.near_names._COMPARED_MAX", 1)
        after = lines(centre, bidder(NEAR), known_at=entry)
        assert receipts.answer_bytes(after) == receipts.answer_bytes(before)
        monkeypatch.setattr("registry.queries.checks.near_names.READ_MAX", 1)
        assert receipts.answer_bytes(lines(centre, bidder(NEAR), known_at=entry)) == receipts.answer_bytes(before)

    def test_a_rebuilt_index_answers_the_same(self, desk, centre):
        for character in "兰栏拦":
            desk.published(filing(subject_name=f"盐城瀚{character}建设有限公司"))
        before = lines(centre, bidder(NEAR))
        with runtime.begin() as work:
            name_index.rebuild(work)
        assert receipts.answer_bytes(lines(centre, bidder(NEAR))) == receipts.answer_bytes(before)


def found(name):
    with runtime.reading() as session:
        return [hit.name_key for hit in name_search.search(session, name)]


class TestHidden:
    """L12: the index holds what a check may see, the public search shows its public part."""

    @pytest.fixture
    def office(self, bureau):
        office = Office(bureau)
        office.adopt(table([firm(1, 对象名称=HIDDEN, **{"公开范围": "仅限部门共享"})]), "judgment-debtor")
        return office

    def test_record_is_found_by_the_check_by_near_and_by_whole_name(self, office):
        centre = Centre(office.bureau.people)
        near, whole = lines(centre, bidder(HIDDEN_NEAR), bidder(HIDDEN, "2"))
        assert "near-name" in codes(near)
        assert near["reasons"][-1]["record"] == whole["reasons"][0].get("record") or whole["reasons"][1]["record"]

    def test_name_is_never_shown_by_the_public_search(self, office, client):
        assert found(HIDDEN_NEAR) == [HIDDEN]
        with runtime.reading() as session:
            at = publications.moment(session, dt.date(2026, 11, 28))
            assert record_search.near(record_search.Search(session, publications.Filter(name=HIDDEN_NEAR), at)) == []
        for path in ("/api/v1/records", "/records"):
            for typed in (HIDDEN_NEAR, HIDDEN[:4]):
                answer = client.get(path, query_string={"q": typed})
                assert answer.status_code == 200, answer.get_data(as_text=True)
                assert HIDDEN not in answer.get_data(as_text=True).replace(f'value="{typed}"', "")

    def test_index_is_whole(self, office):
        with runtime.begin() as work:
            assert name_index.index_missing(work) == 0
        with runtime.reading() as session:
            assert list(integrity.findings(session, runtime.keys(), "city", lambda _: None)) == []


class TestWatch:
    def test_tells_of_a_new_record_under_a_near_name(self, desk, centre):
        watch = centre.watch(bidder(NEAR))
        record = desk.published(filing(subject_name=NAME))
        advance()
        (event,) = centre.told(watch)
        assert event["record"] == record
