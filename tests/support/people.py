"""The people of a node under test: one account per role, and a node on a store of its own for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from registry import runtime
from registry.domain.permissions import SYSTEM, Actor, Role
from registry.queries.node.account_lookup import actor_of
from registry.services.node import accounts
from registry.settings import Settings
from registry.unit_of_work import UnitOfWork
from tests.support import stores
from tests.support.applications import application

AUTHORITY = ("盐城市示例财政局", "11320900MA0T000010")
GRANTS = {
    "clerk": (Role.CLERK, "finance", ("procurement", "construction")),
    "verifier": (Role.VERIFIER, "finance", ("procurement", "construction")),
    "second-verifier": (Role.VERIFIER, "finance", ("procurement", "construction")),
    "other-clerk": (Role.CLERK, "housing", ("construction",)),
    "other-verifier": (Role.VERIFIER, "housing", ("construction",)),
    "reviewer": (Role.LEGAL_REVIEWER, "finance", ("procurement", "construction")),
    "head": (Role.HEAD, "finance", ("procurement", "construction")),
    "second-clerk": (Role.CLERK, "finance", ("procurement", "construction")),
    "centre": (Role.TRADING_CENTRE, "centre", ("*",)),
    "other-centre": (Role.TRADING_CENTRE, "housing", ("*",)),
    "security": (Role.SECURITY_ADMIN, "centre", ("*",)),
    "operator": (Role.SYSTEM_ADMIN, "centre", ("*",)),
    "auditor": (Role.AUDIT_ADMIN, "centre", ("*",)),
}


@dataclass(frozen=True)
class Person:
    """Somebody with an account: as the acts see them, and as the door does."""

    actor: Actor
    headers: dict[str, str]


def hire() -> dict[str, Person]:
    """One account per role, in two departments and a trading centre of the application at hand."""
    return runtime.perform(SYSTEM, staff)


def staff(work: UnitOfWork) -> dict[str, Person]:
    """Make the departments and their accounts."""
    for code, name, authority in (
        ("finance", AUTHORITY[0], AUTHORITY[1]),
        ("housing", "盐城市示例住房和城乡建设局", None),
        ("centre", "盐城市示例公共资源交易中心", None),
    ):
        accounts.ensure_department(work, accounts.NewDepartment(code, name, "supervisor", authority))
    made = {}
    for name, (role, department, sectors) in GRANTS.items():
        account = accounts.create(work, accounts.NewAccount(name, role, department, sectors, ("*",)))
        key = accounts.issue_key(work, account.id, name)
        made[name] = Person(actor_of(account), {"Authorization": f"Bearer {key}"})
    return made


@contextmanager
def town(
    store: str, templates: stores.Templates, folder: Path, **special: Any
) -> Iterator[tuple[dict[str, Person], pytest.MonkeyPatch]]:
    """A node on a store of its own with everybody at work, for tests that share it or bring their own days."""
    with templates.copy(store, folder) as url, pytest.MonkeyPatch.context() as patch:
        made = application(Settings(home=str(folder), database_url=url, node="city", **special))
        with made.app_context():
            yield runtime.perform(SYSTEM, staff), patch
            runtime.db.session.remove()
            runtime.db.engine.dispose()
