"""Read the content of a filed penalty decision: amounts, days, measures."""

import datetime as dt
import re

from registry.domain import records
from registry.domain.filing import cells
from registry.domain.filing.amounts import Amount
from registry.domain.filing.model import MeasureTerm, Rules
from registry.domain.filing.row_reader import RowReader

_NO_END = frozenset(("无处罚期限", "无期限", "无固定期限", "无", "长期", "长期有效", "永久", "永久有效", "无限期"))
_SENTINEL_YEAR = 2099
_MEASURE_CODE = re.compile(r"[Bb]\d{1,2}", re.ASCII)
_NO_SUM = re.compile(r"(?:无|未|没有?|不予?|免予?|免于)(?:罚款|处罚|罚|没收|处)(?:金额|违法所得|非法财物)?|免")
_UNITS = {"wan": "万元", "yuan": "元"}
STRETCH_DIFFERS = "stretch-start-differs"
_NEEDED = {"fine": "fine", "confiscation": "confiscated", "permit": "permit"}


def amounts(row: RowReader, chosen: tuple[str, ...], rules: Rules) -> tuple[int | None, int | None, str | None]:
    """Read fine and confiscation in fen, and the permit; each required by a kind that needs it.

    Never read out of the decision's text: the first amount there is often the turnover. The 2016 set has no
    such columns, so there nothing is required.
    """
    needs = {_NEEDED[kind.needs] for kind in rules.kinds if kind.code in chosen and kind.needs in _NEEDED}
    if not rules.amounts_required or row.headings.vocabulary == "2016":
        needs = set()
    permit = row.text("permit", required="permit" in needs, limit=200)
    sums = {name: _read_amount(row, name, required=name in needs) for name in ("fine", "confiscated")}
    return sums["fine"], sums["confiscated"], permit or None


def _read_amount(row: RowReader, name: str, *, required: bool) -> int | None:
    """An amount in fen: in the unit that its cell names, else in that of its column."""
    column_unit = row.headings.unit(name)

    def parse(text: str) -> Amount:
        return cells.amount(text, column_unit)

    text = row.text(name, required=required)
    if _NO_SUM.fullmatch(text):
        row.note(name, "placeholder", "写明没有金额，按空白处理")
        if required:
            row.fault(name, "required", "必填项为空")
        return None
    amount = row.parsed(name, text, parse)
    if amount is None:
        return None
    if amount.unit and column_unit and amount.unit != column_unit:
        row.note(
            name,
            "amount-unit-in-cell",
            f"格内写明了单位，按{_UNITS[amount.unit]}读取，而不按表头的{_UNITS[column_unit]}",
        )
    return amount.fen


def decided_on(row: RowReader, today: dt.date) -> dt.date | None:
    """Read the day of the decision; a fault if in the future or before 1949."""
    day = row.day("decided_on")
    if day and day > today:
        row.fault("decided_on", "decided-in-future", "处罚决定日期晚于今天")
    return _check_plausible_day(row, "decided_on", day)


def _check_plausible_day(row: RowReader, field: str, day: dt.date | None) -> dt.date | None:
    """The day, or None and a fault when its year is implausible: terms are calculated from it."""
    if day and not records.FIRST_YEAR <= day.year <= records.LAST_YEAR:
        row.fault(field, "date-implausible", f"日期应在{records.FIRST_YEAR}年至{records.LAST_YEAR}年之间")
        return None
    return day


def _drop_sentinel_day(row: RowReader, field: str, day: dt.date | None) -> dt.date | None:
    """The day, or None when it is in one of the far years that stand for no end."""
    if day and day.year >= _SENTINEL_YEAR:
        row.note(field, "no-end", "2099年及以后的日期表示长期，按没有截止日期处理")
        return None
    return _check_plausible_day(row, field, day)


def effect_until(row: RowReader, decided: dt.date | None, served: dt.date | None) -> dt.date | None:
    """Read the last day of effect; 无处罚期限, 长期 and the year 2099 mean that there is none, and so does a blank.

    ``served``: the day of service, with which a stretch may begin as well as with the decision.
    """
    if row.word("effect_until") in _NO_END:
        row.note("effect_until", "no-end", "写明无期限，按没有截止日期处理")
        return None
    first, last = _last_day(row, "effect_until")
    day = _drop_sentinel_day(row, "effect_until", last)
    if first != served:  # a ban may begin with service
        _compare_start(row, "effect_until", first, decided, "处罚决定日期")
    if day and decided and day < decided:
        row.fault("effect_until", "effect-before-decision", "处罚有效期早于处罚决定日期")
    is_file = row.headings.vocabulary != "plain"
    if is_file and not day and not row.text("effect_until", required=False) and not row.has_fault("effect_until"):
        row.note("effect_until", "no-end-stated", "没有写处罚有效期，按没有截止日期处理")
    return day


