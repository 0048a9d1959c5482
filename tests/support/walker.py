"""Every act of every procedure as its officer does it, and records brought to any state by those acts."""

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.procedures import FILED, PROCEDURES
from registry.domain.cases.workflow import INITIAL, Step
from registry.domain.filing.columns import PLAIN
from registry.domain.filing.parse import clean
from registry.domain.permissions import PUBLIC, SYSTEM, Actor, Permission
from registry.keys.signing import Signer
from registry.models import Commendation, FiledRecord, Listing, Penalty, Publication, Relation, Relief
from registry.queries.law import reference_data
from registry.queries.publication import publications
from registry.services.cases import (
    commendations,
    expiry,
    filed_records,
    listing_drafting,
    listing_publication,
    penalty_filing,
    penalty_verification,
    relations,
    relief_applications,
    relief_confirmation,
    relief_decisions,
    suspension,
)
from registry.services.cases.relief_decisions import Ruling
from registry.services.exchange import peers
from registry.unit_of_work import UnitOfWork
from tests.support.bureau import Bureau, confirming, papers
from tests.support.filed import draft
from tests.support.filings import FilingFactory
from tests.support.people import AUTHORITY
from tests.support.relations import WORDING

TABLES = {
    "penalty": Penalty, "listing": Listing, "commendation": Commendation, "relation": Relation, "dispute": Relief,
    "repair": Relief, **dict.fromkeys(FILED, FiledRecord),
}  # fmt: skip
OFFICERS = {
    Permission.PENALTY_FILE: "clerk",
    Permission.PENALTY_VERIFY: "verifier",
    Permission.PENALTY_WITHDRAW: "verifier",
    Permission.LISTING_DRAFT: "clerk",
    Permission.LISTING_REVIEW: "reviewer",
    Permission.LISTING_DECIDE: "head",
    Permission.LISTING_PUBLISH: "verifier",
    Permission.LISTING_REMOVE: "verifier",
    Permission.RECORD_SUSPEND: "verifier",
    Permission.RECORD_FILE: "clerk",
    Permission.RECORD_VERIFY: "verifier",
    Permission.COMMENDATION_FILE: "clerk",
    Permission.COMMENDATION_VERIFY: "verifier",
    Permission.RELATION_FILE: "clerk",
    Permission.RELATION_VERIFY: "verifier",
    Permission.RELIEF_HANDLE: "clerk",
    Permission.RELIEF_DECIDE: "verifier",
}
SCHEME = "judgment-debtor"
"""A list that has a term of its own and may be extended, so that no act of a listing is impossible under it."""
STAY_DAYS = 30
FILED_DECIDED_ON = dt.date(2026, 5, 6)
"""The day of every document that is filed as a record."""


@dataclass
class Case:
    """A record in a state: what it is about, and the day on which it came there."""

    noun: str
    record: str
    firm: dict[str, str]
    about: str = ""
    day: dt.date = dt.date.min
    marks: dict[str, str] = field(default_factory=dict)


class TakenBackError(Exception):
    """Ends a transaction whose changes were looked at and are not wanted."""


@contextmanager
def undone(actor: Actor) -> Iterator[UnitOfWork]:
    """A transaction that is taken back at the end."""
    try:
        with runtime.begin(actor) as work:
            yield work
            raise TakenBackError
    except TakenBackError:
        pass


def documents(step: Step, *, without: str = "") -> StepInput:
    """What a step needs, the first of alternatives; all but one when ``without`` names it."""
    return papers(*(kinds.split("|")[0] for kinds in step.documents if kinds != without))


def read(work: UnitOfWork, filing: dict[str, str]) -> Any:
    """A filing as the doors read it."""
    found, faults, _ = clean(filing, reference_data.current(work.session).filing_rules, work.today, PLAIN)
    assert found is not None, faults
    return found


