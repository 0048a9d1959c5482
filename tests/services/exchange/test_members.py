"""Statements about members: signed by two, dated, never two under one revision."""

import datetime as dt

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.models import AuditEvent
from registry.queries.exchange import member_statements
from registry.refusals.acts import MemberConflict, MemberRefused, OutOfRole
from registry.services.exchange import members
from tests.support.membership import FIRST, SECOND, THIRD, administrators, member, signed
from tests.sync.bodies import speaking

TODAY = dt.date(2026, 11, 28)


def load(raw, received_from="", actor=SYSTEM):
    return runtime.perform(actor, lambda work: members.load(work, raw, received_from))


def in_force(on=TODAY):
    with runtime.reading() as session:
        return set(member_statements.members(session, "city", on).statements)


@pytest.fixture
def _administered(app):
    load(signed(administrators(FIRST, SECOND)))


class TestAdministrators:
    def test_are_first_stated_at_the_node_itself(self, app):
        with pytest.raises(MemberRefused):
            load(signed(administrators(FIRST, SECOND)), "platform")
        assert load(signed(administrators(FIRST, SECOND)))

    def test_sign_who_comes_after_them(self, _administered):
        successors = administrators(SECOND, THIRD, revision=2)
        with pytest.raises(MemberRefused):
            load(signed(successors, SECOND, THIRD))
        assert load(signed(successors, FIRST, SECOND), "platform")
        with pytest.raises(MemberRefused):
            load(signed(member("county", {}), FIRST, SECOND))
        assert load(signed(member("county", {}), SECOND, THIRD))

    @pytest.mark.parametrize("revision", [3, 9])
    def test_are_not_skipped(self, _administered, revision):
        with pytest.raises(MemberRefused):
            load(signed(administrators(FIRST, THIRD, revision=revision)))


class TestMember:
    def test_needs_administrators(self, app):
        with pytest.raises(MemberRefused):
            load(signed(member("county", {})))

    @pytest.mark.parametrize("signers", [(FIRST,), (FIRST, THIRD)])
    def test_needs_two_of_them(self, _administered, signers):
        with pytest.raises(MemberRefused):
            load(signed(member("county", {}), *signers))
        assert in_force() == set()

    def test_is_loaded_once(self, _administered):
        raw = signed(member("county", {}))
        assert [load(raw), load(raw), load(raw, "platform")] == [True, False, False]

    def test_has_one_content_under_one_revision(self, _administered):
        load(signed(member("county", {})))
        with pytest.raises(MemberConflict):
            load(signed(member("county", speaking("county"))))

    def test_never_goes_back(self, _administered):
        load(signed(member("county", {}, revision=2)))
        with pytest.raises(MemberRefused):
            load(signed(member("county", {}, revision=1)))

    def test_cannot_take_the_authority_of_another(self, _administered):
        load(signed(member("county", speaking("county"))))
        with pytest.raises(MemberConflict):
            load(signed(member("village", speaking("county"))))

    def test_begins_and_ends_on_its_days(self, _administered):
        first, last = dt.date(2026, 11, 1), dt.date(2026, 12, 1)
        load(signed(member("county", {}, effective_from=first, effective_until=last)))
        day = dt.timedelta(days=1)
        assert [in_force(on) for on in (first - day, first, last - day, last)] == [set(), {"county"}, {"county"}, set()]

    def test_dated_ahead_changes_nothing_before_its_day(self, _administered):
        load(signed(member("county", speaking("county"))))
        load(signed(member("county", {}, revision=2, effective_from=dt.date(2027, 1, 1))))
        with runtime.reading() as session:
            now, then = (
                member_statements.members(session, "city", on).statements["county"]
                for on in (TODAY, dt.date(2027, 1, 1))
            )
        assert (now.authorities, then.authorities) == (speaking("county"), {})

    def test_is_for_the_operators_of_the_exchange(self, _administered, people):
        with pytest.raises(OutOfRole):
            load(signed(member("county", {})), actor=people["clerk"].actor)

    def test_leaves_a_trace(self, _administered):
        load(signed(member("county", {})), "platform")
        with runtime.reading() as session:
            statement = select(AuditEvent.detail).where(AuditEvent.act == "members.load.member")
            assert session.scalars(statement).all() == ["r1 platform"]


class TestOwnAuthorities:
    def test_are_those_of_our_departments_and_of_the_statement_about_us(self, _administered, people):
        load(signed(member("city", speaking("city"))))
        with runtime.reading() as session:
            own = member_statements.members(session, "city", TODAY).own
        assert own.codes == {"11320900MA0T000010", *speaking("city")}
        assert {"盐城市示例财政局", "盐城市示例住房和城乡建设局"} <= own.names
