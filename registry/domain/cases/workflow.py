"""State machine of procedures: which act changes which state, who may do it, and with which documents.

Everything not written in a procedure is refused.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from registry.domain.permissions import Permission
from registry.refusals.acts import TransitionRefused
from registry.refusals.procedure import DocumentFileMissing, DocumentMissing

INITIAL = ""
"""The state of what does not exist yet."""


@dataclass(frozen=True)
class Step:
    """One step of a procedure.

    ``documents`` must all come with it (``a|b``: either); ``apart`` names acts of the same record whose actor may not
    do this one; ``source`` is the law that requires the step, or its document.
    """

    state: str
    act: str
    to: str
    by: Permission
    documents: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    source: str = ""

    def each(self, *states: str) -> Iterator["Step"]:
        """This step, and the same step from each of the other ``states``."""
        yield self
        yield from (replace(self, state=state) for state in states)

    def require(self, document_kinds: Collection[str]) -> None:
        """Refuse ``DocumentMissing`` unless every required document is among ``document_kinds``."""
        missing = self._missing(document_kinds)
        if missing:
            raise DocumentMissing("、".join(missing), documents=missing)

    def require_files(self, kinds_with_file: Collection[str]) -> None:
        """Refuse ``DocumentFileMissing`` unless every required document is among ``kinds_with_file``."""
        missing = self._missing(kinds_with_file)
        if missing:
            raise DocumentFileMissing("、".join(missing), documents=missing)

    def _missing(self, document_kinds: Collection[str]) -> list[str]:
        return [kinds for kinds in self.documents if not set(kinds.split("|")) & set(document_kinds)]


@dataclass(frozen=True)
class Procedure:
    """The steps of one noun, in the order in which they are usually taken.

    ``two_persons`` names the acts that one person proposes and another, who may do them too, confirms; ``with_file``
    those whose documents come with their files.
    """

    noun: str
    steps: tuple[Step, ...]
    two_persons: frozenset[str] = frozenset()
    with_file: frozenset[str] = frozenset()

    @property
    def states(self) -> list[str]:
        """All states, in the order of the steps."""
        return list(dict.fromkeys(state for step in self.steps for state in (step.state, step.to) if state))

    @property
    def acts(self) -> list[str]:
        """All acts, in the order of the steps."""
        return list(dict.fromkeys(step.act for step in self.steps))

    def permission(self, act: str) -> Permission:
        """The permission that an act requires, in any state."""
        return next(step.by for step in self.steps if step.act == act)

    def step(self, state: str, act: str) -> Step:
        """The step of ``act`` from ``state``; refuses with ``TransitionRefused`` when there is none."""
        step = next((step for step in self.steps if (step.state, step.act) == (state, act)), None)
        if step is None:
            raise TransitionRefused(f"{act} from {state}", state=state, act=act)
        return step
