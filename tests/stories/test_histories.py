"""Generated histories, answered for every day and every entry as a naive replay of the acts answers them.

The replay knows no body, no version and no query: for each record it keeps what was done at which entry.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry import runtime
from registry.domain.checks import verdict
from registry.domain.checks.model import CheckedParty, CheckScope, Hit
from registry.domain.law.publicity import add_months
from registry.errors import Refusal
from registry.models import Publication
from registry.queries import integrity
from registry.queries.checks import candidates
from registry.queries.publication import ledger_state, publications
from registry.services.cases import (
    listing_drafting,
    listing_publication,
    penalty_filing,
    penalty_verification,
    relief_applications,
    relief_decisions,
    suspension,
)
from registry.unit_of_work import UnitOfWork
from tests.contract.test_reference import ROWS
from tests.support import stores
from tests.support.bureau import Bureau, papers
from tests.support.people import town
from tests.support.walker import read

BEGINS = dt.date(2026, 5, 11)
LIST_MEASURES = {row.code: frozenset(row.measures) for row in ROWS["schemes"] if row.may_publish}
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Facts:
    """What stands of a record after an act: its ban on [from, to), its publication on [seen, unseen), the stays."""

    name: str
    ban: tuple[dt.date, dt.date]
    seen: tuple[dt.date, dt.date]
    is_shown: bool = True
    is_gone: bool = False
    is_repaired: bool = False
    stays: tuple[tuple[dt.date, dt.date | None], ...] = ()


@dataclass
class Replay:
    """The naive answer: for each record (entry, facts), in the order of the acts."""

    told: dict[str, list[tuple[int, Facts]]] = field(default_factory=dict)

    def at(self, record: str, entry: int) -> Facts | None:
        return next((facts for number, facts in reversed(self.told[record]) if number <= entry), None)

    def reasons(self, firm: str, on: dt.date, entry: int) -> set[tuple[str, str]]:
        """(record, verdict) of everything that an award check on a day must name."""
        found = set()
        for record in self.told:
            facts = self.at(record, entry)
            if facts is None or (facts.is_gone and not facts.is_repaired) or facts.name != firm:
                continue
            rests = any(since <= on and (until is None or on < until) for since, until in facts.stays)
            if facts.ban[0] <= on < facts.ban[1] and not rests:
                found.add((record, "barred"))
            elif facts.is_shown and facts.seen[0] <= on < facts.seen[1]:
                found.add((record, "on_record"))
        return found

    def visible(self, on: dt.date, entry: int, today: dt.date) -> set[str]:
        """What the public sees: shown on the day as known then, and nothing of it taken away by today."""

        def is_seen(facts: Facts | None, day: dt.date) -> bool:
            return bool(facts and facts.is_shown and not facts.is_gone and facts.seen[0] <= day < facts.seen[1])

        return {
            record
            for record, told in self.told.items()
            if is_seen(self.at(record, entry), on) and is_seen(told[-1][1], today)
        }


class History:
    """Acts through the services, told to the replay as they are done. A refused act tells nothing."""

    def __init__(self, bureau: Bureau) -> None:
        self.bureau, self.replay = bureau, Replay()
        bureau.go(BEGINS)
        self.firms: list[str] = []
        self.codes: dict[str, str] = {}
        self.answered: dict[tuple[str, dt.date, int], set[tuple[str, str]]] = {}
        self.first = self.head()

    def head(self) -> int:
        with runtime.reading() as session:
            return ledger_state.head(session)

    def tell(self, record: str, facts: Facts) -> None:
        self.replay.told.setdefault(record, []).append((self.head(), facts))

    def change(self, record: str, **facts: object) -> None:
        self.tell(record, replace(self.replay.told[record][-1][1], **facts))

    def now(self, record: str) -> Facts:
        return self.replay.told[record][-1][1]

    # acts; ``back`` days before today is when what they state took effect

    def penalise(self, back: int) -> None:
        day = self.bureau.today - back * DAY
        last = add_months(day, 24) - DAY
        record = self.bureau.published_penalty(decided_on=day.isoformat(), effect_until=last.isoformat())
        firm = self.bureau.names[record]
        self.codes[firm["subject_name"]] = firm["uscc"]
        seen = (self.bureau.today, add_months(day, 36))  # 令36: a ban is serious, three years from the document
        self.tell(record, Facts(firm["subject_name"], (day, last + DAY), seen))

    def enlist(self, back: int) -> None:
        ground = self.pick(back, self.is_free)
        record = self.bureau.noticed(ground)
        self.bureau.go(self.bureau.today + 14 * DAY)
        ends = self.bureau.today + 500 * DAY
        served = self.bureau.today
        self.bureau.do("head", lambda w: self._decide(w, record, ends))
        self.bureau.do(
            "clerk",
            lambda w: listing_publication.serve(w, record, served, papers("service_proof", "repair_notice")),
        )
        self.bureau.go(self.bureau.today + back * DAY)
        self.bureau.step(record, "publish")
        name = self.bureau.names[record]["subject_name"]
        self.tell(record, Facts(name, (served, ends), (self.bureau.today, ends)))

    def _decide(self, work: UnitOfWork, record: str, ends: dt.date) -> None:
        listing_drafting.decide(work, record, self.bureau.decision(ends_on=ends), papers("decision"))

    def correct(self, back: int) -> None:
        record = self.pick(back, lambda _, facts: facts.is_shown and not facts.is_gone)
        if self.kind(record) == "listing":
            self.bureau.step(record, "amend")
            self.bureau.step(record, "correct")
            self.change(record)
            return
        ban = self.now(record).ban
        ends = add_months(ban[0], 12) + back * DAY
        self.bureau.names[record] |= {"effect_until": (ends - DAY).isoformat()}
        filing = self.bureau.names[record]
        self.bureau.do("clerk", lambda w: penalty_filing.refile(w, record, read(w, filing), if_version=None))
        self.bureau.verify(record)
        self.change(record, ban=(ban[0], ends), seen=(self.bureau.today, self.now(record).seen[1]), is_shown=True)

    def suspend(self, back: int) -> None:
        record, since = self.pick(back, lambda _, facts: facts.is_shown), self.bureau.today - back * DAY
        given = papers("court_order")
        self.bureau.do("verifier", lambda w: suspension.suspend(w, record, since, None, "法院裁定", given))
        self.change(record, is_shown=False, stays=(*self.now(record).stays, (since, None)))

    def resume(self, back: int) -> None:
        record = self.pick(back, lambda _, facts: bool(facts.stays and not facts.stays[-1][1]))
        on = self.bureau.today - back * DAY
        given = papers("resumption_order")
        self.bureau.do("verifier", lambda w: suspension.resume(w, record, on, given))
        *before, (since, _) = self.now(record).stays
        self.change(record, is_shown=True, stays=(*before, *([(since, on)] if since < on else [])))

    def repair(self, back: int) -> None:
        self.bureau.go(self.bureau.today + back * 5 * DAY)
        record = self.pick(back, lambda _, facts: facts.is_shown and not facts.is_gone)
        number = self.bureau.applied("repair", record)
        self.bureau.do("second-clerk", lambda w: relief_applications.accept(w, number, papers()))
        given = papers("relief_decision")
        self.bureau.do("verifier", lambda w: relief_decisions.grant(w, number, "条件具备", given))
        # A ban that is itself the penalty runs to its own end; a listing's measures end with it.
        self.change(record, is_gone=True, is_shown=False, is_repaired=self.kind(record) == "penalty")

    def revoke(self, back: int) -> None:
        record, day = self.pick(back), self.bureau.today
        if self.kind(record) == "listing":
            self.bureau.step(record, "revoke")
        else:
            self.bureau.do("verifier", lambda w: penalty_verification.withdraw(w, record, "撤销", day, if_version=None))
        self.change(record, is_gone=True)

    def expire(self, back: int) -> None:
        """Time passes, and the worker comes by."""
        self.bureau.go(self.bureau.today + back * 9 * DAY)
        self.bureau.tidy()
        for record in self.replay.told:
            facts = self.now(record)
            if facts.is_shown and not facts.is_gone and facts.seen[1] <= self.bureau.today:
                self.change(record, is_shown=False)

    def pick(self, number: int, wanted: Callable[[str, Facts], bool] = lambda _record, _facts: True) -> str:
        """A record, one that an act fits when there is one: refusals are tried too."""
        records = list(self.replay.told)
        fitting = [record for record in records if wanted(record, self.now(record))]
        found = fitting or records
        return found[number % len(found)]

    def is_free(self, record: str, facts: Facts) -> bool:
        """Whether it is a standing penalty of a firm that is not listed."""
        names = [self.now(one).name for one in self.replay.told if self.kind(one) == "listing"]
        return self.kind(record) == "penalty" and not facts.is_gone and facts.name not in names

    def kind(self, record: str) -> str:
        with runtime.reading() as session:
            return session.scalars(select(Publication.kind).where(Publication.record == record)).first() or ""

    # answers

    def days(self) -> list[dt.date]:
        found = {
            day + step
            for record in self.replay.told
            for _, facts in self.replay.told[record]
            for day in (*facts.ban, facts.seen[1], *(d for stay in facts.stays for d in stay if d))
            for step in (-DAY, 0 * DAY)
        }
        return sorted(found | {self.bureau.today})

    def compare(self) -> None:
        """Every answer is the replay's; none for an entry that was asked for before has changed."""
        today, head = self.bureau.today, self.head()
        looks = [day for day in self.days() if abs((day - today).days) < 40]
        entries = [self.first, *sorted({number for told in self.replay.told.values() for number, _ in told})]
        with runtime.reading() as session:
            for entry in entries:
                keys = candidates.Keys(list(self.codes.values()), [], [])
                found = candidates.candidates(session, keys, entry)
                for on in self.days():
                    self.check(found, on, entry)
                    at = publications.Moment(on, entry, today, is_now=(on, entry) == (today, head))
                    if on in looks or entry == head:
                        seen = select(Publication.record).where(publications.visible(at))
                        ours = seen.where(Publication.record.in_(list(self.replay.told)))
                        assert set(session.scalars(ours)) == self.replay.visible(on, entry, today), (
                            on,
                            entry,
                        )

    def check(self, found: dict, on: dt.date, entry: int) -> None:
        for name, code in self.codes.items():
            asked = CheckedParty("1", "bidder", name, code)
            hits = [Hit("uscc", body) for body in found.get(("uscc", code), ())]
            question = CheckScope("procurement", False, None, on, list_measures=LIST_MEASURES)
            answer = verdict.judge(asked, hits, question, None)
            verdicts = {"measure-in-force": "barred", "published": "on_record"}
            named = {(reason["record"], verdicts[reason["code"]]) for reason in answer.reasons}
            wanted = self.replay.reasons(name, on, entry)
            assert named == wanted, (on, entry)
            assert answer.verdict == max(
                (wanted_verdict for _, wanted_verdict in wanted), default="no_record", key=verdict.VERDICTS.index
            )
            assert self.answered.setdefault((name, on, entry), named) == named


