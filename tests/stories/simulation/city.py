"""A city at work, day by day: departments file, verify, list, stay and lift; subjects apply; the worker is ill."""

import datetime as dt
import random
from collections import Counter
from typing import Any

from sqlalchemy import update

from registry.errors import Refusal
from registry.models import Listing, OutboxMessage
from registry.queries.cases import procedure_records
from registry.refusals.procedure import GroundUnfit
from registry.services.cases import (
    listing_drafting,
    penalty_filing,
    penalty_verification,
    relief_applications,
    relief_decisions,
    removal,
    suspension,
)
from registry.services.cases.relief_decisions import Ruling
from registry.unit_of_work import UnitOfWork
from sync import schedule
from tests.stories.simulation.expected import DAY, Expected, Known, after
from tests.support.bureau import Bureau, papers
from tests.support.walker import Walker, read

BEGINS = dt.date(2025, 11, 1)
JOBS = {job.name: job.run for job in schedule.JOBS}
_DEAD, _ACKNOWLEDGES = 0.5, 0.1


class City:
    """The acts of a day are drawn by ``dice``; whatever is done is written into the plain books too."""

    def __init__(self, bureau: Bureau, seed: int) -> None:
        self.bureau, self.dice = bureau, random.Random(seed)
        self.books, self.done = Expected(), Counter[str]()
        self.filed: dict[str, dict[str, Any]] = {}
        self.returned: dict[str, dict[str, Any]] = {}
        self.cases: dict[str, tuple[str, str, dict[str, Any]]] = {}
        self.open: dict[str, tuple[str, str, str]] = {}
        self.is_alive = True
        bureau.go(BEGINS)
        Walker(bureau).peer()

    @property
    def today(self) -> dt.date:
        return self.bureau.today

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def live(self, day: dt.date) -> None:
        """One day."""
        self.bureau.go(day)
        if (day - BEGINS).days % 7 == 0:
            self.is_alive = not self.chance(_DEAD)
            self.done["weeks dead"] += not self.is_alive
        for _ in range(self.dice.choice((0, 0, 1, 1, 2))):
            self.file()
        for record in list(self.filed):
            if self.chance(0.2):
                self.verify(record)
            elif self.chance(0.03):
                self.send_back(record)
        for record in list(self.returned):
            if self.chance(0.3):
                self.refile(record)
        self.cases_move()
        self.reliefs_move()
        self.standing_moves()
        if self.is_alive:
            JOBS["tidy"]()
            JOBS["seal"]()
        if self.chance(_ACKNOWLEDGES):
            self.bureau.do("system", self.acknowledge)

    # penalties

    def file(self) -> None:
        age = self.dice.choice((self.dice.randint(0, 20), self.dice.randint(60, 95), self.dice.randint(300, 364)))
        day = self.today - age * DAY
        # most of what is old ends soon, so that some ends on a day on which the worker is dead
        soon = max(day + 95 * DAY, self.today + self.dice.randint(2, 45) * DAY)
        until = soon if age > 20 else day + self.dice.randint(95, 330) * DAY
        free = day.replace(year=day.year + 1)
        stated = {"decided_on": day.isoformat(), "publicity_until": until.isoformat()}
        if self.chance(0.5):  # a ban is shown while it runs
            record = self.bureau.penalty(**stated, effect_until=(free - DAY).isoformat())
            self.filed[record] = {"bars": day, "free": free, "unseen": max(until + DAY, free)}
        else:
            record = self.bureau.penalty(**stated, effect_until="", content="处以罚款一万元。")
            self.filed[record] = {"unseen": until + DAY}
        self.books.start(record, "penalty.publish", day, 7)
        self.done["filed"] += 1

    def verify(self, record: str) -> None:
        self.bureau.verify(record)
        firm = self.bureau.names[record]["subject_name"]
        self.books.records[record] = Known("penalty", firm, self.today, **self.filed.pop(record))
        self.books.meet(record, self.today, "penalty.publish")
        self.done["published"] += 1

    def send_back(self, record: str) -> None:
        self.bureau.do("verifier", lambda w: penalty_verification.send_back(w, record, "请核对", if_version=None))
        self.returned[record] = self.filed.pop(record)

    def refile(self, record: str) -> None:
        filing = self.bureau.names[record]
        self.bureau.do("clerk", lambda w: penalty_filing.refile(w, record, read(w, filing), if_version=None))
        self.filed[record] = self.returned.pop(record)

    # listings, from proposal to publication

    def cases_move(self) -> None:
        if self.chance(0.2) and (ground := self.pick("penalty", is_unlisted=True)):
            record = self.bureau.drafted(ground, measures=self.dice.choice(([], ["B1"])))
            self.bureau.step(record, "review")
            self.bureau.step(record, "notice")
            self.cases[record] = ("noticed", self.books.records[ground].firm, {"reply": after(self.today, 5)})
            self.done["noticed"] += 1
        for record in list(self.cases):
            if self.chance(0.3):
                self.case_moves(record)

    def case_moves(self, record: str) -> None:
        state, firm, facts = self.cases[record]
        if state == "noticed" and self.today > facts["reply"]:
            self.decide(record, firm)
        elif state == "decided":
            self.bureau.step(record, "serve")
            self.books.meet(record, self.today, "listing.serve")
            self.cases[record] = ("in_force", firm, {**facts, "served": self.today})
        elif state == "in_force":
            self.publish(record, firm, facts)

    def decide(self, record: str, firm: str) -> None:
        bans = bool(self.measures(record))
        ends = self.today + self.dice.randint(400, 900) * DAY if bans else self.today + self.dice.randint(30, 60) * DAY
        decision = self.bureau.decision(ends_on=ends)
        try:
            self.bureau.do("head", lambda w: listing_drafting.decide(w, record, decision, papers("decision")))
        except GroundUnfit:
            self.bureau.step(record, "close")
            del self.cases[record]
            return
        self.books.start(record, "listing.serve", self.today, 7)
        self.books.start(record, "listing.publish", self.today, 20)
        self.cases[record] = ("decided", firm, {"ends": ends, "bans": bans})

    def measures(self, record: str) -> list[str]:
        held = self.bureau.do("clerk", lambda w: procedure_records.by_record(w.session, Listing, record))
        return list(held.facts["measures"])

    def publish(self, record: str, firm: str, facts: dict[str, Any]) -> None:
        del self.cases[record]
        is_over = facts["ends"] <= self.today
        try:
            self.bureau.step(record, "publish")
            assert not is_over
        except Refusal:
            self.bureau.step(record, "revoke")
            self.books.start(record, "listing.revoke", self.today, 3)
            self.books.meet(record, self.today, "listing.serve", "listing.publish", "listing.revoke")
            return
        bans = {"bars": facts["served"], "free": facts["ends"]} if facts["bans"] else {}
        self.books.records[record] = Known("listing", firm, self.today, facts["ends"], **bans)
        self.books.meet(record, self.today, "listing.publish")
        self.done["listed"] += 1

    # what befalls what stands

    def pick(self, kind: str = "", *, is_unlisted: bool = False) -> str:
        listed = {one.firm for one in self.books.records.values() if one.kind == "listing"}
        listed |= {firm for _, firm, _ in self.cases.values()}
        found = [
            record
            for record, one in self.books.records.items()
            if not one.is_gone
            and not one.is_suspended
            and one.kind in (kind or one.kind)
            and not (is_unlisted and one.firm in listed)
            and not (one.kind == "listing" and one.unseen <= self.today)
        ]
        return self.dice.choice(found) if found else ""

    def standing_moves(self) -> None:
        for record, one in self.books.records.items():
            if one.is_suspended and self.chance(0.1) and not (one.kind == "listing" and one.unseen <= self.today):
                self.resume(record, one)
        if self.chance(0.15) and (record := self.pick()):
            self.suspend(record, self.books.records[record])
        if self.chance(0.1) and (record := self.pick()):
            self.take_back(record, self.books.records[record])

    def suspend(self, record: str, one: Known) -> None:
        since, until = self.today, self.today + self.dice.randint(5, 40) * DAY
        given = papers("court_order")
        self.bureau.do("verifier", lambda w: suspension.suspend(w, record, since, until, "法院裁定", given))
        one.is_suspended = True
        self.books.start(record, f"{one.kind}.resume", until, 3)
        self.books.start(record, "removal.told", self.today, 3)
        self.done["suspended"] += 1

    def resume(self, record: str, one: Known) -> None:
        day, given = self.today, papers("resumption_order")
        self.bureau.do("verifier", lambda w: suspension.resume(w, record, day, given))
        one.is_suspended = False
        self.books.meet(record, self.today, f"{one.kind}.resume")
        self.done["resumed"] += 1

    def take_back(self, record: str, one: Known) -> None:
        day = self.today
        act = "withdraw" if one.kind == "penalty" else self.dice.choice(("revoke", "remove"))
        if act == "withdraw":
            self.bureau.do("verifier", lambda w: penalty_verification.withdraw(w, record, "撤销", day, if_version=None))
        else:
            self.bureau.step(record, act)
        if act != "remove":
            self.books.start(record, f"{one.kind}.{act}", day, 3)
            self.books.meet(record, day, f"{one.kind}.{act}")
        self.gone(record, one)
        self.done[act] += 1

    def gone(self, record: str, one: Known) -> None:
        one.is_gone = True
        self.books.meet(record, self.today, f"{one.kind}.resume")
        self.books.start(record, "removal.told", self.today, 3)

    # disputes and repairs

    def reliefs_move(self) -> None:
        for number in list(self.open):
            if self.chance(0.25):
                self.relief_moves(number)
        noun = self.dice.choice(("dispute", "repair"))
        record = self.pick() if self.chance(0.25) else ""
        if not record or record in [about for about, _, _ in self.open.values()]:
            return
        try:
            number = self.bureau.applied(noun, record)
        except Refusal as refusal:
            self.done[refusal.code] += 1
            return
        self.open[number] = (record, noun, "received")
        self.books.start(number, f"{noun}.accept", self.today, 3)
        if noun == "dispute":
            self.books.start(number, "dispute.mark", self.today, 1)
            self.books.start(number, "dispute.decide", self.today, 7)
        self.done[noun] += 1

    def relief_moves(self, number: str) -> None:
        record, noun, state = self.open[number]
        one = self.books.records[record]
        if state == "received":
            self.bureau.do("second-clerk", lambda w: relief_applications.accept(w, number, papers()))
            self.books.meet(number, self.today, f"{noun}.accept")
            if noun == "dispute":
                self.books.meet(number, self.today, "dispute.mark")
            if noun == "repair":
                self.books.start(number, "repair.decide", self.today, 10)
            self.open[number] = (record, noun, "accepted")
            return
        given, ruling = papers("relief_decision"), Ruling("keep", "经核实无误", self.today)
        is_fit = not one.is_gone and not one.is_suspended and self.today < one.unseen
        if noun == "dispute":
            self.bureau.do("verifier", lambda w: relief_decisions.decide(w, number, ruling, given))
        elif is_fit:
            self.bureau.do("verifier", lambda w: relief_decisions.grant(w, number, "条件具备", given))
            self.gone(record, one)
            self.done["repaired"] += 1
        else:
            self.bureau.do("verifier", lambda w: relief_decisions.reject(w, number, "不再公示", given))
        self.books.meet(number, self.today, f"{noun}.decide")
        del self.open[number]

    def acknowledge(self, work: UnitOfWork) -> None:
        """The receiver has acknowledged everything, as ``services.outbox.settle`` notes it."""
        work.session.execute(update(OutboxMessage).values(state="delivered"))
        removal.on_removal_acknowledged(work)
        for one in self.books.clocks:
            if one.code == "removal.told" and one.met_on is None:
                one.met_on = self.today
