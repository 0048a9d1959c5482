"""Resolve the statutory measures that a penalty decision states, with their scope and term."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from registry.domain.filing.model import Filing, MeasureTerm
from registry.domain.law.publicity import add_months
from registry.domain.law.reference_kinds import Measure
from registry.domain.law.restrictions import find_restrictions, normalise, unify_spelling
from registry.errors import Fault

_GAP = ".{0,40}?"
_PLACE = re.compile(
    r"(?:本|该|我|[\u4e00-\u9fff]{2,4})(?:省|市|县|区)(?:行政区域|辖区|范围|境内|内)|(?:参加|参与)(?:本|我|[\u4e00-\u9fff]{2,4})(?:省|市|县|区)"
)
"""A place to which a decision limits its ban."""
_WORDING_MAX = 100
_ONE_DAY = dt.timedelta(days=1)


def resolve_measures(filing: Filing, measures: Sequence[Measure]) -> tuple[list[dict[str, Any]], list[Fault]]:
    """Resolve the measures of a decision as published, with the faults of their terms.

    Measures come from 限制行为 where it is filed, and from the clauses of 处罚内容: a phrase of the catalogue names
    the measure, a citation in 处罚依据 its statute. What restricts somebody from trading but is named by no row, cites
    no statute of the catalogue, or may just say that no restriction is taken, becomes a measure for review by a
    person: it is neither lost nor taken without a basis.
    """
    results: list[dict[str, Any]] = []
    faults: list[Fault] = []

    def add(published: dict[str, Any], fault: Fault | None) -> None:
        results.append(published)
        if fault and fault not in faults:
            faults.append(fault)

    for term, candidates in _filed_measures(filing, measures):
        add(*_choose_measure(term, candidates, filing))
    is_filed = any(measure["code"] for measure in results)
    for term, candidates in _stated_measures(filing, measures):
        published, fault = _choose_measure(term, candidates, filing)
        is_known = any(
            (measure["code"], measure["name"]) == (published["code"], published["name"]) for measure in results
        )
        # A clause that names nothing known may be the very measure that was filed, in other words.
        if not is_known and (published["code"] or not is_filed):
            add(published, fault)
    return results, faults


def cites(measure: Measure, basis: str) -> bool:
    """Whether the basis names the statute and, behind that name and before the next, the article.

    A measure without citations is named by its phrase alone: it is for a person anyway.
    """
    return not measure.citations or any(
        _is_cited(alternative[0], alternative[1:], basis) for alternative in measure.citations
    )


def _is_cited(statute: str, articles: Sequence[str], basis: str) -> bool:
    parts = re.split("《([^》]*)》", unify_spelling(basis))
    statute_texts = zip(parts[1::2], parts[2::2], strict=True) if len(parts) > 1 else [(basis, basis)]
    # A law's name also begins the name of the regulation that carries it out.
    pattern = re.compile(re.escape(statute) + ("" if statute.endswith("条例") else "(?!实施条例)"))
    return any(
        pattern.search(normalise(name))
        and all(_article_pattern(article).search(normalise(text)) for article in articles)
        for name, text in statute_texts
    )


@cache
def _article_pattern(article: str) -> re.Pattern[str]:
    """Pattern of an article such as 第七十七条, also written without 第, and never as the end of 第一百七十七条."""
    number = article.removeprefix("第")
    return re.compile(rf"(?<![一二三四五六七八九十百零〇0-9]){re.escape(number)}")


@cache
def _phrase_pattern(phrase: str) -> re.Pattern[str]:
    """Pattern of a phrase of the catalogue; … stands for up to forty characters of the same clause."""
    return re.compile(_GAP.join(re.escape(part) for part in phrase.split("…")))


def _has_phrase(measure: Measure, clause: str) -> bool:
    return any(_phrase_pattern(phrase).search(clause) for phrase in measure.phrases)


def _filed_measures(filing: Filing, measures: Sequence[Measure]) -> Iterator[tuple[MeasureTerm, list[Measure]]]:
    for term in filing.measures:
        by_code = [measure for measure in measures if term.code and measure.code == term.code]
        by_wording = [
            measure
            for measure in measures
            if _has_phrase(measure, normalise(term.wording)) and cites(measure, filing.basis)
        ]
        yield term, by_code or by_wording


def _stated_measures(filing: Filing, measures: Sequence[Measure]) -> Iterator[tuple[MeasureTerm, list[Measure]]]:
    for restriction in find_restrictions(filing.content):
        by_wording = [measure for measure in measures if _has_phrase(measure, restriction.wording)]
        cited = [measure for measure in by_wording if not restriction.is_doubtful and cites(measure, filing.basis)]
        yield MeasureTerm("", restriction.wording[:_WORDING_MAX], None, None), cited


def _choose_measure(
    term: MeasureTerm, candidates: Sequence[Measure], filing: Filing
) -> tuple[dict[str, Any], Fault | None]:
    """Choose the candidate whose term is lawful; several articles of one statute may share a phrase."""
    if not candidates:
        unfounded = _build_unfounded_measure(term, filing)
        return unfounded, _empty_term_fault(unfounded)
    settled = [(_build_measure(measure, term, filing), measure) for measure in candidates]
    judged = [(published, term_fault(measure, published)) for published, measure in settled]
    return next((pair for pair in judged if pair[1] is None), judged[0])


def _build_measure(measure: Measure, term: MeasureTerm, filing: Filing) -> dict[str, Any]:
    """A ban on tenders that limits itself to a place is for a person: the law names no territory for it."""
    published = statutory_measure(measure, *_term_interval(term, filing))
    if measure.only_must_tender and _PLACE.search(term.wording):
        published["effect"] = "review"
    return published


def statutory_measure(measure: Measure, starts_on: dt.date, ends_on: dt.date | None) -> dict[str, Any]:
    """Build a statutory measure as published, in force on [starts_on, ends_on)."""
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


def _term_interval(term: MeasureTerm, filing: Filing) -> tuple[dt.date, dt.date | None]:
    """Term of a measure, half-open. 处罚有效期 is the last day of effect as filed and still counts."""
    after_effect = filing.effect_until + _ONE_DAY if filing.effect_until else None
    return term.starts_on or filing.decided_on, term.ends_on or after_effect


def _build_unfounded_measure(term: MeasureTerm, filing: Filing) -> dict[str, Any]:
    starts_on, ends_on = _term_interval(term, filing)
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


def _empty_term_fault(published: dict[str, Any]) -> Fault | None:
    if published["ends_on"] is not None and published["ends_on"] <= published["starts_on"]:
        return Fault("/measures", "measure-term-empty", "限制措施的结束日期早于开始日期")
    return None


def term_fault(measure: Measure, published: dict[str, Any]) -> Fault | None:
    """Check the term of a measure as it would be published against its statute; the fault, or None."""
    if fault := _empty_term_fault(published):
        return fault
    starts_on = dt.date.fromisoformat(published["starts_on"])
    ends_on = dt.date.fromisoformat(published["ends_on"]) if published["ends_on"] else None
    if measure.max_months is None:
        return None
    if ends_on is None:
        return Fault(
            "/measures",
            "measure-without-end",
            f"{measure.name}必须有期限（{measure.source}），处罚有效期为空",
        )
    if measure.min_months is not None and ends_on < add_months(starts_on, measure.min_months):
        return Fault("/measures", "measure-below-statute", f"{measure.name}的期限短于法定下限（{measure.source}）")
    if ends_on > add_months(starts_on, measure.max_months) + _ONE_DAY:
        return Fault("/measures", "measure-beyond-statute", f"{measure.name}的期限超过法定上限（{measure.source}）")
    return None
