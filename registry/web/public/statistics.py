"""The page of statistics: how the records shown divide, each chart with the table it is drawn from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import Response

from registry import runtime
from registry.domain import labels
from registry.domain.law.reference import Reference
from registry.queries.law import reference_data
from registry.queries.publication import record_search
from registry.queries.publication.publications import Filter
from registry.web.blueprint import pages, present_moment, render_page

MONTHS = 24
ROWS_MAX = 30
"""A chart has at most so many bars, the largest; the search page has the others."""
_BAR_HEIGHT, _BAR_GAP, _LABEL_WIDTH, _BAR_WIDTH, _VALUE_WIDTH = 20, 8, 220, 360, 80


@dataclass(frozen=True)
class Bar:
    """A bar: its words and number, its place and width in the drawing, and the search it stands for."""

    label: str
    count: int
    y: int
    width: int
    query: Mapping[str, str]


@dataclass(frozen=True)
class Chart:
    """A chart: a title, what is counted, and its bars from the top."""

    code: str
    title: str
    bars: tuple[Bar, ...]
    label_width: int = _LABEL_WIDTH
    bar_height: int = _BAR_HEIGHT

    @property
    def width(self) -> int:
        """Width of the drawing."""
        return _LABEL_WIDTH + _BAR_WIDTH + _VALUE_WIDTH

    @property
    def height(self) -> int:
        """Height of the drawing."""
        return len(self.bars) * (_BAR_HEIGHT + _BAR_GAP)


@pages.get("/statistics")
def statistics() -> Response:
    """Charts of the records shown: per sector, kind, behaviour, district and month."""
    with runtime.reading() as session:
        at = present_moment(session)
        reference = reference_data.current(session)
        search = record_search.Search(session, Filter(), at)
        facets, total = search.facets(), search.total()
        months = record_search.monthly_counts(session, at, MONTHS)
    charts = [_facet_chart(name, facets[name], reference) for name in ("sector", "kind", "behaviour", "district")]
    charts.append(build_chart("month", "开始公示的月份", [(month, count, {}) for month, count in months.items()]))
    return render_page("statistics.html", charts=charts, total=total, at=at)


def build_chart(code: str, title: str, rows: Iterable[tuple[str, int, Mapping[str, str]]]) -> Chart:
    """A chart of rows: words, number, and the search they stand for. The longest bar fills the width."""
    listed = list(rows)
    most = max((count for _, count, _ in listed), default=0) or 1
    bars = (
        Bar(label, count, place * (_BAR_HEIGHT + _BAR_GAP), round(_BAR_WIDTH * count / most), query)
        for place, (label, count, query) in enumerate(listed)
    )
    return Chart(code, title, tuple(bars))


def _facet_chart(name: str, counts: Mapping[str, int], reference: Reference) -> Chart:
    names = _names(name, reference)
    largest = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = [(labels.label_for(names, code), count, {name: code}) for code, count in largest if _is_drawn(name, code)]
    return build_chart(name, labels.FACETS[name], rows[:ROWS_MAX])


def _names(name: str, reference: Reference) -> Mapping[str, str]:
    return labels.RECORD_KINDS if name == "kind" else reference.names({"behaviour": "behaviours"}.get(name, f"{name}s"))


def _is_drawn(name: str, code: str) -> bool:
    """Categories of behaviours are drawn; what falls under one is counted in it already."""
    return name != "behaviour" or "-" not in code
