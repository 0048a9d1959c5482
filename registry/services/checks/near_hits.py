"""Look up parties without a usable code by near names, for a person to compare."""

from collections.abc import Sequence

from registry.domain.checks.model import KEYS_MATCHER, CheckedParty, CheckScope, Hit
from registry.domain.naming import name_key
from registry.domain.naming.matching import POSSIBLE_MIN, NamedParty, judge
from registry.queries.checks import near_names
from registry.queries.checks.near_names import NearRecord
from registry.queries.checks.watched_parties import EntrySubject
from registry.unit_of_work import UnitOfWork

PERSON_ROLES = ("project_manager", "legal_representative", "evaluation_expert")
"""Roles of natural persons: without a number they stay with the exact name."""


def find_near_hits(
    work: UnitOfWork, scope: CheckScope, parties: Sequence[CheckedParty], entry: int
) -> dict[str, list[Hit]]:
    """Hits under near names by the ``ref`` of a party without a usable code, as known at ledger size ``entry``.

    A record that is not public is found here by its very name too; that is a hit like any other by name. Older rules
    knew no near names.
    """
    if not scope.follows(KEYS_MATCHER):
        return {}
    nameless = [party for party in parties if _has_only_name(party)]
    records = near_names.near_records(work.session, {party.name for party in nameless}, entry) if nameless else {}
    return {party.ref: [_build_hit(party, record) for record in records.get(party.name, ())] for party in nameless}


def add_near_hits(hits: Sequence[Hit], near_hits: Sequence[Hit]) -> list[Hit]:
    """The hits, and those under near names of records that are not among them."""
    records = {hit.body["record"] for hit in hits}
    return [*hits, *(hit for hit in near_hits if hit.body["record"] not in records)]


def find_near_entries(parties: Sequence[CheckedParty], entry_subjects: Sequence[EntrySubject]) -> set[int]:
    """The entries about somebody whose name is near that of a party without a usable code."""
    names = {party.name for party in parties if _has_only_name(party)}
    near_keys = {
        key
        for key in {subject.name_key for subject in entry_subjects if names}
        if any(judge(NamedParty(name), NamedParty(key)).score >= POSSIBLE_MIN for name in names)
    }
    return {subject.entry for subject in entry_subjects if subject.name_key in near_keys}


def _has_only_name(party: CheckedParty) -> bool:
    has_usable_code = party.uscc is not None and party.uscc_problem is None
    return not has_usable_code and party.id_index is None and party.role not in PERSON_ROLES


def _build_hit(party: CheckedParty, record: NearRecord) -> Hit:
    if name_key.key(party.name) == name_key.key(record.body["subject"]["name"]):
        return Hit("name", record.body)
    differences = [
        {"kind": difference.kind, "asked": difference.query, "held": difference.candidate}
        for difference in record.match.differences
    ]
    return Hit("name", record.body, differences=differences)
