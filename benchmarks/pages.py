"""Time public searches through HTTP: the API and the pages."""

import random
import time
from collections.abc import Iterator
from functools import partial
from urllib.parse import urlencode

from flask.testing import FlaskClient

from benchmarks.bed import Bed
from benchmarks.figures import median_seconds, milliseconds, tell

RUNS = 15
PLACES = {
    "API, a name of two characters that many bear": "/api/v1/records?q=瀚垚",
    "API, a name of two characters that nobody bears": "/api/v1/records?q=龘龘",
    "API, one sector": "/api/v1/records?sector=procurement",
    "API, a sector without records": "/api/v1/records?sector=construction",
    "API, one district and a name": "/api/v1/records?district=320921&q=霁",
    "page /records": "/records",
    "page /records, a name of two characters": "/records?q=瀚垚",
    "page /sectors/procurement": "/sectors/procurement",
    "page / (home)": "/",
    "API, one character of every name": "/api/v1/records?q=司",
    "API, a text of every name": "/api/v1/records?q=有限公司",
    "API, two common filters that never meet": "/api/v1/records?kind=listing&sector=procurement",
}
RANDOM_QUERIES = 2_000
WORDS = ("司", "有限公司", "盐城", "瀚垚", "建设 公司", "城市", "霁", "工程有限", "贸易", "龘", "大丰", "科技有限公司")


def measure(bed: Bed, records: int) -> None:
    """Print the median time of each address against an answer without a query (/healthz)."""
    client = bed.app.test_client()
    empty = median_seconds(partial(client.get, "/healthz"), RUNS)
    tell("an answer without a question (/healthz)", milliseconds(empty))
    for what, place in PLACES.items():
        assert client.get(place).status_code == 200, place
        seconds = median_seconds(partial(client.get, place), RUNS)
        tell(f"{what}, {records:,} records", milliseconds(seconds), f"{seconds / empty:,.0f} x /healthz")
    seconds = sorted(_time(client, place) for place in _random_places(random.Random(records)))
    ninety_fifth = seconds[len(seconds) * 95 // 100]
    tell(f"{RANDOM_QUERIES:,} random searches, 95 of 100 within, {records:,} records", milliseconds(ninety_fifth))
    tell(f"{RANDOM_QUERIES:,} random searches, the slowest, {records:,} records", milliseconds(seconds[-1]))


def _time(client: FlaskClient, place: str) -> float:
    start = time.perf_counter()
    assert client.get(place).status_code == 200, place
    return time.perf_counter() - start


def _random_places(draw: random.Random) -> Iterator[str]:
    """Addresses of searches: filters, words, days and sizes of pages at random, half of them of pages for people."""
    choices = {
        "q": WORDS,
        "kind": ("penalty", "listing", "penalty,listing"),
        "sector": ("procurement", "construction", "property"),
        "behaviour": ("N1", "N2", "N3-01"),
        "district": ("320902", "320903", "320981"),
        "authority": ("局", "财政"),
        "year": ("2025", "2026"),
        "on": ("2026-11-28", "2026-12-31", "2027-06-01"),
    }
    for number in range(RANDOM_QUERIES):
        chosen = {name: draw.choice(values) for name, values in choices.items() if draw.random() < 1 / 3}
        path = "/records" if number % 2 else "/api/v1/records"
        yield f"{path}?{urlencode(chosen)}"
