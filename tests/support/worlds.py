"""Small worlds of firms, records and relations: lived through the real acts, and judged by an oracle that knows the
law of five kinds of record and nothing of the code."""

import datetime as dt
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.domain.filing.columns import PLAIN
from registry.domain.filing.parse import clean
from registry.domain.law.publicity import add_months
from registry.models import Publication
from registry.queries.law import reference_data
from registry.services.cases import (
    penalty_filing,
    penalty_verification,
    relations,
    relief_applications,
    relief_decisions,
    suspension,
)
from registry.unit_of_work import UnitOfWork
from tests.support.bureau import Bureau, papers
from tests.support.lists import Office
from tests.support.people import AUTHORITY
from tests.support.relations import WORDING
from tools.synthetic import resident_id, uscc

START = dt.date(2026, 6, 1)
DAY = dt.timedelta(days=1)
NUMBERS = itertools.count(1)
WAYS = {
    # kind: (what a record of the subject does to the other, what one of the other does to the subject)
    "changed_code": ("same", "same"), "branch": ("reaches", "attention"),
    "controller": ("attention", "attention"), "reregistration": ("attention", "attention"),
    "legal_representative": ("attention", "attention"),
}  # fmt: skip
CONTENTS = {
    "ban": {"content": "处以罚款一万元，禁止参加政府采购活动二年。"},
    "fine": {"content": "处以罚款一万元。"},
    "grave": {"content": "责令停产停业。", "kinds": "责令停产停业", "fine": ""},
    "tender": {
        "basis": "《中华人民共和国招标投标法》第五十三条",
        "content": "处以罚款一万元，取消其二年内参加依法必须进行招标的项目的投标资格。",
    },
}
DEBTOR = "debtor"
ORDER = ("no_record", "on_record", "review", "unchecked", "barred")


@dataclass
class Version:
    """What was known of a record from an entry on; ``rests`` are the days on which its ban did not hold."""

    entry: int
    state: str
    what: str
    rests: list[list[dt.date | None]] = field(default_factory=list)
    shown: tuple[str, str] = ("", "")


@dataclass
class Record:
    """A penalty of firm ``whose``, its place on a court's list of debtors (``DEBTOR``, perhaps without end), or a
    relation of firm ``whose`` (subject) and firm or person ``other``."""

    id: str
    whose: int
    decided: dt.date
    versions: list[Version]
    kind: str = ""
    other: int = -1
    since: dt.date = START
    until: dt.date | None = None

    def at(self, entry: int) -> Version | None:
        """The version that was newest at an entry."""
        return next((one for one in reversed(self.versions) if one.entry <= entry), None)


