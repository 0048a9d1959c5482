"""What an audit of the law settled about acts: summary procedure, stated classes, periods counted from publication."""

import datetime as dt

import pytest

from registry import runtime
from registry.queries.publication import publications
from registry.services.cases import penalty_filing, revisions
from registry.services.checks import award_check
from registry.services.checks.request import Inquiry, Party
from tests.support.filings import BanFactory
from tests.support.walker import read

DAY = dt.timedelta(days=1)
BEGINS = dt.date(2026, 5, 11)
SAMR = "盐城市市场监督管理局"


@pytest.fixture
def bureau(bureau):
    bureau.go(BEGINS)
    return bureau


def body(record: str) -> dict:
    with runtime.begin() as work:
        return publications.body(revisions.newest(work, record))


def is_public(record: str, on: dt.date) -> bool:
    with runtime.reading() as session:
        return bool(publications.visible_records(session, [record], publications.moment(session, on)))


def verdict(bureau, record: str) -> str:
    firm = bureau.names[record]
    party = Party("1", "bidder", firm["subject_name"], firm["uscc"], None, None, None)
    inquiry = Inquiry({"code": "YC2026-9"}, "procurement", False, None, bureau.today, [party])
    receipt = bureau.do("centre", lambda work: award_check.check(work, inquiry)).receipt.decode()
    return receipt.split('"verdict":"')[1].split('"')[0]


FINE = {"content": "罚款二千元。", "fine": "0.2", "effect_until": "长期"}


class TestNotPublic:
    @pytest.mark.parametrize(
        "special",
        [
            pytest.param({"title": "当场行政处罚决定书"}, id="B24-行政处罚法51-简易程序"),
            pytest.param(
                {"severity": "4", "override_reason": "首次违法且危害后果轻微"}, id="令36-轻微由部门认定并写明理由"
            ),
            pytest.param(
                {"title": "当场行政处罚决定书", "severity": "1"}, id="B24-行政处罚法51-简易程序，部门填写一般"
            ),
        ],
    )
    def test_is_told_to_checks_alone(self, bureau, special):
        record = bureau.published_penalty(**FINE, **special)
        assert body(record)["audience"] == "authorised"
        assert not is_public(record, bureau.today)
        assert verdict(bureau, record) == "on_record"


class TestCountedFromPublication:
    def test_keeps_its_day_when_the_record_is_corrected(self, bureau):
        decided = {"decided_on": "2025-11-10", "authority_name": SAMR, **FINE}
        record = bureau.published_penalty(**decided)
        assert body(record)["visible_until"] == "2026-08-11"
        bureau.go(BEGINS + 30 * DAY)
        corrected = dict(BanFactory(**bureau.names[record] | {"facts": "更正后的事实。"}))
        bureau.do("clerk", lambda work: penalty_filing.refile(work, record, read(work, corrected), if_version=None))
        bureau.verify(record)
        assert body(record)["visible_until"] == "2026-08-11"
        assert body(record)["revision"] == 2
