"""Types of reference data: one dataclass per kind of law or configuration (``reference_rows``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from registry.domain.law.reference_rows import Row, parse_row

Severity = Literal["minor", "general", "serious"]
ADEQUATE = frozenset({"law", "regulation", "central_document"})
"""Levels of legal basis on which a list of seriously dishonest subjects may rest anywhere."""


@dataclass(frozen=True, kw_only=True)
class Sector(Row):
    """One of the plan's seven sectors; ``credit_duty`` where the plan demands credit items itself.

    ``aliases``: other words that people use for it.
    """

    plan_section: str
    lead_departments: tuple[str, ...]
    cooperating: tuple[str, ...]
    must_publish: str
    credit_duty: bool
    catalogue: tuple[str, ...]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Behaviour(Row):
    """A negative-list category (``parent`` empty) or one behaviour under it."""

    parent: str
    plan_wording: str
    national_wording: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class CatalogueItem(Row):
    """One item of the plan's two disclosure catalogues, wording as annexed; ``sector`` may be ``all``.

    ``record_kinds``: the kinds of record published here that the item asks for; none: kept elsewhere.
    """

    annex: int
    number: int
    sector: str
    category: str
    content: str
    attribute: str
    subjects: str
    record_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PenaltyKind(Row):
    """A kind under 行政处罚法 9; ``grave``: it alone is a 重大违法记录 (政府采购法实施条例 19).

    ``aliases``: other names under which decisions and earlier laws have it.
    """

    code_2016: str
    law_item: str
    needs: Literal["fine", "confiscation", "permit", ""]
    hearing: Literal["always", "large_amount", ""]
    severity: Severity
    grave: bool
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class IdType(Row):
    """A code for a kind of identity document; ``natural_person`` when only a person can hold it.

    ``aliases``: the words that people use for it.
    """

    natural_person: bool
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Scheme(Row):
    """A list of seriously dishonest subjects and its legal basis; without ``term_months`` each decision states
    its own term. Nothing can be published under it, and it bars nobody, unless ``may_publish``.

    ``is_local``: valid in this place only, for which a local regulation is basis enough. ``names_responsible``: the
    people responsible for the subject are named with it. ``severity``: by which the publicity policy is chosen.
    ``open_ended``: a decision may state no end, whatever the term; then a place lasts until it is removed.
    ``early_exit_from``: the day from which ``early_exit_months`` count, that of listing or that of correction.
    """

    basis: str
    basis_level: Literal["law", "regulation", "central_document", "ministry_rule", "local_regulation", "none"]
    is_local: bool = False
    may_publish: bool
    natural_persons_public: bool
    names_responsible: bool = False
    severity: Severity = "serious"
    term_months: int | None = None
    extension_months_max: int = 0
    early_exit_months: int | None = None
    early_exit_from: Literal["listing", "correction"] = "listing"
    open_ended: bool = False
    measures: tuple[str, ...]
    entry: str
    exit: str

    def __post_init__(self) -> None:
        super().__post_init__()
        adequate = {*ADEQUATE, "local_regulation"} if self.is_local else ADEQUATE
        if self.may_publish and self.basis_level not in adequate:
            raise ValueError(f"{self.code}: its basis is not adequate for publication")


@dataclass(frozen=True, kw_only=True)
class Effect(Row):
    """What a ground means in trading. ``sectors`` and ``roles`` left empty reach all of them; ``tenders`` says whether
    it reaches any trading or only projects that must be tendered by law. It bears as it says whatever its ``status``.
    """

    sectors: tuple[str, ...]
    roles: tuple[str, ...]
    tenders: Literal["any", "must"]
    effect: Literal["bars", "review", "none"]


@dataclass(frozen=True, kw_only=True)
class ListEffect(Effect):
    """What a place on the list ``scheme`` means: to be on it is the ground, whatever the decision ordered besides."""

    scheme: str


@dataclass(frozen=True, kw_only=True)
class RecordEffect(Effect):
    """What a filed record of one ``kind`` means while its day ``counted_from`` is not more than ``months`` past;
    without ``months`` while it is published. It bears nothing where its field ``unless_false`` is false.
    """

    kind: str
    counted_from: str = "decided_on"
    months: int | None = None
    unless_false: str = ""


@dataclass(frozen=True, kw_only=True)
class Measure(Row):
    """A statutory ban: whom (``roles``), where (``sectors``, ``territory``), how long, and what it does.

    ``phrases``: any one of them in 处罚内容 states the measure. ``citations``: all strings of any one
    group in 处罚依据 pick this statute among those sharing a phrase.
    """

    statute: str
    article: str
    roles: tuple[str, ...]
    trigger: str
    ban: str
    sectors: tuple[str, ...]
    only_must_tender: bool
    effect: Literal["bars", "review", "none"]
    discretionary: bool
    min_months: int | None = None
    max_months: int | None = None
    territory: Literal["national", "province"]
    by_product: bool
    phrases: tuple[str, ...]
    citations: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Policy(Row):
    """How long a record of one severity stays public, in months from its document or from its publication.

    ``match``: for ``authority`` a part of the authority's name, for ``basis`` a part of the title of a statute in
    处罚依据, for ``sector`` and ``scheme`` the code; alternatives of a part are divided by ``|``. A row may be narrowed
    to decisions with a kind of ``any_kinds``, with no kind outside ``only_kinds``, or whose fine is not above the
    threshold named ``fine_max``.
    """

    severity: Severity
    min_months: int
    max_months: int
    public: bool
    scope: Literal["general", "sector", "authority", "basis", "scheme"]
    match: str
    counted_from: Literal["document", "publication"] = "document"
    any_kinds: tuple[str, ...] = ()
    only_kinds: tuple[str, ...] = ()
    fine_max: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether only decisions of certain kinds or amounts are meant."""
        return bool(self.any_kinds or self.only_kinds or self.fine_max)


