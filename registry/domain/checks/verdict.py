"""Judge one party of an award check from the published records that match it. Pure and replayable.

A name alone never bars, an ended ban does not bar (政府采购法实施条例
19 第二款), and what was not found is ``no_record`` at an entry, never "clean".
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain import identifiers
from registry.domain.cases import revision
from registry.domain.checks.further_keys import MATCHES
from registry.domain.checks.list_effects import is_provided_for, list_reasons
from registry.domain.checks.model import (
    KEYS_MATCHER,
    LETTERS_MATCHER,
    LISTS_MATCHER,
    CheckedParty,
    CheckScope,
    Hit,
    LookBack,
    name_key_of,
)
from registry.domain.checks.record_effects import record_reasons
from registry.domain.filing.alphabets import NAME_MIXED, mixes_letters
from registry.domain.law.measures import cites

NEAR_NAME = "near-name"
"""Code of the reason of a record under a near name."""
VERDICTS = ("no_record", "on_record", "review", "unchecked", "barred")
"""Verdicts in rising order of severity."""


@dataclass(frozen=True)
class Answer:
    """A verdict with its reasons, JSON-able, heaviest first; ``verdicts`` is the verdict of each reason alone."""

    verdict: str
    reasons: tuple[dict[str, Any], ...]
    verdicts: tuple[str, ...] = ()


_LOOSE = frozenset(MATCHES.values())
"""Matches that a person must look at, whatever the record says."""
Reason = tuple[str, dict[str, Any]]
"""One reason: the verdict it leads to, and the reason as shown."""


def bears(party: CheckedParty, hit: Hit) -> bool:
    """Whether a matching record counts. A match by name counts where no code or number tells the two apart: the party
    has no code and no number, or the record has no code to compare with (or one with a wrong check character), or only
    somebody's number was given for what the record says is a firm. Organisations of one whole name with two
    codes count too, because codes are changed and mistyped; sole traders often share a name and do not. So does a
    record that has neither code nor number, as lists of other authorities have of foreign firms and of persons."""
    subject = hit.body["subject"]
    if hit.by != "name" or not (hit.has_identifier or hit.via):
        return True
    if hit.via:  # a former name, which another firm may bear today
        return _is_unsound(subject["uscc"])
    if not (party.uscc or party.id_index):
        return True
    if party.uscc:
        return _is_unsound(subject["uscc"]) or subject["kind"] == "organisation"
    return bool(subject["kind"] != "natural_person")


def _is_unsound(code: str | None) -> bool:
    return code is None or not identifiers.is_sound(code)


def judge(party: CheckedParty, hits: Iterable[Hit], scope: CheckScope, look_back: LookBack | None) -> Answer:
    """Judge one party from all records that match its identifier or, lacking one, its name."""
    reasons = [
        reason
        for hit in hits
        if _is_known_state(hit, scope) and bears(party, hit)
        for reason in (_near_reasons if hit.differences is not None else _reasons_from_hit)(
            party, hit, scope, look_back
        )
    ]
    if party.uscc and party.names and name_key_of(scope.matcher)(party.name) not in party.names:
        reasons.append(_build_reason("review", "name-differs"))
    if not (party.uscc or party.id_index or party.organisation_code):
        reason_code = "registration-number-only" if party.registration_number else "identity-not-given"
        reasons.append(_build_reason("review", reason_code))
    elif party.uscc_problem and not reasons:
        reasons.append(_build_reason("unchecked", party.uscc_problem))
    elif party.uscc_problem and all(reason["code"] == NEAR_NAME for _, reason in reasons):
        reasons.append(_build_reason("review", party.uscc_problem))  # nothing else would say that the code is wrong
    if scope.follows(LETTERS_MATCHER) and mixes_letters(party.name):
        reasons.append(_build_reason("review", NAME_MIXED))  # under the letters it seems to have, records may stand
    if not reasons:
        return Answer("no_record", ())
    return ranked_answer(reasons)


def _is_known_state(hit: Hit, scope: CheckScope) -> bool:
    """By the first rules a repaired record bore nothing; now a ban that is itself the penalty runs to its own end."""
    if hit.body["state"] != "repaired":
        return True
    kinds = ("penalty", "listing") if scope.follows(KEYS_MATCHER) else ("penalty",)
    return scope.follows(LISTS_MATCHER) and hit.body["kind"] in kinds


def ranked_answer(reasons: Iterable[Reason]) -> Answer:
    """Combine reasons into an answer: the heaviest verdict, and all reasons heaviest first."""
    ranked = sorted(reasons, key=lambda pair: (-VERDICTS.index(pair[0]), *_sort_key(pair[1])))
    return Answer(ranked[0][0], tuple(reason for _, reason in ranked), tuple(verdict for verdict, _ in ranked))


def _sort_key(reason: Mapping[str, Any]) -> tuple[str, ...]:
    via = reason.get("via", {}).get("relation", "")
    return reason.get("record", ""), reason.get("measure") or "", via, reason.get("ref", ""), reason["code"]


def _build_reason(verdict: str, code: str) -> Reason:
    return verdict, {"code": code}


def _reasons_from_hit(party: CheckedParty, hit: Hit, scope: CheckScope, look_back: LookBack | None) -> list[Reason]:
    body, match = hit.body, _describe_match(party, hit, scope)
    common: dict[str, Any] = {"record": body["record"], "revision": body["revision"], "match": match}
    if hit.via:
        common["via"] = dict(hit.via.detail)
    if "disputed_on" in body:
        common["disputed_on"] = body["disputed_on"]
    reasons = [
        (_cap_verdict(hit, verdict), common | detail)
        for verdict, detail in _judge_measures(hit, party, scope)
        if verdict != "ended"
    ]
    if scope.follows(LISTS_MATCHER):
        heaviest = max((VERDICTS.index(verdict) for verdict, _ in reasons), default=0)
        reasons += [
            (_cap_verdict(hit, verdict), common | detail)
            for verdict, detail in list_reasons(hit, party, scope)
            if VERDICTS.index(_cap_verdict(hit, verdict)) > heaviest  # its measures say as much already
        ]
    reasons += [("review", common | detail) for detail in _look_back_reasons(body, party, scope, look_back)]
    reasons += [(_cap_verdict(hit, verdict), common | detail) for verdict, detail in record_reasons(hit, party, scope)]
    is_own = hit.via is None or hit.via.effect == "identity"
    if not reasons and is_own and _is_visible(body, scope.on):
        verdict = "review" if match.get("name_differs") or hit.by in _LOOSE else "on_record"
        reasons.append((_cap_verdict(hit, verdict), common | {"code": "published", "basis": body["basis"]}))
    # What only informs is told of a party's own records while they are shown: a repair ends that.
    is_informing = not _is_attention(hit) and body["state"] != "repaired"
    return [reason for reason in reasons if is_informing or reason[0] != "on_record"]


def _near_reasons(party: CheckedParty, hit: Hit, scope: CheckScope, look_back: LookBack | None) -> list[Reason]:
    """One reason for a record under a near name that would bear under the same name: a person compares them."""
    reasons = _reasons_from_hit(party, hit, scope, look_back)
    if not reasons:
        return []
    common = {name: reasons[0][1][name] for name in ("record", "revision", "disputed_on") if name in reasons[0][1]}
    match = {"by": "name", "near": True, "differences": [dict(difference) for difference in hit.differences or ()]}
    return [("review", common | {"code": NEAR_NAME, "match": match, "basis": hit.body["basis"]})]


def _describe_match(party: CheckedParty, hit: Hit, scope: CheckScope) -> dict[str, Any]:
    """How the record matches, and whether its name or code differs from the party's."""
    subject, match = hit.body["subject"], {"by": hit.by}
    ours, theirs = map(name_key_of(scope.matcher), (party.name, subject["name"]))
    if hit.via is None and hit.by == "uscc" and ours != theirs:
        return match | {"former_name" if {ours, theirs} <= party.names else "name_differs": True}
    if hit.via is None and hit.by == "name" and party.uscc and not _is_unsound(subject["uscc"]):
        return match | {"code_differs": True}
    return match


