"""What officers and applicants do, act by act, below the doors; and records brought to any state."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from registry import runtime
from registry.domain.cases.case_file import StepDocument, StepInput
from registry.domain.cases.listing import Decision
from registry.domain.cases.relief import Application
from registry.domain.filing.columns import PLAIN
from registry.domain.filing.parse import clean
from registry.domain.permissions import PUBLIC, SYSTEM, Actor
from registry.errors import Refusal
from registry.models import Listing
from registry.queries.cases import procedure_records
from registry.queries.law import reference_data
from registry.services.cases import (
    expiry,
    listing_drafting,
    listing_publication,
    penalty_filing,
    penalty_verification,
    proposed_steps,
    relief_applications,
    relief_confirmation,
    suspension,
)
from registry.services.node import proposals
from registry.services.proposed_acts import ACTS
from registry.unit_of_work import UnitOfWork, day_of
from tests.support.filings import BanFactory
from tests.support.people import AUTHORITY, Person

SCHEME = "procurement-serious"


PDF = b"%PDF-1.7 invented"
"""The file of a document."""
Usual = tuple[str, tuple[str, ...], Callable[[UnitOfWork, str, StepInput], Any]]
"""Who takes an act, with which documents, and how."""


def confirming(work: UnitOfWork) -> UnitOfWork:
    """The unit of work of somebody who confirms what a colleague proposed."""
    colleague = replace(work.actor, name="colleague")
    return replace(work, proposer=colleague)


def papers(*kinds: str) -> StepInput:
    """Documents of these kinds, with nothing special."""
    return StepInput(
        documents=tuple(
            StepDocument(kind, f"盐示〔2026〕{kind}号", runtime.clock().date(), filename="a.pdf", content=PDF)
            for kind in kinds
        )
    )


@dataclass
class Bureau:
    """Departments and applicants at work. ``go`` travels in time: acts and readings then happen at noon of that day."""

    people: dict[str, Person]
    patch: pytest.MonkeyPatch
    names: dict[str, dict[str, str]] = field(default_factory=dict)

    def go(self, day: dt.date) -> None:
        """Let it be noon, Beijing time, of a day."""
        noon = dt.datetime(day.year, day.month, day.day, 4, tzinfo=dt.UTC)
        self.patch.setattr(runtime, "clock", lambda: noon)

    @property
    def today(self) -> dt.date:
        """The legal day."""
        return day_of(runtime.clock())

    @contextmanager
    def on(self, day: dt.date) -> Iterator[None]:
        """Be on another day for a while."""
        before = runtime.clock
        self.go(day)
        try:
            yield
        finally:
            self.patch.setattr(runtime, "clock", before)

    def do(self, by: str, act: Callable[[UnitOfWork], Any]) -> Any:
        """Run an act as somebody; ``public`` and ``system`` have no account.

        What takes two persons is done as if a colleague had proposed it.
        """
        actor: Actor = {"public": PUBLIC, "system": SYSTEM}.get(by) or self.people[by].actor
        return runtime.perform(actor, lambda work: act(confirming(work)))

    def code(self, record: str) -> str:
        """A confirmation code that a clerk gives at the counter and a verifier confirms."""
        proposal, code = self.do("clerk", lambda work: proposed_steps.propose_code(work, record))
        self.do("verifier", lambda work: proposals.confirm(replace(work, proposer=None), ACTS, proposal.id))
        return str(code)

    # penalties

    def penalty(self, by: str = "clerk", **special: Any) -> str:
        """A filed penalty that bans its firm from procurement; remembers the filing by its record."""
        filing = dict(BanFactory(**special))

        def act(work: UnitOfWork) -> str:
            rules = reference_data.current(work.session).filing_rules
            read, faults, _ = clean(filing, rules, work.today, PLAIN)
            assert read is not None, faults
            return self._whole(penalty_filing.file(work, [penalty_filing.Submission(read)])[0])

        record = str(self.do(by, act))
        self.names[record] = filing
        return record

    def published_penalty(self, **special: Any) -> str:
        """A penalty that another officer verified."""
        record = self.penalty(**special)
        self.verify(record)
        return record

    def verify(self, record: str, by: str = "verifier") -> int:
        """Verify a penalty; the entry."""
        return int(self.do(by, lambda work: self._whole(penalty_verification.verify(work, [record])[0])))

    @staticmethod
    def _whole(outcome: Any) -> Any:
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome

    # listings

    def proposal(self, penalty: str, **special: Any) -> dict[str, Any]:
        """What a clerk proposes on the ground of a penalty."""
        firm = self.names[penalty]
        return {
            "scheme": SCHEME,
            "subject": {
                "kind": firm["subject_kind"],
                "name": firm["subject_name"],
                "uscc": firm["uscc"],
                "id_type": firm.get("id_type"),
                "id_number": firm.get("id_number"),
            },
            "sectors": ["procurement"],
            "district": None,
            "behaviour": None,
            "facts": "提供虚假材料谋取中标，情节严重。",
            "basis": "《中华人民共和国政府采购法》第七十七条",
            "measures": ["B1"],
            "grounds": [{"penalty": penalty}],
            "responsible": [],
            "authority": {"name": AUTHORITY[0], "code": AUTHORITY[1]},
            "exit": "",
            **special,
        }

    def decision(self, **special: Any) -> Decision:
        """A decision of today that ends after two years."""
        made = {
            "document_number": "盐示财列〔2026〕1号",
            "decided_on": self.today,
            "reasons": "事实清楚，依据充分。",
            "signed_by": "卞示例",
            "position": "局长",
            "ends_on": self.today + dt.timedelta(days=730),
            "answer": "陈述意见不成立。",
        }
        return Decision(**(made | special))

    def drafted(self, penalty: str | None = None, **special: Any) -> str:
        """A drafted listing."""
        ground = penalty or self.published_penalty()
        proposed = self.proposal(ground, **special)
        record = str(self.do("clerk", lambda work: listing_drafting.draft(work, proposed, StepInput()).record))
        self.names[record] = self.names[ground]
        return record

    def noticed(self, penalty: str | None = None, **special: Any) -> str:
        """A listing whose notice was served today."""
        record = self.drafted(penalty, **special)
        self.step(record, "review")
        self.step(record, "notice")
        return record

    def pass_window(self, record: str) -> None:
        """Let the defence window of a noticed listing pass."""
        with runtime.reading() as session:
            until = procedure_records.by_record(session, Listing, record).reply_until
        assert until is not None
        self.go(until + dt.timedelta(days=1))

    def listed(self, penalty: str | None = None, wait: int = 14, **special: Any) -> str:
        """A published listing; the defence window passes, so that the day is ``wait`` days later."""
        record = self.noticed(penalty, **special)
        self.go(self.today + dt.timedelta(days=wait))
        for act in ("decide", "serve", "publish"):
            self.step(record, act)
        return record

    def step(
        self, record: str, act: str, by: str | None = None, given: StepInput | None = None, **decision: Any
    ) -> Any:
        """One act on a listing as its usual officer does it, with its documents; only a decision may be special."""
        doer, papers_of, run = self._listing_acts(decision)[act]
        return self.do(by or doer, lambda work: run(work, record, papers(*papers_of) if given is None else given))

    def _listing_acts(self, decision: dict[str, Any]) -> dict[str, Usual]:
        def simple(act: str) -> Callable[[UnitOfWork, str, StepInput], Any]:
            return lambda work, record, step_input: listing_drafting.simple_step(work, record, act, step_input)

        day = self.today
        return {
            "watch": ("clerk", (), simple("watch")),
            "review": ("reviewer", ("legal_opinion",), simple("review")),
            "return": ("reviewer", (), simple("return")),
            "notice": (
                "clerk",
                ("notice", "service_proof"),
                lambda w, r, g: listing_drafting.serve_notice(w, r, day, None, g),
            ),
            "statement": ("clerk", ("statement",), simple("statement")),
            "decide": (
                "head",
                ("decision",),
                lambda w, r, g: listing_drafting.decide(w, r, self.decision(**decision), g),
            ),
            "close": ("head", (), simple("close")),
            "archive": ("clerk", (), simple("archive")),
            "serve": (
                "clerk",
                ("service_proof", "repair_notice"),
                lambda w, r, g: listing_publication.serve(w, r, day, g),
            ),
            "publish": ("verifier", (), listing_publication.publish_listing),
            **self._published_acts(day),
        }

    def _published_acts(self, day: dt.date) -> dict[str, Usual]:
        return {
            "amend": (
                "clerk",
                ("correction",),
                lambda w, r, g: listing_publication.amend(w, r, {"facts": "更正后的事实。"}, g),
            ),
            "correct": ("verifier", (), listing_publication.correct),
            "reject": ("verifier", (), lambda w, r, g: listing_publication.reject(w, r, "无须更正", g)),
            "suspend": (
                "verifier",
                ("court_order",),
                lambda w, r, g: suspension.suspend(w, r, day, None, "法院裁定", g),
            ),
            "resume": ("verifier", ("resumption_order",), lambda w, r, g: suspension.resume(w, r, day, g)),
            "remove": ("verifier", ("removal_decision",), lambda w, r, g: suspension.remove(w, r, "移出", day, g)),
            "revoke": (
                "verifier",
                ("revocation_decision",),
                lambda w, r, g: suspension.revoke(w, r, "认定有误", day, g),
            ),
        }

    # reliefs

    def application(self, noun: str, record: str, **special: Any) -> Application:
        """What the subject of a remembered penalty's record applies for."""
        firm = self.names[record]
        made = {
            "noun": noun,
            "about": record,
            "name": firm["subject_name"],
            "uscc": firm["uscc"] or None,
            "id_type": firm.get("id_type"),
            "id_number": firm.get("id_number") or None,
            "agent": None,
            "contact": "13900000000",
            "statement": "处罚对象有误。",
        }
        return Application(**(made | special))

    def confirmed(self, noun: str, record: str, **special: Any) -> str:
        """The receipt number of an application whose applicant the department has looked at."""
        number = self.applied(noun, record, **special)
        self.do("clerk", lambda work: relief_confirmation.mark(work, number, StepInput()))
        return number

    def applied(self, noun: str, record: str, **special: Any) -> str:
        """The receipt number of an application, its applicant not yet confirmed."""
        application = self.application(noun, record, **special)
        given = relief_applications.read_papers(papers("evidence", "performance_proof", "public_promise").documents)
        return str(self.do("public", lambda work: relief_applications.apply(work, application, given).record))

    def tidy(self) -> int:
        """What the worker does when a period is over."""
        return int(self.do("system", expiry.expire_due))
