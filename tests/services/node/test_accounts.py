import pytest

from registry import runtime
from registry.domain.permissions import Role
from registry.refusals.acts import OutOfRole, SecondPersonMissing
from registry.services.node import accounts
from tests.support.bureau import confirming


class TestCreate:
    NEW = accounts.NewAccount("new", Role.CLERK, "finance", ("procurement",), ("*",))

    def test_is_the_security_administrators(self, people):
        security = people["security"].actor
        made = runtime.perform(security, lambda work: accounts.create(confirming(work), self.NEW).name)
        assert made == "new"

    def test_is_nobodys_alone(self, people):
        with pytest.raises(SecondPersonMissing):
            runtime.perform(people["security"].actor, lambda work: accounts.create(work, self.NEW).name)

    @pytest.mark.parametrize("who", ["clerk", "verifier", "centre", "operator", "auditor"])
    def test_is_refused_to_everybody_else(self, people, who):
        with pytest.raises(OutOfRole):
            runtime.perform(people[who].actor, lambda work: accounts.create(work, self.NEW).name)

    @pytest.mark.parametrize("who", ["clerk", "operator"])
    def test_keys_are_not_issued_by_others_either(self, people, who):
        actor = people[who].actor
        with pytest.raises(OutOfRole):
            runtime.perform(actor, lambda work: accounts.issue_key(work, actor.account_id or 0, actor.name))
