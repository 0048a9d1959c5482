"""Acts that take two persons: proposed by one, confirmed or refused by another, done in both names."""

import datetime as dt
import json

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.procedures import PROCEDURES
from registry.domain.permissions import SHELL, SYSTEM, Role
from registry.keys.signing import Signer
from registry.models import Account, AuditEvent, CaseStep, Penalty, Proposal
from registry.refusals.acts import (
    AccountRequired,
    OutOfRole,
    OwnRights,
    PenaltyUnknown,
    ProposalDecided,
    ProposalExpired,
    ProposalOpen,
    ProposalUnknown,
    ProposerUnfit,
    SecondPersonMissing,
    SelfVerification,
    VersionStale,
)
from registry.refusals.procedure import DocumentFileMissing
from registry.services import proposed_acts
from registry.services.cases import penalty_verification, proposed_steps, suspension
from registry.services.cases.proposed_steps import STEPS
from registry.services.exchange import peers
from registry.services.node import accounts, proposals
from registry.services.proposed_acts import ACTS
from registry.services.publication import key_rotation
from tests.support import notices
from tests.support.bureau import papers

KEY = Signer.generate().public.hex()


def act_as(bureau, by, act):
    """An act by one person alone, without the colleague whom ``Bureau.do`` brings."""
    return runtime.perform(bureau.people[by].actor, act)


def propose(bureau, record, act="withdraw", by="verifier", step_input=None, **special):
    """The number of a proposal about a penalty."""
    body = {"reason": "经复议撤销", "changed_on": bureau.today} | special
    step_input = step_input or StepInput()
    return act_as(bureau, by, lambda work: proposed_steps.propose(work, "penalty", act, record, body, step_input).id)


def confirm(bureau, number, by="second-verifier"):
    return act_as(bureau, by, lambda work: proposals.confirm(work, ACTS, number)[1])


def refuse(bureau, number, by="second-verifier"):
    return act_as(bureau, by, lambda work: proposals.refuse(work, ACTS, number, "依据不足").state)


def state_of(record):
    with runtime.reading() as session:
        return session.scalars(select(Penalty.state).where(Penalty.record == record)).one()


class TestEveryAct:
    def test_that_a_procedure_gives_to_two_persons_can_be_proposed(self):
        named = {(noun, act) for noun, procedure in PROCEDURES.items() for act in procedure.two_persons}
        assert named - set(STEPS) == {("penalty", "repair")}  # done by the grant of the repair
        assert set(STEPS) <= named

    def test_that_takes_a_record_away_takes_two_persons_or_is_done_by_time(self):
        gone = ("withdrawn", "removed", "revoked", "repaired", "suspended")
        alone = {
            (noun, step.act)
            for noun, procedure in PROCEDURES.items()
            for step in procedure.steps
            if step.to in gone and step.to != step.state and step.act not in procedure.two_persons
        }
        # A place on an adopted list leaves with the list that a clerk filed and another officer verifies.
        assert {act for act in alone if act[1] != "expire"} == {("adopted_listing", "remove")}

    @pytest.mark.parametrize("act", ["withdraw", "suspend"])
    def test_is_refused_to_one_person_below_the_doors(self, bureau, act):
        record, day = bureau.published_penalty(), bureau.today
        acts = {
            "withdraw": lambda work: penalty_verification.withdraw(work, record, "误", day, if_version=None),
            "suspend": lambda work: suspension.suspend(work, record, day, None, "裁定", papers("court_order")),
        }
        with pytest.raises(SecondPersonMissing):
            act_as(bureau, "verifier", acts[act])
        assert state_of(record) == "published"