class Walker:
    """Brings records to states and takes steps from there."""

    def __init__(self, bureau: Bureau) -> None:
        self.bureau = bureau
        self._held: dict[tuple[str, str], Case] = {}

    def actor(self, permission: Permission) -> Actor:
        """Who usually does what needs a permission."""
        if permission is Permission.RELIEF_APPLY:
            return PUBLIC
        if permission is Permission.TIME_PASSES:
            return SYSTEM
        return self.bureau.people[OFFICERS[permission]].actor

    def peer(self) -> None:
        """Somebody who has to be told."""
        key = Signer.generate().public.hex()
        self.bureau.do(
            "system",
            lambda work: peers.add(work, "platform", "盐城市示例平台", "http://127.0.0.1:9", key, ()),
        )

    def case(self, noun: str, state: str, on: dt.date) -> Case:
        """A record in a state, the same one each time; ``on`` is the day on which its way begins."""
        if (noun, state) not in self._held:
            self.bureau.go(on)
            made = self.begun(noun)
            for step in _way(noun, state):
                self.bureau.go(self.day(made, step.act))
                actor = self.actor(step.by)
                made.record = runtime.perform(actor, lambda work, step=step: self.act(work, made, step))
                if step.act == "expire":
                    self._forget_expired()
            made.day = self.bureau.today
            self._held[noun, state] = made
        return self._held[noun, state]

    def _forget_expired(self) -> None:
        """Forget the cases whose publicity is over, or that of what they are about: time takes all that is due."""
        with runtime.reading() as session:
            newest = select(Publication.record).where(Publication.until_entry.is_(None), Publication.state == "expired")
            expired = set(session.scalars(newest))
        self._held = {key: made for key, made in self._held.items() if not {made.record, made.about} & expired}

    def begun(self, noun: str) -> Case:
        """What a record of this noun will be about."""
        about = (
            ""
            if noun in ("penalty", "commendation", "relation", *FILED)
            else self.bureau.published_penalty(content="处以罚款一万元。", effect_until="")
        )
        firm = self.bureau.names[about] if about else dict(FilingFactory(effect_until=""))
        unknown = "0" * 32
        return Case(noun, unknown, firm, about, self.bureau.today)

    def day(self, case: Case, act: str) -> dt.date:
        """The first day on which an act is not too early."""
        today = self.bureau.today
        with runtime.reading() as session:
            held = session.scalars(select(TABLES[case.noun]).where(TABLES[case.noun].record == case.record)).first()
            shown = select(Publication).where(Publication.until_entry.is_(None))
            of = case.about if (case.noun, act) == ("repair", "apply") else case.record
            newest = session.scalars(shown.where(Publication.record == of)).first()
            if act == "decide" and isinstance(held, Listing) and held.reply_until:
                return max(today, held.reply_until + dt.timedelta(days=1))
            if act == "expire" and newest:
                return max(today, newest.visible_until)
            if (case.noun, act) in (("repair", "apply"), ("penalty", "repair")) and newest:
                return max(today, dt.date.fromisoformat(publications.body(newest)["repairable_from"]))
        return today

    def act(self, work: UnitOfWork, case: Case, step: Step, given: StepInput | None = None) -> str:
        """Do the act of a step with its documents; the record that it was done to."""
        done = ACTS[case.noun][step.act](self, confirming(work), case, documents(step) if given is None else given)
        return str(getattr(done, "record", case.record))

    def repair(self, work: UnitOfWork, case: Case, given: StepInput) -> str:
        """What brings a penalty to ``repaired``: an application that another clerk accepts, then the decision."""
        aside = Case("repair", "", case.firm, case.record)
        number = _apply(self, replace(work, actor=PUBLIC), aside, papers("performance_proof", "public_promise"))
        clerk = self.bureau.people["second-clerk"].actor
        relief_applications.accept(replace(work, actor=clerk), number.record, StepInput())
        relief_decisions.grant(work, number.record, "条件具备", given)
        return case.record


def _way(noun: str, state: str) -> list[Step]:
    """The shortest way from nothing to a state."""
    ways: deque[tuple[str, list[Step]]] = deque([(INITIAL, [])])
    while ways:
        at, way = ways.popleft()
        if at == state:
            return way
        for step in PROCEDURES[noun].steps:
            if step.state == at and step.to not in [one.to for one in way]:
                ways.append((step.to, [*way, step]))
    raise AssertionError(f"{noun} never is {state}")


def proposal(walker: Walker, case: Case) -> dict[str, Any]:
    """What is proposed of a case."""
    return walker.bureau.proposal(case.about, scheme=SCHEME, measures=[])


