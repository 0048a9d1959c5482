"""A check as a person reads it: the most urgent first, each reason in words, why it matches, and what was decided."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from registry.domain.checks import comparison, explanation, reviews
from registry.domain.labels import DIFFERENCES, MATCHES, REASONS, REVIEW_OUTCOMES, ROLES, VERDICTS, label_for
from registry.domain.law.reference import Reference
from registry.domain.literals import chinese_day
from registry.domain.publication import keyring
from registry.models import Publication
from registry.printing.evaluation_sheet import beijing_time
from registry.queries.checks import named_records
from registry.queries.publication import publications
from registry.queries.publication.publications import Moment
from registry.services.checks.award_check import SignedCheck
from registry.services.checks.review_decisions import OpenedDecision, Review
from registry.web.formatting import last_day, plain

_TODO = {
    "identity-not-given": "请取得统一社会信用代码或证件号码后重新核查。",
    "registration-number-only": "请取得统一社会信用代码后重新核查。",
    "must-tender-not-stated": "请说明是否依法必须招标后重新核查。",
    "district-not-stated": "请说明项目地区后重新核查。",
    "uscc-check-character": "代码的校验码不对：请核对营业执照，改正后重新核查。",
}
"""What settles a reason for good, where it is not a decision."""


@dataclass(frozen=True)
class ReasonView:
    """A reason in words. ``record`` is linked where everybody can read it; ``why``: how the record was found, and what
    does not agree."""

    text: str
    law: str
    until: str
    measure: str
    record: str
    is_linked: bool
    why: tuple[str, ...]
    todo: str


@dataclass(frozen=True)
class DecisionView:
    """A decision as it is shown: what, why, by whom and when; ``state`` says whether it counts."""

    decision: str
    outcome: str
    reason: str
    by: str
    at: str
    state: str
    counts: bool
    has_evidence: bool


@dataclass(frozen=True)
class ReviewView:
    """A thing left to a person, with all decisions about it, the newest first."""

    number: int
    about: str
    record: str
    is_open: bool
    outcome: str
    decisions: tuple[DecisionView, ...]


@dataclass(frozen=True)
class LineView:
    """A party: ``verdict`` as the receipt says it, ``state`` what is left to do about it."""

    ref: str
    name: str
    code: str
    role: str
    verdict: str
    verdict_label: str
    state: str
    reasons: tuple[ReasonView, ...]
    reviews: tuple[ReviewView, ...]
    changed: str

    @property
    def open_reviews(self) -> int:
        """How many things are left to a person."""
        return sum(review.is_open for review in self.reviews)


@dataclass(frozen=True)
class Summary:
    """A check in a list: verdicts counted, the most urgent first, and how many reviews are open and decided."""

    counts: tuple[tuple[str, str, int], ...]
    open_reviews: int
    decided_reviews: int


_URGENCY = ("barred", "review", "unchecked", "decided", "on_record", "no_record")


def summary(statement: Mapping[str, Any], found: Sequence[Review]) -> Summary:
    """Count the verdicts and reviews of a check."""
    counts = Counter(line["verdict"] for line in statement["lines"])
    ordered = tuple((verdict, VERDICTS[verdict], counts[verdict]) for verdict in _URGENCY if counts[verdict])
    open_reviews = sum(review.effective is None for review in found)
    return Summary(ordered, open_reviews, len(found) - open_reviews)


class Results:
    """The lines of one check as they are shown."""

    def __init__(self, session: Session, reference: Reference, at: Moment) -> None:
        self._session, self._reference, self._at = session, reference, at
        self._measures = reference.names("measures")
        self._versions: dict[tuple[str, int], Publication] = {}
        self._visible: set[str] = set()

    def lines(self, signed: SignedCheck, found: Sequence[Review]) -> list[LineView]:
        """The lines, those first about which something must be done; of equal ones in the order of the request."""
        statement = signed.statement
        self._load(statement["lines"])
        by_ref: dict[str, list[Review]] = {}
        for review in found:
            by_ref.setdefault(review.item.ref, []).append(review)
        changes = _changes(statement)
        views = [
            self._line(line, by_ref.get(str(line["ref"]), []), changes.get(str(line["ref"]), ""))
            for line in statement["lines"]
        ]
        return sorted(plain_views(views), key=_urgency)

    def reason_views(self, line: Mapping[str, Any], reasons: Sequence[Mapping[str, Any]]) -> tuple[ReasonView, ...]:
        """Reasons of one line in words."""
        self._load([{**line, "reasons": list(reasons)}])
        return tuple(self._reason(line, reason) for reason in reasons)

    def body(self, record: str, revision: int) -> Publication | None:
        """The version of a record that a review is about, None when its content was erased."""
        self._versions |= named_records.versions(self._session, {(record, revision)})
        return self._versions.get((record, revision))

    def _load(self, lines: Sequence[Mapping[str, Any]]) -> None:
        named = {
            (reason["record"], reason["revision"]) for line in lines for reason in line["reasons"] if "record" in reason
        }
        self._versions |= named_records.versions(self._session, named)
        records = sorted({record for record, _ in named})
        self._visible |= publications.visible_records(self._session, records, self._at)

    def _line(self, line: Mapping[str, Any], found: Sequence[Review], changed: str) -> LineView:
        shown = tuple(review_view(review) for review in found)
        code = " ".join(
            str(line[name]) for name in ("uscc", "organisation_code", "registration_number") if name in line
        )
        return LineView(
            ref=str(line["ref"]),
            name=line["name"],
            code=code or (f"证件号码尾号 {line['id_last4']}" if "id_last4" in line else "未填代码"),
            role=label_for(ROLES, line["role"]),
            verdict=line["verdict"],
            verdict_label=label_for(VERDICTS, line["verdict"]),
            state=_state(line, shown),
            reasons=tuple(self._reason(line, reason) for reason in line["reasons"]),
            reviews=shown,
            changed=changed,
        )

    def _reason(self, line: Mapping[str, Any], reason: Mapping[str, Any]) -> ReasonView:
        record, code = str(reason.get("record", "")), reason.get("code")
        measure = label_for(self._measures, reason["measure"]) if reason.get("measure") else ""
        text = label_for(REASONS, code)
        if code in ("consortium-member", "same-tender-relation"):
            text += f"（第 {reason['ref']} 方）"
        return ReasonView(
            text=text,
            law=str(reason.get("basis") or ""),
            until=_last_day(reason.get("until")),
            measure=measure,
            record=record,
            is_linked=record in self._visible,
            why=tuple(self._why(line, reason)),
            todo=_TODO.get(str(code), ""),
        )

    def _why(self, line: Mapping[str, Any], reason: Mapping[str, Any]) -> list[str]:
        match = reason.get("match") or {}
        version = self._versions.get((str(reason.get("record", "")), int(reason.get("revision", 0))))
        is_public = version is not None and version.audience == "public"
        theirs = version.name if version is not None and is_public else "（未公开）"
        their_code = version.uscc if version is not None and is_public else None
        texts = [f"按{label_for(MATCHES, match['by'])}查到"] if "by" in match and not match.get("near") else []
        if match.get("name_differs"):
            texts.append(f"代码相同而名称不同：所查“{line['name']}”，记录上是“{theirs}”")
        if match.get("former_name"):
            texts.append(f"曾用名：记录上是“{theirs}”")
        if match.get("code_differs"):
            texts.append(f"名称相同而代码不同：所查 {line.get('uscc', '未填')}，记录上是 {their_code or '没有代码'}")
        if match.get("near"):
            texts.append(f"名称相近：所查“{line['name']}”，记录上是“{theirs}”")
            texts += [_difference(difference) for difference in match.get("differences") or ()]
        for via in (reason.get("via"), reason.get("via_other")):
            if isinstance(via, Mapping):
                texts.append(f"经由关系 {via.get('relation')}（{via.get('source')}：“{via.get('wording')}”）")
        if reason.get("status") == "unconfirmed":
            texts.append("依据未核对")
        if reason.get("disputed_on"):
            texts.append(f"{chinese_day(reason['disputed_on'])}起有异议")
        return texts


def _difference(difference: Mapping[str, str]) -> str:
    query, stored = difference.get("asked") or "无", difference.get("held") or "无"
    return f"{label_for(DIFFERENCES, difference.get('kind'))}：所查“{query}”，记录“{stored}”"


def _last_day(first_day_after: object) -> str:
    if not first_day_after:
        return ""
    day = last_day(str(first_day_after))
    return chinese_day(day) if day[:1].isdigit() else day


def _state(line: Mapping[str, Any], shown: Sequence[ReviewView]) -> str:
    if line["verdict"] != "review":
        return str(line["verdict"])
    return "review" if any(review.is_open for review in shown) or not shown else "decided"


def _urgency(line: LineView) -> int:
    return _URGENCY.index(line.state)


def _changes(statement: Mapping[str, Any]) -> dict[str, str]:
    """What changed for each party since the check before it, in words; a party that did not change is left out."""
    changes = {}
    for line in statement["lines"]:
        changed = line.get("changed")
        if changed is not None and (text := change_text(changed, line["verdict"])):
            changes[str(line["ref"])] = text
    return changes


def change_text(changed: Mapping[str, Any], verdict: str) -> str:
    """A change of a line in words, empty where there is none."""
    if changed["was"] is None:
        return "前次没有核查这一方"
    parts = []
    if changed["was"] != verdict:
        parts.append(f"结论由“{label_for(VERDICTS, changed['was'])}”变为“{label_for(VERDICTS, verdict)}”")
    parts += [_record_change(record) for record in changed["records"]]
    return "；".join(parts)


def _record_change(record: Mapping[str, Any]) -> str:
    if record["before"] is None:
        return f"新增记录 {record['record']}"
    if record["after"] is None:
        return f"不再涉及记录 {record['record']}"
    return f"记录 {record['record']} 由第 {record['before']} 版变为第 {record['after']} 版"


@dataclass(frozen=True)
class Difference:
    """What is different about one party in two checks."""

    ref: str
    name: str
    text: str


def compare(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> tuple[list[Difference], list[Difference]]:
    """The parties whose answers differ between two checks of a tender, and those that only the earlier one has."""
    earlier_lines = comparison.lines_by_party(earlier["lines"])
    later_parties = comparison.lines_by_party(later["lines"]).keys()
    changed = []
    for line in later["lines"]:
        change = comparison.line_change(comparison.earlier_line(earlier_lines, line), line)
        if text := change_text(change, line["verdict"]):
            changed.append(Difference(str(line["ref"]), plain(line["name"]), text))
    gone = [
        Difference(str(line["ref"]), plain(line["name"]), f"只在前次核查：{label_for(VERDICTS, line['verdict'])}")
        for party, lines in earlier_lines.items()
        if party not in later_parties
        for line in lines
    ]
    return changed, gone


def review_view(review: Review) -> ReviewView:
    """A review as it is shown."""
    item, effective = review.item, review.effective
    return ReviewView(
        number=item.number,
        about="；".join(dict.fromkeys(label_for(REASONS, reason.get("code")) for reason in item.reasons)),
        record=item.record or "",
        is_open=effective is None,
        outcome=label_for(REVIEW_OUTCOMES, effective.statement["outcome"]) if effective else "",
        decisions=tuple(_decision(decision, effective) for decision in reversed(review.decisions)),
    )


def _decision(decision: OpenedDecision, effective: OpenedDecision | None) -> DecisionView:
    statement = decision.statement
    if not decision.applies:
        ended = (
            "针对记录的另一版本或者另一情形" if statement["outcome"] == reviews.NOT_REACHING else "针对记录的另一版本"
        )
        state = f"不适用于本次：{ended}（第 {statement['revision']} 版）"
    elif decision is effective:
        state = "此前核查中作出，继续适用" if decision.is_reused else "有效"
    else:
        state = "已被后来的判定取代"
    return DecisionView(
        decision=statement["decision"],
        outcome=label_for(REVIEW_OUTCOMES, statement["outcome"]),
        reason=plain(statement["reason"]),
        by=f"{statement['department']} {statement['decided_by']}",
        at=beijing_time(keyring.read_instant(statement["instant"])),
        state=state,
        counts=decision is effective,
        has_evidence=decision.row.evidence_sealed is not None,
    )


def plain_views(views: list[LineView]) -> list[LineView]:
    """The views, with invisible characters of names spelled out."""
    return [LineView(**{**vars(view), "name": plain(view.name), "code": plain(view.code)}) for view in views]


def party_text(line: Mapping[str, Any]) -> str:
    """A party in one line of text."""
    return str(plain(explanation.party_text(line)))
