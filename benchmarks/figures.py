"""Time a piece of work and print the figures, one line each."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Span:
    """Seconds that a block took by the clock and of this process's processor time, set when it ends."""

    seconds: float = 0.0
    processor: float = 0.0


@contextmanager
def timed() -> Iterator[Span]:
    """Measure a block by the steady clock, and by processor time, which other work on the machine changes less."""
    span = Span()
    start, processor = time.perf_counter(), time.process_time()
    yield span
    span.seconds, span.processor = time.perf_counter() - start, time.process_time() - processor


def median_seconds(work: Callable[[], object], times: int) -> float:
    """The median time of ``work`` over ``times`` runs, after one run that is not counted."""
    work()
    spans = []
    for _ in range(times):
        with timed() as span:
            work()
        spans.append(span.seconds)
    return statistics.median(spans)


def head(text: str) -> None:
    """Print a heading over the lines that follow."""
    print(f"\n{text}", flush=True)


def tell(what: str, figure: str, ratio: str = "") -> None:
    """Print one line: what it is, the figure with its unit, and the ratio within this run."""
    print(f"  {what:<80} {figure:>18}   {ratio}".rstrip(), flush=True)


def rate(count: int, seconds: float) -> str:
    """Format a rate in rows per second."""
    return f"{count / seconds:,.0f} rows/s"


def milliseconds(seconds: float) -> str:
    """Format seconds as milliseconds with one decimal."""
    return f"{seconds * 1000:,.1f} ms"


def times(ours: float, theirs: float, whom: str) -> str:
    """Format how many times the other's time ours is."""
    return f"{ours / theirs:,.1f} x {whom}"
