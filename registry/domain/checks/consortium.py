"""Apply the verdicts of consortium members to their lead: the heaviest counts (财库〔2016〕125号)."""

from collections.abc import Sequence

from registry.domain.checks.model import CheckedParty
from registry.domain.checks.verdict import Answer, Reason, ranked_answer

BASIS = "财库〔2016〕125号"
MEMBER = "consortium_member"
CODE = "consortium-member"
"""Code of the reason that a member adds to its lead."""


def apply_member_verdicts(parties: Sequence[CheckedParty], answers: Sequence[Answer]) -> list[Answer]:
    """The answers, with a reason added to each lead for every member whose verdict is not ``no_record``.

    A lead is the party that a consortium member is ``of``, directly or through another member.
    """
    answer_of = {party.ref: answer for party, answer in zip(parties, answers, strict=True)}
    members_by_lead = _find_members(parties)
    return [
        _add_member_reasons(
            answer, [(ref, answer_of[ref].verdict) for ref in sorted(members_by_lead.get(party.ref, ()))]
        )
        for party, answer in zip(parties, answers, strict=True)
    ]


def _find_members(parties: Sequence[CheckedParty]) -> dict[str, set[str]]:
    lead_of = {party.ref: party.of for party in parties if party.role == MEMBER and party.of}
    members: dict[str, set[str]] = {}
    for ref in lead_of:
        lead, visited = lead_of.get(ref), {ref}
        while lead is not None and lead not in visited:
            members.setdefault(lead, set()).add(ref)
            visited.add(lead)
            lead = lead_of.get(lead)
    return members


def _add_member_reasons(answer: Answer, members: Sequence[tuple[str, str]]) -> Answer:
    member_reasons: list[Reason] = [
        (verdict, {"code": CODE, "ref": ref, "verdict": verdict, "basis": BASIS})
        for ref, verdict in members
        if verdict != "no_record"
    ]
    answer_reasons = list(zip(answer.verdicts, answer.reasons, strict=True))
    return ranked_answer([*answer_reasons, *member_reasons]) if member_reasons else answer
