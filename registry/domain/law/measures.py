"""Resolve the statutory measures that a penalty decision states, with their scope and term."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from registry.domain.filing.model import Filing, MeasureTerm, Note
from registry.domain.law.reference_kinds import Measure
from registry.domain.law.restrictions import find_restrictions, normalise, unify_spelling
from registry.domain.law.terms import Term, empty_term_fault, term_fault, term_finding, term_of
from registry.errors import Fault

_GAP = ".{0,40}?"
_PLACE = re.compile(
    r"(?:本|该|我|[\u4e00-\u9fff]{2,4})(?:省|市|县|区)(?:行政区域|辖区|范围|境内|内)|(?:参加|参与)(?:本|我|[\u4e00-\u9fff]{2,4})(?:省|市|县|区)"
)
"""A place to which a decision limits its ban."""
_WORDING_MAX = 100
_REMEMBERED_MAX = 4_096
"""Answers about bases and clauses that are remembered: decisions repeat their words."""


class Resolution(NamedTuple):
    """The measures of a decision as published; the faults that refuse it; the findings that a person must confirm."""

    measures: list[dict[str, Any]]
    faults: list[Fault]
    findings: list[Note]


class _Chosen(NamedTuple):
    """One measure as published, with what is wrong with its term."""

    published: dict[str, Any]
    fault: Fault | None = None
    finding: Note | None = None


def resolve_measures(filing: Filing, measures: Sequence[Measure]) -> Resolution:
    """Resolve the measures of a decision as published, with the faults and findings of their terms.

    Measures come from 限制行为 where it is filed, and from the clauses of 处罚内容: a phrase of the catalogue names
    the measure, a citation in 处罚依据 its statute. What restricts somebody from trading but is named by no row, cites
    no statute of the catalogue, or may just say that no restriction is taken, becomes a measure for review by a
    person: it is neither lost nor taken without a basis.
    """
    chosen = [_choose_measure(term, candidates, filing) for term, candidates in _filed_measures(filing, measures)]
    is_filed = any(one.published["code"] for one in chosen)
    for term, candidates in _stated_measures(filing, measures):
        stated = _choose_measure(term, candidates, filing)
        is_known = any(_identity(one.published) == _identity(stated.published) for one in chosen)
        # A clause that names nothing known may be the very measure that was filed, in other words.
        if not is_known and (stated.published["code"] or not is_filed):
            chosen.append(stated)
    return Resolution(
        [one.published for one in chosen],
        list(dict.fromkeys(one.fault for one in chosen if one.fault)),
        list(dict.fromkeys(one.finding for one in chosen if one.finding)),
    )


def _identity(published: dict[str, Any]) -> tuple[Any, Any]:
    return published["code"], published["name"]


def cites(measure: Measure, basis: str) -> bool:
    """Whether the basis names the statute and, behind that name and before the next, the article.

    A measure without citations is named by its phrase alone: it is for a person anyway.
    """
    return not measure.citations or any(
        _is_cited(alternative[0], alternative[1:], basis) for alternative in measure.citations
    )


@lru_cache(_REMEMBERED_MAX)
def _is_cited(statute: str, articles: tuple[str, ...], basis: str) -> bool:
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
    return _has_any_phrase(measure.phrases, clause)


@lru_cache(_REMEMBERED_MAX)
def _has_any_phrase(phrases: tuple[str, ...], clause: str) -> bool:
    return any(_phrase_pattern(phrase).search(clause) for phrase in phrases)


def _filed_measures(filing: Filing, measures: Sequence[Measure]) -> Iterator[tuple[MeasureTerm, list[Measure]]]:
    for term in filing.measures:
        by_code = [measure for measure in measures if term.code and measure.code == term.code]
        by_wording = [
            measure
            for measure in measures
            if _has_phrase(measure, normalise(term.wording)) and cites(measure, filing.basis)
        ]
        yield from _by_reach(term, by_code or by_wording)


def _stated_measures(filing: Filing, measures: Sequence[Measure]) -> Iterator[tuple[MeasureTerm, list[Measure]]]:
    for restriction in find_restrictions(filing.content):
        by_wording = [measure for measure in measures if _has_phrase(measure, restriction.wording)]
        cited = [measure for measure in by_wording if not restriction.is_doubtful and cites(measure, filing.basis)]
        yield from _by_reach(MeasureTerm("", restriction.wording[:_WORDING_MAX], None, None), cited)


def _by_reach(term: MeasureTerm, candidates: list[Measure]) -> Iterator[tuple[MeasureTerm, list[Measure]]]:
    """The candidates for each reach that one clause has: it may order one thing for all products and one for some."""
    if not candidates:
        yield term, []
    for _, group in groupby(sorted(candidates, key=_is_by_product), key=_is_by_product):
        yield term, list(group)


def _is_by_product(measure: Measure) -> bool:
    return measure.by_product


def _choose_measure(term: MeasureTerm, candidates: Sequence[Measure], filing: Filing) -> _Chosen:
    """Choose the candidate whose term is lawful; several articles of one statute may share a phrase."""
    span = term_of(term, filing)
    if not candidates:
        return _Chosen(_build_unfounded_measure(term, filing, span), empty_term_fault(span))
    judged = [
        _Chosen(_build_measure(measure, term, span), term_fault(measure, span), term_finding(measure, span, filing))
        for measure in candidates
    ]
    return next((one for one in judged if not (one.fault or one.finding)), judged[0])


def _build_measure(measure: Measure, term: MeasureTerm, span: Term) -> dict[str, Any]:
    """A ban on tenders that limits itself to a place is for a person: the law names no territory for it."""
    published = statutory_measure(measure, span.starts_on, span.ends_on)
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


def _build_unfounded_measure(term: MeasureTerm, filing: Filing, span: Term) -> dict[str, Any]:
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
        "starts_on": span.starts_on.isoformat(),
        "ends_on": span.ends_on.isoformat() if span.ends_on else None,
    }
