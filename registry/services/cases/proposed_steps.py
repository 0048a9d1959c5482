"""Steps of procedures that take two persons, as acts that are proposed and confirmed.

The arguments of such a step are the body of its route and its documents with their files, as JSON.
"""

import base64
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from registry.domain.cases.case_file import StepDocument, StepInput
from registry.domain.cases.procedures import FILED, PROCEDURES
from registry.domain.permissions import Permission
from registry.models import Penalty, Proposal
from registry.queries.cases import penalties, procedure_records
from registry.queries.cases.procedure_records import Proceeding
from registry.services.cases import (
    commendations,
    filed_records,
    penalty_verification,
    relations,
    relief_confirmation,
    relief_decisions,
    suspension,
)
from registry.services.cases.relief_decisions import Ruling
from registry.services.node import proposals
from registry.services.node.proposals import Holder, ProposedAct
from registry.unit_of_work import UnitOfWork

Body = Mapping[str, Any]
Run = Callable[[UnitOfWork, str, Body, StepInput], Proceeding]
_DAYS = ("since", "until", "on", "changed_on")
"""Fields of a body that are days."""


def _withdraw_penalty(work: UnitOfWork, record: str, body: Body, step_input: StepInput) -> Penalty:
    return penalty_verification.withdraw(
        work, record, body["reason"], body["changed_on"], if_version=step_input.if_version
    )


def _suspend(work: UnitOfWork, record: str, body: Body, step_input: StepInput) -> Proceeding:
    return suspension.suspend(work, record, body["since"], body["until"], body["reason"], step_input)


def _resume(work: UnitOfWork, record: str, body: Body, step_input: StepInput) -> Proceeding:
    return suspension.resume(work, record, body["on"], step_input)


def _remove(work: UnitOfWork, record: str, body: Body, step_input: StepInput) -> Proceeding:
    return suspension.remove(work, record, body["reason"], body["changed_on"], step_input)


def _revoke(work: UnitOfWork, record: str, body: Body, step_input: StepInput) -> Proceeding:
    return suspension.revoke(work, record, body["reason"], body["changed_on"], step_input)


def _withdraw_commendation(work: UnitOfWork, record: str, body: Body, step_input: StepInput) -> Proceeding:
    return commendations.withdraw(work, record, body["reason"], body["changed_on"], step_input)


def _withdraw_relation(work: UnitOfWork, record: str, body: Body, step_input: StepInput) -> Proceeding:
    return relations.withdraw(work, record, body["reason"], step_input)


def _withdraw_filed(noun: str) -> Run:
    return lambda work, record, body, step_input: filed_records.withdraw(
        work, noun, record, body["reason"], body["changed_on"], step_input
    )


def _decide(work: UnitOfWork, number: str, body: Body, step_input: StepInput) -> Proceeding:
    ruling = Ruling(body["outcome"], body["reason"], body["changed_on"], body["confirmation"])
    return relief_decisions.decide(work, number, ruling, step_input)


def _grant(work: UnitOfWork, number: str, body: Body, step_input: StepInput) -> Proceeding:
    return relief_decisions.grant(work, number, body["reason"], step_input)


STEPS: dict[tuple[str, str], Run] = {
    ("penalty", "withdraw"): _withdraw_penalty,
    ("penalty", "suspend"): _suspend,
    ("penalty", "resume"): _resume,
    ("listing", "suspend"): _suspend,
    ("listing", "resume"): _resume,
    ("listing", "remove"): _remove,
    ("listing", "revoke"): _revoke,
    ("adopted_listing", "suspend"): _suspend,
    ("adopted_listing", "resume"): _resume,
    ("commendation", "withdraw"): _withdraw_commendation,
    ("relation", "withdraw"): _withdraw_relation,
    ("dispute", "decide"): _decide,
    ("repair", "grant"): _grant,
    **{(noun, "withdraw"): _withdraw_filed(noun) for noun in FILED},
}
"""How each step that takes two persons is done, by noun and act. A penalty is repaired by its ``grant``."""