@dataclass(frozen=True, kw_only=True)
class Deadline(Row):
    """A statutory time limit; several figures in the order stated by ``rule`` (``figure``: as in the source).

    ``rolls_over``: one that ends on a day off ends on the next working day (民事诉讼法 85).
    """

    value: tuple[int, ...]
    unit: Literal["working_day", "calendar_day", "month", "year"]
    starts_at: str
    rule: str
    figure: str
    rolls_over: bool = False


@dataclass(frozen=True, kw_only=True)
class ClockRule(Row):
    """Rule of a clock, by which a time limit runs.

    ``opens`` is the act of ``noun`` that starts it, counted from the day called ``starts``; the first of the acts
    ``closes`` meets it. ``deadline`` and ``figure`` name the row of the limit and which of its figures is meant.
    ``opens_too`` are acts that start it when it does not run yet.
    """

    noun: str
    opens: str
    starts: str
    closes: tuple[str, ...]
    deadline: str
    figure: int = 0
    opens_too: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class District(Row):
    """An administrative division. ``aliases``: other words that people use for it."""

    in_gbt2260: bool
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CalendarYear(Row):
    """One announced year (``code``): Mondays to Fridays off, and Saturdays and Sundays worked."""

    holidays: tuple[date, ...]
    workdays: tuple[date, ...]


