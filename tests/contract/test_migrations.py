"""The migrations: numbered without a gap, one head, and together exactly the tables of the models."""

import re
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from registry import runtime
from registry.maintenance import schema
from registry.services.law import reference_loading

NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.py")


def versions() -> list[Path]:
    """The files in order."""
    return sorted((schema.MIGRATIONS / "versions").glob("*.py"))


def differences() -> list[object]:
    """What the database has and the models have not, or the other way round."""
    with runtime.db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, runtime.db.metadata))


def tables() -> set[str]:
    """The tables of the database."""
    return set(inspect(runtime.db.engine).get_table_names())


class TestMigrations:
    def test_are_numbered_without_a_gap(self):
        numbers = [NAME.fullmatch(path.name)[1] for path in versions()]
        assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]

    def test_form_one_line(self):
        for before, path in zip([None, *versions()], versions(), strict=False):
            text = path.read_text(encoding="utf-8")
            named = dict(re.findall(r"^(revision|down_revision)\b.*?= (.+)$", text, re.MULTILINE))
            assert named["revision"].strip("\"'") == path.name[:4]
            assert named["down_revision"].strip("\"'") == (before.name[:4] if before else "None")

    def test_import_no_models(self):
        assert not [path.name for path in versions() if "registry" in path.read_text(encoding="utf-8")]

    def test_make_the_tables_of_the_models(self, app):
        assert not differences()

    def test_go_down_to_nothing_and_up_again(self, app):
        schema.downgrade("base")
        assert tables() <= {"alembic_version"}
        schema.upgrade()
        assert not differences()
        with runtime.begin() as work:
            opened, closed = reference_loading.load(work)
        assert opened > 0
        assert closed == 0
