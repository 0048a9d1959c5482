"""Bans published under earlier rules are shown as long as they bind, from the upgrade on."""

import datetime as dt
import json

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.cases import revision
from registry.domain.permissions import SYSTEM
from registry.models import Publication
from registry.queries import integrity
from registry.services.cases import revisions
from registry.services.cases.publicity_extension import extend_running_bans

DECIDED = dt.date(2026, 4, 10)


def newest(record):
    with runtime.reading() as session:
        statement = select(Publication.body).where(Publication.record == record, Publication.until_entry.is_(None))
        return json.loads(session.execute(statement).scalar_one())


def as_before(bureau, number, fields):
    """The record as the former rules published it: hidden before its ban ends."""
    bureau.do("system", lambda work: revisions.revise(work, number, lambda body: {**body, **fields, "revision": 2}))


@pytest.mark.parametrize("state", ["published", "expired"], ids=["B4-招标投标法53", "B4-招标投标法53-届满"])
class TestExtend:
    def test_shows_a_running_ban_to_its_end_and_closes_it_to_repair(self, bureau, state):
        record = bureau.published_penalty(decided_on=DECIDED.isoformat(), effect_until="2028-04-09")
        fields = {"visible_until": "2026-07-10", "repairable_from": "2026-07-10", "state": state}
        if state == "expired":
            removal = revision.Removal("expire", "expired", "公示期届满", dt.date(2026, 7, 10), dt.date(2026, 7, 10))
            fields = revision.removed_body(newest(record) | fields, removal, dt.date(2026, 7, 10))
        as_before(bureau, record, fields)
        assert runtime.perform(SYSTEM, extend_running_bans) is None
        body = newest(record)
        assert (body["visible_until"], body["repairable_from"], body["state"]) == (
            "2028-04-10",
            "2028-04-10",
            "published",
        )
        assert (body["act"], body["revision"]) == ("extend", 3)
        assert runtime.perform(SYSTEM, extend_running_bans) is None
        assert newest(record)["revision"] == 3
        with runtime.begin() as work:
            assert list(integrity.findings(work.session, work.keys, work.settings.node, lambda _: None)) == []

    def test_leaves_a_ban_that_is_over(self, bureau, state):
        record = bureau.published_penalty(decided_on="2024-04-10", effect_until="2026-04-09")
        as_before(bureau, record, {"visible_until": "2025-04-10", "repairable_from": "2024-07-10"})
        assert runtime.perform(SYSTEM, extend_running_bans) is None
        assert newest(record)["revision"] == 2