def propose(work: UnitOfWork, noun: str, act: str, record: str, body: Body, step_input: StepInput) -> Proposal:
    """Propose a step of a record; it is taken when another officer confirms it. Refuses what the step refuses."""
    arguments = encode_input(body, step_input.documents)
    return proposals.propose(work, ACTS[f"{noun}.{act}"], record, arguments, step_input.if_version)


def encode_input(body: Body, documents: tuple[StepDocument, ...] | Any) -> dict[str, Any]:
    """The body of a step and its documents as JSON."""
    fields = {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in body.items()
        if name != "documents"
    }
    files = [
        document.described()
        | {
            "filename": document.filename,
            "content_base64": base64.b64encode(document.content).decode() if document.content is not None else None,
        }
        for document in documents
    ]
    return {"body": fields, "documents": files}


def decode_documents(arguments: Mapping[str, Any]) -> list[StepDocument]:
    """The documents of a proposed step, with their files."""
    return [
        StepDocument(
            kind=file["kind"],
            number=file["number"],
            issued_on=_parse_day(file["issued_on"]),
            digest=file["sha256"],
            filename=file["filename"],
            content=base64.b64decode(file["content_base64"]) if file["content_base64"] is not None else None,
        )
        for file in arguments.get("documents", ())
    ]


def _parse_day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _decode_body(fields: Body) -> dict[str, Any]:
    return {name: _parse_day(value) if name in _DAYS else value for name, value in fields.items()}


def find_case(session: Session, noun: str, record: str) -> Proceeding:
    """The case of a noun; refuses as unknown what is none."""
    if noun == Penalty.noun:
        return penalties.by_record(session, record)
    table: type[Any] = procedure_records.TABLES[noun]
    case: Proceeding = procedure_records.by_record(session, table, record)
    return case


def _build_act(noun: str, act: str, run: Run) -> ProposedAct:
    def take(work: UnitOfWork, record: str, arguments: Mapping[str, Any], version: int | None) -> dict[str, Any]:
        step_input = StepInput(decode_documents(arguments), if_version=version)
        case = run(work, record, _decode_body(arguments["body"]), step_input)
        return {"id": case.record, "noun": case.noun, "state": case.state, "version": case.version}

    def find_holder(session: Session, record: str) -> Holder:
        case = find_case(session, noun, record)
        return Holder(case.department_id, *case.scope, case.version)

    permission = PROCEDURES[noun].permission(act)
    return ProposedAct(f"{noun}.{act}", permission, permission, take, find_holder)


def _find_holder_of_record(session: Session, record: str) -> Holder:
    case = procedure_records.holder(session, record)
    return Holder(case.department_id, *case.scope, case.version)


def _file_contact(work: UnitOfWork, record: str, arguments: Mapping[str, Any], _version: int | None) -> dict[str, Any]:
    relief_confirmation.file_contact(work, record, arguments["email"])
    return {"record": record}


def _add_code(work: UnitOfWork, record: str, arguments: Mapping[str, Any], _version: int | None) -> dict[str, Any]:
    relief_confirmation.issue_code(work, record, arguments["code_hash"])
    return {"record": record}


FILE_CONTACT = ProposedAct(
    "relief.contact", Permission.RELIEF_HANDLE, Permission.RELIEF_DECIDE, _file_contact, _find_holder_of_record
)
ISSUE_CODE = ProposedAct(
    "relief.code", Permission.RELIEF_HANDLE, Permission.RELIEF_DECIDE, _add_code, _find_holder_of_record
)
ACTS = {act.name: act for act in (*(_build_act(*key, run) for key, run in STEPS.items()), FILE_CONTACT, ISSUE_CODE)}
"""Every act of a department that takes two persons, by name."""


def propose_contact(work: UnitOfWork, record: str, email: str) -> Proposal:
    """Propose the mail address of the subject of a record. Refuses what ``relief_confirmation`` refuses."""
    return proposals.propose(work, FILE_CONTACT, record, {"email": email})


def propose_code(work: UnitOfWork, record: str) -> tuple[Proposal, str]:
    """Propose a confirmation code for the subject of a record; it opens nothing before another officer confirms."""
    code = relief_confirmation.draw_code()
    code_hash = relief_confirmation.hash_code(work, record, code)
    return proposals.propose(work, ISSUE_CODE, record, {"code_hash": code_hash}), code
