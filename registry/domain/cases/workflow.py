"""Procedures as data: which act takes a record from which state to which, who may do it, with which documents.

Everything not written in a procedure is refused.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from registry.domain.permissions import Permission
from registry.refusals.acts import TransitionRefused
from registry.refusals.procedure import DocumentMissing

INITIAL = ""
"""The state of what does not exist yet."""


@dataclass(frozen=True)
class Step:
    """One step. ``documents`` must all come with it (``a|b``: either); ``apart`` names acts of the same record
    whose doer may not do this one; ``source`` is the law that asks for the step, or for its document."""

    state: str
    act: str
    to: str
    by: Permission
    documents: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    source: str = ""

    def each(self, *others: str) -> Iterator["Step"]:
        """This step, and the same from other states."""
        yield self
        yield from (replace(self, state=state) for state in others)

    def require(self, given: Collection[str]) -> None:
        """Refuse ``DocumentMissing`` unless every document is among the kinds ``given``."""
        missing = [kinds for kinds in self.documents if not set(kinds.split("|")) & set(given)]
        if missing:
            raise DocumentMissing("、".join(missing), documents=missing)


@dataclass(frozen=True)
class Procedure:
    """The steps of one noun, in the order in which they are usually taken."""

    noun: str
    steps: tuple[Step, ...]

    @property
    def states(self) -> list[str]:
        """Every state, in the order of the steps."""
        return list(dict.fromkeys(state for one in self.steps for state in (one.state, one.to) if state))

    @property
    def acts(self) -> list[str]:
        """Every act, in the order of the steps."""
        return list(dict.fromkeys(one.act for one in self.steps))

    def permission(self, act: str) -> Permission:
        """Whom an act is for, whatever the state."""
        return next(one.by for one in self.steps if one.act == act)

    def step(self, state: str, act: str) -> Step:
        """The step of ``act`` from ``state``; refuses with ``TransitionRefused`` when there is none."""
        found = next((one for one in self.steps if (one.state, one.act) == (state, act)), None)
        if found is None:
            raise TransitionRefused(f"{act} from {state}", state=state, act=act)
        return found