class TestConfirm:
    def test_does_the_act_in_both_names(self, bureau):
        record = bureau.published_penalty()
        number = propose(bureau, record)
        assert state_of(record) == "published"
        assert confirm(bureau, number) == {"id": record, "noun": "penalty", "state": "withdrawn", "version": 3}
        with runtime.reading() as session:
            step = session.scalars(select(CaseStep).where(CaseStep.record == record).order_by(CaseStep.id)).all()[-1]
            events = session.execute(
                select(AuditEvent.actor, AuditEvent.act, AuditEvent.detail).where(AuditEvent.act.like("proposal.%"))
            ).all()
        assert json.loads(step.stated)["proposed_by"] == "verifier"
        assert step.account_id == bureau.people["second-verifier"].actor.account_id
        assert events == [
            ("verifier", "proposal.propose", f"penalty.withdraw, proposal {number}"),
            ("second-verifier", "proposal.confirm", f"penalty.withdraw, proposal {number}, proposed by verifier"),
        ]

    def test_is_refused_to_who_proposed(self, bureau):
        record = bureau.published_penalty()
        number = propose(bureau, record)
        with pytest.raises(SelfVerification):
            confirm(bureau, number, "verifier")
        assert state_of(record) == "published"

    @pytest.mark.parametrize(
        ("by", "refusal"),
        [("clerk", ProposalUnknown), ("other-verifier", ProposalUnknown), ("security", ProposalUnknown)],
    )
    def test_is_refused_to_whom_the_act_is_not_given(self, bureau, by, refusal):
        number = propose(bureau, bureau.published_penalty())
        with pytest.raises(refusal):
            confirm(bureau, number, by)

    def test_is_refused_twice(self, bureau):
        number = propose(bureau, bureau.published_penalty())
        confirm(bureau, number)
        with pytest.raises(ProposalDecided):
            confirm(bureau, number)

    def test_of_what_has_changed_since_is_refused(self, bureau):
        record = bureau.published_penalty()
        number, day = propose(bureau, record), bureau.today
        bureau.do("clerk", lambda work: suspension.note_change(work, record, "复议中", day, StepInput()))
        with pytest.raises(VersionStale):
            confirm(bureau, number)

    def test_after_its_time_is_refused_and_it_may_be_proposed_again(self, bureau):
        record = bureau.published_penalty()
        number = propose(bureau, record)
        bureau.go(bureau.today + dt.timedelta(days=proposals.EXPIRES_DAYS + 1))
        with pytest.raises(ProposalExpired):
            confirm(bureau, number)
        assert confirm(bureau, propose(bureau, record))["state"] == "withdrawn"

    def test_is_void_when_the_proposer_may_not_any_more(self, bureau):
        number = propose(bureau, bureau.published_penalty())
        with runtime.begin() as work:
            work.session.scalars(select(Account).where(Account.name == "verifier")).one().role = Role.CLERK.value
        with pytest.raises(ProposerUnfit):
            confirm(bureau, number)

    def test_is_void_when_the_record_lies_outside_the_grant_of_the_proposer(self, bureau):
        number = propose(bureau, bureau.published_penalty())
        with runtime.begin() as work:
            work.session.scalars(select(Account).where(Account.name == "verifier")).one().sectors = ["medicine"]
        with pytest.raises(ProposerUnfit):
            confirm(bureau, number)

    def test_refused_by_another_does_nothing(self, bureau):
        record = bureau.published_penalty()
        number = propose(bureau, record)
        assert (refuse(bureau, number), state_of(record)) == ("refused", "published")
        with pytest.raises(ProposalDecided):
            confirm(bureau, number)

    def test_is_not_waited_for_when_the_own_proposal_is_taken_back(self, bureau):
        record = bureau.published_penalty()
        assert refuse(bureau, propose(bureau, record), "verifier") == "refused"
        assert propose(bureau, record)


