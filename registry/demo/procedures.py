"""Listings, a commendation and a dispute for the demo, each through the real acts of its officers."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from registry import runtime
from registry.domain.cases.case_file import StepDocument, StepInput
from registry.domain.cases.listing import Decision
from registry.domain.cases.relief import Application
from registry.domain.filing.parse import document_key
from registry.domain.law.publicity import add_months
from registry.domain.permissions import PUBLIC, Actor
from registry.models import Listing, Penalty
from registry.queries.cases import penalties
from registry.queries.node import account_lookup
from registry.services.cases import commendations, listing_drafting, listing_publication, relief_applications
from registry.unit_of_work import UnitOfWork, day_of

AUTHORITY = {"name": "盐城市示例财政局", "code": "11320900MA0T000010"}
LISTED, PROPOSED, WATCHED, DISPUTED = (f"盐示财采罚〔2026〕{number}号" for number in (11010, 11005, 11012, 11016))
AWARD = {
    "subject": {"kind": "法人及非法人组织", "name": "盐城阜宁璟霁市政园林有限公司", "uscc": "91320923MA0T0PFCMP"},
    "document_number": "盐示信激〔2026〕3号", "title": "公共资源交易守信激励对象",
    "facts": "连续三年按期全面履行采购合同，未发生违约。",
    "basis": "全市推进公共资源配置领域政府信息公开实施方案（2018）附件1第18项",
    "valid_until": None, "sectors": ["procurement"], "district": "320923", "authority": AUTHORITY,
}  # fmt: skip


def furnish() -> None:
    """Create the demo's cases on a first start; nothing on a later one."""
    with runtime.reading() as session:
        if session.scalars(select(Listing.id).limit(1)).first() is not None:
            return
    office = Office()
    office.list_one()
    office.propose_one()
    office.watch_one()
    office.commend_one()
    office.dispute_one()


class Office:
    """The credit office of the demo: its officers by name, and the days they act on."""

    def __init__(self) -> None:
        self.today = day_of(runtime.clock())
        self.noticed_on = self.today - dt.timedelta(days=21)

    def do(self, name: str, act: Callable[[UnitOfWork], Any]) -> Any:
        """Run an act as one of the officers."""
        with runtime.reading() as session:
            actor: Actor = account_lookup.by_name(session, name, self.today)
        return runtime.perform(actor, act)

    def list_one(self) -> None:
        """Draft, decide, serve and publish a listing today."""
        record = self._propose_listing(LISTED)
        decision = Decision(
            "盐示财列〔2026〕1号",
            self.today,
            "提供虚假材料谋取中标，事实清楚；陈述申辩期内未提出意见。",
            "卞示例",
            "局长",
            add_months(self.today, 24),
        )
        self.do(
            "credit-head",
            lambda work: listing_drafting.decide(work, record, decision, self.papers("decision")),
        )
        served = self.papers("service_proof", "repair_notice")
        self.do("credit-clerk", lambda work: listing_publication.serve(work, record, self.today, served))
        self.do("credit-verifier", lambda work: listing_publication.publish_listing(work, record, StepInput()))

    def propose_one(self) -> None:
        """Propose a listing whose defence window is over, and which waits for the head of the authority."""
        self._propose_listing(PROPOSED)

    def watch_one(self) -> None:
        """Draft a listing under the city's own plan, which is kept inside only."""
        draft = self._build_draft(WATCHED, scheme="municipal-watch", measures=[])
        record = self.do("credit-clerk", lambda work: listing_drafting.draft(work, draft, StepInput()).record)
        self.do("credit-clerk", lambda work: listing_drafting.simple_step(work, record, "watch", StepInput()))

    def commend_one(self) -> None:
        """File and publish a commendation."""
        award = AWARD | {"awarded_on": self.today - dt.timedelta(days=10)}
        record = self.do("credit-clerk", lambda work: commendations.file(work, award, StepInput()).record)
        self.do("credit-verifier", lambda work: commendations.verify(work, record, StepInput()))

    def dispute_one(self) -> None:
        """Apply for a dispute of a penalty and accept it: its record is marked and its clock runs."""
        record, firm = self._load_penalty(DISPUTED)
        application = Application(
            "dispute",
            record,
            firm["subject"]["name"],
            firm["subject"]["uscc"],
            None,
            None,
            None,
            "demo@example.invalid",
            "投标文件由代理公司统一排版，并非同一台电脑编制。",
        )
        papers = relief_applications.read_papers(self.papers("evidence").documents)
        number = runtime.perform(PUBLIC, lambda work: relief_applications.apply(work, application, papers).record)
        self.do("credit-clerk", lambda work: relief_applications.accept(work, number, StepInput()))

    def papers(self, *kinds: str) -> StepInput:
        """The input of a step with documents of these kinds, by number and day."""
        return StepInput(tuple(StepDocument(kind, f"盐示财〔2026〕{kind}", self.today) for kind in kinds))

    def _propose_listing(self, document_number: str) -> str:
        draft = self._build_draft(document_number)
        record = self.do("credit-clerk", lambda work: listing_drafting.draft(work, draft, StepInput()).record)
        review_input = self.papers("legal_opinion")
        self.do("credit-reviewer", lambda work: listing_drafting.simple_step(work, record, "review", review_input))
        notice_input = self.papers("notice", "service_proof")
        self.do(
            "credit-clerk",
            lambda work: listing_drafting.serve_notice(work, record, self.noticed_on, None, notice_input),
        )
        return str(record)

    def _build_draft(self, document_number: str, **special: Any) -> dict[str, Any]:
        record, body = self._load_penalty(document_number)
        draft = {
            "scheme": "procurement-serious",
            "subject": {name: body["subject"][name] for name in ("kind", "name", "uscc")},
            "sectors": ["procurement"],
            "district": body["district"],
            "behaviour": None,
            "facts": body["facts"],
            "basis": body["basis"],
            "measures": ["B1"],
            "grounds": [{"penalty": record}],
            "responsible": [],
            "authority": AUTHORITY,
            "exit": "",
        }
        return draft | special

    def _load_penalty(self, document_number: str) -> tuple[str, dict[str, Any]]:
        with runtime.reading() as session:
            stored_number = document_key(document_number)
            record = session.scalars(select(Penalty.record).where(Penalty.document_number == stored_number)).one()
            filing = penalties.by_record(session, record).filing
            body: dict[str, Any] = json.loads(filing.content)
        return record, body
