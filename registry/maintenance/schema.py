"""Migrate the schema of a node's store, and tell which migration it stands at.

Alembic is loaded for that alone: it would take a good part of the time in which a command starts, and few need it.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy.orm import Session

import registry
from registry import runtime

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

MIGRATIONS = Path(registry.__file__).parent / "migrations"


def upgrade() -> None:
    """Bring the store of the application at hand to the last migration of this release."""
    import flask_migrate

    flask_migrate.Migrate(current_app, runtime.db)
    flask_migrate.upgrade(directory=str(MIGRATIONS))


def downgrade(revision: str) -> None:
    """Take the store of the application at hand back to a migration, or to ``base``, which is before the first."""
    import flask_migrate

    flask_migrate.Migrate(current_app, runtime.db)
    flask_migrate.downgrade(directory=str(MIGRATIONS), revision=revision)


def current_revision(session: Session) -> str | None:
    """The migration that the store stands at, None before the first."""
    from alembic.runtime.migration import MigrationContext

    revision: str | None = MigrationContext.configure(session.connection()).get_current_revision()
    return revision


def known_revisions() -> set[str]:
    """The numbers of the migrations of this release."""
    return {script.revision for script in _migrations().walk_revisions()}


def newest_revision() -> str:
    """The number of the last migration of this release."""
    return str(_migrations().get_current_head())


@cache
def _migrations() -> "ScriptDirectory":
    """The migrations of this release, each imported when first asked for, once in a process."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(MIGRATIONS))