def commended(case: Case, work: UnitOfWork) -> dict[str, Any]:
    """What is filed of a commendation."""
    return {
        "subject": {
            "kind": "organisation",
            "name": case.firm["subject_name"],
            "uscc": case.firm["uscc"],
            "id_type": None,
            "id_number": None,
        },
        "document_number": f"盐示表〔2026〕{case.firm['uscc'][-4:]}号",
        "title": "守信企业",
        "facts": "连续三年守信。",
        "basis": "《示例表彰办法》第三条",
        "awarded_on": dt.date(2026, 5, 6),
        "valid_until": None,
        "sectors": ["procurement"],
        "district": None,
        "behaviour": None,
        "authority": {"name": AUTHORITY[0], "code": AUTHORITY[1]},
    }


def related(case: Case, work: UnitOfWork) -> dict[str, Any]:
    """What is filed of a relation: a branch of the case's firm."""
    return {
        "kind": "branch",
        "subject": {"kind": "organisation", "name": case.firm["subject_name"], "uscc": case.firm["uscc"]},
        "other": {"kind": "organisation", "name": "盐城示例分公司", "uscc": "91320902MA0TR0027T"},
        "since": dt.date(2026, 1, 5),
        "until": None,
        "wording": WORDING["branch"],
        "facts": "登记机关出具。",
        "document_number": f"盐示登〔2026〕{case.firm['uscc'][-4:]}号",
        "issued_on": dt.date(2026, 5, 6),
        "sectors": ["procurement"],
        "district": None,
        "behaviour": None,
        "authority": {"name": AUTHORITY[0], "code": AUTHORITY[1]},
    }


def _whole(outcome: Any) -> Any:
    return Bureau._whole(outcome)


def _file(walker: Walker, work: UnitOfWork, case: Case, given: StepInput) -> Any:
    record = _whole(penalty_filing.file(work, [penalty_filing.Submission(read(work, case.firm))])[0])
    return Case("penalty", record, case.firm)


def _verify(walker: Walker, work: UnitOfWork, case: Case, given: StepInput) -> None:
    _whole(penalty_verification.verify(work, [case.record], if_version=given.if_version)[0])


def _apply(walker: Walker, work: UnitOfWork, case: Case, given: StepInput) -> Relief:
    walker.bureau.names[case.about] = case.firm
    papers = relief_applications.read_papers(given.documents, given.if_version)
    return relief_applications.apply(work, walker.bureau.application(case.noun, case.about), papers)


def _confirm(walker: Walker, work: UnitOfWork, case: Case, given: StepInput) -> Relief:
    code = relief_confirmation.add_code(work, case.about)
    return relief_confirmation.confirm(work, case.record, code)


def _suspend(walker: Walker, work: UnitOfWork, case: Case, given: StepInput) -> None:
    until = work.today + dt.timedelta(days=STAY_DAYS)
    suspension.suspend(work, case.record, work.today, until, "人民法院裁定停止执行", given)


def _extend(walker: Walker, work: UnitOfWork, case: Case, given: StepInput) -> None:
    later = listing_drafting.admit_listing_step(work, case.record, "extend", given)[0].ends_on
    assert later is not None
    listing_publication.extend(work, case.record, later + dt.timedelta(days=60), given)


def _simple(act: str) -> "Act":
    return lambda _, work, case, given: listing_drafting.simple_step(work, case.record, act, given)


Act = Callable[[Walker, UnitOfWork, Case, StepInput], Any]
_EXPIRE: Act = lambda _, w, c, g: expiry.expire_due(w)  # noqa: E731
_RESUME: Act = lambda _, w, c, g: suspension.resume(w, c.record, w.today, g)  # noqa: E731
_RELIEF: dict[str, Act] = {
    "apply": _apply,
    "confirm": _confirm,
    "mark": lambda _, w, c, g: relief_confirmation.mark(w, c.record, g),
    "accept": lambda _, w, c, g: relief_applications.accept(w, c.record, g),
    "refuse": lambda _, w, c, g: relief_applications.refuse(w, c.record, "不属于受理范围", g),
    "extend": lambda _, w, c, g: relief_applications.extend(w, c.record, "需要核实", g),
    "cancel": lambda _, w, c, g: relief_applications.cancel(w, c.record, g),
}
_CHANGE: dict[str, Act] = {
    "note_change": lambda _, w, c, g: suspension.note_change(w, c.record, "经复议撤销", w.today, g),
    "clear_change": lambda _, w, c, g: suspension.clear_change(w, c.record, "误登", g),
}


