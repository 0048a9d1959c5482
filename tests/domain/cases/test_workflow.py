"""The procedures as data: every step that is written is possible, and no other."""

import pytest

from registry.domain.cases.procedures import DOCUMENTS, PROCEDURES
from registry.domain.cases.workflow import INITIAL, Step
from registry.domain.permissions import GRANTS, Permission, Role
from registry.refusals.acts import TransitionRefused
from registry.refusals.procedure import DocumentMissing

EVERY = [
    (procedure, state, act)
    for procedure in PROCEDURES.values()
    for state in (INITIAL, *procedure.states)
    for act in procedure.acts
]
TABLE = {(procedure.noun, one.state, one.act): one for procedure in PROCEDURES.values() for one in procedure.steps}


class TestStep:
    @pytest.mark.parametrize(("procedure", "state", "act"), EVERY, ids=lambda part: getattr(part, "noun", part or "-"))
    def test_is_taken_where_the_table_says_and_refused_elsewhere(self, procedure, state, act):
        wanted = TABLE.get((procedure.noun, state, act))
        if wanted is not None:
            assert procedure.step(state, act) is wanted
        else:
            with pytest.raises(TransitionRefused):
                procedure.step(state, act)

    def test_is_written_once(self):
        assert len(TABLE) == sum(len(procedure.steps) for procedure in PROCEDURES.values())

    def test_needs_each_of_its_documents_or_one_of_several(self):
        step = Step("a", "b", "c", Permission.LISTING_DRAFT, ("notice", "court_order|authority_decision"))
        step.require({"notice", "authority_decision"})
        for given in (set(), {"notice"}, {"court_order"}, {"notice", "evidence"}):
            with pytest.raises(DocumentMissing):
                step.require(given)

    def test_names_documents_that_have_a_name(self):
        named = {kind for one in TABLE.values() for kinds in one.documents for kind in kinds.split("|")}
        assert named <= set(DOCUMENTS)

    def test_cites_a_source(self):
        assert not [key for key, one in TABLE.items() if not one.source]


class TestProcedure:
    @pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=lambda procedure: procedure.noun)
    def test_is_begun_by_one_act_and_reaches_every_state(self, procedure):
        births = [one for one in procedure.steps if one.state == INITIAL]
        reached, before = {births[0].to}, set()
        while reached != before:
            before = set(reached)
            reached |= {one.to for one in procedure.steps if one.state in reached}
        assert len(births) == 1
        assert reached == set(procedure.states)

    @pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=lambda procedure: procedure.noun)
    def test_gives_each_act_to_one_kind_of_officer(self, procedure):
        for act in procedure.acts:
            assert len({one.by for one in procedure.steps if one.act == act}) == 1, act

    @pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=lambda procedure: procedure.noun)
    def test_keeps_apart_only_acts_of_its_own(self, procedure):
        assert {act for one in procedure.steps for act in one.apart} <= set(procedure.acts)

    def test_publishes_nothing_by_the_hand_that_stated_it(self):
        for noun, act, stated in (
            ("penalty", "verify", {"file", "refile"}),
            ("listing", "publish", {"draft", "redraft"}),
            ("listing", "correct", {"amend"}),
            ("commendation", "verify", {"file"}),
            ("relation", "verify", {"file", "refile"}),
        ):
            steps = [one for one in PROCEDURES[noun].steps if one.act == act]
            assert steps
            assert all(stated <= set(one.apart) for one in steps)

    def test_lets_only_the_public_apply_and_only_time_expire(self):
        assert GRANTS[Permission.RELIEF_APPLY] == {Role.PUBLIC}
        assert GRANTS[Permission.TIME_PASSES] == {Role.SYSTEM}

    def test_of_a_penalty_ends_with_withdrawal_and_repair(self):
        ends = {one.to for one in PROCEDURES["penalty"].steps} - {one.state for one in PROCEDURES["penalty"].steps}
        assert ends == {"withdrawn", "repaired"}
