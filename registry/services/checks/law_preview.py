"""Show what a change of the law tables would change: the newest stored checks, answered under both."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from registry.domain.checks import receipts
from registry.domain.checks.model import MATCHER
from registry.domain.law.law_change import ProposedRow
from registry.domain.law.reference import Reference
from registry.errors import Refusal
from registry.models import Check
from registry.queries.checks import stored_checks
from registry.queries.law import reference_data
from registry.services.checks import award_check, replay
from registry.services.checks.replay import ReplayRequest
from registry.services.law import law_proposals
from registry.unit_of_work import UnitOfWork

CHECKS_DEFAULT = 50
LISTED_MAX = 200
"""So many differing lines are listed; all are counted."""
Line = dict[str, Any]


def preview(work: UnitOfWork, change: Sequence[ProposedRow], checks_max: int = CHECKS_DEFAULT) -> dict[str, Any]:
    """What a change would change in answers, as JSON.

    Each of the newest ``checks_max`` checks is asked again at its own ledger entry, by today's rules, under the law
    tables in force and under the proposed ones: on its own day, and on each later day on which a proposed row begins or
    ends to count. ``checks`` of ``checks_stored`` were answered, ``unanswered`` could not be; ``lines`` were compared
    on all days together; ``left_out`` are parties whose identity number no receipt holds. ``differing`` counts the
    lines whose verdict differs, ``differences`` lists the first of them without names.
    """
    current = reference_data.current(work.session)
    proposed = reference_data.with_rows(work.session, law_proposals.build_rows(work, change))
    days = sorted({row.changes_on for row in change})
    checks, stored_count = stored_checks.newest(work.session, checks_max)
    counts = {"checks": 0, "unanswered": 0, "lines": 0, "left_out": 0, "differing": 0}
    differences: list[Line] = []
    for check in checks:
        try:
            request = _build_request(work, check)
            asked_on = [request.inquiry.on, *(day for day in days if day > request.inquiry.on)]
            results = [_compare(work, check, request, day, (current, proposed)) for day in asked_on]
        except Refusal:
            counts["unanswered"] += 1
            continue
        counts["checks"] += 1
        counts["left_out"] += len(request.left_out)
        counts["lines"] += sum(compared for compared, _ in results)
        found = [line for _, lines in results for line in lines]
        counts["differing"] += len(found)
        differences += found
    return counts | {
        "checks_stored": stored_count,
        "days": [day.isoformat() for day in days],
        "differences": differences[:LISTED_MAX],
        "law_before": current.version,
        "law_after": proposed.version,
    }


def _build_request(work: UnitOfWork, check: Check) -> ReplayRequest:
    statement = receipts.split_receipt(award_check.unseal(work.keys, check).receipt)[0]
    request = replay.request_of_receipt(statement)
    return replace(request, inquiry=replace(request.inquiry, matcher=MATCHER))


def _compare(
    work: UnitOfWork, check: Check, request: ReplayRequest, day: dt.date, tables: tuple[Reference, Reference]
) -> tuple[int, list[Line]]:
    """How many lines were compared on a day, and those whose verdict differs."""
    request_on_day = replace(request, inquiry=replace(request.inquiry, on=day))
    before, after = (replay.answer_again(work, request_on_day, check.entry, reference) for reference in tables)
    pairs = [pair for pair in zip(before, after, strict=True) if pair[0]["ref"] not in request.left_out]
    return len(pairs), list(_differing(check, day, pairs))


def _differing(check: Check, day: dt.date, pairs: Collection[tuple[Line, Line]]) -> Iterator[Line]:
    for before, after in pairs:
        if before["verdict"] != after["verdict"]:
            yield {
                "check": check.number,
                "on": day.isoformat(),
                "ref": before["ref"],
                "before": before["verdict"],
                "after": after["verdict"],
                "reasons_before": _reason_codes(before),
                "reasons_after": _reason_codes(after),
            }


def _reason_codes(line: Line) -> list[str]:
    return list(dict.fromkeys(str(reason["code"]) for reason in line["reasons"] if "code" in reason))
