"""Time public searches through HTTP: the API and the pages."""

from functools import partial

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
}


def measure(bed: Bed, records: int) -> None:
    """Print the median time of each address against an answer without a query (/healthz)."""
    client = bed.app.test_client()
    empty = median_seconds(partial(client.get, "/healthz"), RUNS)
    tell("an answer without a question (/healthz)", milliseconds(empty))
    for what, place in PLACES.items():
        assert client.get(place).status_code == 200, place
        seconds = median_seconds(partial(client.get, place), RUNS)
        tell(f"{what}, {records:,} records", milliseconds(seconds), f"{seconds / empty:,.0f} x /healthz")
