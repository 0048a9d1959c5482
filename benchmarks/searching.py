"""Ask random questions of the public search while records are published: filters, words, days and pages."""

import datetime as dt
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlencode

from flask.testing import FlaskClient

from benchmarks.figures import head, median_seconds, milliseconds, tell, times
from benchmarks.processor import Meter
from benchmarks.published import AUTHORITIES, BEHAVIOURS, SECTORS, Filling
from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.queries.publication import ledger_state, log_identity, postings, publications, record_query
from registry.services.publication import standing
from registry.unit_of_work import day_of

ROUNDS, QUERIES = 10, 200
"""Rounds of random queries; in each, records are published, and half of the queries come after they were folded."""
RUNS = 15
PUBLISHED = postings.FOLD_FROM
WORDS = (
    "司", "有限公司", "盐城", "瀚垚", "建设 公司", "城市", "霁", "工程有限", "贸易", "龘", "大丰", "科技有限公司",
    "瀚垚笙建设工程有限公司", "盐城大丰", "盐城市盐都区沐岑", "鹽城", "hanyao", "ycdf",
    "亭湖 霁黛", "亭湖区霁代", "限公",
)  # fmt: skip
CHOICES = {
    "kind": ("penalty", "listing", "penalty,listing"),
    "sector": SECTORS,
    "behaviour": (*BEHAVIOURS, "N1", "N2"),
    "district": ("320902", "320903", "320904", "320981"),
    "authority": ("局", "财政", *AUTHORITIES[:3]),
    "year": ("2023", "2024", "2025", "2026"),
    "state": ("undisputed", "disputed"),
}
PLACES = {
    "page / (home)": "/",
    "page /records": "/records",
    "page /sectors/procurement": "/sectors/procurement",
    "page /statistics": "/statistics",
    "API, no filter": "/api/v1/records?limit=20",
    "API, one sector": "/api/v1/records?limit=20&sector=procurement",
    "API, a name of two characters that many bear": "/api/v1/records?limit=20&q=瀚垚",
    "API, a name of two characters that nobody bears": "/api/v1/records?limit=20&q=龘龘",
    "API, one character of every name": "/api/v1/records?limit=20&q=司",
    "API, a text of every name": "/api/v1/records?limit=20&q=有限公司",
    "API, two common filters that never meet": "/api/v1/records?limit=20&state=disputed&sector=procurement",
}


@dataclass
class Times:
    """Seconds of queries, by the clock and by processor time."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def measure(filling: Filling, records: int) -> None:
    """Print what answers take at a tenth of so many records and at all of them."""
    before: dict[str, float] = {}
    for count in (records // 10, records):
        if filling.published + ROUNDS * PUBLISHED <= count:
            filling.fill(count - ROUNDS * PUBLISHED)
        before = _measure_at(filling, before)


def _measure_at(filling: Filling, before: dict[str, float]) -> dict[str, float]:
    """Print the figures with their ratio to those before; returns them."""
    figures: dict[str, float] = {}
    client, draw = filling.bed.app.test_client(), random.Random(filling.published)
    asked = {"/api/v1/records": Times(), "/records": Times()}
    for path in asked:
        client.get(path)  # what is loaded once in the life of a process
    for _ in range(ROUNDS):
        filling.publish(PUBLISHED)
        filling.correct()
        _ask(client, draw, asked, QUERIES // 2)
        runtime.perform(SYSTEM, standing.fold_waiting)
        _ask(client, draw, asked, QUERIES // 2)
    head(f"random searches while records are published and folded, {filling.published:,} records")
    for path, spans in asked.items():
        for how, seconds in (("clock", spans.clock), ("processor", spans.processor)):
            figures |= _tell_spread(f"{len(seconds):,} of {path}, by the {how}", seconds, before)
    empty = median_seconds(partial(client.get, "/healthz"), RUNS)
    tell("an answer without a question (/healthz)", milliseconds(empty))
    for what, place in PLACES.items():
        assert client.get(place).status_code == 200, place
        figures[what] = median_seconds(partial(client.get, place), RUNS)
        tell(what, milliseconds(figures[what]), _ratio(figures, what, before))
    return figures


def _tell_spread(what: str, seconds: Sequence[float], before: dict[str, float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100)
    figures = {f"{what}, p50": cuts[49], f"{what}, p95": cuts[94], f"{what}, the slowest": max(seconds)}
    for name, figure in figures.items():
        tell(name, milliseconds(figure), _ratio(figures, name, before))
    return figures


def _ratio(figures: dict[str, float], name: str, before: dict[str, float]) -> str:
    return times(figures[name], before[name], "with fewer") if name in before else ""


def _ask(client: FlaskClient, draw: random.Random, asked: dict[str, Times], count: int) -> None:
    """Ask random questions, of pages and API by turns."""
    meter = Meter()
    for number in range(count):
        path = list(asked)[number % len(asked)]
        place = f"{path}?{urlencode(_draw_query(draw, is_api=path.startswith('/api')))}"
        start, processor = time.perf_counter(), meter.read()
        answer = client.get(place)
        asked[path].processor.append(meter.read() - processor)
        asked[path].clock.append(time.perf_counter() - start)
        assert answer.status_code == 200, place


def _draw_query(draw: random.Random, *, is_api: bool) -> dict[str, str]:
    query = {name: draw.choice(values) for name, values in CHOICES.items() if draw.random() < 1 / 4}
    if draw.random() < 1 / 2:
        query["q"] = draw.choice(WORDS)
    if is_api:
        query["limit"] = "20"
    with runtime.reading() as session:
        at = publications.moment(session, day_of(runtime.clock()))
        epoch = log_identity.current(session, runtime.settings().node).epoch
        size = ledger_state.head(session)
    kind = draw.random()
    if kind < 1 / 4:
        query["on"] = (at.on + dt.timedelta(days=draw.randrange(-400, 700))).isoformat()
    elif kind < 1 / 2:
        query[draw.choice(("next", "previous"))] = record_query.page_token(at, draw.randrange(1, size), epoch)
    elif kind < 5 / 8 and is_api:
        query["known_at"] = str(draw.randrange(size))
    return query
