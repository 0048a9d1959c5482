"""Find the related parties of a checked party: one step along published relations, never two.

Two steps would lead to firms of which no document says anything together; who needs them asks about the person or
firm between as a party of its own.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain.checks.model import CheckedParty, RelationLink
from registry.domain.law.reference_kinds import RelationKind
from registry.domain.naming import name_key

Kinds = Callable[[str, dt.date], RelationKind | None]
ATTENTION, IDENTITY = "attention", "identity"


@dataclass(frozen=True)
class KnownRelation:
    """A published relation that matches a party: on which ``side``, ``by`` which key; ``id_index`` of the other end."""

    side: str
    by: str
    body: Mapping[str, Any]
    id_index: str | None


RelationsByKey = Mapping[tuple[str, str], Sequence[KnownRelation]]
"""Relations by (``uscc``/``id``/``name``, key) of the end that was found."""


@dataclass(frozen=True)
class Path:
    """One step to a related party: the key its records are found by, and the relation that leads there."""

    by: str
    key: str
    via: RelationLink


def known_names(
    party: CheckedParty, relations: RelationsByKey, key: Callable[[str], str] = name_key.key
) -> frozenset[str]:
    """Keys of the names that relations state for the party's code, present and former."""
    names = set()
    for relation in relations.get(("uscc", party.uscc or ""), ()):
        names.add(key(relation.body[relation.side]["name"]))
        if relation.body["relation"] == "former_name":
            names.add(key(relation.body["other"]["name"]))
    return frozenset(names)


def paths(party: CheckedParty, relations: RelationsByKey, on: dt.date, kinds: Kinds) -> Iterator[Path]:
    """The related parties that published relations lead to from a party on a day, once each.

    A name leads somewhere only for a party without a code. What is the same legal person is so on any day; every
    other relation counts on its own days only.
    """
    visited = set()
    for relation in relations_of(party, relations):
        effect = _find_effect(relation, on, kinds)
        record_key = far_key(relation)
        if effect and record_key and (record_key, relation.body["record"]) not in visited:
            visited.add((record_key, relation.body["record"]))
            yield Path(*record_key, RelationLink(effect, relation.by, describe_relation(relation, effect)))


def keys_of_party(party: CheckedParty) -> list[tuple[str, str]]:
    """The keys by which a party is found in relations: code and number, and its name only without a code."""
    keys = [("uscc", party.uscc), ("id", party.id_index)]
    if not party.uscc:
        keys.append(("name", name_key.key(party.name)))
    return [(by, key) for by, key in keys if key]


def relations_of(party: CheckedParty, relations: RelationsByKey) -> Iterator[KnownRelation]:
    """The published relations in which a party is an end."""
    for key in keys_of_party(party):
        yield from relations.get(key, ())


def _find_effect(relation: KnownRelation, on: dt.date, kinds: Kinds) -> str | None:
    """Effect of a measure of the related party on the checked party; None outside the relation's days."""
    kind = kinds(relation.body["relation"], on)
    effect = (kind.to_subject if relation.side == "subject" else kind.to_other) if kind else ATTENTION
    since, until, day = relation.body["since"], relation.body["until"], on.isoformat()  # ISO days compare as text
    is_in_force = since <= day and (until is None or day < until)
    return effect if is_in_force or effect == IDENTITY else None


def _opposite_side(relation: KnownRelation) -> str:
    return "other" if relation.side == "subject" else "subject"


def far_key(relation: KnownRelation) -> tuple[str, str] | None:
    """The key by which records of the opposite end are found: its code, its number, or, for a former name, that
    name."""
    side = _opposite_side(relation)
    end = relation.body[side]
    if end["uscc"]:
        return "uscc", end["uscc"]
    if side == "other" and relation.id_index:
        return "id", relation.id_index
    key = name_key.key(end["name"])
    return ("name", key) if key and end["kind"] != "natural_person" else None


def describe_relation(relation: KnownRelation, effect: str) -> dict[str, Any]:
    """The relation as shown in a reason, in the words of its source. A natural person is not named."""
    body, end = relation.body, relation.body[_opposite_side(relation)]
    is_person = end["kind"] == "natural_person"
    return {
        "relation": body["record"],
        "kind": body["relation"],
        "since": body["since"],
        "until": body["until"],
        "source": f"{body['authority']['name']} {body['document_number']}",
        "wording": body["wording"],
        "effect": effect,
        "party": {"kind": end["kind"]} if is_person else {name: end[name] for name in ("kind", "name", "uscc")},
    }


def keys_of(related_paths: Iterable[Path]) -> dict[str, set[str]]:
    """The keys of all related parties, by kind of key."""
    keys: dict[str, set[str]] = {"uscc": set(), "id": set(), "name": set()}
    for path in related_paths:
        keys[path.by].add(path.key)
    return keys
