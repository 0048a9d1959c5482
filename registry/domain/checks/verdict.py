"""The verdict on one party of an award check, from the published records that match it. Pure and replayable.

Never says less than it knows, nor more: a name alone never bars, an ended ban does not bar (政府采购法实施条例
19 第二款), and what was not found is ``no_record`` at an entry, never "clean".
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain import identifiers
from registry.domain.cases import revision
from registry.domain.checks.model import CheckedParty, CheckScope, Hit, LookBack
from registry.domain.naming import name_key

VERSION = "exact-2"
"""Version of these rules, named in every receipt."""

VERDICTS = ("no_record", "on_record", "review", "unchecked", "barred")
"""In rising order of what they ask of the trading centre."""


@dataclass(frozen=True)
class Answer:
    """Verdict with its reasons, JSON-able, heaviest first; ``verdicts`` is what each of them says alone."""

    verdict: str
    reasons: tuple[dict[str, Any], ...]
    verdicts: tuple[str, ...] = ()


Reason = tuple[str, dict[str, Any]]
"""What one thing found says: its verdict, and the reason as it is shown."""


def bears(asked: CheckedParty, hit: Hit) -> bool:
    """Whether a match counts. A name counts where nothing firmer can tell the two apart: the party has no code
    and no number, or the record has no code to compare with (or one with a wrong check character), or only
    somebody's number was given for what the record says is a firm. Organisations of one whole name with two
    codes count too, because codes are changed and mistyped; sole traders often share a name and do not."""
    subject = hit.body["subject"]
    if hit.by != "name":
        return True
    if hit.via:  # a former name, which another firm may bear today
        return _is_unsound(subject["uscc"])
    if not (asked.uscc or asked.id_index):
        return True
    if asked.uscc:
        return _is_unsound(subject["uscc"]) or subject["kind"] == "organisation"
    return bool(subject["kind"] != "natural_person")


def _is_unsound(code: str | None) -> bool:
    return code is None or not identifiers.is_sound(code)


def judge(asked: CheckedParty, hits: Iterable[Hit], question: CheckScope, look_back: LookBack | None) -> Answer:
    """The verdict on one party from all records that match its identifier or, lacking one, its name."""
    found = [reason for hit in hits if bears(asked, hit) for reason in _reasons(asked, hit, question, look_back)]
    if asked.uscc and asked.names and name_key.key(asked.name) not in asked.names:
        found.append(_remark("review", "name-differs"))
    if not asked.uscc and not asked.id_index:
        found.append(_remark("review", "identity-not-given"))
    elif asked.uscc_problem and not found:
        found.append(_remark("unchecked", asked.uscc_problem))
    if not found:
        return Answer("no_record", ())
    return ranked_answer(found)


def ranked_answer(found: Iterable[Reason]) -> Answer:
    """The answer that follows from reasons: the heaviest verdict, and all of them heaviest first."""
    held = sorted(found, key=lambda pair: (-VERDICTS.index(pair[0]), *_place(pair[1])))
    return Answer(held[0][0], tuple(reason for _, reason in held), tuple(verdict for verdict, _ in held))


def _place(reason: Mapping[str, Any]) -> tuple[str, ...]:
    via = reason.get("via", {}).get("relation", "")
    return reason.get("record", ""), reason.get("measure") or "", via, reason.get("ref", ""), reason["code"]


def _remark(verdict: str, code: str) -> Reason:
    return verdict, {"code": code}


def _reasons(asked: CheckedParty, hit: Hit, question: CheckScope, look_back: LookBack | None) -> list[Reason]:
    body, match = hit.body, _match(asked, hit)
    shown: dict[str, Any] = {"record": body["record"], "revision": body["revision"], "match": match}
    if hit.via:
        shown["via"] = dict(hit.via.shown)
    if "disputed_on" in body:
        shown["disputed_on"] = body["disputed_on"]
    found = [
        (_capped(hit, verdict), shown | detail)
        for verdict, detail in _measures(hit, asked, question)
        if verdict != "ended"
    ]
    if look_back and _is_looked_back_at(body, asked, question, look_back):
        found.append(
            (
                "review",
                shown
                | {
                    "code": "grave-look-back",
                    "measure": look_back.code,
                    "basis": look_back.basis,
                    "since": body["decided_on"],
                },
            )
        )
    is_own = hit.via is None or hit.via.effect == "identity"
    if not found and is_own and _is_shown(body, question.on):
        verdict = "review" if match.get("name_differs") else "on_record"
        found.append((_capped(hit, verdict), shown | {"code": "published", "basis": body["basis"]}))
    return [one for one in found if not (_is_attention(hit) and one[0] == "on_record")]


def _match(asked: CheckedParty, hit: Hit) -> dict[str, Any]:
    """How the record was found, and where its name or code and the party's do not agree."""
    subject, match = hit.body["subject"], {"by": hit.by}
    ours, theirs = name_key.key(asked.name), name_key.key(subject["name"])
    if hit.via is None and hit.by == "uscc" and ours != theirs:
        return match | {"former_name" if {ours, theirs} <= asked.names else "name_differs": True}
    if hit.via is None and hit.by == "name" and asked.uscc and not _is_unsound(subject["uscc"]):
        return match | {"code_differs": True}
    return match


