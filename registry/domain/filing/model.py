"""Data model of a filed penalty, and the reference data needed to parse it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Note:
    """A note about one cell that was cleaned or should be looked at; it refuses nothing."""

    pointer: str
    code: str
    detail: str


@dataclass(frozen=True)
class Party:
    """The subject of a penalty. ``kind``: ``organisation``, ``sole_trader`` or ``natural_person``."""

    kind: str
    name: str
    uscc: str | None
    id_type: str | None
    id_number: str | None = field(repr=False)
    legal_representative: str | None
    other_codes: Mapping[str, str]


@dataclass(frozen=True)
class MeasureTerm:
    """A measure the decision states. ``code`` is empty when only its wording is known.

    ``ends_on`` is the first day the measure no longer holds: the day after the last one that was filed.
    """

    code: str
    wording: str
    starts_on: dt.date | None
    ends_on: dt.date | None


@dataclass(frozen=True)
class Filing:
    """A penalty as filed and cleaned; amounts in fen, ``kinds`` the codes of the 2021 law's kinds.

    ``effect_until`` and ``publicity_until`` are the days as filed, none when the decision states no end. ``served_on``
    is the day of service where it is known: the template of 2018 has no column for it. ``first_published_on`` and
    ``_at`` are stated for what was published elsewhere before this registry opened.
    """

    subject: Party
    document_number: str
    behaviour_text: str
    behaviour: str | None
    facts: str
    basis: str
    kinds: tuple[str, ...]
    content: str
    fine_fen: int | None
    confiscated_fen: int | None
    permit: str | None
    decided_on: dt.date
    effect_until: dt.date | None
    publicity_until: dt.date | None
    authority_name: str
    authority_code: str
    source_name: str
    source_code: str
    remark: str
    title: str
    sectors: tuple[str, ...]
    district: str | None
    severity: str | None
    measures: tuple[MeasureTerm, ...]
    override_reason: str | None
    served_on: dt.date | None = None
    first_published_on: dt.date | None = None
    first_published_at: str | None = None


@dataclass(frozen=True)
class KindRule:
    """A kind of penalty: its code now, its code of 2016, and the field it ``needs``.

    ``needs``: ``fine``, ``confiscation``, ``permit`` or nothing. ``aliases`` are other names in use.
    """

    code: str
    name: str
    code_2016: str
    needs: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """Reference data in force for parsing a row; mappings go from code to Chinese name, ``id_words``, ``sector_words``
    and ``district_words`` from the other words for a kind of identity document, a sector, a district to its code.

    ``department_name`` and ``department_code`` are those of the filer's authority. ``amounts_required`` and
    ``legal_representative_required`` are practice that no text at hand confirms.
    """

    kinds: tuple[KindRule, ...]
    sectors: Mapping[str, str]
    behaviours: Mapping[str, str]
    districts: Mapping[str, str]
    id_types: Mapping[str, str]
    measures: Mapping[str, str]
    id_words: Mapping[str, str] = field(default_factory=dict)
    sector_words: Mapping[str, str] = field(default_factory=dict)
    district_words: Mapping[str, str] = field(default_factory=dict)
    default_sectors: tuple[str, ...] = ()
    default_district: str | None = None
    default_authority_code: str | None = None
    department_name: str | None = None
    department_code: str | None = None
    amounts_required: bool = True
    legal_representative_required: bool = True
