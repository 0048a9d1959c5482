"""What procedures publish travels like everything else, and a removal is over when its receivers have it."""

import json

import pytest

from registry.domain.cases.case_file import StepInput
from registry.models import Clock, Publication
from registry.services.cases import commendations
from sync.push import push
from tests.support.bureau import Bureau
from tests.support.membership import entitle
from tests.support.people import AUTHORITY, hire


@pytest.fixture
def bureau(city, platform, monkeypatch):
    """The people of the city's node, whose authority the platform knows."""
    platform.do(lambda work: entitle(work, "city", {AUTHORITY[1]: [AUTHORITY[0]]}))
    with city:
        return Bureau(hire(), monkeypatch)


def newest(node, record):
    """The version of a record that stands at a node."""
    return next(row for row in node.publications().values() if row.record == record and row.until_entry is None)


def told(city, record):
    [clock] = city.ask(
        lambda session: session.query(Clock).filter(Clock.record == record, Clock.code == "removal.told").all()
    )
    return clock.met_on is not None


class TestListing:
    def test_arrives_and_bars_over_there(self, city, platform, bureau):
        with city:
            record = bureau.listed()
            push("platform")
        copy = newest(platform, record)
        assert (copy.kind, copy.origin, copy.state) == ("listing", "city", "published")
        assert not platform.items()

    @pytest.mark.parametrize(("act", "state"), [("suspend", "suspended"), ("revoke", "revoked"), ("remove", "removed")])
    def test_leaves_over_there_and_is_done_when_that_is_acknowledged(self, city, platform, bureau, act, state):
        with city:
            record = bureau.listed()
            push("platform")
            bureau.step(record, act)
        assert not told(city, record)
        with city:
            push("platform")
        assert newest(platform, record).state == state
        assert told(city, record)

    def test_of_a_dispute_carries_its_mark(self, city, platform, bureau):
        with city:
            record = bureau.listed()
            bureau.confirmed("dispute", record)
            push("platform")
        assert "disputed_on" in json.loads(newest(platform, record).body)
        assert not platform.items()


class TestCommendation:
    def test_arrives_with_its_source(self, city, platform, bureau):
        award = {
            "subject": {"kind": "法人及非法人组织", "name": "盐城示优建设有限公司", "uscc": "91320902MA0TR0027T"},
            "document_number": "盐示表〔2026〕1号",
            "title": "履约优秀",
            "facts": "按期保质完成。",
            "basis": "实施方案附件1第18项",
            "awarded_on": bureau.today,
            "valid_until": None,
            "sectors": ["procurement"],
            "district": None,
            "authority": {"name": AUTHORITY[0], "code": AUTHORITY[1]},
        }
        with city:
            record = bureau.do("clerk", lambda work: commendations.file(work, award, StepInput()).record)
            bureau.do("verifier", lambda work: commendations.verify(work, record, StepInput()))
            push("platform")
        copy: Publication = newest(platform, record)
        assert (copy.kind, json.loads(copy.body)["source"]["node"]) == ("commendation", "city")
        assert not platform.items()