def _judge_measures(hit: Hit, party: CheckedParty, scope: CheckScope) -> Iterator[Reason]:
    """The verdict of each measure of a record; none while the record is suspended.

    Of a repaired place on a list only what bars by itself goes on: a repair ends the measures of 失信惩戒.
    """
    if revision.is_suspended_on(hit.body, scope.on):
        return
    is_bans_only = hit.body["state"] == "repaired" and hit.body["kind"] == "listing"
    for measure in hit.body["measures"]:
        if is_bans_only and measure["effect"] != "bars":
            continue
        if not scope.follows(LISTS_MATCHER) or is_provided_for(measure, hit.body, scope):
            yield _judge_measure(measure, hit, party, scope)


def _judge_measure(measure: Mapping[str, Any], hit: Hit, party: CheckedParty, scope: CheckScope) -> Reason:
    detail = {
        "measure": measure["code"] or measure["name"],
        "basis": measure["basis"],
        "since": measure["starts_on"],
        "until": measure["ends_on"],
        "scope": _describe_scope(measure),
        "discretionary": measure["discretionary"],
    }
    if measure["code"] in scope.unconfirmed and scope.follows(KEYS_MATCHER):
        detail["status"] = "unconfirmed"
    if not _is_in_force(measure, scope.on) or measure["effect"] == "none":
        return "ended", detail
    mismatch = _find_scope_mismatch(measure, hit, party, scope)
    if mismatch:
        return "on_record", detail | {"code": mismatch}
    if question := _find_question(measure, hit, scope):
        return "review", detail | {"code": question}
    return "barred", detail | {"code": "measure-in-force"}


