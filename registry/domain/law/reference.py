"""Look up reference data by kind, code and day: measures, schemes, policies, deadlines, calendar."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Generic, TypeVar

from registry.domain.filing import model, row_reader
from registry.domain.law import reference_kinds
from registry.domain.law.reference_rows import Row
from registry.domain.law.workdays import Calendar

R = TypeVar("R", bound=Row)
_DAYS_KEPT = 4_096
"""Answers about kind and day that are remembered: a file of decisions asks for the same days again and again."""


class Versions(Generic[R]):
    """The versions of one row, oldest first."""

    def __init__(self, rows: Sequence[R]) -> None:
        self.newest = rows[-1]
        self._rows = rows

    def of(self, on: dt.date) -> R:
        """The version in force on a day; on a day before the first, the first."""
        return next((row for row in self._rows if row.is_in_force(on)), self._rows[0])


class Reference:
    """Reference rows by kind. ``rows("measures", on)`` gives those in force on a day; None gives every version.

    ``version`` is the digest (hex) of all of them as they are stored.
    """

    def __init__(self, rows: Mapping[str, Sequence[Row]], version: str = "") -> None:
        self._rows = rows
        self.version = version
        self._rows_in_force = lru_cache(_DAYS_KEPT)(self._select_in_force)
        self._typed_rows = lru_cache(_DAYS_KEPT)(self._select_typed)
        self._thresholds = lru_cache(_DAYS_KEPT)(self._select_thresholds)
        self._names = lru_cache(len(reference_kinds.KINDS))(self._select_names)

    def rows(self, kind: str, on: dt.date | None = None) -> Sequence[Row]:
        """The rows of a kind in the order of their codes."""
        return self._rows.get(kind, ()) if on is None else self._rows_in_force(kind, on)

    def _select_in_force(self, kind: str, on: dt.date) -> Sequence[Row]:
        return tuple(row for row in self._rows.get(kind, ()) if row.is_in_force(on))

    def _rows_of_type(self, kind: str, row_type: type[R], on: dt.date | None) -> list[R]:
        return list(self._typed_rows(kind, row_type, on))  # type: ignore[arg-type]  # a class is hashable

    def _select_typed(self, kind: str, row_type: type[R], on: dt.date | None) -> tuple[R, ...]:
        return tuple(row for row in self.rows(kind, on) if isinstance(row, row_type))

    def measures(self, on: dt.date) -> list[reference_kinds.Measure]:
        """The statutory measures in force on a day."""
        return self._rows_of_type("measures", reference_kinds.Measure, on)

    @cached_property
    def policies(self) -> list[reference_kinds.Policy]:
        """Every version of the publicity policies: old ones keep governing old documents."""
        return self._rows_of_type("policies", reference_kinds.Policy, None)

    def calendar_years(self) -> list[reference_kinds.CalendarYear]:
        """Every version of every announced year, in their order."""
        return self._rows_of_type("calendar", reference_kinds.CalendarYear, None)

    @cached_property
    def calendar(self) -> Calendar:
        """The working-day calendar as announced so far."""
        fixed = self._rows_of_type("fixed_holidays", reference_kinds.FixedHolidays, None)
        return Calendar(self.calendar_years(), fixed)

    @cached_property
    def _kinds(self) -> dict[str, reference_kinds.PenaltyKind]:
        return {row.code: row for row in self._rows_of_type("penalty_kinds", reference_kinds.PenaltyKind, None)}

    def penalty_kinds(self, codes: Iterable[str]) -> list[reference_kinds.PenaltyKind]:
        """The penalty kinds of these codes of the 2021 law."""
        return [self._kinds[code] for code in codes]

    def planned_departments(self) -> list[reference_kinds.PlannedDepartment]:
        """The organs and centres that the plan names."""
        return self._rows_of_type("departments", reference_kinds.PlannedDepartment, None)

    def scheme(self, code: str, on: dt.date) -> reference_kinds.Scheme | None:
        """The list scheme in force on a day, None when there is none."""
        return next((row for row in self.schemes(on) if row.code == code), None)

    def schemes(self, on: dt.date) -> list[reference_kinds.Scheme]:
        """The list schemes in force on a day."""
        return self._rows_of_type("schemes", reference_kinds.Scheme, on)

    def list_effects(self, on: dt.date) -> list[reference_kinds.ListEffect]:
        """What each list means for trading on a day."""
        return self._rows_of_type("list_effects", reference_kinds.ListEffect, on)

    def record_effects(self, on: dt.date) -> list[reference_kinds.RecordEffect]:
        """What each kind of filed record means for trading on a day."""
        return self._rows_of_type("record_effects", reference_kinds.RecordEffect, on)

    def list_measures(self, on: dt.date) -> dict[str, frozenset[str]]:
        """The codes of the measures that each list with an adequate basis provides for on a day, by its code."""
        return {row.code: frozenset(row.measures) for row in self.schemes(on) if row.may_publish}

    def deadline(self, code: str, on: dt.date) -> reference_kinds.Deadline:
        """The version of a time limit such as D01 that counts from a day."""
        return self._deadlines[code].of(on)

    def clocks(self) -> dict[str, "Versions[reference_kinds.ClockRule]"]:
        """The clock rules by code, in all versions."""
        return self._clocks

    @cached_property
    def _clocks(self) -> dict[str, "Versions[reference_kinds.ClockRule]"]:
        return self._versions_by_code("clocks", reference_kinds.ClockRule)

    @cached_property
    def _deadlines(self) -> dict[str, "Versions[reference_kinds.Deadline]"]:
        return self._versions_by_code("deadlines", reference_kinds.Deadline)

    def _versions_by_code(self, kind: str, row_type: type[R]) -> dict[str, "Versions[R]"]:
        rows_by_code: dict[str, list[R]] = {}
        for row in self._rows_of_type(kind, row_type, None):
            rows_by_code.setdefault(row.code, []).append(row)
        return {code: Versions(rows) for code, rows in rows_by_code.items()}

    def same_tender_rule(self, sector: str, on: dt.date) -> reference_kinds.SameTenderRule | None:
        """The article that keeps related parties of one tender apart in a sector on a day; None when none does."""
        rows = self._rows_of_type("same_tender", reference_kinds.SameTenderRule, on)
        return next((row for row in rows if row.code == sector), None)

    def relation_kind(self, code: str, on: dt.date) -> reference_kinds.RelationKind | None:
        """The kind of relation as it counts on a day; None when there is no such kind."""
        versions = self._versions_by_code("relation_kinds", reference_kinds.RelationKind)
        return versions[code].of(on) if code in versions else None

    def erasure_grounds(self, on: dt.date) -> list[reference_kinds.ErasureGround]:
        """The legal grounds of erasing a record that are in force on a day."""
        return self._rows_of_type("erasure_grounds", reference_kinds.ErasureGround, on)

    def retention_periods(self, on: dt.date) -> list[reference_kinds.RetentionPeriod]:
        """What is kept how long on a day."""
        return self._rows_of_type("retention", reference_kinds.RetentionPeriod, on)

    def exchange_codes(self, on: dt.date) -> dict[str, dict[str, str]]:
        """The code tables of other platforms on a day: table → value → meaning."""
        tables: dict[str, dict[str, str]] = {}
        for row in self._rows_of_type("exchange_codes", reference_kinds.ExchangeCode, on):
            tables.setdefault(row.table, {})[row.value] = row.meaning
        return tables

    def peer_profile(self, code: str, on: dt.date) -> reference_kinds.PeerProfile | None:
        """How a receiving system is spoken with on a day; None when there is no such profile."""
        rows = self._rows_of_type("peers", reference_kinds.PeerProfile, on)
        return next((row for row in rows if row.code == code), None)

    def catalogue(self, on: dt.date) -> list[reference_kinds.CatalogueItem]:
        """The items of the disclosure catalogues in force on a day."""
        return self._rows_of_type("catalogue", reference_kinds.CatalogueItem, on)

    def threshold(self, code: str, on: dt.date) -> int | None:
        """An amount in fen or a span in months; None on a day for which no rule gives one."""
        return self._thresholds(on).get(code)

    def _select_thresholds(self, on: dt.date) -> dict[str, int]:
        rows = self._rows_of_type("thresholds", reference_kinds.Threshold, on)
        return {row.code: row.value for row in reversed(rows)}  # of two of one code the first stands

    def names(self, kind: str) -> dict[str, str]:
        """Code to Chinese name, newest version; the same mapping for all who ask."""
        return self._names(kind)

    def _select_names(self, kind: str) -> dict[str, str]:
        return {row.code: row.name for row in self.rows(kind)}

    @cached_property
    def id_words(self) -> dict[str, str]:
        """Words that people use for a kind of identity document, with its code."""
        rows = self._rows_of_type("id_types", reference_kinds.IdType, None)
        return {word: row.code for row in rows for word in row.aliases}

    @cached_property
    def sector_words(self) -> dict[str, str]:
        """Words that people use for a sector, with its code."""
        rows = self._rows_of_type("sectors", reference_kinds.Sector, None)
        return {word: row.code for row in rows for word in row.aliases}

    @cached_property
    def district_words(self) -> dict[str, str]:
        """Words that people use for a district, with its code."""
        rows = self._rows_of_type("districts", reference_kinds.District, None)
        return {word: row.code for row in rows for word in row.aliases}

    def id_type_code(self, text: str | None) -> str | None:
        """The code of a kind of identity document named by code, name or another word; else the text as it is."""
        if not text:
            return text
        return row_reader.code_of(text, self.names("id_types"), self.id_words) or text

    @cached_property
    def filing_rules(self) -> model.Rules:
        """The reference data for parsing filed rows."""
        behaviours = self._rows_of_type("behaviours", reference_kinds.Behaviour, None)
        return model.Rules(
            kinds=tuple(
                model.KindRule(row.code, row.name, row.code_2016, row.needs, row.aliases)
                for row in self._kinds.values()
            ),
            sectors=self.names("sectors"),
            behaviours={row.code: row.name for row in behaviours if row.active},
            districts=self.names("districts"),
            id_types=self.names("id_types"),
            measures=self.names("measures"),
            id_words=self.id_words,
            sector_words=self.sector_words,
            district_words=self.district_words,
            legal_representative_required=False,
        )