def _filed_acts(noun: str) -> dict[str, Act]:
    """The acts of a kind of filed record."""

    def facts(work: UnitOfWork, case: Case) -> dict[str, Any]:
        name, uscc = case.firm["subject_name"], case.firm["uscc"]
        return draft(noun, name=name, uscc=uscc, today=work.today, decided_on=FILED_DECIDED_ON)

    return {
        "file": lambda _, w, c, g: filed_records.file_draft(w, noun, facts(w, c), g),
        "refile": lambda _, w, c, g: filed_records.refile(w, noun, c.record, facts(w, c) | {"facts": "更正。"}, g),
        "verify": lambda _, w, c, g: filed_records.verify(w, noun, c.record, g),
        "return": lambda _, w, c, g: filed_records.send_back(w, noun, c.record, "请核对", g),
        "withdraw": lambda _, w, c, g: filed_records.withdraw(w, noun, c.record, "经再审撤销", w.today, g),
        "expire": _EXPIRE,
    }


ACTS: dict[str, dict[str, Act]] = {
    **{noun: _filed_acts(noun) for noun in FILED},
    "penalty": {
        "file": _file,
        "refile": lambda _, w, c, g: penalty_filing.refile(w, c.record, read(w, c.firm), if_version=g.if_version),
        "verify": _verify,
        "return": lambda _, w, c, g: penalty_verification.send_back(w, c.record, "请核对", if_version=g.if_version),
        "withdraw": lambda _, w, c, g: penalty_verification.withdraw(
            w, c.record, "经复议撤销", w.today, if_version=g.if_version
        ),
        **_CHANGE,
        "suspend": _suspend,
        "resume": _RESUME,
        "repair": lambda walker, w, c, g: walker.repair(w, c, g),
    },
    "listing": {
        "draft": lambda walker, w, c, g: listing_drafting.draft(w, proposal(walker, c), g),
        "redraft": lambda walker, w, c, g: listing_drafting.redraft(w, c.record, proposal(walker, c), g),
        "notice": lambda _, w, c, g: listing_drafting.serve_notice(w, c.record, w.today, None, g),
        "decide": lambda walker, w, c, g: listing_drafting.decide(w, c.record, walker.bureau.decision(ends_on=None), g),
        "serve": lambda _, w, c, g: listing_publication.serve(w, c.record, w.today, g),
        "publish": lambda _, w, c, g: listing_publication.publish_listing(w, c.record, g),
        "amend": lambda _, w, c, g: listing_publication.amend(w, c.record, {"facts": "更正后的事实。"}, g),
        "correct": lambda _, w, c, g: listing_publication.correct(w, c.record, g),
        "extend": _extend,
        **_CHANGE,
        "suspend": _suspend,
        "resume": _RESUME,
        "remove": lambda _, w, c, g: suspension.remove(w, c.record, "依法移出", w.today, g),
        "revoke": lambda _, w, c, g: suspension.revoke(w, c.record, "认定有误", w.today, g),
        "expire": _EXPIRE,
        **{act: _simple(act) for act in ("watch", "review", "return", "statement", "close", "reject", "archive")},
    },
    "commendation": {
        "file": lambda _, w, c, g: commendations.file(w, commended(c, w), g),
        "refile": lambda _, w, c, g: commendations.refile(w, c.record, commended(c, w), g),
        "verify": lambda _, w, c, g: commendations.verify(w, c.record, g),
        "return": lambda _, w, c, g: commendations.send_back(w, c.record, "请核对", g),
        "withdraw": lambda _, w, c, g: commendations.withdraw(w, c.record, "已被取消", w.today, g),
        "expire": _EXPIRE,
    },
    "relation": {
        "file": lambda _, w, c, g: relations.file(w, related(c, w), g),
        "refile": lambda _, w, c, g: relations.refile(w, c.record, related(c, w), g),
        "verify": lambda _, w, c, g: relations.verify(w, c.record, g),
        "return": lambda _, w, c, g: relations.send_back(w, c.record, "请核对", g),
        "withdraw": lambda _, w, c, g: relations.withdraw(w, c.record, "登记有误", g),
    },
    "dispute": {
        **_RELIEF,
        "decide": lambda _, w, c, g: relief_decisions.decide(w, c.record, Ruling("keep", "经核实无误", w.today), g),
    },
    "repair": {
        **_RELIEF,
        "grant": lambda _, w, c, g: relief_decisions.grant(w, c.record, "条件具备", g),
        "reject": lambda _, w, c, g: relief_decisions.reject(w, c.record, "未履行义务", g),
    },
}
