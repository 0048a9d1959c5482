import pytest

from registry.domain.permissions import GRANTS, SYSTEM, Actor, Permission, Role
from registry.refusals.acts import OutOfRole, OutOfScope, PenaltyUnknown


def actor(sectors=("procurement",), districts=("320902",), role=Role.CLERK):
    return Actor(1, "a", role, 7, frozenset(sectors), frozenset(districts))


class TestRequire:
    @pytest.mark.parametrize("permission", Permission)
    @pytest.mark.parametrize("role", Role)
    def test_follows_the_map(self, permission, role):
        if role in GRANTS[permission]:
            actor(role=role).require(permission)
        else:
            with pytest.raises(OutOfRole):
                actor(role=role).require(permission)


class TestScope:
    @pytest.mark.parametrize(
        ("sectors", "district", "is_covered"),
        [
            ({"procurement"}, "320902", True),
            ({"procurement"}, None, True),
            ({"procurement"}, "320903", False),
            ({"procurement", "mining"}, "320902", False),
            (set(), "320902", False),
        ],
    )
    def test_covers_all_sectors_and_the_district(self, sectors, district, is_covered):
        assert actor().covers(frozenset(sectors), district) is is_covered
        if not is_covered:
            with pytest.raises(OutOfScope):
                actor().require_scope(frozenset(sectors), district)

    def test_of_the_star_is_everything(self):
        assert SYSTEM.covers(frozenset({"mining"}), "320903")
        assert actor(sectors=("*",), districts=("*",)).covers(frozenset(), "1")

    def test_of_another_department_reads_as_absent(self):
        actor().require_own(7, PenaltyUnknown)
        with pytest.raises(PenaltyUnknown):
            actor().require_own(8, PenaltyUnknown)