def _last_day(row: RowReader, field: str, *, required: bool | None = None) -> tuple[dt.date | None, dt.date | None]:
    """Read a last day, also of a stretch of days: the first day of the stretch, if one is stated, and the last.

    A mere term is refused: no text at hand says from which day it counts and whether that day counts itself.
    """
    text = row.raw(field)
    if not text:
        return None, row.day(field, required=required)
    if found := cells.stretch(text):
        row.note(field, "stretch-read", f"按所写期间的最后一日 {found[1]} 读取")
        return found
    if cells.is_term(text):
        row.fault(
            field, "term-not-day", "写的是期限的长短，应写最后一日的日期，例如 2027-03-04；没有期限的写 无处罚期限"
        )
        return None, None
    return None, row.day(field, required=required)


def _compare_start(row: RowReader, field: str, first: dt.date | None, expected: dt.date | None, title: str) -> None:
    """A stretch that begins on another day than the one from which its term counts is for a person."""
    if first and expected and first != expected:
        row.note(field, STRETCH_DIFFERS, f"所写期间自 {first} 起，与{title} {expected} 不同，请核对")


def publicity_until(row: RowReader, decided: dt.date | None) -> dt.date | None:
    """Read the last day of publicity as filed; 1900-01-01 is what some databases write for an empty date."""
    text = row.word("publicity_until")
    if text in _NO_END and text != "无":
        row.note("publicity_until", "no-end", "未写明日期，按公示政策确定")
        return None
    first, day = _last_day(row, "publicity_until", required=False)
    if first and decided and first < decided:  # it begins with publication, some days later
        _compare_start(row, "publicity_until", first, decided, "处罚决定日期")
    if day == dt.date(1900, 1, 1):
        row.note("publicity_until", "not-a-date", "1900-01-01不是真实日期，按空白处理")
        return None
    day = _drop_sentinel_day(row, "publicity_until", day)
    if day and decided and day <= decided:
        row.fault("publicity_until", "publicity-before-decision", "公示截止期应晚于处罚决定日期")
    return day


def first_publication(row: RowReader, decided: dt.date | None, today: dt.date) -> tuple[dt.date | None, str | None]:
    """Read when and where a decision was first published that comes with the opening load of a registry's history."""
    day = row.day("first_published_on", required=False)
    place = row.optional("first_published_at", limit=200)
    if day and not place and not row.has_fault("first_published_at"):
        row.fault("first_published_at", "first-publication-incomplete", "写了首次公示日期，应同时写明在哪里公示")
    if place and not day and not row.has_fault("first_published_on"):
        row.fault("first_published_on", "first-publication-incomplete", "写了首次公示的网站，应同时写明首次公示日期")
    if day and day > today:
        row.fault("first_published_on", "first-publication-in-future", "首次公示日期晚于今天")
    if day and decided and day < decided:
        row.fault("first_published_on", "first-publication-before-decision", "首次公示日期早于处罚决定日期")
    if day and place:
        row.note("first_published_on", "history-load", "历史数据补录：公示时限和及时率不计此条，核验时请核对首次公示")
    return day, place


def served_on(row: RowReader, decided: dt.date | None, today: dt.date) -> dt.date | None:
    """Read the day on which the decision was served: not before it was made, nor to come (行政处罚法 61)."""
    day = _check_plausible_day(row, "served_on", row.day("served_on", required=False))
    if day and decided and day < decided:
        row.fault("served_on", "served-before-decision", "送达日期早于处罚决定日期")
    if day and day > today:
        row.fault("served_on", "served-in-future", "送达日期晚于今天")
    return day


def measures(row: RowReader, rules: Rules) -> tuple[MeasureTerm, ...]:
    """Read the measures filed in their own columns; the last day filed is still a day on which they hold."""
    stated_start = row.day("confined_start", required=False)
    first, stated_end = _last_day(row, "confined_end", required=False)
    _compare_start(row, "confined_end", first, stated_start, "限制行为开始时间")
    starts_on = _check_plausible_day(row, "confined_start", stated_start or first)
    last_day = _drop_sentinel_day(row, "confined_end", stated_end)
    wordings = row.items("confined_action")
    if (starts_on or stated_end) and not wordings and not row.has_fault("confined_action"):
        row.fault("confined_action", "measure-missing", "写了限制行为的时间而没有写限制行为")
    if starts_on and last_day and last_day < starts_on:
        row.fault("confined_end", "measure-ends-before-start", "限制行为结束时间早于开始时间")
    ends_on = last_day + dt.timedelta(days=1) if last_day else None
    return tuple(MeasureTerm(_measure_code(row, word, rules), word, starts_on, ends_on) for word in wordings)


def _measure_code(row: RowReader, wording: str, rules: Rules) -> str:
    """The measure code if the wording is one, else empty."""
    if not _MEASURE_CODE.fullmatch(wording):
        return ""
    return row.code_in("confined_action", wording, rules.measures, "measure-unknown") or ""
