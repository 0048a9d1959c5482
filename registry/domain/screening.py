"""The verdict on one party of an award check, from the published records that match it. Pure and replayable.

Never says less than it knows, nor more: a name alone never bars, an ended ban does not bar (政府采购法实施条例
19 第二款), and what was not found is ``no_record`` at an entry, never "clean".
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain import identifiers, names, revision

VERSION = "exact-1"
"""Version of these rules, named in every receipt."""

VERDICTS = ("no_record", "on_record", "review", "unchecked", "barred")
"""In rising order of what they ask of the trading centre."""

ROLES = (
    "bidder", "consortium_member", "agent", "project_manager", "legal_representative", "evaluation_expert",
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What is being awarded: the sector, whether tendering is mandatory by law, where, and the day asked for."""

    sector: str
    must_tender: bool
    district: str | None
    on: dt.date


@dataclass(frozen=True)
class Asked:
    """One party of the question. ``id_index`` is the keyed hash of an identity number, never the number.

    ``uscc_problem`` is set when the code has a wrong check character: it is looked up as it stands.
    """

    ref: str
    role: str
    name: str
    uscc: str | None = None
    id_index: str | None = None
    of: str | None = None
    uscc_problem: str | None = None


@dataclass(frozen=True)
class Hit:
    """One published record that matches: ``by`` uscc, id or name; its body as published."""

    by: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class LookBack:
    """The look-back for grave violations: how far, in which sector, for which roles, and its source."""

    since: dt.date
    sectors: frozenset[str]
    roles: frozenset[str]
    code: str
    basis: str


@dataclass(frozen=True)
class Answer:
    """Verdict with its reasons, JSON-able, heaviest first."""

    verdict: str
    reasons: tuple[dict[str, Any], ...]


def bears(asked: Asked, hit: Hit) -> bool:
    """Whether a match counts. A name counts where nothing firmer can tell the two apart: the party has no code
    and no number, or the record has no code to compare with (or one with a wrong check character), or only
    somebody's number was given for what the record says is a firm."""
    if hit.by != "name" or not (asked.uscc or asked.id_index):
        return True
    subject = hit.body["subject"]
    if asked.uscc:
        return subject["uscc"] is None or not identifiers.is_sound(subject["uscc"])
    return bool(subject["kind"] != "natural_person")


def judge(asked: Asked, hits: Iterable[Hit], question: Question, look_back: LookBack | None) -> Answer:
    """The verdict on one party from all records that match its identifier or, lacking one, its name."""
    found = [
        reason for hit in hits if bears(asked, hit) for reason in _reasons(asked, hit, question, look_back)
    ]
    if not asked.uscc and not asked.id_index:
        found.append(_remark("review", "identity-not-given"))
    elif asked.uscc_problem and not found:
        found.append(_remark("unchecked", asked.uscc_problem))
    if not found:
        return Answer("no_record", ())
    found.sort(
        key=lambda pair: (-VERDICTS.index(pair[0]), pair[1].get("record", ""), pair[1].get("measure") or "")
    )
    return Answer(found[0][0], tuple(reason for _, reason in found))


def _remark(verdict: str, code: str) -> tuple[str, dict[str, Any]]:
    return verdict, {"code": code}


def _reasons(
    asked: Asked, hit: Hit, question: Question, look_back: LookBack | None
) -> list[tuple[str, dict[str, Any]]]:
    body = hit.body
    shown = {"record": body["record"], "revision": body["revision"], "match": {"by": hit.by}}
    if "disputed_on" in body:
        shown["disputed_on"] = body["disputed_on"]
    if hit.by == "uscc" and names.key(asked.name) != names.key(body["subject"]["name"]):
        shown["match"] = {"by": hit.by, "name_differs": True}
    found = [
        (_capped(hit, verdict), shown | detail)
        for verdict, detail in _measures(body, asked, question)
        if verdict != "ended"
    ]
    if look_back and _is_looked_back_at(body, asked, question, look_back):
        found.append(("review", shown | {"code": "grave-look-back", "measure": look_back.code,
                                         "basis": look_back.basis, "since": body["decided_on"]}))  # fmt: skip
    if not found and _is_shown(body, question.on):
        verdict = "review" if shown["match"].get("name_differs") else "on_record"
        found.append((_capped(hit, verdict), shown | {"code": "published", "basis": body["basis"]}))
    return found


def _measures(
    body: Mapping[str, Any], asked: Asked, question: Question
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What each measure of a record says; while the record is suspended they all rest."""
    if not revision.rests(body, question.on):
        yield from (_measure(measure, asked, question) for measure in body["measures"])


def _measure(measure: Mapping[str, Any], asked: Asked, question: Question) -> tuple[str, dict[str, Any]]:
    detail = {"measure": measure["code"] or measure["name"], "basis": measure["basis"],
              "since": measure["starts_on"], "until": measure["ends_on"], "scope": _scope(measure)}  # fmt: skip
    if not _holds(measure, question.on) or measure["effect"] == "none":
        return "ended", detail
    outside = _outside(measure, asked, question)
    if outside:
        return "on_record", detail | {"code": outside}
    if measure["effect"] == "review":
        return "review", detail | {"code": "measure-needs-person"}
    return "barred", detail | {"code": "measure-in-force"}


def _outside(measure: Mapping[str, Any], asked: Asked, question: Question) -> str | None:
    """Why the measure does not reach this trading; a measure without sectors or roles reaches all of them."""
    if measure["sectors"] and question.sector not in measure["sectors"]:
        return "other-sector"
    if measure["roles"] and asked.role not in measure["roles"]:
        return "other-role"
    if measure["only_must_tender"] and not question.must_tender:
        return "not-must-tender"
    return None


def _scope(measure: Mapping[str, Any]) -> dict[str, Any]:
    return {name: measure[name] for name in ("sectors", "roles", "only_must_tender", "territory")}


def _holds(measure: Mapping[str, Any], on: dt.date) -> bool:
    day = on.isoformat()  # ISO days compare as text
    return bool(measure["starts_on"] <= day and (measure["ends_on"] is None or day < measure["ends_on"]))


def _is_shown(body: Mapping[str, Any], on: dt.date) -> bool:
    return bool(
        body["state"] == "published" and body["visible_from"] <= on.isoformat() < body["visible_until"]
    )


def _is_looked_back_at(
    body: Mapping[str, Any], asked: Asked, question: Question, look_back: LookBack
) -> bool:
    return bool(
        body["is_grave"]
        and question.sector in look_back.sectors
        and asked.role in look_back.roles
        and look_back.since.isoformat() <= body["decided_on"] <= question.on.isoformat()
    )


def _capped(hit: Hit, verdict: str) -> str:
    """A match by name alone is at most for review by a person."""
    return "review" if hit.by == "name" else verdict
