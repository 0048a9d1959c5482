"""Which statutory measures a penalty decision states, with their scope and term."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

from registry.domain.catalog import Measure
from registry.domain.filed import Filing, MeasureTerm
from registry.domain.publicity import add_months
from registry.errors import Fault

_NOISE = re.compile(r"[《》〈〉“”\"\s()（）]")
_ONE_DAY = dt.timedelta(days=1)


def resolve(filing: Filing, measures: Sequence[Measure]) -> tuple[list[dict[str, Any]], list[Fault]]:
    """The measures of a decision as they are published, and what is wrong with their terms.

    Measures filed expressly (限制行为) come first; only when none is filed are they read from 处罚内容: a phrase of
    the catalogue names the measure and a citation in 处罚依据 its statute. A phrase whose statute is not in the
    catalogue becomes a measure for review by a person: it is neither lost nor taken without a basis.
    """
    terms = filing.measures or _stated(filing, measures)
    made: list[dict[str, Any]] = []
    faults: list[Fault] = []
    for term in terms:
        measure = _find(term, filing, measures)
        if measure is None:
            made.append(_unfounded(term, filing))
            continue
        published = _published(measure, term, filing)
        fault = _term_fault(measure, published)
        if fault and fault not in faults:
            faults.append(fault)
        if published not in made:  # two phrases of one measure may overlap in the text
            made.append(published)
    return made, faults


def _plain(text: str) -> str:
    return _NOISE.sub("", text)


def cites(measure: Measure, basis: str) -> bool:
    """True when the basis names the statute and article of the measure."""
    text = _plain(basis)
    return any(all(_plain(part) in text for part in alternative) for alternative in measure.citations)


def _stated(filing: Filing, measures: Sequence[Measure]) -> list[MeasureTerm]:
    content = _plain(filing.content)
    phrases = {phrase for measure in measures for phrase in measure.phrases if _plain(phrase) in content}
    longest = [
        phrase for phrase in phrases if not any(phrase != other and phrase in other for other in phrases)
    ]
    return [MeasureTerm("", phrase, None, None) for phrase in sorted(longest)]


def _find(term: MeasureTerm, filing: Filing, measures: Iterable[Measure]) -> Measure | None:
    for measure in measures:
        if term.code and measure.code == term.code:
            return measure
        named = any(_plain(phrase) in _plain(term.wording) for phrase in measure.phrases)
        if not term.code and named and cites(measure, filing.basis):
            return measure
    return None


def _published(measure: Measure, term: MeasureTerm, filing: Filing) -> dict[str, Any]:
    starts_on, ends_on = _interval(term, filing)
    return {
        "code": measure.code,
        "name": measure.name,
        "basis": measure.source,
        "effect": "review" if measure.by_product else measure.effect,
        "discretionary": measure.discretionary,
        "roles": list(measure.roles),
        "sectors": list(measure.sectors),
        "only_must_tender": measure.only_must_tender,
        "territory": measure.territory,
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat() if ends_on else None,
    }


def _interval(term: MeasureTerm, filing: Filing) -> tuple[dt.date, dt.date | None]:
    """Half-open. 处罚有效期 is the last day of effect as filed and still counts."""
    after_effect = filing.effect_until + _ONE_DAY if filing.effect_until else None
    return term.starts_on or filing.decided_on, term.ends_on or after_effect


def _unfounded(term: MeasureTerm, filing: Filing) -> dict[str, Any]:
    starts_on, ends_on = _interval(term, filing)
    return {
        "code": None,
        "name": term.wording or term.code,
        "basis": filing.basis,
        "effect": "review",
        "discretionary": True,
        "roles": [],
        "sectors": [],
        "only_must_tender": False,
        "territory": "national",
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat() if ends_on else None,
    }


def _term_fault(measure: Measure, published: dict[str, Any]) -> Fault | None:
    starts_on = dt.date.fromisoformat(published["starts_on"])
    ends_on = dt.date.fromisoformat(published["ends_on"]) if published["ends_on"] else None
    if ends_on is not None and ends_on <= starts_on:
        return Fault("/measures", "measure-term-empty", "限制措施的结束日期早于开始日期")
    if measure.max_months is None:
        return None
    if ends_on is None:
        return Fault(
            "/measures",
            "measure-without-end",
            f"{measure.name}必须有期限（{measure.source}），处罚有效期为空",
        )
    if ends_on > add_months(starts_on, measure.max_months) + _ONE_DAY:
        return Fault(
            "/measures", "measure-beyond-statute", f"{measure.name}的期限超过法定上限（{measure.source}）"
        )
    return None
