"""Data model of an award check: its scope, its parties, and the records that match them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.domain.law.reference_kinds import ListEffect
from registry.domain.naming import name_key

MATCHER = "exact-4"
"""Version of the rules by which verdicts are reached, named in every receipt."""
SECOND_MATCHER = "exact-3"
"""The rules before it: names were keyed by the interpreter's Unicode tables, and nobody was found by a further key."""
FIRST_MATCHER = "exact-2"
"""The first rules, under which older receipts are replayed: lists bore by their measures only, a repaired record
bore nothing, and whether a project must be tendered was always stated."""
MATCHERS = (FIRST_MATCHER, SECOND_MATCHER, MATCHER)
PROJECTS = ("goods", "services", "works")
"""Kinds of project (政府采购法 2: 货物、服务、工程)."""


def name_key_of(matcher: str) -> Callable[[str], str]:
    """The function by which a version of the rules keys names."""
    return name_key.key if matcher == MATCHER else name_key.former_key


@dataclass(frozen=True)
class CheckScope:
    """Scope of an award check: the sector, whether tendering is mandatory by law, the district, and the day.

    ``must_tender`` is None when nobody said: where an answer depends on it, a person must look. ``by_product`` are the
    codes of the measures that hold for single products only, ``effects`` what each list means on the day, and
    ``list_measures`` the codes of the measures that each list with an adequate basis provides for. ``matcher`` is the
    version of the rules to judge by: old receipts are replayed under theirs.
    """

    sector: str
    must_tender: bool | None
    district: str | None
    on: dt.date
    by_product: frozenset[str] = frozenset()
    effects: Sequence[ListEffect] = ()
    list_measures: Mapping[str, frozenset[str]] = field(default_factory=dict)
    matcher: str = MATCHER


@dataclass(frozen=True)
class CheckedParty:
    """One party of an award check. ``id_index`` is the keyed hash of an identity number, never the number.

    ``uscc_problem`` is set when the code has a wrong check character: it is looked up as it stands. ``names`` are
    the keys of the names that relations say its code has or had. ``document_index`` is the keyed hash of what the forms
    of a document share; a subject without a code has an ``organisation_code`` or a ``registration_number``.
    """

    ref: str
    role: str
    name: str
    uscc: str | None = None
    id_index: str | None = None
    of: str | None = None
    uscc_problem: str | None = None
    names: frozenset[str] = frozenset()
    document_index: str | None = None
    organisation_code: str | None = None
    registration_number: str | None = None


@dataclass(frozen=True)
class RelationLink:
    """The relation from a party to the subject of a record: its effect, and what a reason shows of it (``detail``).

    ``effect``: ``identity``, ``extends`` or ``attention``. ``by``: how the party itself was found in the relation.
    """

    effect: str
    by: str
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Hit:
    """One published record that matches: ``by`` uscc, id, name or a further key; its body as published; ``via`` when it
    is that of a related party."""

    by: str
    body: Mapping[str, Any]
    via: RelationLink | None = None


@dataclass(frozen=True)
class LookBack:
    """Look-back for grave violations: since when, in which sectors, for which roles, and its source.

    ``repaired_since``: since when a violation counts whose record was repaired; None when no such one counts.
    """

    since: dt.date
    sectors: frozenset[str]
    roles: frozenset[str]
    code: str
    basis: str
    repaired_since: dt.date | None = None