@dataclass
class World:
    """Three firms and a person (the last party) on a day."""

    bureau: Bureau
    day: dt.date = START
    records: list[Record] = field(default_factory=list)
    relations: list[Record] = field(default_factory=list)
    firms: list[dict[str, str]] = field(default_factory=list)
    person: str = ""
    court: str = ""

    def __post_init__(self) -> None:
        first = next(NUMBERS) * 10
        self.firms = [
            {
                "name": f"盐城射阳示世{first + place}工程有限公司",
                "uscc": uscc("91320924", 300_000 + first + place),
            }
            for place in range(3)
        ]
        born = dt.date(1970, 1, 1) + dt.timedelta(days=first % 9000)
        self.person = resident_id("320924", born, first % 999)
        self.court = f"盐城市示例第{first}人民法院"
        self.bureau.go(self.day)

    # acts

    def adopt(self, whose: int, days_before: int, lasts: int | None) -> None:
        """A court's list, on which a firm is, is taken in and verified; once more while it is on it changes nothing."""
        listed = self.day - dt.timedelta(days=days_before)
        until = self.day + dt.timedelta(days=lasts) if lasts else None
        if any(one.whose == whose and one.kind == DEBTOR and self.is_listed(one) for one in self.records):
            return
        [record] = self.take_in(whose, listed, 有效期至=(until - DAY).isoformat() if until else "").came
        self.records.append(Record(record, whose, listed, [], DEBTOR, until=until))
        self.note(self.records[-1], "published", DEBTOR)

    def delist(self, one: Record) -> None:
        """The court says that the firm is no longer on its list."""
        assert self.take_in(one.whose, one.decided, 退出日期=self.day.isoformat()).left == [one.id]
        self.note(one, "removed")

    def take_in(self, whose: int, listed: dt.date, **special: str) -> Any:
        """A file of the list with one row, filed by one officer and verified by another."""
        row = {
            "认定部门": self.court,
            "文书号": "（2026）示执1号",
            "列入事由": "拒不履行",
            "列入日期": listed.isoformat(),
        }
        firm = {"对象名称": self.firms[whose]["name"], "统一社会信用代码": self.firms[whose]["uscc"]}
        return Office(self.bureau, self.day).adopt([firm | row | special], source=self.court)

    @staticmethod
    def is_listed(one: Record) -> bool:
        """Not yet taken off the list, and its term not over."""
        return one.versions[-1].state in ("published", "suspended")

    def punish(self, whose: int, what: str, days_before: int) -> None:
        """A department decides ``what``, and another officer verifies it."""
        decided = self.day - dt.timedelta(days=days_before)
        firm = self.firms[whose]
        record = self.bureau.published_penalty(
            subject_name=firm["name"],
            uscc=firm["uscc"],
            decided_on=decided.isoformat(),
            **CONTENTS[what],
        )
        self.records.append(Record(record, whose, decided, []))
        self.note(self.records[-1], "published", what)

    def correct(self, one: Record, what: str) -> None:
        """The decision is stated anew, as ``what``."""
        filing = self.bureau.names[one.id] | {"basis": "《中华人民共和国政府采购法》第七十七条"} | CONTENTS[what]
        filing |= {
            "kinds": CONTENTS[what].get("kinds", "罚款"),
            "fine": CONTENTS[what].get("fine", "1.000000"),
        }

        def act(work: UnitOfWork) -> None:
            read, faults, _ = clean(filing, reference_data.current(work.session).filing_rules, work.today, PLAIN)
            assert read is not None, faults
            penalty_filing.refile(work, one.id, read, if_version=None)

        self.bureau.do("clerk", act)
        self.bureau.verify(one.id)
        self.note(one, "published", what)

    def suspend(self, one: Record) -> None:
        """A court stays the decision from today on."""
        given = papers("court_order")
        self.bureau.do("verifier", lambda w: suspension.suspend(w, one.id, self.day, None, "法院裁定", given))
        self.note(one, "suspended", rests=[*one.versions[-1].rests, [self.day, None]])

    def resume(self, one: Record) -> None:
        """It has effect again from today on, unless the place on a list has ended meanwhile."""
        if one.kind == DEBTOR and one.until and one.until <= self.day:
            return
        self.bureau.do("verifier", lambda w: suspension.resume(w, one.id, self.day, papers("resumption_order")))
        *before, last = one.versions[-1].rests
        self.note(one, "published", rests=[*before, [last[0], self.day]])

    def withdraw(self, one: Record) -> None:
        """The decision falls."""
        self.bureau.do(
            "verifier", lambda w: penalty_verification.withdraw(w, one.id, "撤销", self.day, if_version=None)
        )
        self.note(one, "withdrawn")

    def repair(self, one: Record) -> None:
        """The subject is repaired on the first day on which that is possible, if it is still shown then."""
        first = dt.date.fromisoformat(self.newest(one)["repairable_from"])
        if max(first, self.day).isoformat() >= one.versions[-1].shown[1]:
            return
        self.wait_until(max(first, self.day))
        number = self.bureau.applied("repair", one.id)
        self.bureau.do("clerk", lambda w: relief_applications.accept(w, number, papers()))
        given = papers("relief_decision")
        self.bureau.do("verifier", lambda w: relief_decisions.grant(w, number, "条件具备", given))
        self.note(one, "repaired")

    def relate(self, kind: str, whose: int, other: int, since: int, days: int | None) -> None:
        """An authority's document says that ``other`` stands to ``whose`` as ``kind``; verified by two officers."""
        is_person = kind == "legal_representative"
        other = 3 if is_person else other
        start = self.day - dt.timedelta(days=since)
        made = Record("", whose, self.day, [], kind, other, start, start + dt.timedelta(days=days) if days else None)
        same = [(one.kind, one.whose, one.other, one.since) for one in self.relations if self.stands(one)]
        if whose == other or (kind, whose, other, start) in same:
            return
        ends = [{"kind": "法人及非法人组织", **firm} for firm in self.firms]
        ends.append({"kind": "自然人", "name": "卞子墨", "id_type": "111", "id_number": self.person})
        stated = {
            "kind": kind,
            "subject": ends[whose],
            "other": ends[other],
            "since": made.since,
            "until": made.until,
            "wording": WORDING[kind],
            "document_number": "盐示登1号",
            "facts": "",
            "issued_on": self.day,
            "sectors": ["procurement"],
            "district": None,
            "authority": {"name": AUTHORITY[0], "code": AUTHORITY[1]},
        }
        given = papers("registration_extract")
        made.id = self.bureau.do("clerk", lambda w: relations.file(w, stated, given).record)
        self.bureau.do("verifier", lambda w: relations.verify(w, made.id, StepInput()))
        self.relations.append(made)
        self.note(made, "published", kind)

    def unrelate(self, one: Record) -> None:
        """The relation turns out to be wrong."""
        self.bureau.do("verifier", lambda w: relations.withdraw(w, one.id, "登记有误", StepInput()))
        self.note(one, "withdrawn")

    def wait_until(self, day: dt.date) -> None:
        """Days pass; what is no longer shown expires."""
        self.day = day
        self.bureau.go(day)
        while self.bureau.tidy():
            pass
        for one in self.records:
            if one.versions[-1].state == "published" and one.versions[-1].shown[1] <= day.isoformat():
                self.note(one, "expired")

    @staticmethod
    def stands(one: Record) -> bool:
        """Published and not taken back."""
        return one.versions[-1].state == "published"

    def newest(self, one: Record) -> Any:
        """The newest body of a record."""
        with runtime.reading() as session:
            question = select(Publication.body, Publication.from_entry).where(
                Publication.record == one.id, Publication.until_entry.is_(None)
            )
            body, entry = session.execute(question).one()
        return json.loads(body) | {"entry": entry}

    def note(self, one: Record, state: str, what: str = "", rests: list[Any] | None = None) -> None:
        """Remember what is known of a record from now on. Only number and period are taken from the store."""
        body = self.newest(one)
        before = one.versions[-1] if one.versions else Version(0, "", what)
        assert body["state"] == state
        one.versions.append(
            Version(
                body["entry"],
                state,
                what or before.what,
                before.rests if rests is None else rests,
                (body["visible_from"], body["visible_until"]),
            )
        )

    # the oracle

    def expected_of_all(self, roles: Sequence[str], sector: str, day: dt.date, entry: int) -> list[str]:
        """What anybody would say of parties that bid for one lot: those that the law keeps apart are reviewed."""
        alone = [self.expected(place, role, sector, day, entry) for place, role in enumerate(roles)]
        bidders = [place for place, role in enumerate(roles) if role == "bidder"]
        apart = {
            place for place in bidders for other in bidders if place != other and self.is_led(place, other, day, entry)
        }
        return [max(said, "review", key=ORDER.index) if place in apart else said for place, said in enumerate(alone)]

    def is_led(self, first: int, second: int, day: dt.date, entry: int) -> bool:
        """Whether one leads the other, or a third leads both (招标投标法实施条例 34, 政府采购法实施条例 18)."""
        ends = {
            "controller": ("whose", "other"),
            "legal_representative": ("whose", "other"),
            "branch": ("other", "whose"),
        }
        leaders: dict[int, set[int]] = {first: set(), second: set()}
        for one in self.relations:
            version = one.at(entry)
            if one.kind not in ends or version is None or version.state != "published":
                continue
            led, leader = (getattr(one, end) for end in ends[one.kind])
            if led in leaders and one.since <= day and (one.until is None or day < one.until):
                leaders[led].add(leader)
        return second in leaders[first] or first in leaders[second] or bool(leaders[first] & leaders[second])

    def expected(self, party: int, role: str, sector: str, day: dt.date, entry: int) -> str:
        """What anybody who reads the law and the acts would say."""
        said = [
            self.alone(one, way, role, sector, day, entry)
            for one in self.records
            for way in self.ways(party, one.whose, day, entry)
        ]
        return max(said, key=ORDER.index, default="no_record")

    def ways(self, party: int, whose: int, day: dt.date, entry: int) -> set[str]:
        """How a record of ``whose`` concerns a party: as its own, or through one relation."""
        if party == whose:
            return {"own"}
        found = set()
        for one in self.relations:
            version = one.at(entry)
            if version is None or version.state != "published" or {one.whose, one.other} != {party, whose}:
                continue
            way = WAYS[one.kind][0 if whose == one.whose else 1]
            if way == "same" or (one.since <= day and (one.until is None or day < one.until)):
                found.add(way)
        return found

    @staticmethod
    def alone(one: Record, way: str, role: str, sector: str, day: dt.date, entry: int) -> str:
        """The verdict of one record taken alone."""
        version = one.at(entry)
        if version is None or version.state in ("withdrawn", "removed"):
            return "no_record"
        is_bidder, said = role in ("bidder", "consortium_member"), ["no_record"]
        building = {"construction", "housing"}
        sectors = {"ban": {"procurement"}, "tender": {"procurement"} | building, "grave": building}.get(version.what)
        is_resting = any(start <= day and (end is None or day < end) for start, end in version.rests)
        is_running = one.decided <= day and (one.until is None or day < one.until)
        if one.kind == DEBTOR and is_running and not is_resting:
            # 财库〔2016〕125号 of suppliers; 法〔2016〕285号 also of who works on a project that must be tendered.
            is_meant = way == "attention" or is_bidder or (sector == "construction" and role == "project_manager")
            bars = sector == "procurement" and way != "attention"
            said.append(("barred" if bars else "review") if is_meant else "no_record")
        if sectors and one.decided <= day < add_months(one.decided, 24) and not is_resting:
            reaches = sector in sectors and (is_bidder or way == "attention")
            verdict = "review" if way == "attention" or version.what == "grave" else "barred"
            said.append(verdict if reaches else "on_record")
        if version.what == "grave" and sector == "procurement" and is_bidder:
            said += ["review"] if add_months(day, -36) <= one.decided <= day else []
        first, last = version.shown
        if way in ("own", "same") and version.state == "published" and first <= day.isoformat() < last:
            said.append("on_record")
        worst = max(said, key=ORDER.index)
        if version.state == "repaired" and worst == "on_record":  # a repair ends what is shown, and no ban
            return "no_record"
        return "no_record" if way == "attention" and worst == "on_record" else worst