@dataclass(frozen=True, kw_only=True)
class FixedHolidays(Row):
    """The days off that the same days of every year are by law, as ``MM-DD``: off before a year is announced too."""

    days: tuple[str, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        for day in self.days:
            date.fromisoformat(f"2024-{day}")


@dataclass(frozen=True, kw_only=True)
class PlannedDepartment(Row):
    """An organ or centre that the plan names, as a node is first furnished with; accounts are made under it.

    ``succeeds``: the codes of the organs whose duties it took over; the names of the plan stay beside it.
    """

    kind: Literal["supervisor", "trading_centre"]
    sectors: tuple[str, ...]
    succeeds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Threshold(Row):
    """An amount in fen, a number of days, or a span in months or working days, that a rule compares with."""

    value: int
    unit: Literal["fen", "month", "working_day", "day"]


@dataclass(frozen=True, kw_only=True)
class ErasureGround(Row):
    """A legal ground of erasing the content of a record; its name is public with it, ``text`` tells who proposes."""

    text: str


@dataclass(frozen=True, kw_only=True)
class RelationKind(Row):
    """How two parties can be related, and what a measure of one means for the other in a check.

    ``to_other`` is the effect that a measure of the subject has on the other end, ``to_subject`` the reverse:
    ``identity`` (the same legal person), ``extends`` (the measure reaches it too), ``attention`` (a person must
    look). ``other``: what the other end is given as. ``led``: the end that the opposite one controls or manages, which
    keeps parties of one tender apart. ``words``: one of them stands in the source's own wording.
    """

    other: Literal["name", "code", "organisation", "natural_person", "either"]
    to_other: Literal["identity", "extends", "attention"]
    to_subject: Literal["identity", "extends", "attention"]
    led: Literal["subject", "other", ""] = ""
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.status == "unconfirmed" and {self.to_other, self.to_subject} != {"attention"}:
            raise ValueError(f"{self.code}: what no text confirms is for attention only")


@dataclass(frozen=True, kw_only=True)
class RetentionPeriod(Row):
    """How long what stands in ``tables`` is kept: ``value`` units after the day ``starts_at``, then it is cleared as
    ``clears`` says. Without a value it is not cleared by time, and ``note`` says why."""

    tables: tuple[str, ...]
    clears: str
    value: int | None = None
    unit: Literal["day", "month"] | None = None
    starts_at: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if len({self.value is None, self.unit is None, not self.starts_at}) > 1 or (self.value or 0) < 0:
            raise ValueError(f"{self.code}: value, unit and starts_at go together")


@dataclass(frozen=True, kw_only=True)
class SameTenderRule(Row):
    """The article that keeps related parties out of one lot in a sector, whose code is the ``code`` of the row."""


@dataclass(frozen=True, kw_only=True)
class ExchangeCode(Row):
    """A value of a code table of another platform and its ``meaning`` here; a value without a row is not known, and
    what has it waits for a person."""

    table: str
    value: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class PeerProfile(Row):
    """How a receiving system of the plan is spoken with: transport, direction, formats, and what it may see.

    ``formats``: of what goes out, the first that carries a version is its format; ``formats_in``: what is taken from
    it. ``sectors``: it is told of these only; none: of all. ``answer_days``: within so many days it answers a batch,
    else a person is told; None: no time is agreed. No address and no key: those are a node's own.
    """

    transport: Literal["files", "front_end"]
    direction: Literal["out", "in", "both"]
    formats: tuple[str, ...]
    formats_in: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    file_type: Literal["csv", "xlsx", "xml"] = "csv"
    platform_code: str = ""
    answer_days: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.formats) != (self.direction != "in") or bool(self.formats_in) != (self.direction != "out"):
            raise ValueError(f"{self.code}: its formats do not agree with its direction")


KINDS: dict[str, type[Row]] = {
    "sectors": Sector,
    "behaviours": Behaviour,
    "catalogue": CatalogueItem,
    "penalty_kinds": PenaltyKind,
    "id_types": IdType,
    "schemes": Scheme,
    "list_effects": ListEffect,
    "record_effects": RecordEffect,
    "measures": Measure,
    "policies": Policy,
    "deadlines": Deadline,
    "clocks": ClockRule,
    "districts": District,
    "calendar": CalendarYear,
    "fixed_holidays": FixedHolidays,
    "thresholds": Threshold,
    "departments": PlannedDepartment,
    "relation_kinds": RelationKind,
    "erasure_grounds": ErasureGround,
    "retention": RetentionPeriod,
    "same_tender": SameTenderRule,
    "exchange_codes": ExchangeCode,
    "peers": PeerProfile,
}
OPERATED = frozenset({"calendar"})
"""Kinds whose rows are also loaded while a node runs: rows that the program's files do not contain stay in force."""


def parse_reference_row(kind: str, data: Mapping[str, Any]) -> Row:
    """Parse a row of ``kind`` from ``data`` (a TOML table or stored JSON); ValueError names row and key."""
    return parse_row(KINDS[kind], data)
