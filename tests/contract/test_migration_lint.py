"""The lint of migrations: it finds nothing in ours, and finds what is planted."""

from pathlib import Path

import pytest

from tools import migration_lint

HEAD = '"""Planted."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
TABLE = 'op.create_table("t", sa.Column("id", sa.BigInteger(), nullable=False), {})'
NAMED = TABLE.format('sa.PrimaryKeyConstraint("id", name="pk_t")')
NEW_COLUMN = 'op.add_column("checks", sa.Column("place", sa.Text(), {}))'
INDEX = 'op.create_index("ix_{0}_a", "{0}", ["a"])'
APART = (
    "with op.get_context().autocommit_block():\n        "
    'op.create_index("ix_checks_a", "checks", ["a"], postgresql_concurrently=True, if_not_exists=True)'
)
PLANTED = {
    "a column that old rows cannot have": (NEW_COLUMN.format("nullable=False"), "adding-required-field"),
    "an index that stops filing": (INDEX.format("publications"), "require-concurrent-index-creation"),
    "an index that stops the ledger": (INDEX.format("ledger_entries"), "require-concurrent-index-creation"),
    "an index that stops checks": (INDEX.format("checks"), "require-concurrent-index-creation"),
    "a table written anew": ('op.alter_column("checks", "number", type_=sa.Text())', "changing-column-type"),
    "a column gone under old code": ('op.drop_column("checks", "place")', "ban-drop-column"),
    "a key without a name": (TABLE.format('sa.PrimaryKeyConstraint("id")'), "unnamed-constraint"),
    "a reference without a name": (
        NEW_COLUMN.format('sa.ForeignKey("departments.id"), nullable=True'),
        "unnamed-constraint",
    ),
    "rows beside tables": (f"{NAMED}\n    op.execute(\"UPDATE checks SET place = ''\")", "data-and-schema"),
    "rows read beside tables": (f"{NAMED}\n    op.get_bind()", "data-and-schema"),
}
HARMLESS = {
    "a new table": NAMED,
    "a column with a default": NEW_COLUMN.format('nullable=False, server_default=""'),
    "rows alone": "op.execute(\"UPDATE checks SET place = ''\")",
    "rows read alone": "assert op.get_bind().execute(sa.text('SELECT 1')).all()",
    "an index made beside running writers": APART,
}


def rules(folder: Path, upgrade: str, before: str = "") -> set[str]:
    """The rules that a migration with this body of ``upgrade`` breaks."""
    text = f"{HEAD}{before}\n\ndef upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    op.drop_table('t')\n"
    (folder / "0021_planted.py").write_text(text, encoding="utf-8")
    return {finding.rule for finding in migration_lint.findings(folder)}


class TestMigrationLint:
    def test_finds_nothing_in_ours(self) -> None:
        assert not migration_lint.findings()

    @pytest.mark.parametrize(("upgrade", "rule"), PLANTED.values(), ids=PLANTED)
    def test_finds(self, tmp_path: Path, upgrade: str, rule: str) -> None:
        assert rule in rules(tmp_path, upgrade)

    @pytest.mark.parametrize("upgrade", HARMLESS.values(), ids=HARMLESS)
    def test_lets_pass(self, tmp_path: Path, upgrade: str) -> None:
        assert not rules(tmp_path, upgrade)


class TestAcceptance:
    RULE = "require-concurrent-index-creation"

    def test_counts_with_a_reason(self, tmp_path: Path) -> None:
        assert not rules(tmp_path, INDEX.format("peers"), f'LINT_ACCEPTS = {{"{self.RULE}": "a handful of rows"}}\n')

    def test_counts_not_without_one(self, tmp_path: Path) -> None:
        assert rules(tmp_path, INDEX.format("peers"), f'LINT_ACCEPTS = {{"{self.RULE}": " "}}\n') == {self.RULE}

    def test_must_be_needed(self, tmp_path: Path) -> None:
        assert rules(tmp_path, NAMED, f'LINT_ACCEPTS = {{"{self.RULE}": "why"}}\n') == {"needless-acceptance"}
