"""The second officer is another person, even when one account was given both roles in turn."""

import json
from dataclasses import replace

import pytest

from registry import runtime
from registry.domain.permissions import Role
from registry.queries import integrity
from registry.queries.cases import penalties
from registry.refusals.acts import SelfVerification
from registry.services.cases import penalty_verification
from tests.support.bureau import confirming
from tests.support.desk import head
from tests.support.filings import filing, today

LONG = {
    "content": "禁止参加政府采购活动三年。",
    "basis": "《政府采购法》第七十七条",
    "decided_on": "2024-01-10",
    "effect_until": "2027-01-20",
}


@pytest.fixture
def promoted(people):
    """The clerk's account, made a verifier later."""
    return replace(people["clerk"].actor, role=Role.VERIFIER)


class TestVerify:
    def test_is_refused_to_the_filer(self, desk, promoted):
        record = desk.filed(filing())
        [outcome] = runtime.perform(promoted, lambda work: penalty_verification.verify(work, [record]))
        assert isinstance(outcome, SelfVerification)
        assert head(desk) == 0

    def test_of_many_publishes_the_rest(self, desk, people):
        good, foreign = desk.filed(filing()), "0" * 32
        done = runtime.perform(
            people["verifier"].actor, lambda work: penalty_verification.verify(work, [foreign, good])
        )
        assert (done[0].code, done[1]) == ("penalty-unknown", 1)
        assert desk.found() == [good]

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"publicity_until": "9999-12-31"}, "filing-refused"),
            ({"decided_on": "1998-05-04"}, "no-policy"),
        ],
    )
    def test_of_one_that_cannot_be_published_refuses_only_it(self, desk, people, facts, code):
        bad, good = desk.filed(filing()), desk.filed(filing())

        def spoil(work):
            held = penalties.by_record(work.session, bad).filing
            held.content = json.dumps(json.loads(held.content) | facts)

        runtime.perform(people["clerk"].actor, spoil)
        done = runtime.perform(people["verifier"].actor, lambda work: penalty_verification.verify(work, [bad, good]))
        assert (done[0].code, done[1]) == (code, 1)
        assert desk.found() == [good]
        assert desk.get(f"/penalties/{bad}", "clerk").get_json()["state"] == "filed"

    def test_of_a_term_beyond_its_statute_waits_for_its_reason_while_others_go_on(self, desk, people):
        """B13, 政府采购法 77."""
        long, good = desk.filed(filing(**LONG)), desk.filed(filing())
        verify = penalty_verification.verify
        done = runtime.perform(people["verifier"].actor, lambda work: verify(work, [long, good]))
        assert ([fault.code for fault in done[0].faults], done[1]) == (["term-beyond-statute"], 1)
        assert (done[0].code, desk.found()) == ("confirmation-missing", [good])
        runtime.perform(people["verifier"].actor, lambda work: verify(work, [long], confirmation="决定书如此"))
        assert sorted(desk.found()) == sorted([good, long])
        with runtime.begin() as work:
            assert list(integrity.findings(work.session, work.keys, work.settings.node, lambda _: None)) == []

    def test_of_a_record_named_twice_publishes_it_once(self, desk, people):
        record = desk.filed(filing())
        done = runtime.perform(
            people["verifier"].actor, lambda work: penalty_verification.verify(work, [record, record])
        )
        assert (done, head(desk)) == ([1, 1], 1)


class TestWithdraw:
    def test_is_refused_to_the_filer(self, desk, promoted):
        record = desk.published(filing())
        with pytest.raises(SelfVerification), runtime.begin(promoted) as work:
            penalty_verification.withdraw(confirming(work), record, "误", today(), if_version=None)
        assert desk.found() == [record]
