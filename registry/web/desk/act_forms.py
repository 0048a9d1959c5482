"""The forms of the acts on a case: what is asked besides the documents that the procedure demands, and who does it."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from registry.domain import labels
from registry.domain.cases.case_file import StepDocument, StepInput
from registry.domain.cases.listing import Decision
from registry.domain.cases.procedures import DOCUMENTS, FILED, PROCEDURES
from registry.domain.cases.workflow import Step
from registry.domain.filing import cells
from registry.errors import Fault, Invalid
from registry.models import Listing
from registry.refusals.acts import BodyRefused
from registry.services.cases import (
    commendations,
    filed_records,
    listing_drafting,
    listing_publication,
    relations,
    relief_applications,
    relief_confirmation,
    relief_decisions,
    suspension,
)
from registry.unit_of_work import UnitOfWork

Run = Callable[[UnitOfWork, str, Mapping[str, Any], StepInput], object]


@dataclass(frozen=True)
class Question:
    """A field of an act: ``kind`` is line, text, day, choice or check."""

    name: str
    title: str
    kind: str = "line"
    is_required: bool = True
    help: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ActForm:
    """The form of an act. ``run`` does what one person may do; without it another person confirms what is proposed
    (``proposed_steps``). ``publishes``: the act becomes public at once."""

    questions: tuple[Question, ...] = ()
    run: Run | None = None
    publishes: bool = False


_DAY = "写作 2026-05-06"
_REASON = Question("reason", "理由", "text", help="写明事实和依据")
_CHANGED = Question("changed_on", "自哪一日起", "day", help=_DAY)
_REMOVAL = (replace(_REASON, help="将公开"), _CHANGED)
_SUSPENSION = (
    replace(_REASON, title="中止的原因", help="将公开"),
    Question("since", "自哪一日起中止", "day", help=_DAY),
    Question("until", "文书写明的截止日", "day", is_required=False, help=f"{_DAY}；没有写明的不填"),
)
_RESUMPTION = (Question("on", "自哪一日起恢复", "day", help=_DAY),)
_DECISION = (
    Question("document_number", "列入决定书文号"),
    Question("decided_on", "决定日期", "day", help=_DAY),
    Question("reasons", "列入理由", "text", help="将公开"),
    Question("signed_by", "签署的负责人"),
    Question("position", "职务"),
    Question("ends_on", "列入的截止日", "day", False, f"{_DAY}，此日起不在名单上；名单有固定期限的不填"),
    Question("without_end", "没有期限，至移出为止（名单允许的）", "check", is_required=False),
    Question("answer", "对陈述申辩的答复", "text", False, "收到陈述申辩的必填"),
)


def _simple(act: str) -> Run:
    return lambda work, record, _values, step_input: listing_drafting.simple_step(work, record, act, step_input)


def _reasoned(act: str) -> Run:
    return lambda work, record, values, step_input: listing_drafting.simple_step(
        work, record, act, replace(step_input, statements={"reason": values["reason"]})
    )


def _record_statement(work: UnitOfWork, record: str, values: Mapping[str, Any], step_input: StepInput) -> Listing:
    return listing_drafting.simple_step(
        work, record, "statement", replace(step_input, private={"text": values["text"]})
    )


def _note_change(work: UnitOfWork, record: str, values: Mapping[str, Any], step_input: StepInput) -> object:
    return suspension.note_change(work, record, values["reason"], values["changed_on"], step_input)


def _clear_change(work: UnitOfWork, record: str, values: Mapping[str, Any], step_input: StepInput) -> object:
    return suspension.clear_change(work, record, values["reason"], step_input)


_CHANGES = {
    "note_change": ActForm(
        (_REASON, replace(_CHANGED, is_required=False, help=f"{_DAY}；不填按文书日期")), _note_change
    ),
    "clear_change": ActForm((_REASON,), _clear_change),
    "suspend": ActForm(_SUSPENSION),
    "resume": ActForm(_RESUMPTION),
}
_LISTING = {
    "watch": ActForm((), _simple("watch")),
    "review": ActForm((), _simple("review")),
    "return": ActForm((_REASON,), _reasoned("return")),
    "notice": ActForm(
        (
            Question("served_on", "告知书送达之日", "day", help=_DAY),
            Question("reply_until", "陈述申辩的截止日", "day", False, f"{_DAY}；不填按规定的最短期限"),
        ),
        lambda work, record, values, step_input: listing_drafting.serve_notice(
            work, record, values["served_on"], values["reply_until"], step_input
        ),
    ),
    "statement": ActForm((Question("text", "陈述申辩的内容", "text", help="加密保存，不公开"),), _record_statement),
    "decide": ActForm(
        _DECISION,
        lambda work, record, values, step_input: listing_drafting.decide(work, record, Decision(**values), step_input),
    ),
    "close": ActForm((_REASON,), _reasoned("close")),
    "serve": ActForm(
        (Question("served_on", "决定书送达之日", "day", help=_DAY),),
        lambda work, record, values, step_input: listing_publication.serve(
            work, record, values["served_on"], step_input
        ),
    ),
    "publish": ActForm(
        (),
        lambda work, record, _values, step_input: listing_publication.publish_listing(work, record, step_input),
        publishes=True,
    ),
    "amend": ActForm(
        (
            Question("facts", "更正后的列入事实", "text", False, "不更正的不填"),
            Question("basis", "更正后的列入依据", "text", False, "不更正的不填"),
        ),
        lambda work, record, values, step_input: listing_publication.amend(
            work, record, {name: text for name, text in values.items() if text}, step_input
        ),
    ),
    "correct": ActForm(
        (),
        lambda work, record, _values, step_input: listing_publication.correct(work, record, step_input),
        publishes=True,
    ),
    "reject": ActForm(
        (_REASON,),
        lambda work, record, values, step_input: listing_publication.reject(work, record, values["reason"], step_input),
    ),
    "extend": ActForm(
        (Question("ends_on", "新的截止日", "day", help=f"{_DAY}，此日起不在名单上"),),
        lambda work, record, values, step_input: listing_publication.extend(
            work, record, values["ends_on"], step_input
        ),
        publishes=True,
    ),
    "archive": ActForm((), _simple("archive")),
    **_CHANGES,
    "remove": ActForm(_REMOVAL),
    "revoke": ActForm(_REMOVAL),
}
_HANDLING = {
    "mark": ActForm(
        (), lambda work, record, _values, step_input: relief_confirmation.mark(work, record, step_input), publishes=True
    ),
    "accept": ActForm(
        (),
        lambda work, record, _values, step_input: relief_applications.accept(work, record, step_input),
        publishes=True,
    ),
    "refuse": ActForm(
        (_REASON,),
        lambda work, record, values, step_input: relief_applications.refuse(work, record, values["reason"], step_input),
    ),
    "extend": ActForm(
        (_REASON,),
        lambda work, record, values, step_input: relief_applications.extend(work, record, values["reason"], step_input),
    ),
}


def _verified(verify: Run, send_back: Run, withdrawal: tuple[Question, ...]) -> dict[str, ActForm]:
    """The acts after the filing of what is stated one by one: another officer verifies, two withdraw."""
    return {
        "verify": ActForm((), verify, publishes=True),
        "return": ActForm((replace(_REASON, title="哪里不对，应当怎样"),), send_back),
        "withdraw": ActForm(withdrawal),
    }


def _filed_acts(noun: str) -> dict[str, ActForm]:
    return _verified(
        lambda work, record, _values, step_input: filed_records.verify(work, noun, record, step_input),
        lambda work, record, values, step_input: filed_records.send_back(
            work, noun, record, values["reason"], step_input
        ),
        _REMOVAL,
    )


_STATED = {
    "commendation": _verified(
        lambda work, record, _values, step_input: commendations.verify(work, record, step_input),
        lambda work, record, values, step_input: commendations.send_back(work, record, values["reason"], step_input),
        _REMOVAL,
    ),
    "relation": _verified(
        lambda work, record, _values, step_input: relations.verify(work, record, step_input),
        lambda work, record, values, step_input: relations.send_back(work, record, values["reason"], step_input),
        (_REASON,),
    ),
    **{noun: _filed_acts(noun) for noun in FILED},
}
_OUTCOMES = {
    outcome: labels.OUTCOMES[outcome] for outcome in dict.fromkeys(name for _, name in relief_decisions.OUTCOMES)
}
FORMS: dict[tuple[str, str], ActForm] = {
    **{("penalty", act): form for act, form in _CHANGES.items()},
    ("penalty", "withdraw"): ActForm(_REMOVAL),
    **{("listing", act): form for act, form in _LISTING.items()},
    **{(noun, act): form for noun, acts in _STATED.items() for act, form in acts.items()},
    **{("dispute", act): form for act, form in _HANDLING.items()},
    **{("repair", act): form for act, form in _HANDLING.items()},
    ("dispute", "decide"): ActForm(
        (
            Question("outcome", "处理结果", "choice", choices=_OUTCOMES),
            _REASON,
            replace(_CHANGED, title="记录自哪一日起有误", help=f"{_DAY}；维持的填作出处理决定之日"),
            Question("confirmation", "确认更正内容的理由", "text", False, "更正的内容有须确认之处的填写"),
        )
    ),
    ("repair", "grant"): ActForm((_REASON,)),
    ("repair", "reject"): ActForm(
        (_REASON,),
        lambda work, record, values, step_input: relief_decisions.reject(work, record, values["reason"], step_input),
    ),
}
"""The form of each act on a case, by kind and act."""


def parse_values(form: ActForm, typed: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, as the act takes it; refuses ``BodyRefused`` with every fault."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for question in form.questions:
        text = typed.get(question.name, "").strip()
        values[question.name] = text
        if question.kind == "check":
            values[question.name] = bool(text)
        elif not text and question.is_required:
            faults.append(Fault(f"/{question.name}", "required", f"请填写：{question.title}"))
        elif question.kind == "day":
            values[question.name] = _parse_day(question, text, faults)
        elif question.kind == "choice" and text not in question.choices:
            faults.append(Fault(f"/{question.name}", "value-unknown", f"请选择：{question.title}"))
    if faults:
        raise BodyRefused(faults=tuple(faults))
    return values


def parse_documents(step: Step, typed: MultiDict[str, str], files: MultiDict[str, FileStorage]) -> list[StepDocument]:
    """The documents that came with an act: kind, number, day and file, of each that the step demands. A document of
    which nothing was stated did not come. Refuses ``BodyRefused``."""
    documents, faults = [], []
    for place, kinds in enumerate(step.documents):
        kind = typed.get(f"document-{place}-kind", kinds.split("|")[0])
        number = typed.get(f"document-{place}-number", "").strip()
        day_text = typed.get(f"document-{place}-day", "").strip()
        file = files.get(f"document-{place}-file")
        content = file.stream.read() if file is not None and file.filename else None
        if kind not in kinds.split("|"):
            faults.append(Fault(f"/document-{place}-kind", "value-unknown", "请选择文书种类"))
            continue
        issued_on = _parse_day(Question(f"document-{place}-day", "文书日期", "day"), day_text, faults)
        if number or issued_on or content is not None:
            name = file.filename or "" if file is not None else ""
            documents.append(StepDocument(kind, number, issued_on, filename=name, content=content))
    if faults:
        raise BodyRefused(faults=tuple(faults))
    return documents


def document_choices(step: Step) -> list[list[tuple[str, str]]]:
    """The documents that a step demands: for each, the kinds that serve, with their names."""
    return [[(kind, DOCUMENTS[kind]) for kind in kinds.split("|")] for kinds in step.documents]


def open_acts(noun: str, state: str) -> list[Step]:
    """The steps that a case of a kind may take at the desk in a state."""
    return [step for step in PROCEDURES[noun].steps if step.state == state and (noun, step.act) in FORMS]


def _parse_day(question: Question, text: str, faults: list[Fault]) -> dt.date | None:
    if not text:
        return None
    try:
        return cells.day(text)
    except Invalid:
        faults.append(Fault(f"/{question.name}", "date-malformed", f"{question.title}：写作 2026-05-06"))
        return None
