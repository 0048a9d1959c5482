"""What Prometheus reads: requests of all web processes, and figures of the node taken from its store."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from registry.queries.node_figures import Figure
from registry.serving.reserved_files import reserve
from registry.settings import metrics_folder

reserve()
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_of_process = CollectorRegistry()
_requests = Counter("registry_requests", "Requests answered.", ("method", "route", "status"), registry=_of_process)
_seconds = Histogram(
    "registry_request_seconds", "Seconds until the answer.", ("route",), buckets=SECONDS, registry=_of_process
)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request. ``route`` is the template of a route, so that labels are as many as there are routes.

    On a full disk it may not be counted; it is answered all the same.
    """
    with contextlib.suppress(OSError):
        _requests.labels(method, route, str(status)).inc()
        _seconds.labels(route).observe(seconds)


def came_by(environ: Mapping[str, Any], bind: str) -> bool:
    """Whether a request came to the address ``bind``: the connection itself says so, no header can."""
    _, _, port = bind.rpartition(":")
    connection = environ.get("gunicorn.socket")
    if not port or connection is None:
        return False
    address = connection.getsockname()
    return isinstance(address, tuple) and str(address[1]) == port


class _Figures(Collector):
    """Gauges with the values of this moment."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for figure in self._figures:
            family = families.setdefault(
                figure.name, GaugeMetricFamily(figure.name, figure.meaning, labels=sorted(figure.labels))
            )
            family.add_metric([figure.labels[name] for name in sorted(figure.labels)], figure.value)
        return families.values()


def render(figures: Sequence[Figure]) -> bytes:
    """The text that Prometheus reads. Under the web server, requests of all its processes are added up."""
    collected = _of_process
    if metrics_folder() is not None:
        collected = CollectorRegistry()
        MultiProcessCollector(collected)  # type: ignore[no-untyped-call]
    figured = CollectorRegistry()
    figured.register(_Figures(figures))
    return generate_latest(collected) + generate_latest(figured)
