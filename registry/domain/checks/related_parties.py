"""From a party to its related parties: one step along published relations, never two.

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
    """A published relation that a key found: at which ``side``, ``by`` what; ``id_index`` is the other end's."""

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


def known_names(asked: CheckedParty, found: RelationsByKey) -> frozenset[str]:
    """The keys of the names that relations say the party's code has or had."""
    made = set()
    for one in found.get(("uscc", asked.uscc or ""), ()):
        made.add(name_key.key(one.body[one.side]["name"]))
        if one.body["relation"] == "former_name":
            made.add(name_key.key(one.body["other"]["name"]))
    return frozenset(made)


def paths(asked: CheckedParty, found: RelationsByKey, on: dt.date, kinds: Kinds) -> Iterator[Path]:
    """Where published relations lead from a party on a day, once each.

    A name leads somewhere only for a party without a code. What is the same legal person is so on any day; every
    other relation counts on its own days only.
    """
    taken = set()
    for one in _of(asked, found):
        effect = _effect(one, on, kinds)
        place = _place(_opposite(one), one)
        if effect and place and (place, one.body["record"]) not in taken:
            taken.add((place, one.body["record"]))
            yield Path(*place, RelationLink(effect, one.by, _shown(one, effect)))


def _of(asked: CheckedParty, found: RelationsByKey) -> Iterator[KnownRelation]:
    keys = [("uscc", asked.uscc), ("id", asked.id_index)]
    if not asked.uscc:
        keys.append(("name", name_key.key(asked.name)))
    for by, key in keys:
        yield from found.get((by, key), ()) if key else ()


def _effect(one: KnownRelation, on: dt.date, kinds: Kinds) -> str | None:
    """The effect in the direction from the related party to the one that was found; None outside its days."""
    kind = kinds(one.body["relation"], on)
    stated = (kind.to_subject if one.side == "subject" else kind.to_other) if kind else ATTENTION
    since, until, day = one.body["since"], one.body["until"], on.isoformat()  # ISO days compare as text
    holds = since <= day and (until is None or day < until)
    return stated if holds or stated == IDENTITY else None


def _opposite(one: KnownRelation) -> str:
    return "other" if one.side == "subject" else "subject"


def _place(side: str, one: KnownRelation) -> tuple[str, str] | None:
    """By what records of an end are found: its code, its number, or, for a former name, that name."""
    end = one.body[side]
    if end["uscc"]:
        return "uscc", end["uscc"]
    if side == "other" and one.id_index:
        return "id", one.id_index
    key = name_key.key(end["name"])
    return ("name", key) if key and end["kind"] != "natural_person" else None


def _shown(one: KnownRelation, effect: str) -> dict[str, Any]:
    """The relation as a reason tells it, in the words of its source. A natural person is not named."""
    body, end = one.body, one.body[_opposite(one)]
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


def keys_of(ways: Iterable[Path]) -> dict[str, set[str]]:
    """The keys of all related parties, by what they are keys of."""
    made: dict[str, set[str]] = {"uscc": set(), "id": set(), "name": set()}
    for one in ways:
        made[one.by].add(one.key)
    return made
