"""The audit trail lives and dies with the act it tells of."""

import pytest
from sqlalchemy import func, select

from registry import runtime
from registry.models import AuditEvent, Counter, LedgerEntry, Penalty, Publication
from registry.services.cases import penalty_verification
from tests.support.filings import days_ago, filing


def counts():
    """Rows of everything that one act writes."""
    with runtime.reading() as session:
        tables = (AuditEvent, Penalty, Publication, LedgerEntry)
        sizes = [session.scalar(select(func.count()).select_from(table)) for table in tables]
        return [*sizes, session.scalar(select(Counter.value).where(Counter.name == "ledger"))]


class TestAudit:
    def test_tells_who_did_what(self, desk):
        record = desk.published(filing())
        desk.withdraw(record, days_ago(0))
        events = desk.get("/audit?limit=500", "auditor").get_json()["items"]
        told = [(one["actor"], one["act"]) for one in events if one["reference"] == record]
        assert told == [
            ("clerk", "penalty.file"),
            ("verifier", "penalty.verify"),
            ("verifier", "proposal.propose"),
            ("second-verifier", "penalty.withdraw"),
            ("second-verifier", "proposal.confirm"),
        ]

    def test_is_rolled_back_with_its_act(self, desk):
        record = desk.filed(filing())
        before = counts()
        with pytest.raises(KeyboardInterrupt), runtime.begin(desk.people["verifier"].actor) as work:
            assert penalty_verification.verify(work, [record]) == [1]
            raise KeyboardInterrupt
        assert counts() == before
        assert desk.act("verification", record).get_json()["state"] == "published"
        assert counts() == [before[0] + 1, before[1], before[2] + 1, before[3] + 1, before[4] + 1]

    def test_of_a_refused_act_says_nothing(self, desk):
        before = counts()
        desk.file(filing(fine="x"))
        desk.act("verification", "0" * 32)
        assert counts() == before
