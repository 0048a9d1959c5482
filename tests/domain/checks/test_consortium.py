"""A consortium is as its worst member (财库〔2016〕125号)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.checks.consortium import apply_member_verdicts
from registry.domain.checks.model import CheckedParty
from registry.domain.checks.verdict import VERDICTS, Answer


def party(ref, of=None, role="consortium_member"):
    return CheckedParty(ref, role, ref, of=of)


def alone(verdict):
    reasons = ({"code": "x"},) if verdict != "no_record" else ()
    return Answer(verdict, reasons, (verdict,) * len(reasons))


class TestSettled:
    @pytest.mark.parametrize("worst", VERDICTS)
    def test_gives_the_lead_the_verdict_of_its_worst_member(self, worst):
        asked = [party("1", role="bidder"), party("2", "1"), party("3", "1")]
        lead, *members = apply_member_verdicts(asked, [alone("no_record"), alone("no_record"), alone(worst)])
        assert (lead.verdict, [one.verdict for one in members]) == (worst, ["no_record", worst])

    def test_names_the_member(self):
        lead, _ = apply_member_verdicts(
            [party("1", role="bidder"), party("2", "1")], [alone("no_record"), alone("barred")]
        )
        assert lead.reasons == (
            {"code": "consortium-member", "ref": "2", "verdict": "barred", "basis": "财库〔2016〕125号"},
        )

    def test_keeps_what_the_lead_has_itself(self):
        lead, _ = apply_member_verdicts([party("1"), party("2", "1")], [alone("barred"), alone("review")])
        assert (lead.verdict, [one["code"] for one in lead.reasons]) == ("barred", ["x", "consortium-member"])

    @pytest.mark.parametrize("role", ["project_manager", "legal_representative", "agent", "bidder"])
    def test_carries_nothing_over_from_who_is_no_member(self, role):
        lead, _ = apply_member_verdicts([party("1"), party("2", "1", role)], [alone("no_record"), alone("barred")])
        assert lead.verdict == "no_record"

    def test_does_not_carry_over_from_lead_to_member(self):
        _, member = apply_member_verdicts([party("1"), party("2", "1")], [alone("barred"), alone("no_record")])
        assert member.verdict == "no_record"

    @given(st.data())
    def test_is_the_maximum_over_everybody_below_even_in_a_circle(self, data):
        refs = [str(place) for place in range(data.draw(st.integers(1, 6)))]
        above = {ref: data.draw(st.sampled_from([None, *refs])) for ref in refs}
        own = {ref: data.draw(st.sampled_from(VERDICTS)) for ref in refs}

        def below(lead):
            found, more = set(), {ref for ref in refs if above[ref] == lead}
            while more - found:
                found |= more
                more = {ref for ref in refs if above[ref] in found}
            return found | {lead}

        answers = apply_member_verdicts([party(ref, above[ref]) for ref in refs], [alone(own[ref]) for ref in refs])
        for ref, answer in zip(refs, answers, strict=True):
            assert answer.verdict == max((own[one] for one in below(ref)), key=VERDICTS.index)
