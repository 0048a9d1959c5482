"""A form that is not finished is kept for its account, sealed, until it is sent off or its days are over."""

import datetime as dt

import pytest
from sqlalchemy import select

from registry import runtime
from registry.models import Draft
from registry.refusals.acts import OutOfRole
from registry.services import retention
from registry.services.cases import drafts

KEPT_DAYS = 15


def kept(bureau, name, kind="penalty"):
    with runtime.reading() as session:
        return drafts.load(session, runtime.keys().vault, bureau.people[name].actor, kind)


class TestDrafts:
    def test_are_their_accounts_own_and_the_last_one_counts(self, bureau):
        for text in ("一", "二"):
            bureau.do("clerk", lambda work, text=text: drafts.keep(work, "penalty", {"facts": text}))
        assert kept(bureau, "clerk") == {"facts": "二"}
        assert kept(bureau, "second-clerk") == {}
        assert kept(bureau, "clerk", "penalty:other") == {}

    def test_are_stored_sealed(self, bureau):
        bureau.do("clerk", lambda work: drafts.keep(work, "penalty", {"id_number": "320981199912310005"}))
        with runtime.reading() as session:
            [sealed] = session.scalars(select(Draft.sealed)).all()
        assert b"320981199912310005" not in sealed

    def test_are_gone_when_they_are_sent_off(self, bureau):
        bureau.do("clerk", lambda work: drafts.keep(work, "penalty", {"facts": "一"}))
        bureau.do("second-clerk", lambda work: drafts.discard(work, "penalty"))
        assert kept(bureau, "clerk") != {}
        bureau.do("clerk", lambda work: drafts.discard(work, "penalty"))
        assert kept(bureau, "clerk") == {}

    def test_are_forgotten_after_their_days_by_the_worker_only(self, bureau):
        bureau.do("clerk", lambda work: drafts.keep(work, "penalty", {"facts": "一"}))
        with pytest.raises(OutOfRole):
            bureau.do("clerk", lambda work: retention.clear(work, "filed-files"))
        assert bureau.do("system", lambda work: retention.clear(work, "filed-files")) == 0
        with bureau.on(bureau.today + dt.timedelta(days=KEPT_DAYS + 2)):
            assert bureau.do("system", lambda work: retention.clear(work, "filed-files")) == 1
        assert kept(bureau, "clerk") == {}