class TestPropose:
    def test_tells_at_once_what_would_be_refused_and_keeps_nothing(self, bureau):
        record = bureau.published_penalty()
        with pytest.raises(PenaltyUnknown):
            propose(bureau, record, by="other-verifier")
        order = StepInput(documents=[papers("court_order").documents[0].__class__("court_order", "盐示1号")])
        with pytest.raises(DocumentFileMissing):
            propose(bureau, record, "suspend", step_input=order, since=bureau.today, until=None)
        with runtime.reading() as session:
            assert session.scalars(select(Proposal)).all() == []
            acts = set(session.scalars(select(AuditEvent.act)))
        assert "proposal.propose" not in acts

    def test_of_the_same_act_twice_is_refused(self, bureau):
        record = bureau.published_penalty()
        propose(bureau, record)
        with pytest.raises(ProposalOpen):
            propose(bureau, record, by="second-verifier")

    def test_leaves_no_trace_in_the_ledger(self, bureau):
        record = bureau.published_penalty()
        with runtime.reading() as session:
            before = len(session.scalars(select(CaseStep)).all())
        propose(bureau, record)
        with runtime.reading() as session:
            assert len(session.scalars(select(CaseStep)).all()) == before

    def test_keeps_its_arguments_sealed(self, bureau):
        record = bureau.published_penalty()
        propose(bureau, record, reason="当事人王示例申诉成立")
        with runtime.reading() as session:
            assert "王示例".encode() not in session.scalars(select(Proposal.sealed)).one()


@pytest.fixture
def administrators(bureau):
    """A second security administrator, with whom the node's setting up is over."""
    new = accounts.NewAccount("second-security", Role.SECURITY_ADMIN, "centre", ("*",), ("*",))
    account_id = runtime.perform(SYSTEM, lambda work: accounts.create(work, new).id)
    with runtime.reading() as session:
        account = session.get_one(Account, account_id)
    security = bureau.people["security"].actor
    bureau.people["second-security"] = type(bureau.people["security"])(
        security.__class__(account.id, account.name, security.role, security.department_id, security.sectors), {}
    )
    return bureau


NEW = accounts.NewAccount("new", Role.VERIFIER, "finance", ("procurement",), ("*",))


class TestAdministration:
    @pytest.mark.parametrize("actor", [SHELL, SYSTEM], ids=["shell", "worker"])
    @pytest.mark.parametrize(
        "act",
        [
            lambda work: accounts.create(work, NEW).id,
            lambda work: accounts.issue_key(work, 1, "clerk"),
            lambda work: accounts.ensure_department(work, accounts.NewDepartment("x", "某局", "supervisor")).id,
            lambda work: peers.add(work, "county", "县", "", KEY, ()).id,
            lambda work: key_rotation.rotate(work, Signer.generate()),
        ],
        ids=["account", "key", "department", "peer", "signing-key"],
    )
    def test_is_refused_to_the_shell_once_two_could_do_it(self, administrators, actor, act):
        with pytest.raises(AccountRequired):
            runtime.perform(actor, act)

    def test_of_accounts_takes_two_security_administrators(self, administrators):
        number = act_as(
            administrators, "security", lambda work: proposed_acts.propose_account(work, NEW, "rk_invented").id
        )
        with pytest.raises(SelfVerification):
            confirm(administrators, number, "security")
        for by in ("operator", "auditor", "clerk"):
            with pytest.raises(ProposalUnknown):
                confirm(administrators, number, by)
        assert confirm(administrators, number, "second-security") == {"account": "new"}

    def test_of_the_own_rights_is_refused(self, administrators):
        number = act_as(
            administrators, "security", lambda work: proposed_acts.propose_key(work, "second-security", "rk_x").id
        )
        with pytest.raises(OwnRights):
            confirm(administrators, number, "second-security")

    def test_of_peers_is_proposed_by_the_system_administrator(self, administrators):
        def add(work):
            return proposed_acts.propose_peer(work, "county", "县", "", KEY, ()).id

        for by in ("security", "auditor", "verifier"):
            with pytest.raises(OutOfRole):
                act_as(administrators, by, add)
        assert confirm(administrators, act_as(administrators, "operator", add), "security") == {"peer": "county"}

    def test_of_the_calendar_is_confirmed_by_security(self, administrators):
        number = act_as(
            administrators, "operator", lambda work: proposed_acts.propose_calendar(work, notices.file()).id
        )
        with pytest.raises(OutOfRole):
            act_as(administrators, "security", lambda work: proposed_acts.propose_calendar(work, notices.file()).id)
        assert confirm(administrators, number, "security")["rows"] == 1
