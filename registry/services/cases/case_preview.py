"""Show what an act on a case would make public, and what an applicant stated in confidence."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from registry.keys.signing import Vault
from registry.models import CaseStep
from registry.services.cases import revisions, steps
from registry.unit_of_work import UnitOfWork


def preview_act(work: UnitOfWork, record: str, act: Callable[[], object]) -> Mapping[str, Any]:
    """The public body of a record after an act, which is taken back. Refuses what the act refuses."""
    savepoint = work.session.begin_nested()
    try:
        act()
        body: Mapping[str, Any] = json.loads(revisions.newest(work, record).body)
        return body
    finally:
        savepoint.rollback()
        work.session.expire_all()


def open_statement(vault: Vault, case_steps: Sequence[CaseStep]) -> Mapping[str, Any]:
    """What the applicant of a relief stated for the department alone; empty once it was erased."""
    return steps.open_private(vault, case_steps[0]) if case_steps else {}
