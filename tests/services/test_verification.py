"""The second officer is another person, even when one account was given both roles in turn."""

from dataclasses import replace

import pytest

from registry import db
from registry.domain.permissions import Role
from registry.refusals.acts import SelfVerification
from registry.services import verification
from tests.factories.desk import head
from tests.factories.filings import filing, today


@pytest.fixture
def promoted(people):
    """The clerk's account, made a verifier later."""
    return replace(people["clerk"].actor, role=Role.VERIFIER)


class TestVerify:
    def test_is_refused_to_the_filer(self, desk, promoted):
        record = desk.filed(filing())
        [outcome] = db.perform(promoted, lambda work: verification.verify(work, [record]))
        assert isinstance(outcome, SelfVerification)
        assert head(desk) == 0

    def test_of_many_publishes_the_rest(self, desk, people):
        good, foreign = desk.filed(filing()), "0" * 32
        done = db.perform(people["verifier"].actor, lambda work: verification.verify(work, [foreign, good]))
        assert (done[0].code, done[1]) == ("penalty-unknown", 1)
        assert desk.found() == [good]


class TestWithdraw:
    def test_is_refused_to_the_filer(self, desk, promoted):
        record = desk.published(filing())
        with pytest.raises(SelfVerification), db.begin(promoted) as work:
            verification.withdraw(work, record, "误", today(), if_version=None)
        assert desk.found() == [record]