ACTS = ("penalise", "enlist", "correct", "suspend", "resume", "repair", "revoke", "expire")
ACT = st.tuples(st.sampled_from(ACTS), st.integers(0, 40))


@pytest.fixture(scope="module", params=stores.STORES)
def bureau(
    request: pytest.FixtureRequest, templates: stores.Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bureau]:
    """One store for all histories: each is about firms of its own."""
    with town(request.param, templates, tmp_path_factory.mktemp("h"), applications_per_subject_max=9999) as made:
        yield Bureau(*made)


class TestHistory:
    @settings(
        max_examples=6,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @example(acts=[("suspend", 9), ("expire", 1), ("resume", 3), ("correct", 5), ("expire", 9), ("repair", 4)])
    @example(acts=[("enlist", 5), ("correct", 1), ("suspend", 1), ("expire", 2), ("resume", 1), ("repair", 40)])
    @example(acts=[("enlist", 5), ("expire", 40), ("expire", 20), ("revoke", 1), ("revoke", 0)])
    @given(acts=st.lists(ACT, min_size=5, max_size=9))
    def test_answers_every_day_and_entry_as_the_replay_does(self, bureau, acts):
        history = History(bureau)
        history.penalise(12)
        history.compare()
        for act, back in acts:
            with suppress(Refusal):
                getattr(history, act)(back)
            history.compare()
        with runtime.begin() as work:
            assert list(integrity.findings(work.session, work.keys, work.settings.node, lambda _: None)) == []
