"""Data model of an award check: its scope, its parties, and the records that match them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.domain.law.reference_kinds import ListEffect, Measure, RecordEffect
from registry.domain.naming import name_key

FIRST_MATCHER, LISTS_MATCHER, KEYS_MATCHER, LETTERS_MATCHER = MATCHERS = ("exact-2", "exact-3", "exact-4", "exact-5")
"""Versions of the rules by which verdicts are reached, named in every receipt, oldest first.

By the first, lists bore by their measures only, a repaired record bore nothing, and whether a project must be tendered
was always stated. The second brought the effects of lists; the third near names and related parties of one tender,
bans of listings that outlast a repair, the look-back of who may tender for works, keys of names from committed Unicode
tables, and further keys; the fourth asks for review of a name with letters of two alphabets.
"""
MATCHER = MATCHERS[-1]
PROJECTS = ("goods", "services", "works")
"""Kinds of project (政府采购法 2: 货物、服务、工程)."""


def name_key_of(matcher: str) -> Callable[[str], str]:
    """The function by which a version of the rules keys names."""
    is_older = MATCHERS.index(matcher) < MATCHERS.index(KEYS_MATCHER)
    return name_key.former_key if is_older else name_key.key


@dataclass(frozen=True)
class LookBack:
    """Look-back for earlier violations: since when, in which sectors, for which roles, and its source.

    It counts what is grave, or, where ``cited`` names measures, every decision under the articles of one of them.
    ``repaired_since``: since when a violation counts whose record was repaired; None when no such one counts.
    """

    since: dt.date
    sectors: frozenset[str]
    roles: frozenset[str]
    code: str
    basis: str
    repaired_since: dt.date | None = None
    cited: Sequence[Measure] = ()


@dataclass(frozen=True)
class CheckScope:
    """Scope of an award check: the sector, whether tendering is mandatory by law, the district, and the day.

    ``must_tender`` is None when nobody said: where an answer depends on it, a person must look. ``by_product`` are the
    codes of the measures that hold for single products only, ``unconfirmed`` those whose rows no text confirms.
    ``effects`` is what each list means on the day, ``record_effects`` what each kind of filed record means,
    ``list_measures`` the codes of the measures that each list with an adequate basis provides for,
    ``tender_look_back`` the look-back of who may tender for works. ``matcher`` is the
    version of the rules to judge by: old receipts are replayed under theirs.
    """

    sector: str
    must_tender: bool | None
    district: str | None
    on: dt.date
    by_product: frozenset[str] = frozenset()
    unconfirmed: frozenset[str] = frozenset()
    effects: Sequence[ListEffect] = ()
    tender_look_back: LookBack | None = None
    record_effects: Sequence[RecordEffect] = ()
    list_measures: Mapping[str, frozenset[str]] = field(default_factory=dict)
    matcher: str = MATCHER

    def follows(self, matcher: str) -> bool:
        """Whether the rules to judge by are those of ``matcher`` or later ones."""
        return MATCHERS.index(self.matcher) >= MATCHERS.index(matcher)


@dataclass(frozen=True)
class CheckedParty:
    """One party of an award check. ``id_index`` is the keyed hash of an identity number, never the number.

    ``uscc_problem`` is set when the code has a wrong check character: it is looked up as it stands. ``names`` are
    the keys of the names that relations say its code has or had. ``section`` is the lot it bids for; None the whole.
    ``document_index`` is the keyed hash of what the forms of a document share; a subject without a code has an
    ``organisation_code`` or a ``registration_number``.
    """

    ref: str
    role: str
    name: str
    uscc: str | None = None
    id_index: str | None = None
    of: str | None = None
    uscc_problem: str | None = None
    names: frozenset[str] = frozenset()
    section: str | None = None
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
    is that of a related party; ``differences`` when its name is only near, those of the names; ``has_identifier``:
    its subject has a code or a number, by which two of one name are told apart.
    """

    by: str
    body: Mapping[str, Any]
    via: RelationLink | None = None
    differences: Sequence[Mapping[str, str]] | None = None
    has_identifier: bool = True
