"""Places taken from another authority's list travel as records of the node that took them in."""

import datetime as dt
import json

import pytest
from sqlalchemy import select

from registry.domain.checks.explanation import basis_texts
from registry.models import Department, Publication
from registry.runtime import reading
from registry.services.publication.publishing import Version, publish
from sync.pull import pull
from sync.push import push
from tests.support.bureau import Bureau
from tests.support.centre import Centre
from tests.support.lists import COURT, DAY, Office, firm, party
from tests.support.membership import entitle
from tests.support.people import AUTHORITY, hire


@pytest.fixture
def office(city, platform, monkeypatch):
    """The office of the city's node that takes lists in, as the platform knows that it may."""
    sources = {"judgment-debtor": ["*"]}
    platform.do(lambda work: entitle(work, "city", {AUTHORITY[1]: [AUTHORITY[0]]}, sources=sources))
    with city:
        return Office(Bureau(hire(), monkeypatch))


@pytest.fixture
def centre(platform):
    """A trading centre that asks the other node; no department there is one of the city's too."""

    def rename(work):
        for department in work.session.scalars(select(Department)):
            department.name, department.authority_code = f"平台{department.name}", None

    with platform:
        made = Centre(hire())
    platform.do(rename)
    return made


def newest(node, record):
    """The body of the version of a record that stands at a node."""
    rows = node.publications().values()
    return json.loads(next(row.body for row in rows if row.record == record and row.until_entry is None))


def pushed(city):
    with city:
        push("platform")


class TestAdoptedList:
    def test_is_owned_by_the_node_that_took_it_in_and_bars_over_there(self, city, platform, office, centre):
        with city:
            [record] = office.adopt([firm(1)], full=True).came
        pushed(city)
        assert not platform.items()
        [copy] = [row for row in platform.publications().values() if row.kind == "adopted_listing"]
        assert (copy.record, copy.origin, bool(copy.signature)) == (record, "city", True)
        body = json.loads(copy.body)
        assert (body["authority"]["name"], body["list_source"], body["source"]["node"]) == (COURT, COURT, "city")
        with platform:
            line = centre.look(party(firm(1)))["lines"][0]
        assert (line["verdict"], line["reasons"][0]["code"]) == ("barred", "list-bars")

    def test_tells_over_there_of_which_day_the_whole_list_is_known_and_by_whom(self, city, platform, office, centre):
        with city:
            office.adopt([firm(1)], full=True, source=COURT)
            office.bureau.go(DAY + dt.timedelta(days=7))
            office.adopt([firm(1)], full=True, source=COURT)
        pushed(city)
        assert not platform.items()
        with platform:
            asked = centre.look(party(firm(1)))
        assert asked["lists"] == [
            {
                "scheme": "judgment-debtor", "source": COURT, "node": "city", "whole": True,
                "as_of": "2026-12-05", "age_days": 0,
            },
        ]  # fmt: skip
        assert any(f"来源 {COURT}，由节点 city 转录" in text for text in basis_texts(asked))

    def test_who_left_the_list_is_free_over_there(self, city, platform, office, centre):
        with city:
            came = office.adopt([firm(1), firm(2)], full=True).came
        pushed(city)
        with city:
            office.bureau.go(DAY + dt.timedelta(days=7))
            office.adopt([firm(2)], full=True)
        pushed(city)
        assert newest(platform, came[0])["state"] == "removed"
        with platform:
            verdicts = [centre.look(party(firm(number)))["lines"][0]["verdict"] for number in (1, 2)]
        assert verdicts == ["no_record", "barred"]

    def test_suspension_travels_and_ends(self, city, platform, office, centre):
        with city:
            [record] = office.adopt([firm(1)]).came
            office.stay(record)
        pushed(city)
        assert newest(platform, record)["state"] == "suspended"
        with city:
            office.bureau.go(DAY + dt.timedelta(days=2))
            office.resume(record)
        pushed(city)
        with platform:
            assert centre.look(party(firm(1)))["lines"][0]["verdict"] == "barred"

    def test_firm_without_code_is_reviewed_over_there(self, city, platform, office, centre):
        row = firm(1, 统一社会信用代码="", 主体类别="法人")
        with city:
            office.adopt([row])
        pushed(city)
        with platform:
            line = centre.look(party(row))["lines"][0]
        assert (line["verdict"], "list-bars" in {reason["code"] for reason in line["reasons"]}) == ("review", True)

    def test_what_is_not_public_stays_at_home(self, city, platform, office):
        with city:
            office.adopt([firm(1, 公开范围="仅限部门共享"), firm(2, 主体类别="自然人", 统一社会信用代码="")])
        pushed(city)
        assert not [row for row in platform.publications().values() if row.kind == "adopted_listing"]

    def test_is_the_same_by_pull_and_never_goes_back(self, city, platform, office):
        with city:
            [record] = office.adopt([firm(1)], full=True).came
        with platform:
            pull("city")
        assert newest(platform, record) == newest(city, record)
        assert platform.messages("pending") == []

    def test_of_another_nodes_place_the_owner_alone_tells(self, city, platform, office):
        """The platform changes its copy and sends it on: the city keeps what it took in."""
        with city:
            [record] = office.adopt([firm(1)]).came
        pushed(city)
        body = newest(platform, record) | {"revision": 2, "act": "correct", "ends_on": "2026-12-01"}

        def plant(work):
            publish(work, [Version(body, "platform")])

        platform.do(plant)
        with platform:
            push("city")
        assert newest(city, record)["ends_on"] is None

    def test_ledger_is_sound_at_both_ends(self, city, platform, office):
        with city:
            office.adopt([firm(1), firm(2, 统一社会信用代码="", 主体类别="法人")], full=True, source=COURT)
        pushed(city)
        with city:
            assert office.sound() == []
        with platform, reading() as session:
            assert session.query(Publication).count() == 3
