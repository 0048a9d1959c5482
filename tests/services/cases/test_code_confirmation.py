"""A code that reads as a resident number too is published only when the second officer confirms it."""

import pytest

from registry import runtime
from registry.errors import Refusal
from registry.refusals.acts import ConfirmationMissing
from registry.services.cases import penalty_verification
from tests.domain.filing.test_party_codes import TestCodeThatReadsAsBoth
from tests.support.filings import BanFactory


class TestVerify:
    def test_needs_the_confirmation(self, desk, people):
        code = TestCodeThatReadsAsBoth.CODE
        record = desk.filed(BanFactory(uscc=code, override_reason="登记机关书面确认"))
        verifier = people["verifier"].actor
        [outcome] = runtime.perform(verifier, lambda work: penalty_verification.verify(work, [record]))
        assert isinstance(outcome, ConfirmationMissing)
        [entry] = runtime.perform(
            verifier, lambda work: penalty_verification.verify(work, [record], confirmation="登记机关书面确认")
        )
        assert not isinstance(entry, Refusal)

    @pytest.mark.parametrize("confirms", [True, False])
    def test_of_any_other_code_needs_none(self, desk, people, confirms):
        record = desk.filed(BanFactory())
        verifier = people["verifier"].actor
        [entry] = runtime.perform(
            verifier, lambda work: penalty_verification.verify(work, [record], confirmation="无" if confirms else "")
        )
        assert entry == 1
