"""Time a list of another authority: taken in, verified, and updated weekly with one change in a hundred."""

import csv
import datetime as dt
import io
import random
import resource
from collections.abc import Sequence

from benchmarks.bed import Bed
from benchmarks.figures import rate, tell, timed
from registry import runtime
from registry.queries.publication import ledger_state
from registry.services.cases import list_adoption, list_verification
from registry.services.cases.list_adoption import ListFileFacts
from registry.unit_of_work import day_of
from tools.synthetic import Firm, firms

SCHEME = "judgment-debtor"
COURT = "盐城市示例区人民法院"
COLUMNS = ("对象名称", "统一社会信用代码", "文书号", "列入事由", "认定部门", "列入日期", "有效期至")
CHANGED, LEFT, CAME = 0.004, 0.003, 0.003
SEED = 5
Row = dict[str, str]


def measure(bed: Bed, count: int, weeks: int = 3) -> None:
    """Print what a list of ``count`` places costs the first time and in each week after, with its ledger entries."""
    drawn = list(firms(count + round(count * CAME) * weeks, SEED))
    rows, later = [_row(firm) for firm in drawn[:count]], drawn[count:]
    today = day_of(runtime.clock())
    _take_in(bed, f"a list of {count:,} places, new", rows, today - dt.timedelta(days=7 * weeks))
    draw = random.Random(SEED)
    for week in range(1, weeks + 1):
        came, later = later[: round(count * CAME)], later[round(count * CAME) :]
        rows = _update(rows, came, draw)
        as_of = today - dt.timedelta(days=7 * (weeks - week))
        _take_in(bed, f"the whole list again, week {week}", rows, as_of)
    tell("memory (RSS) at most", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def _row(firm: Firm) -> Row:
    cells = (firm.name, firm.uscc, f"（2024）苏示执{firm.uscc[-6:]}号", "有履行能力而拒不履行", COURT, "2024-11-25", "")
    return dict(zip(COLUMNS, cells, strict=True))


def _update(rows: Sequence[Row], came: Sequence[Firm], draw: random.Random) -> list[Row]:
    """The list a week later: some places have left, some have another end, some are new."""
    left = set(draw.sample(range(len(rows)), round(len(rows) * LEFT)))
    changed = set(draw.sample(range(len(rows)), round(len(rows) * CHANGED)))
    end = f"203{draw.randrange(10)}-0{draw.randrange(1, 10)}-01"
    kept = [row | {"有效期至": end} if place in changed else row for place, row in enumerate(rows) if place not in left]
    return kept + [_row(firm) for firm in came]


def _take_in(bed: Bed, what: str, rows: Sequence[Row], as_of: dt.date) -> None:
    data = _write(rows)
    clerk, verifier = bed.people["clerk"], bed.people["verifier"]
    stated = ListFileFacts(SCHEME, as_of, is_full=True)
    with timed() as filing:
        number: int = runtime.perform(
            clerk, lambda work: list_adoption.store_adoption(work, data, "list.csv", stated).id
        )
        list_adoption.run(lambda act: runtime.perform(clerk, act), clerk, number)
    before, changes = _head(), 0
    with timed() as verifying:
        waiting = 1
        while waiting:
            change = runtime.perform(verifier, lambda work: list_verification.verify(work, number))
            changes += len(change.came) + len(change.changed) + len(change.left)
            waiting = change.waiting
    tell(f"{what}: filing {len(rows):,} rows", f"{filing.seconds:,.1f} s", rate(len(rows), filing.seconds))
    entries = f"{changes:,} places changed, {_head() - before:,} entries"
    tell(f"{what}: verifying", f"{verifying.seconds:,.1f} s", entries)


def _head() -> int:
    with runtime.reading() as session:
        return ledger_state.head(session)


def _write(rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
