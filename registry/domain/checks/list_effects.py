"""What a place on a list means for a party in a check: the effects of the list, and which measures it provides for."""

from collections.abc import Iterator, Mapping
from typing import Any

from registry.domain.cases import revision
from registry.domain.checks.model import CheckedParty, CheckScope, Hit
from registry.domain.law.reference_kinds import Effect

_CODES = {"bars": "list-bars", "review": "list-needs-person"}


def list_reasons(hit: Hit, party: CheckedParty, scope: CheckScope) -> Iterator[tuple[str, dict[str, Any]]]:
    """Verdict and detail of each effect of the list that the subject of a record stands on, on the day of the check.

    To be on the list is the ground; what the decision orders besides is judged apart. Effects bear as their rows say,
    whatever their status, which is shown.
    """
    scheme = hit.body.get("scheme")
    if scheme is None or not _stands(hit.body, scope):
        return
    for effect in scope.effects:
        if effect.scheme != scheme["code"] or effect.effect == "none":
            continue
        if not reaches(effect, hit, party, scope):
            continue
        detail = {
            "list": scheme["code"],
            "basis": effect.source,
            "since": hit.body["starts_on"],
            "until": hit.body["ends_on"],
        }
        if effect.status == "unconfirmed":
            detail["status"] = effect.status
        if effect.tenders == "must" and scope.must_tender is None:
            yield "review", detail | {"code": "must-tender-not-stated"}
        else:
            yield ("barred" if effect.effect == "bars" else "review"), detail | {"code": _CODES[effect.effect]}


def reaches(effect: Effect, hit: Hit, party: CheckedParty, scope: CheckScope) -> bool:
    """Whether an effect reaches this party in this tender; for attention only the role does not matter."""
    is_attention = hit.via is not None and hit.via.effect == "attention"
    is_in_sector = not effect.sectors or scope.sector in effect.sectors
    is_in_role = not effect.roles or party.role in effect.roles or is_attention
    return is_in_sector and is_in_role and not (effect.tenders == "must" and scope.must_tender is False)


def is_provided_for(measure: Mapping[str, Any], body: Mapping[str, Any], scope: CheckScope) -> bool:
    """Whether a list with an adequate basis provides for a measure of its listing; other measures stand alone.

    Source: 国办发〔2020〕49号, no measure without a basis.
    """
    scheme = body.get("scheme")
    return scheme is None or measure["code"] in scope.list_measures.get(scheme["code"], frozenset())


def _stands(body: Mapping[str, Any], scope: CheckScope) -> bool:
    """Whether the place on the list is in force on the day: begun, not ended, repaired or suspended. Without end it
    runs on."""
    if body["state"] == "repaired":
        return False
    day = scope.on.isoformat()  # ISO days compare as text
    is_running = body["starts_on"] <= day and (body["ends_on"] is None or day < body["ends_on"])
    return is_running and not revision.is_suspended_on(body, scope.on)
