"""Two acts at once on one record: the second sees what the first has done, and neither does half of it."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.domain.permissions import PUBLIC, SYSTEM, Actor
from registry.errors import Refusal
from registry.models import Listing, Publication, Relief
from registry.refusals.acts import ConcurrentChange, TransitionRefused
from registry.refusals.procedure import ListedAlready, ReliefOpen
from registry.services.cases import expiry, listing_drafting, relief_applications, suspension
from registry.services.cases.relief_applications import read_papers
from registry.services.checks import award_check
from registry.unit_of_work import UnitOfWork
from tests.support.bureau import confirming, papers
from tests.support.centre import Centre, party
from tests.support.filings import BanFactory

HEAD_START_SECONDS = 0.4
Act = Callable[[UnitOfWork], object]


@pytest.fixture
def together(app):
    """Let the first act finish while the second, begun meanwhile, is under way; the outcome of the second."""

    def run(first: tuple[Actor, Act], second: tuple[Actor, Act]) -> object:
        done, outcomes = threading.Event(), []

        def hold() -> None:
            with app.app_context(), runtime.begin(first[0]) as work:
                first[1](work)
                done.set()
                threading.Event().wait(HEAD_START_SECONDS)

        def follow() -> None:
            done.wait()
            with app.app_context():
                try:
                    outcomes.append(runtime.perform(*second))
                except Refusal as refusal:
                    outcomes.append(type(refusal))

        threads = [threading.Thread(target=one) for one in (hold, follow)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        return outcomes[0]

    return run


def count(table: type, *where: object) -> int:
    with runtime.reading() as session:
        return session.execute(select(func.count()).select_from(table).where(*where)).scalar_one()


class TestTogether:
    def test_two_applications_make_one(self, bureau, together):
        record = bureau.published_penalty()
        application = bureau.application("dispute", record)
        codes = [bureau.code(record) for _ in range(2)]
        evidence = read_papers(papers("evidence").documents)
        acts = [
            (PUBLIC, lambda work, code=code: relief_applications.apply(work, application, evidence, code))
            for code in codes
        ]
        assert together(*acts) is ReliefOpen
        assert count(Relief) == 1
        assert count(Publication, Publication.record == record) == 2

    def test_two_proposals_list_a_firm_once(self, bureau, together):
        ground = bureau.published_penalty()
        proposed = bureau.proposal(ground)
        first, second = (bureau.people[name].actor for name in ("clerk", "second-clerk"))

        def act(work: UnitOfWork) -> object:
            return listing_drafting.draft(work, proposed, StepInput())

        assert together((first, act), (second, act)) is ListedAlready
        assert count(Listing) == 1

    def test_two_looks_at_one_tender_follow_each_other(self, bureau, together):
        centre, numbers = Centre(bureau.people), []

        def look(work: UnitOfWork) -> award_check.SignedCheck:
            made = award_check.check(work, centre.inquiry(party(BanFactory())))
            numbers.append((made.check.id, made.check.number))
            return made

        actor = bureau.people["centre"].actor
        second = together((actor, look), (actor, look))
        assert (second.check.previous, second.check.number) == (numbers[0][0], numbers[0][1] + 1)

    def test_a_removal_and_the_worker_end_a_listing_once(self, bureau, together):
        record = bureau.listed()
        with runtime.reading() as session:
            end = session.scalars(select(Listing.ends_on).where(Listing.record == record)).one()
        bureau.go(end)
        verifier, day = bureau.people["verifier"].actor, bureau.today

        def remove(work: UnitOfWork) -> object:
            return suspension.remove(confirming(work), record, "移出", day, papers("removal_decision"))

        outcome = together((verifier, remove), (SYSTEM, expiry.expire_due))
        # the ground's own publication ends too; what the worker met under way it leaves to its next round
        assert outcome in (0, 1, ConcurrentChange)
        bureau.tidy()
        assert count(Publication, Publication.record == record) == 2
        with runtime.reading() as session:
            assert session.scalars(select(Listing.state).where(Listing.record == record)).one() == "removed"

    def test_the_worker_and_a_removal_end_a_listing_once(self, bureau, together):
        record = bureau.listed()
        with runtime.reading() as session:
            end = session.scalars(select(Listing.ends_on).where(Listing.record == record)).one()
        bureau.go(end)
        verifier, day = bureau.people["verifier"].actor, bureau.today

        def remove(work: UnitOfWork) -> object:
            return suspension.remove(confirming(work), record, "移出", day, papers("removal_decision"))

        assert together((SYSTEM, expiry.expire_due), (verifier, remove)) is TransitionRefused
        assert count(Publication, Publication.record == record) == 2
