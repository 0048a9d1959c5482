"""Every format of rows, by code; and which of those of records carries a version to a peer."""

from collections.abc import Collection, Iterable, Sequence

from registry.domain import records
from registry.domain.exchange.formats.lists import LIST_FORMATS
from registry.domain.exchange.formats.measures import MEASURE_REPORTS
from registry.domain.exchange.formats.model import Body, Format, Layout
from registry.domain.exchange.formats.penalties import CF_2016, CF_2018
from registry.domain.exchange.formats.trading import BLACK_LIST, VIOLATING_LAWS_RULES_INFO, WITHDRAW_BLACK_LIST

FORMATS: dict[str, Format] = {
    fmt.code: fmt for fmt in (CF_2018, CF_2016, BLACK_LIST, WITHDRAW_BLACK_LIST, VIOLATING_LAWS_RULES_INFO)
} | LIST_FORMATS
"""The formats of records, which go out and come in."""
LAYOUTS: dict[str, Layout] = {**FORMATS, MEASURE_REPORTS.code: MEASURE_REPORTS}
"""Every layout of rows that come in."""


def takes_lists(codes: Iterable[str]) -> bool:
    """Whether rows of lists are among what comes in by these formats."""
    return any("listing" in FORMATS[code].kinds for code in codes if code in FORMATS)


def format_for(codes: Sequence[str], body: Body) -> Format | None:
    """The first of a peer's formats that carries a version; None when the peer is not told of it."""
    return next((FORMATS[code] for code in codes if code in FORMATS and FORMATS[code].carries(body)), None)


def may_see(codes: Sequence[str], sectors: Collection[str], body: Body) -> bool:
    """Whether a platform with these formats and sectors (none: all) is told of a version.

    Source: plan 四（四）: only what is public travels, each with its source.
    """
    is_in_sector = not sectors or bool(set(sectors) & set(body["sectors"]))
    return body["audience"] == "public" and is_in_sector and format_for(codes, body) is not None


def attributes(kind: str) -> list[str]:
    """Every attribute of a kind of record, those of parties, authority, source and list one by one."""
    names: list[str] = []
    for name, field in records.fields_of(records.KINDS[kind].body).items():
        inner = records.struct_in(field.type) if name in ("subject", "authority", "source", "scheme") else None
        names += [f"{name}.{part}" for part in records.fields_of(inner)] if inner else [name]
    return names
