"""A consortium is as its worst member (财库〔2016〕125号: a member's bad record counts as the consortium's)."""

from collections.abc import Sequence

from registry.domain.checks.model import CheckedParty
from registry.domain.checks.verdict import Answer, Reason, ranked_answer

BASIS = "财库〔2016〕125号"
MEMBER = "consortium_member"
CODE = "consortium-member"
"""The reason of a lead that a member gives."""


def apply_member_verdicts(asked: Sequence[CheckedParty], answers: Sequence[Answer]) -> list[Answer]:
    """The answers, those of leads with a reason for each member of whom anything is to be said.

    A lead is the party that a consortium member is ``of``, directly or through another member.
    """
    own = {one.ref: answer for one, answer in zip(asked, answers, strict=True)}
    members = _members(asked)
    return [
        _with(answer, [(ref, own[ref].verdict) for ref in sorted(members.get(one.ref, ()))])
        for one, answer in zip(asked, answers, strict=True)
    ]


def _members(asked: Sequence[CheckedParty]) -> dict[str, set[str]]:
    above = {one.ref: one.of for one in asked if one.role == MEMBER and one.of}
    made: dict[str, set[str]] = {}
    for ref in above:
        lead, seen = above.get(ref), {ref}
        while lead is not None and lead not in seen:
            made.setdefault(lead, set()).add(ref)
            seen.add(lead)
            lead = above.get(lead)
    return made


def _with(answer: Answer, members: Sequence[tuple[str, str]]) -> Answer:
    added: list[Reason] = [
        (verdict, {"code": CODE, "ref": ref, "verdict": verdict, "basis": BASIS})
        for ref, verdict in members
        if verdict != "no_record"
    ]
    own = list(zip(answer.verdicts, answer.reasons, strict=True))
    return ranked_answer([*own, *added]) if added else answer
