"""What a trading centre does below the door: looks at a tender's parties, watches them, reads what it was told."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from registry import runtime
from registry.domain.checks import receipts
from registry.domain.permissions import SYSTEM
from registry.keys.signing import verify
from registry.queries.checks import watched_parties
from registry.services.checks import award_check, watch_worker, watches
from registry.services.checks.request import Inquiry, Party
from registry.unit_of_work import day_of
from tests.support.people import Person

TENDER = "YC2026-0777"


def party(filing: dict[str, str], ref: str = "1", **special: Any) -> Party:
    """The firm of a filing as a bidder."""
    return Party(**{"ref": ref, "role": "bidder", "name": filing["subject_name"], "uscc": filing["uscc"], **special})


def today() -> dt.date:
    """The legal day, travelled to or not."""
    return day_of(runtime.clock())


@dataclass
class Centre:
    """A trading centre; ``by`` is its account."""

    people: dict[str, Person]
    by: str = "centre"

    def inquiry(self, *parties: Party, **special: Any) -> Inquiry:
        """A question in government procurement as of today."""
        asked = {
            "tender": {"code": TENDER},
            "sector": "procurement",
            "must_tender": True,
            "district": None,
            "on": today(),
            "parties": list(parties),
        }
        return Inquiry(**asked | special)

    def look(self, *parties: Party, **special: Any) -> dict[str, Any]:
        """The verified statement of a check."""
        receipt = self.receipt(*parties, **special)
        key = runtime.keys().signer
        return receipts.verified_statement(receipt, {key.key_id: key.public}, verify)

    def receipt(self, *parties: Party, **special: Any) -> bytes:
        """The receipt of a check."""
        actor = self.people[self.by].actor
        inquiry = self.inquiry(*parties, **special)
        return bytes(runtime.perform(actor, lambda work: award_check.check(work, inquiry)).receipt)

    def watch(self, *parties: Party, after: int | None = None, days: int = 30, **special: Any) -> str:
        """The id of a watch that was begun."""
        webhook = special.pop("webhook", None)
        inquiry, until = self.inquiry(*parties, **special), today() + dt.timedelta(days=days)
        actor = self.people[self.by].actor
        return str(runtime.perform(actor, lambda work: watches.begin(work, inquiry, until, webhook, after).id))

    def told(self, watch: str) -> list[dict[str, Any]]:
        """What the events of a watch say, in order; each signature is verified."""
        with runtime.reading() as session:
            found = [
                watches.open_event(runtime.keys(), one)
                for one in watched_parties.events(session, watch, after=0, limit=999)
            ]
        for one in found:
            assert verify(runtime.keys().signer.public, bytes.fromhex(one.signature), one.body)
        said = [json.loads(one.body) for one in found]
        assert [one["sequence"] for one in said] == list(range(1, len(said) + 1))
        return said


def advance() -> None:
    """What the worker's job does."""
    while runtime.perform(SYSTEM, watch_worker.advance):
        pass
