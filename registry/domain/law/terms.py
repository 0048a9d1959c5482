"""When a measure of a decision begins and ends, and whether its statute allows that term."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

from registry.domain.filing.model import Filing, MeasureTerm, Note
from registry.domain.law.publicity import add_months
from registry.domain.law.reference_kinds import Measure
from registry.domain.law.restrictions import normalise
from registry.errors import Fault

BEYOND, BELOW = "term-beyond-statute", "term-below-statute"
_POINTER = "/measures"
_ONE_DAY = dt.timedelta(days=1)
_FROM_SERVICE = re.compile(r"自[^，。；]{0,20}送达(?![^。；]{0,14}(?:缴|履行|复议|诉讼|提起|申请))")
"""Words that let a ban begin with service; those of the time to pay, or to appeal, are none."""


@dataclass(frozen=True)
class Term:
    """The term of a measure, half-open. ``latest_start`` is the last day on which it may lawfully have begun: a
    decision takes effect when it is served, whatever day it is counted from (行政处罚法 61)."""

    starts_on: dt.date
    ends_on: dt.date | None
    latest_start: dt.date


def term_of(stated: MeasureTerm, filing: Filing) -> Term:
    """Term of a measure of a filing: from its own first day, else from service where the decision says so, else from
    the decision. 处罚有效期 is the last day of effect as filed and still counts."""
    after_effect = filing.effect_until + _ONE_DAY if filing.effect_until else None
    ends_on = stated.ends_on or after_effect
    if stated.starts_on:
        return Term(stated.starts_on, ends_on, stated.starts_on)
    served_on = filing.served_on or filing.decided_on
    starts_on = served_on if begins_with_service(filing.content) else filing.decided_on
    return Term(starts_on, ends_on, served_on)


@lru_cache(maxsize=256)
def begins_with_service(content: str) -> bool:
    """Whether a decision says that its ban begins when it is served (自送达之日起)."""
    return _FROM_SERVICE.search(normalise(content)) is not None


def empty_term_fault(term: Term) -> Fault | None:
    """The fault of a term that ends before it begins."""
    if term.ends_on is not None and term.ends_on <= term.starts_on:
        return Fault(_POINTER, "measure-term-empty", "限制措施的结束日期早于开始日期")
    return None


def term_fault(measure: Measure, term: Term) -> Fault | None:
    """The fault for which a term cannot be taken in: it is empty, or has no end where the statute demands one."""
    if fault := empty_term_fault(term):
        return fault
    if measure.max_months is not None and term.ends_on is None:
        return Fault(_POINTER, "measure-without-end", f"{measure.name}必须有期限（{measure.source}），处罚有效期为空")
    return None


def term_finding(measure: Measure, term: Term, filing: Filing | None = None) -> Note | None:
    """What an officer must confirm: a term outside the bounds of its statute.

    The decision stands as it was made until it is changed, so it is neither refused nor shortened; often the days were
    filed wrongly, or the ban begins with a service that was not stated.
    """
    if term.ends_on is None or term.ends_on <= term.starts_on:
        return None
    if measure.min_months is not None and term.ends_on < add_months(term.starts_on, measure.min_months):
        return Note(_POINTER, BELOW, f"{measure.name}的期限短于法定下限{measure.min_months}个月（{measure.source}）")
    if measure.max_months is not None and term.ends_on > add_months(term.latest_start, measure.max_months) + _ONE_DAY:
        is_unserved = filing is not None and filing.served_on is None and begins_with_service(filing.content)
        why = "；决定写明自送达之日起算，而没有填写送达日期" if is_unserved else ""
        return Note(
            _POINTER, BEYOND, f"{measure.name}的期限超过法定上限{measure.max_months}个月（{measure.source}）{why}"
        )
    return None
