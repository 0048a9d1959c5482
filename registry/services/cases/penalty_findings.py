"""Compare new filings with what the registry has: the same decision, and findings for the clerk and the verifier."""

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from registry.domain.cases import penalty
from registry.domain.filing import plausibility
from registry.domain.filing.model import Filing, Note
from registry.domain.filing.plausibility import FineLimits, StatutoryTerm
from registry.domain.law.measures import Resolution
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import Measure
from registry.domain.naming import name_key
from registry.queries.cases import earlier_filings
from registry.queries.cases.earlier_filings import FiledDecision, PresentFacts
from registry.refusals.acts import AlreadyFiled, DecisionRemovedBefore
from registry.services.cases import penalty_version
from registry.unit_of_work import UnitOfWork

_SUMMARY_LIMITS = {
    "organisation": "summary_organisation_fen",
    "sole_trader": "summary_organisation_fen",
    "natural_person": "summary_citizen_fen",
}
"""The threshold of a fine made on the spot, by kind of subject."""
_REMOVALS = {"withdrawn": "撤回", "repaired": "信用修复", "revoked": "撤销"}


def context_findings(
    work: UnitOfWork,
    reference: Reference,
    filings: Sequence[tuple[Filing, Resolution]],
    leaving_out: str = "",
) -> list[tuple[Note, ...]]:
    """For each filing with its measures: what the law, the usual and other records here say against it.

    Records that are public here are compared, and the filings among themselves: a name may differ within one file.
    ``leaving_out`` is the record that is filed anew.
    """
    usccs = {filing.subject.uscc for filing, _ in filings if filing.subject.uscc}
    keys = {name_key.key(filing.subject.name) for filing, _ in filings if filing.subject.uscc}
    names = earlier_filings.names_by_code(work.session, usccs, leaving_out) if usccs else {}
    codes = earlier_filings.codes_by_name_key(work.session, keys, leaving_out) if keys else {}
    first_names, first_codes = _first_together([filing for filing, _ in filings])
    limits = {day: _fine_limits(reference, day) for day in {filing.decided_on for filing, _ in filings}}
    return [
        (
            *_law_findings(work, reference, (filing, resolution), limits[filing.decided_on]),
            *plausibility.name_findings(
                filing,
                _others(filing.subject.uscc or "", names, first_names),
                _others(name_key.key(filing.subject.name), codes, first_codes),
            ),
        )
        for filing, resolution in filings
    ]


def _others(key: str, records: Mapping[str, Sequence[str]], together: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """What records here have for a key; where none has it, what its first filing among these says."""
    return records.get(key) or together.get(key, ())


def _first_together(filings: Collection[Filing]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The first name of each code and the first code of each name among filings: later ones are compared with them."""
    names: dict[str, list[str]] = {}
    codes: dict[str, list[str]] = {}
    for filing in filings:
        if filing.subject.uscc:
            names.setdefault(filing.subject.uscc, [filing.subject.name])
            codes.setdefault(name_key.key(filing.subject.name), [filing.subject.uscc])
    return names, codes


def _law_findings(
    work: UnitOfWork, reference: Reference, measured: tuple[Filing, Resolution], limits: FineLimits
) -> tuple[Note, ...]:
    filing, resolution = measured
    rows = reference.measures(filing.decided_on) if resolution.measures else ()
    by_code = {row.code: row for row in rows}
    terms = [_statutory_term(by_code[one["code"]], one) for one in resolution.measures if one["code"] in by_code]
    # What a person must confirm of the terms says more than the words of the decision do.
    stated = () if resolution.findings else plausibility.term_findings(filing, terms)
    return (
        *resolution.findings,
        *plausibility.fine_findings(filing, limits),
        *stated,
        *penalty_version.publicity_notes(work, reference, filing, resolution.measures),
    )


def _fine_limits(reference: Reference, on: dt.date) -> FineLimits:
    usual = {kind: reference.threshold(f"usual_fine_{kind}_fen", on) for kind in _SUMMARY_LIMITS}
    summary = {kind: reference.threshold(code, on) for kind, code in _SUMMARY_LIMITS.items()}
    return FineLimits(
        usual={kind: fen for kind, fen in usual.items() if fen is not None},
        summary={kind: fen for kind, fen in summary.items() if fen is not None},
    )


def _statutory_term(measure: Measure, published: dict[str, Any]) -> StatutoryTerm:
    starts_on, ends_on = penalty.parse_day(published["starts_on"]), penalty.parse_day(published["ends_on"])
    assert starts_on is not None
    return StatutoryTerm(measure.name, measure.source, measure.max_months, starts_on, ends_on)


def judge_known(
    known: FiledDecision,
    facts: PresentFacts | None,
    content: str,
    id_index: str | None,
    origin: tuple[int | None, int | None],
) -> AlreadyFiled:
    """Refuse a decision that stands on file: ``is_unchanged`` when the same department filed the very same facts.

    ``origin``: import and row. The same decision twice in one file is no filing that came again.
    """
    if facts is None:  # another department's: what it filed is not told
        return AlreadyFiled(is_unchanged=False)
    is_other_row = facts.import_id is not None and facts.import_id == origin[0] and facts.row_number != origin[1]
    changed = penalty.changed_fields(json.loads(facts.content), json.loads(content))
    if not changed and facts.id_index == id_index and not is_other_row:
        return AlreadyFiled(is_unchanged=True)
    detail = f"{AlreadyFiled.title}；与已报送的不同之处：{'、'.join(changed)}，要改请对该条办理更正" if changed else ""
    return AlreadyFiled(detail, is_unchanged=False, record=known.record)


def judge_removed(removal: tuple[str, Any, str] | None, *, has_reason: bool) -> Note | DecisionRemovedBefore:
    """A decision whose record was taken from the public: refused without a stated reason, else a note: when and why."""
    detail = "同一处罚决定此前已在此撤除"
    if removal is not None:
        state, day, because = removal
        detail = f"同一处罚决定的记录已于 {day} {_REMOVALS.get(state, '撤除')}" + (
            f"，原因：{because}" if because else ""
        )
    if has_reason:
        return Note("/document_number", "removed-before", detail)
    return DecisionRemovedBefore(f"{detail}；重新报送应当在 例外理由 中写明理由")
