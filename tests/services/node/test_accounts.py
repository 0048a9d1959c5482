import pytest

from registry import runtime
from registry.domain.permissions import Role
from registry.refusals.acts import OutOfRole
from registry.services.node import accounts


class TestCreate:
    NEW = accounts.NewAccount("new", Role.CLERK, "finance", ("procurement",), ("*",))

    def test_is_the_security_administrators(self, people):
        made = runtime.perform(people["security"].actor, lambda work: accounts.create(work, self.NEW).name)
        assert made == "new"

    @pytest.mark.parametrize("who", ["clerk", "verifier", "centre", "operator", "auditor"])
    def test_is_refused_to_everybody_else(self, people, who):
        with pytest.raises(OutOfRole):
            runtime.perform(people[who].actor, lambda work: accounts.create(work, self.NEW).name)

    @pytest.mark.parametrize("who", ["clerk", "operator"])
    def test_keys_are_not_issued_by_others_either(self, people, who):
        actor = people[who].actor
        with pytest.raises(OutOfRole):
            runtime.perform(actor, lambda work: accounts.issue_key(work, actor.account_id or 0, actor.name))
