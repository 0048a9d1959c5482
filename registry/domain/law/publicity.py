"""Publicity period of a record: its severity, the policy that governs it, and the resulting days.

信用修复管理办法 (NDRC order 36, from 2026-04-01) counts from the date of the document; after the maximum
publication ends by itself. Earlier and special rules are rows like it: the most specific in force wins.
"""

import calendar
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.domain.law.reference_kinds import PenaltyKind, Policy, Severity
from registry.refusals.content import NoPolicy

SEVERITIES: tuple[Severity, ...] = ("minor", "general", "serious")
NO_END = date(2199, 12, 31)
"""Stands for no end where a day must be stated."""
SPECIFICITY = {"general": 0, "sector": 1, "authority": 2, "basis": 3, "scheme": 4}
_TITLE = re.compile("《([^《》]*)》")


@dataclass(frozen=True)
class Publicity:
    """Publicity period: visible while ``day < visible_until``; repair may be requested from ``repairable_from``.

    ``note`` says why a stated end was moved, None if it was not.
    """

    visible_until: date
    repairable_from: date
    note: str | None


def severity(kinds: Iterable[PenaltyKind]) -> Severity:
    """The gravest severity among the kinds; a decision without a known kind is ``general``."""
    severities = [kind.severity for kind in kinds]
    return max(severities, key=SEVERITIES.index, default="general")


@dataclass(frozen=True, kw_only=True)
class PolicySubject:
    """What chooses the policy of a document: its severity and day, who made it, on what basis, and what it orders.

    ``low_fines`` are the codes of the thresholds that its fine does not exceed.
    """

    severity: str
    document_date: date
    authority_name: str
    sectors: Collection[str]
    scheme: str = ""
    basis: str = ""
    kinds: Collection[str] = ()
    low_fines: Collection[str] = ()


def policy_for(policies: Iterable[Policy], **subject: Any) -> Policy:
    """The most specific policy in force on the document date, for the fields of a ``PolicySubject``.

    A scheme's own comes first, then one for certain kinds or amounts, then by statute cited, authority and sector, the
    general one last. Among equals the latest wins. Refuses (NoPolicy) when none is in force.
    """
    document = PolicySubject(**subject)
    applicable = [policy for policy in policies if _applies(policy, document)]
    if not applicable:
        raise NoPolicy(severity=document.severity, document_date=document.document_date.isoformat())
    return max(applicable, key=_specificity)


def _specificity(policy: Policy) -> tuple[bool, bool, int, date, str]:
    scope = SPECIFICITY[policy.scope]
    return policy.scope == "scheme", policy.is_narrowed, scope, policy.effective_from, policy.code


def _applies(policy: Policy, document: PolicySubject) -> bool:
    return (
        policy.severity == document.severity
        and policy.is_in_force(document.document_date)
        and _reaches(policy, document)
        and (not policy.any_kinds or not set(policy.any_kinds).isdisjoint(document.kinds))
        and (not policy.only_kinds or set(document.kinds) <= set(policy.only_kinds))
        and (not policy.fine_max or policy.fine_max in document.low_fines)
    )


def _reaches(policy: Policy, document: PolicySubject) -> bool:
    if policy.scope == "general":
        return True
    if policy.scope == "sector":
        return policy.match in document.sectors
    if policy.scope == "scheme":
        return policy.match == document.scheme
    parts = policy.match.split("|")
    if policy.scope == "authority":
        return any(part in document.authority_name for part in parts)
    return any(part in title for title in _titles(document.basis) for part in parts)


def _titles(basis: str) -> list[str]:
    """The titles of the statutes that a basis cites; all of it when no title stands in 《》."""
    return _TITLE.findall(basis) or [basis]


def period(policy: Policy, document_date: date, stated_until: date | None = None) -> Publicity:
    """Publicity period from a day: the maximum, or the stated end moved into the policy's bounds.

    ``document_date`` is the day of publication for a policy that counts from it. ``stated_until`` is half-open like
    the answer: the first day on which the record is no longer to be seen.
    """
    earliest = add_months(document_date, policy.min_months)
    latest = add_months(document_date, policy.max_months)
    if stated_until is None:
        return Publicity(latest, earliest, None)
    until = min(max(stated_until, earliest), latest)
    return Publicity(until, earliest, _explain_moved_end(policy, stated_until, until))


def while_binding(period: Publicity, restrictions: Iterable[Mapping[str, Any]]) -> Publicity:
    """The period made to last as long as the restrictions of the decision bind, and closed to repair until they end.

    A ban must be public while it runs (招标投标法 53, 54, 60; 市场监管总局令第45号 13), and repair presupposes that the
    duties of the decision are performed (信用修复管理办法). A ban without end is public without end. What was
    not understood (no code) and has no end is public for the policy's period: nobody knows how long it binds.
    """
    running = [measure for measure in restrictions if measure["effect"] != "none"]
    ends = [date.fromisoformat(measure["ends_on"]) for measure in running if measure["ends_on"]]
    if any(measure["ends_on"] is None and measure["code"] and measure["effect"] == "bars" for measure in running):
        ends.append(NO_END)
    if not ends:
        return period
    until, repairable = max(period.visible_until, *ends), max(period.repairable_from, *ends)
    note = period.note
    if until > period.visible_until:
        note = f"限制措施至{max(ends).isoformat()}止，公示期延至该日"
    return Publicity(until, repairable, note)


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later, or the last day of that month when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _explain_moved_end(policy: Policy, stated_until: date, until: date) -> str | None:
    if stated_until == until:
        return None
    bound = f"最短公示期{policy.min_months}个月" if stated_until < until else f"最长公示期{policy.max_months}个月"
    return f"所填公示截止日{stated_until.isoformat()}不合{bound}，改为{until.isoformat()}（{policy.source}）"
