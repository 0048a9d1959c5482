"""Fill a store with published records of many kinds, through the gate in which every act ends."""

import contextlib
import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from benchmarks import bed as beds
from benchmarks.bed import Bed
from benchmarks.figures import Span, rate, tell, timed
from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.services.publication import ledger, publishing, standing
from registry.services.publication.publishing import Version
from registry.unit_of_work import UnitOfWork, day_of
from tests.web import samples
from tools.synthetic import Firm, firms, uscc

SEED = 10
FIRMS = 20_000_000
"""More than are ever published: the names drawn depend on how many there are to be."""
BATCH = 5_000
CORRECTED = 50
"""Of so many records published while the store is searched, one is then corrected."""
SECTORS = ("procurement", "construction", "property", "land_use", "mining", "housing", "medical")
BEHAVIOURS = ("N1-01", "N1-02", "N2-03", "N2-11", "N3-01", "N4-02", "N4-05")
BUREAUS = ("财政", "住房和城乡建设", "自然资源和规划", "卫生健康", "水利", "交通运输", "发展和改革", "数据")
PLACES = ("盐城市", "亭湖区", "盐都区", "大丰区", "东台市")
AUTHORITIES = tuple(f"{place}示例{bureau}局" for place in PLACES for bureau in BUREAUS)


@dataclass
class Filling:
    """Records that are published one batch after another. ``span``: what publishing them took until now, without
    making the bodies up and without sealing."""

    bed: Bed
    published: int
    span: Span = field(default_factory=Span)

    def __post_init__(self) -> None:
        self._first = self.published
        self._bodies = islice(bodies(day_of(runtime.clock())), self.published, None)
        self._last: list[dict[str, Any]] = []

    def publish(self, count: int) -> None:
        """Publish further records and seal the ledger over them."""
        self._last = list(islice(self._bodies, count))
        versions = [Version(body, self.bed.settings.node) for body in self._last]
        with timed() as span:
            runtime.perform(SYSTEM, partial(publishing.publish, versions=versions))
        self.span.seconds += span.seconds
        self.span.processor += span.processor
        beds.seal()
        self.published += len(versions)

    def correct(self) -> None:
        """Publish corrections of some of the records published last."""
        corrected = [body | {"revision": 2, "act": "correct"} for body in self._last[::CORRECTED]]
        versions = [Version(body, self.bed.settings.node) for body in corrected]
        runtime.perform(SYSTEM, partial(publishing.publish, versions=versions))

    def fill(self, wanted: int) -> None:
        """Publish until so many records are published, and let the store settle."""
        while self.published < wanted:
            self.publish(min(BATCH, wanted - self.published))
        beds.settle()

    def tell_rates(self) -> None:
        """Print how fast records were published until now, and what the index of the public search took of it."""
        added = self.published - self._first
        if not added:
            return
        tell(f"publishing, {self.published:,} records, in acts of up to {BATCH:,}", rate(added, self.span.seconds))
        tell("the same by processor time of this process", rate(added, self.span.processor))
        index = _time_index(list(islice(self._bodies, BATCH)))
        share = index.processor / BATCH / (self.span.processor / added)
        tell("of that: the index of the public search", rate(BATCH, index.processor), f"{share:.0%} of publishing")


def bodies(today: dt.date) -> Iterator[dict[str, Any]]:
    """The bodies of invented records without end, always the same: penalties and, one in eight, listings.

    They differ in all that a search narrows by; the days begin in the last three years and end in the next three.
    No officer's filing stands behind them, so that a million is reached in minutes; neither pages nor checks can tell.
    """
    draw = random.Random(SEED)
    for number, firm in enumerate(firms(FIRMS, SEED), 1):
        make = samples.listing_body if number % 8 == 0 else samples.body
        yield make(number, **_draw_facts(draw, firm, number, today))


def _draw_facts(draw: random.Random, firm: Firm, number: int, today: dt.date) -> dict[str, Any]:
    place = draw.randrange(len(AUTHORITIES))
    shown_from = today - dt.timedelta(days=draw.randrange(1_000))
    shown_until = today + dt.timedelta(days=draw.randrange(1, 1_000))
    decided = shown_from - dt.timedelta(days=draw.randrange(5, 400))
    return {
        "record": f"{draw.getrandbits(128):032x}",
        "subject": {"kind": "organisation", "name": firm.name, "uscc": firm.uscc},
        "document_number": f"盐示罚〔{decided.year}〕{number}号",
        "behaviour": draw.choice(BEHAVIOURS),
        "authority": {"name": AUTHORITIES[place], "code": uscc("11320900", 100 + place)},
        "sectors": draw.sample(SECTORS, 1 + (number % 10 == 0)),
        "district": draw.choice((firm.district, None)),
        "decided_on": decided.isoformat(),
        "visible_from": shown_from.isoformat(),
        "visible_until": shown_until.isoformat(),
    }


class _Undone(Exception):  # noqa: N818 - no error
    """What was measured is not kept."""


def _time_index(published: list[dict[str, Any]]) -> Span:
    """What keeping the index takes for some records, with the fold that comes with so many."""

    def index(work: UnitOfWork) -> None:
        nonlocal span
        first = ledger.take(work, "ledger", len(published))
        standing.fold(work, first - 1)
        with timed() as span:
            standing.replace(work, published, first)
            standing.fold(work, first + len(published) - 1)
        raise _Undone

    span = Span()
    with contextlib.suppress(_Undone):
        runtime.perform(SYSTEM, index)
    return span