def _measures(hit: Hit, asked: CheckedParty, question: CheckScope) -> Iterator[Reason]:
    """What each measure of a record says; while the record is suspended they all rest."""
    if not revision.rests(hit.body, question.on):
        yield from (_measure(measure, hit, asked, question) for measure in hit.body["measures"])


def _measure(measure: Mapping[str, Any], hit: Hit, asked: CheckedParty, question: CheckScope) -> Reason:
    detail = {
        "measure": measure["code"] or measure["name"],
        "basis": measure["basis"],
        "since": measure["starts_on"],
        "until": measure["ends_on"],
        "scope": _scope(measure),
        "discretionary": measure["discretionary"],
    }
    if not _holds(measure, question.on) or measure["effect"] == "none":
        return "ended", detail
    outside = _outside(measure, hit, asked, question)
    if outside:
        return "on_record", detail | {"code": outside}
    if measure["code"] in question.by_product:
        return "review", detail | {"code": "measure-by-product"}
    if measure["effect"] == "review":
        return "review", detail | {"code": "measure-needs-person"}
    return "barred", detail | {"code": "measure-in-force"}


def _outside(measure: Mapping[str, Any], hit: Hit, asked: CheckedParty, question: CheckScope) -> str | None:
    """Why the measure does not reach this trading; a measure without sectors or roles reaches all of them.

    For attention only the role does not matter: whether somebody acts through another is what is to be looked at.
    A measure by product is not confined to its province, because the gravest kind takes the products concerned
    off the lists everywhere (医药价格和招采信用评价制度).
    """
    if measure["sectors"] and question.sector not in measure["sectors"]:
        return "other-sector"
    if measure["roles"] and asked.role not in measure["roles"] and not _is_attention(hit):
        return "other-role"
    if measure["only_must_tender"] and not question.must_tender:
        return "not-must-tender"
    is_provincial = measure["territory"] == "province" and measure["code"] not in question.by_product
    if is_provincial and _is_elsewhere(hit.body["district"], question.district):
        return "other-territory"
    return None


def _is_elsewhere(district: str | None, asked: str | None) -> bool:
    """Whether two districts are known to lie in two provinces (the first two digits of GB/T 2260)."""
    return bool(district and asked and district[:2] != asked[:2])


def _is_attention(hit: Hit) -> bool:
    return hit.via is not None and hit.via.effect == "attention"


def _scope(measure: Mapping[str, Any]) -> dict[str, Any]:
    return {name: measure[name] for name in ("sectors", "roles", "only_must_tender", "territory")}


def _holds(measure: Mapping[str, Any], on: dt.date) -> bool:
    day = on.isoformat()  # ISO days compare as text
    return bool(measure["starts_on"] <= day and (measure["ends_on"] is None or day < measure["ends_on"]))


def _is_shown(body: Mapping[str, Any], on: dt.date) -> bool:
    return bool(body["state"] == "published" and body["visible_from"] <= on.isoformat() < body["visible_until"])


def _is_looked_back_at(body: Mapping[str, Any], asked: CheckedParty, question: CheckScope, look_back: LookBack) -> bool:
    return bool(
        body["is_grave"]
        and question.sector in look_back.sectors
        and asked.role in look_back.roles
        and look_back.since.isoformat() <= body["decided_on"] <= question.on.isoformat()
    )


def _capped(hit: Hit, verdict: str) -> str:
    """A match by name alone, at either end of a relation, is at most for review by a person; and so is what a
    relation only calls attention to."""
    if hit.by == "name" or (hit.via and hit.via.by == "name"):
        return "review"
    return "review" if _is_attention(hit) and verdict == "barred" else verdict
