"""Find the parties of one lot that the law keeps apart: one controls or manages the other, or one person heads both.

Whether they compete against the law is for a person to decide: each of them gets a reason for ``review``. A shared
name is no reason: a person counts by an identity number, a relation as a verified document states it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from registry.domain import identifiers
from registry.domain.checks import consortium, related_parties
from registry.domain.checks.model import KEYS_MATCHER, CheckedParty, CheckScope
from registry.domain.checks.related_parties import Kinds, KnownRelation, RelationsByKey
from registry.domain.checks.verdict import Answer, Reason, ranked_answer
from registry.domain.law.reference_kinds import SameTenderRule

CODE = "same-tender-relation"
REASONS_MAX = 20
"""Reasons of one party, the first in the order of the check: of a bank a hundred branches may be on one list."""
COMPETITORS = ("bidder", consortium.MEMBER)
LEGAL_REPRESENTATIVE = "legal_representative"

Key = tuple[str, str]
"""A key as records are found by: its kind (``uscc``/``id``/``name``) and the key."""


@dataclass(frozen=True)
class SameTenderLaw:
    """The article of the sector, None where no law in force keeps related parties apart, and the kinds of relation."""

    rule: SameTenderRule | None
    kinds: Kinds


@dataclass(frozen=True)
class Leader:
    """Who leads a party: by which key the leader is found, and the relation that says so, or the ``ref`` of the legal
    representative whom the check itself names by number."""

    key: Key
    shown: Mapping[str, Any] | None = None
    ref: str | None = None


@dataclass(frozen=True)
class Competitor:
    """A bidder, the lot it bids for (None: the undivided whole), the lead of its consortium, and who leads it."""

    party: CheckedParty
    section: str | None
    lead: str
    keys: frozenset[Key]
    leaders: Sequence[Leader]


def apply_same_tender(
    parties: Sequence[CheckedParty],
    answers: Sequence[Answer],
    relations: RelationsByKey,
    scope: CheckScope,
    law: SameTenderLaw,
) -> list[Answer]:
    """The answers, with a reason for ``review`` added to each of two related parties that bid for one lot.

    Older rules knew no such reason: their receipts are replayed without.
    """
    if law.rule is None or not scope.follows(KEYS_MATCHER):
        return list(answers)
    competitors = list(_find_competitors(parties, relations, scope.on, law.kinds))
    reasons = _find_reasons(competitors, law.rule)
    return [
        ranked_answer([*zip(answer.verdicts, answer.reasons, strict=True), *reasons[party.ref]])
        if party.ref in reasons
        else answer
        for party, answer in zip(parties, answers, strict=True)
    ]


def _find_reasons(competitors: Sequence[Competitor], rule: SameTenderRule) -> dict[str, list[Reason]]:
    reasons: dict[str, list[Reason]] = defaultdict(list)
    for one, other in _find_possible_pairs(competitors):
        if not _is_apart(one, other):
            continue
        for own_detail, far_detail in _find_links(one, other):
            reasons[one.party.ref].append(_build_reason(other, own_detail, rule))
            reasons[other.party.ref].append(_build_reason(one, far_detail, rule))
    return {ref: party_reasons[:REASONS_MAX] for ref, party_reasons in reasons.items()}


def _build_reason(other: Competitor, detail: Mapping[str, Any], rule: SameTenderRule) -> Reason:
    status = {"status": rule.status} if rule.status != "confirmed" else {}
    return "review", {"code": CODE, "ref": other.party.ref, "basis": rule.source, **status, **detail}


def _find_competitors(
    parties: Sequence[CheckedParty], relations: RelationsByKey, on: dt.date, kinds: Kinds
) -> Iterator[Competitor]:
    by_ref = {party.ref: party for party in parties}
    representatives = defaultdict(list)
    for party in parties:
        if party.role == LEGAL_REPRESENTATIVE and party.of and party.id_index:
            representatives[party.of].append(Leader(("id", party.id_index), ref=party.ref))
    for party in parties:
        if party.role in COMPETITORS:
            lead = by_ref[_find_lead(party, by_ref)]
            section = party.section or lead.section
            yield Competitor(
                party=party,
                section=identifiers.fold(section) if section else None,
                lead=lead.ref,
                keys=frozenset(related_parties.keys_of_party(party)),
                leaders=[*_find_leaders(party, relations, on, kinds), *representatives[party.ref]],
            )


def _find_lead(party: CheckedParty, by_ref: Mapping[str, CheckedParty]) -> str:
    """The lead of the consortium of a party, itself if it is in none; of a circle the first by ``ref``."""
    path = [party.ref]
    while party.role == consortium.MEMBER and party.of and party.of in by_ref:
        if party.of in path:
            return min(path[path.index(party.of) :])
        path.append(party.of)
        party = by_ref[party.of]
    return path[-1]


def _find_leaders(party: CheckedParty, relations: RelationsByKey, on: dt.date, kinds: Kinds) -> Iterator[Leader]:
    day = on.isoformat()  # ISO days compare as text
    visited = set()
    for relation in related_parties.relations_of(party, relations):
        body = relation.body
        is_in_force = body["since"] <= day and (body["until"] is None or day < body["until"])
        kind = kinds(body["relation"], on)
        if is_in_force and kind and kind.led == relation.side:
            key = related_parties.far_key(relation)
            if key and (key, body["record"]) not in visited:
                visited.add((key, body["record"]))
                yield Leader(key, _describe(relation))


def _describe(relation: KnownRelation) -> dict[str, Any]:
    return related_parties.describe_relation(relation, related_parties.ATTENTION)


def _find_possible_pairs(competitors: Sequence[Competitor]) -> list[tuple[Competitor, Competitor]]:
    """Pairs that share a key, in the order of the check: of a thousand bidders few have a key in common."""
    places_by_key: dict[Key, set[int]] = defaultdict(set)
    for place, competitor in enumerate(competitors):
        for leader in competitor.leaders:
            places_by_key[leader.key].add(place)
    led_keys = frozenset(places_by_key)
    for place, competitor in enumerate(competitors):
        for key in competitor.keys & led_keys:
            places_by_key[key].add(place)
    pairs = {pair for places in places_by_key.values() for pair in combinations(sorted(places), 2)}
    return [(competitors[first], competitors[second]) for first, second in sorted(pairs)]


def _is_apart(one: Competitor, other: Competitor) -> bool:
    """Whether two parties compete: for one lot, not in one consortium, and not the same unit named twice.

    Who states no lot bids for the whole, so for every lot.
    """
    is_one_lot = one.section is None or other.section is None or one.section == other.section
    return is_one_lot and one.lead != other.lead and one.keys.isdisjoint(other.keys)


def _find_links(one: Competitor, other: Competitor) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """What links two competitors, as each of them is told: one leads the other, or somebody leads both."""
    for leader in other.leaders:
        if leader.key in one.keys:
            yield _link_details(None, leader)
    for leader in one.leaders:
        if leader.key in other.keys:
            yield _link_details(leader, None)
    for own in one.leaders:
        for far in other.leaders:
            if own.key == far.key:
                yield _link_details(own, far)


def _link_details(own: Leader | None, far: Leader | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The detail for each side: ``via`` its own relation, ``via_other`` that of the other party where both count."""
    refs = sorted(leader.ref for leader in (own, far) if leader and leader.ref)
    named = {"representatives": refs} if refs else {}
    own_shown, far_shown = (dict(leader.shown) if leader and leader.shown else None for leader in (own, far))
    return _place(own_shown, far_shown) | named, _place(far_shown, own_shown) | named


def _place(near: dict[str, Any] | None, far: dict[str, Any] | None) -> dict[str, Any]:
    if near is None:
        return {} if far is None else {"via": far}
    return {"via": near} if far is None else {"via": near, "via_other": far}
