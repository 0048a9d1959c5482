"""Find the records that match the parties of a check: by code, number, relation, further key or name."""

from collections.abc import Iterator, Sequence
from typing import Any

from registry.domain.checks import further_keys, related_parties
from registry.domain.checks.model import KEYS_MATCHER, CheckedParty, CheckScope, Hit, name_key_of
from registry.domain.naming import name_key
from registry.queries.checks import candidates
from registry.refusals.acts import KeysForeign
from registry.refusals.content import SealBroken
from registry.unit_of_work import UnitOfWork

BodiesByKey = dict[tuple[str, str], list[dict[str, Any]]]
"""Bodies by how they are found (``uscc``, ``id``, ``name``, ``candidates.NAME_ONLY``) and key."""


def require_own_index(work: UnitOfWork, keys: candidates.Keys) -> None:
    """Refuse ``KeysForeign``: under another secret a number has another index, and nobody would be found by it."""
    sealed_number = candidates.sealed_number(work.session) if keys.id_indexes else None
    try:
        if sealed_number is not None:
            work.keys.vault.open(sealed_number)
    except SealBroken:
        raise KeysForeign() from None


def find_related_bodies(
    work: UnitOfWork, paths_by_party: Sequence[Sequence[related_parties.Path]], entry: int
) -> BodiesByKey:
    """The records of all related parties, in one further step for the whole list."""
    keys = related_parties.keys_of(path for party_paths in paths_by_party for path in party_paths)
    if not any(keys.values()):
        return {}
    return candidates.candidates(work.session, candidates.Keys(keys["uscc"], keys["id"], keys["name"]), entry)


def find_by_older_rules(bodies: BodiesByKey) -> BodiesByKey:
    """By older rules a name found what is public alone, whether or not the record has an identifier."""
    named = {key: list(found) for key, found in bodies.items() if key[0] != candidates.NAME_ONLY}
    for (by, key), found in bodies.items():
        if by == candidates.NAME_ONLY:
            named.setdefault(("name", key), []).extend(body for body in found if body["audience"] == "public")
    return named


def collect_keys(scope: CheckScope, checked_parties: Sequence[CheckedParty]) -> candidates.Keys:
    """The keys of all parties. Names are looked up as the rules key them and as former ones did: stored keys may be
    either while they are renewed, and old receipts are replayed. ``_find_by_name`` compares the names themselves."""
    names = {party.name for party in checked_parties}
    former = {name_key.former_key(name) for name in names}
    if scope.follows(KEYS_MATCHER):
        further = {key for party in checked_parties for key in further_keys.of_party(party)}
    else:
        further = {further_keys.key(further_keys.NAME, key) for key in former}
    return candidates.Keys(
        usccs=[party.uscc for party in checked_parties if party.uscc],
        id_indexes=[party.id_index for party in checked_parties if party.id_index],
        name_keys=sorted({name_key.key(name) for name in names} | former),
        further=sorted(further),
    )


def find_hits(
    party: CheckedParty, party_paths: Sequence[related_parties.Path], bodies: BodiesByKey, scope: CheckScope
) -> list[Hit]:
    """Each record by the firmest way to it: code or number, the same legal person, a further key, the bare name."""
    firm_keys = [("uscc", party.uscc), ("id", party.id_index)]
    hits = [Hit(by, body) for by, key in firm_keys if key for body in bodies.get((by, key), ())]
    records = {hit.body["record"] for hit in hits}
    hits += [
        Hit(path.by, body, path.via, has_identifier=by != candidates.NAME_ONLY)
        for path in party_paths
        for by in ((path.by, candidates.NAME_ONLY) if path.by == "name" else (path.by,))
        for body in bodies.get((by, path.key), ())
        if body["record"] not in records
    ]
    records |= {hit.body["record"] for hit in hits if hit.via and hit.via.effect == related_parties.IDENTITY}
    if scope.follows(KEYS_MATCHER):
        further = [Hit(*found) for found in _find_by_further_keys(party, bodies) if found[1]["record"] not in records]
        hits += further
        records |= {hit.body["record"] for hit in further}
    return hits + [hit for hit in _find_by_name(party, bodies, scope) if hit.body["record"] not in records]


def _find_by_further_keys(party: CheckedParty, bodies: BodiesByKey) -> Iterator[tuple[str, dict[str, Any]]]:
    for key in further_keys.of_party(party):
        for body in bodies.get(("further", key), ()):
            yield further_keys.MATCHES[key.partition(":")[0]], body


def _find_by_name(party: CheckedParty, bodies: BodiesByKey, scope: CheckScope) -> Iterator[Hit]:
    key_of, former = name_key_of(scope.matcher), name_key.former_key(party.name)
    stored = dict.fromkeys((name_key.key(party.name), former))
    places = [(by, key) for by in ("name", candidates.NAME_ONLY) for key in stored]
    visited = set()
    for by, key in (*places, ("further", further_keys.key(further_keys.NAME, former))):
        for body in bodies.get((by, key), ()):
            if body["record"] not in visited and key_of(body["subject"]["name"]) == key_of(party.name):
                visited.add(body["record"])
                yield Hit("name", body, has_identifier=by == "name")
