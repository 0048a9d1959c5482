"""Each rule of law is applied and tested, or says why it is only shown."""

import pytest

from tools import law
from tools.procedures import rows

RULES = [(kind, row) for kind in law.KINDS for row in rows(kind)]
TESTED = [(kind, row) for kind, row in RULES if kind != "deadlines" and law.applied(kind, row)]


class TestRule:
    def test_is_applied_or_says_why_not(self):
        assert [
            law.tag(*rule) for rule in RULES if not law.applied(*rule) and law.tag(*rule) not in law.NOT_APPLIED
        ] == []

    @pytest.mark.parametrize("rule", TESTED, ids=lambda rule: law.tag(*rule))
    def test_has_a_test_with_its_code_in_the_id(self, rule):
        assert law.tests_of(law.tag(*rule))

    def test_that_is_told_of_exists(self):
        known = {law.tag(*rule) for rule in RULES}
        assert {*law.APPLIED, *law.NOT_APPLIED} <= known

    def test_is_not_told_both_ways(self):
        assert not law.APPLIED.keys() & law.NOT_APPLIED.keys()

    def test_does_not_take_the_tests_of_a_longer_code(self):
        assert not set(law.tests_of("B1")) & set(law.tests_of("B10"))
        assert law.tests_of("B1")
