import pytest

from registry.domain.workflow import PENALTY, step
from registry.refusals.acts import TransitionRefused

STATES = ("filed", "returned", "published", "amended", "withdrawn")
ACTS = ("refile", "verify", "return", "withdraw")
ALLOWED = {
    ("filed", "refile"): "filed", ("filed", "verify"): "published", ("filed", "return"): "returned",
    ("returned", "refile"): "filed", ("published", "refile"): "amended", ("published", "withdraw"): "withdrawn",
    ("amended", "refile"): "amended", ("amended", "verify"): "published", ("amended", "return"): "published",
    ("amended", "withdraw"): "withdrawn",
}  # fmt: skip


class TestStep:
    @pytest.mark.parametrize("state", STATES)
    @pytest.mark.parametrize("act", ACTS)
    def test_is_taken_where_the_table_says_and_refused_elsewhere(self, state, act):
        if (state, act) in ALLOWED:
            assert step(PENALTY, state, act) == ALLOWED[state, act]
        else:
            with pytest.raises(TransitionRefused):
                step(PENALTY, state, act)

    def test_ends_with_withdrawal(self):
        assert not [act for state, act in PENALTY if state == "withdrawn"]