def _find_question(measure: Mapping[str, Any], hit: Hit, scope: CheckScope) -> str | None:
    """Code of the reason why a person must look at a measure in force; None when it bars by itself."""
    if measure["only_must_tender"] and scope.must_tender is None:
        return "must-tender-not-stated"
    is_unplaced = not (hit.body["district"] and scope.district)
    if _is_provincial(measure, scope) and is_unplaced and scope.follows(KEYS_MATCHER):
        return "district-not-stated"
    if measure["code"] in scope.by_product:
        return "measure-by-product"
    return "measure-needs-person" if measure["effect"] == "review" else None


def _find_scope_mismatch(measure: Mapping[str, Any], hit: Hit, party: CheckedParty, scope: CheckScope) -> str | None:
    """Code of the reason why a measure does not apply to this tender; without sectors or roles it applies to all.

    For attention only the role does not matter: whether somebody acts through another is what is to be looked at.
    A measure by product is not confined to its province, because the gravest kind takes the products concerned
    off the lists everywhere (医药价格和招采信用评价制度).
    """
    if measure["sectors"] and scope.sector not in measure["sectors"]:
        return "other-sector"
    if measure["roles"] and party.role not in measure["roles"] and not _is_attention(hit):
        return "other-role"
    if measure["only_must_tender"] and scope.must_tender is False:
        return "not-must-tender"
    if _is_provincial(measure, scope) and _is_other_province(hit.body["district"], scope.district):
        return "other-territory"
    return None


def _is_provincial(measure: Mapping[str, Any], scope: CheckScope) -> bool:
    """Whether a measure holds in one province: one by product is not confined to it."""
    return measure["territory"] == "province" and measure["code"] not in scope.by_product


def _is_other_province(district: str | None, tender_district: str | None) -> bool:
    """Whether two districts lie in different provinces (the first two digits of GB/T 2260)."""
    return bool(district and tender_district and district[:2] != tender_district[:2])


def _is_attention(hit: Hit) -> bool:
    return hit.via is not None and hit.via.effect == "attention"


def _describe_scope(measure: Mapping[str, Any]) -> dict[str, Any]:
    return {name: measure[name] for name in ("sectors", "roles", "only_must_tender", "territory")}


def _is_in_force(measure: Mapping[str, Any], on: dt.date) -> bool:
    day = on.isoformat()  # ISO days compare as text
    return bool(measure["starts_on"] <= day and (measure["ends_on"] is None or day < measure["ends_on"]))


def _is_visible(body: Mapping[str, Any], on: dt.date) -> bool:
    return bool(body["state"] == "published" and body["visible_from"] <= on.isoformat() < body["visible_until"])


def _look_back_reasons(
    body: Mapping[str, Any], party: CheckedParty, scope: CheckScope, look_back: LookBack | None
) -> Iterator[dict[str, Any]]:
    """What is looked back at: grave violations in procurement, and in works what takes away who may tender."""
    if look_back and body["is_grave"] and _is_in_look_back(body, party, scope, look_back):
        code = "grave-look-back-repaired" if body["state"] == "repaired" else "grave-look-back"
        yield _describe_look_back(code, body, look_back)
    tender = scope.tender_look_back
    if tender and scope.must_tender is not False and _is_in_look_back(body, party, scope, tender):
        running = {measure["code"] for measure in body["measures"] if _is_in_force(measure, scope.on)}
        # A ban that runs says more than that there was one.
        if not running & {row.code for row in tender.cited} and any(cites(row, body["basis"]) for row in tender.cited):
            yield _describe_look_back("tender-look-back", body, tender)


def _describe_look_back(code: str, body: Mapping[str, Any], look_back: LookBack) -> dict[str, Any]:
    return {"code": code, "measure": look_back.code, "basis": look_back.basis, "since": body["decided_on"]}


def _is_in_look_back(body: Mapping[str, Any], party: CheckedParty, scope: CheckScope, look_back: LookBack) -> bool:
    """A repair ends publicity and measures of punishment for lost trust; it does not undo that the law was broken."""
    since = look_back.repaired_since if body["state"] == "repaired" else look_back.since
    return bool(
        scope.sector in look_back.sectors
        and party.role in look_back.roles
        and since is not None
        and since.isoformat() <= body["decided_on"] <= scope.on.isoformat()
    )


def _cap_verdict(hit: Hit, verdict: str) -> str:
    """Lower ``barred`` to ``review`` for a match by name alone at either end of a relation, and for relations that only
    call attention."""
    if hit.by == "name" or hit.by in _LOOSE or (hit.via and hit.via.by == "name"):
        return "review"
    return "review" if _is_attention(hit) and verdict == "barred" else verdict
