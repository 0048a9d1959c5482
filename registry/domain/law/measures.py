"""Which statutory measures a penalty decision states, with their scope and term."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from registry.domain.filing.model import Filing, MeasureTerm
from registry.domain.law.publicity import add_months
from registry.domain.law.reference_kinds import Measure
from registry.errors import Fault

_NOISE = re.compile(r"[《》〈〉“”\"\s()（）]")
_CLAUSE_END = re.compile(r"[，,。；;！!\n]")
_GAP = ".{0,40}?"
_RESTRICTION = re.compile(rf"(?:禁止|取消|暂停|中止|限制|不得){_GAP}(?:政府采购|投标|评标|招标|挂网)")
_NOT_TAKEN = re.compile("不予|免予|免除|解除|不再|撤销|拟作出|拟禁止|拟取消|未予")
_WORDING_MAX = 100
_ONE_DAY = dt.timedelta(days=1)


def resolve(filing: Filing, measures: Sequence[Measure]) -> tuple[list[dict[str, Any]], list[Fault]]:
    """The measures of a decision as they are published, and what is wrong with their terms.

    Measures come from 限制行为 where it is filed, and from the clauses of 处罚内容: a phrase of the catalogue names
    the measure, a citation in 处罚依据 its statute. What restricts somebody from trading but is named by no row, cites
    no statute of the catalogue, or may just say that no restriction is taken, becomes a measure for review by a
    person: it is neither lost nor taken without a basis.
    """
    made: list[dict[str, Any]] = []
    faults: list[Fault] = []

    def add(published: dict[str, Any], fault: Fault | None) -> None:
        made.append(published)
        if fault and fault not in faults:
            faults.append(fault)

    for term, candidates in _filed(filing, measures):
        add(*_settled(term, candidates, filing))
    is_filed = any(one["code"] for one in made)
    for term, candidates in _stated(filing, measures):
        published, fault = _settled(term, candidates, filing)
        is_known = any((one["code"], one["name"]) == (published["code"], published["name"]) for one in made)
        # A clause that names nothing known may be the very measure that was filed, in other words.
        if not is_known and (published["code"] or not is_filed):
            add(published, fault)
    return made, faults


def cites(measure: Measure, basis: str) -> bool:
    """True when the basis names the statute and, behind that name and before the next, the article."""
    return any(_cited(alternative[0], alternative[1:], basis) for alternative in measure.citations)


def _cited(statute: str, articles: Sequence[str], basis: str) -> bool:
    parts = re.split("《([^》]*)》", basis)
    named = zip(parts[1::2], parts[2::2], strict=True) if len(parts) > 1 else [(basis, basis)]
    # A law's name also begins the name of the regulation that carries it out.
    pattern = re.compile(re.escape(statute) + ("" if statute.endswith("条例") else "(?!实施条例)"))
    return any(
        pattern.search(_plain(name)) and all(article in _plain(text) for article in articles) for name, text in named
    )


def _plain(text: str) -> str:
    return _NOISE.sub("", text)


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    """A phrase of the catalogue; … stands for up to forty characters of the same clause."""
    return re.compile(_GAP.join(re.escape(part) for part in phrase.split("…")))


def _names(measure: Measure, clause: str) -> bool:
    return any(_pattern(phrase).search(clause) for phrase in measure.phrases)


def _filed(filing: Filing, measures: Sequence[Measure]) -> Iterator[tuple[MeasureTerm, list[Measure]]]:
    for term in filing.measures:
        by_code = [measure for measure in measures if term.code and measure.code == term.code]
        named = [one for one in measures if _names(one, _plain(term.wording)) and cites(one, filing.basis)]
        yield term, by_code or named


def _stated(filing: Filing, measures: Sequence[Measure]) -> Iterator[tuple[MeasureTerm, list[Measure]]]:
    for clause in map(_plain, _CLAUSE_END.split(filing.content)):
        named = [measure for measure in measures if _names(measure, clause)]
        if not named and not _RESTRICTION.search(clause):
            continue
        is_taken = not _NOT_TAKEN.search(clause)
        cited = [measure for measure in named if is_taken and cites(measure, filing.basis)]
        yield MeasureTerm("", clause[:_WORDING_MAX], None, None), cited


def _settled(term: MeasureTerm, candidates: Sequence[Measure], filing: Filing) -> tuple[dict[str, Any], Fault | None]:
    """The candidate whose term is lawful; several articles of one statute may share a phrase."""
    if not candidates:
        unfounded = _unfounded(term, filing)
        return unfounded, _empty_term(unfounded)
    settled = [(_published(measure, term, filing), measure) for measure in candidates]
    judged = [(published, term_fault(measure, published)) for published, measure in settled]
    return next((pair for pair in judged if pair[1] is None), judged[0])


def _published(measure: Measure, term: MeasureTerm, filing: Filing) -> dict[str, Any]:
    return statutory_measure(measure, *_interval(term, filing))


def statutory_measure(measure: Measure, starts_on: dt.date, ends_on: dt.date | None) -> dict[str, Any]:
    """A statutory measure as it is published, in force on [starts_on, ends_on)."""
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


def _empty_term(published: dict[str, Any]) -> Fault | None:
    if published["ends_on"] is not None and published["ends_on"] <= published["starts_on"]:
        return Fault("/measures", "measure-term-empty", "限制措施的结束日期早于开始日期")
    return None


def term_fault(measure: Measure, published: dict[str, Any]) -> Fault | None:
    """What is wrong with the term of a measure as it would be published, by its statute."""
    if fault := _empty_term(published):
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
