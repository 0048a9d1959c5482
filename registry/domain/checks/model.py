"""Data model of an award check: its scope, its parties, and the records that match them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CheckScope:
    """Scope of an award check: the sector, whether tendering is mandatory by law, the district, and the day.

    ``by_product`` are the codes of the measures that hold for single products only.
    """

    sector: str
    must_tender: bool
    district: str | None
    on: dt.date
    by_product: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CheckedParty:
    """One party of an award check. ``id_index`` is the keyed hash of an identity number, never the number.

    ``uscc_problem`` is set when the code has a wrong check character: it is looked up as it stands. ``names`` are
    the keys of the names that relations say its code has or had.
    """

    ref: str
    role: str
    name: str
    uscc: str | None = None
    id_index: str | None = None
    of: str | None = None
    uscc_problem: str | None = None
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RelationLink:
    """The relation from a party to the subject of a record: its effect, and what a reason shows of it (``shown``).

    ``effect``: ``identity``, ``extends`` or ``attention``. ``by``: how the party itself was found in the relation.
    """

    effect: str
    by: str
    shown: Mapping[str, Any]


@dataclass(frozen=True)
class Hit:
    """One published record that matches: ``by`` uscc, id or name; its body as published; ``via`` when it is that
    of a related party."""

    by: str
    body: Mapping[str, Any]
    via: RelationLink | None = None


@dataclass(frozen=True)
class LookBack:
    """Look-back for grave violations: since when, in which sectors, for which roles, and its source."""

    since: dt.date
    sectors: frozenset[str]
    roles: frozenset[str]
    code: str
    basis: str
