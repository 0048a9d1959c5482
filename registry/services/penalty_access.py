"""Which penalty an officer may act on: the own department's, within the granted sectors and district."""

import json

from registry.domain.permissions import Actor, Permission
from registry.models import Penalty
from registry.queries import penalties as questions
from registry.refusals.acts import OutOfScope, PenaltyUnknown, VersionStale
from registry.work import Work


def own(work: Work, record: str, permission: Permission, if_version: int | None) -> Penalty:
    """The penalty, for an act of ``permission``. Refuses ``OutOfRole``, ``PenaltyUnknown``, ``OutOfScope``,
    and ``VersionStale`` when ``if_version`` is given and no longer current."""
    work.actor.require(permission)
    held = questions.by_record(work.session, record, lock=True)
    require_scope(work.actor, held)
    if if_version is not None and held.version != if_version:
        raise VersionStale()
    return held


def require_scope(actor: Actor, held: Penalty | None) -> Penalty:
    """The penalty when it lies in the actor's scope; another department's reads as absent."""
    if held is None:
        raise PenaltyUnknown()
    actor.require_own(held.department_id)
    if not covers(actor, held):
        raise OutOfScope()
    return held


def covers(actor: Actor, held: Penalty) -> bool:
    """Whether the newest filing lies within the sectors and districts granted."""
    facts = json.loads(held.filing.content)
    return actor.covers(frozenset(facts["sectors"]), facts["district"])
