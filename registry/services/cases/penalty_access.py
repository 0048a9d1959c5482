"""Which penalty an officer may act on: the own department's, within the granted sectors and district."""

from registry.domain.cases.workflow import Step
from registry.domain.permissions import Actor
from registry.models import Penalty
from registry.queries.cases import penalties
from registry.refusals.acts import OutOfScope, PenaltyUnknown
from registry.services.cases.steps import admit
from registry.unit_of_work import UnitOfWork


def own(work: UnitOfWork, record: str, act: str, if_version: int | None) -> tuple[Penalty, Step]:
    """The penalty, locked, and the step that ``act`` is now; refusals of ``proceedings.admit``."""
    held = penalties.by_record(work.session, record, lock=True)
    return held, admit(work, held, act, if_version=if_version)


def require_scope(actor: Actor, held: Penalty | None) -> Penalty:
    """The penalty when it lies in the actor's scope; another department's reads as absent."""
    if held is None:
        raise PenaltyUnknown()
    actor.require_own(held.department_id, PenaltyUnknown)
    if not covers(actor, held):
        raise OutOfScope()
    return held


def covers(actor: Actor, held: Penalty) -> bool:
    """Whether the newest filing lies within the sectors and districts granted."""
    return actor.covers(*held.scope)
