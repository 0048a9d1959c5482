"""Lint the migrations, ``python -m tools.migration_lint``: the SQL they run on PostgreSQL, printed offline and read
by squawk (locks, rewrites, what breaks a running node), and two rules of our own.

A migration that must break a rule names it with the reason, and the lint refuses a name that is not needed::

    LINT_ACCEPTS = {"require-concurrent-index-creation": "peers has a handful of rows"}
"""

import ast
import importlib.util
import io
import json
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from alembic.migration import MigrationContext
from alembic.operations import Operations

ROOT = Path(__file__).parents[1]
VERSIONS = ROOT / "registry" / "migrations" / "versions"
BASELINE = {
    "0006": {"data-and-schema": "the counters begin with their table, at nought"},
    "0015": {"require-concurrent-index-creation": "it locks checks while the node is down for its upgrade"},
}
"""What migrations from before the lint may do, as what has run in nodes is not edited; a new one has LINT_ACCEPTS."""
_READS_ROWS = {"get_bind"}
_MOVES_DATA = {"execute", "bulk_insert"} | _READS_ROWS
_NEITHER = {"f", "get_context", "inline_literal"}
_UNNAMED = re.compile(
    r"^\s*(?:ALTER TABLE \S+ ADD )?(?:PRIMARY KEY|UNIQUE|FOREIGN KEY|CHECK|EXCLUDE)\b.*$", re.MULTILINE
)


@dataclass(frozen=True)
class Finding:
    """One rule that one migration breaks."""

    migration: str
    rule: str
    detail: str

    def __str__(self) -> str:
        return f"{self.migration}: {self.rule}: {self.detail}"


def findings(versions: Path = VERSIONS) -> list[Finding]:
    """The rules that the migrations of a folder break, in their order; empty when they may run."""
    paths = sorted(versions.glob("*.py"))
    broken = [finding for path in paths for finding in _check_source(path)]
    accepted: dict[str, Mapping[str, str]] = {}
    sql_by_migration: dict[str, str] = {}
    for path in paths:
        module = _load_module(path)
        accepted[path.stem] = {**BASELINE.get(path.stem[:4], {}), **getattr(module, "LINT_ACCEPTS", {})}
        # What reads rows cannot be printed without a database; it may change no table, so that nothing is missed.
        if not _list_operations(path) & _READS_ROWS:
            sql_by_migration[path.stem] = _print_sql(module)
    broken += [finding for name, sql in sql_by_migration.items() for finding in _check_names(name, sql)]
    broken += _run_squawk(sql_by_migration)
    return sorted(_drop_accepted(broken, accepted), key=lambda finding: finding.migration)


def _drop_accepted(broken: list[Finding], accepted: dict[str, Mapping[str, str]]) -> Iterator[Finding]:
    broken_rules = {(finding.migration, finding.rule) for finding in broken}
    yield from (finding for finding in broken if not accepted[finding.migration].get(finding.rule, "").strip())
    for migration, rules in accepted.items():
        for rule in rules:
            if (migration, rule) not in broken_rules:
                yield Finding(migration, "needless-acceptance", f"{rule} is accepted and not broken")


def _check_source(path: Path) -> Iterator[Finding]:
    used = _list_operations(path)
    if used & _MOVES_DATA and used - _MOVES_DATA - _NEITHER:
        yield Finding(path.stem, "data-and-schema", "moves data and changes tables; make two migrations of it")


def _list_operations(path: Path) -> set[str]:
    """The names of ``op`` that a migration uses on its way up."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    up = [node for node in module.body if not (isinstance(node, ast.FunctionDef) and node.name == "downgrade")]
    return {
        node.attr
        for part in up
        for node in ast.walk(part)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "op"
    }


def _load_module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"migration_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _print_sql(module: ModuleType) -> str:
    """The SQL of a migration on PostgreSQL, between BEGIN and COMMIT as ``migrations/env.py`` runs it."""
    buffer = io.StringIO()
    options = {"as_sql": True, "output_buffer": buffer, "transactional_ddl": True}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    with context.begin_transaction(), Operations.context(context):
        module.upgrade()
    return buffer.getvalue()


def _check_names(migration: str, sql: str) -> Iterator[Finding]:
    for line in _UNNAMED.findall(sql):
        yield Finding(migration, "unnamed-constraint", line.strip(" ,"))


def _run_squawk(sql_by_migration: dict[str, str]) -> list[Finding]:
    if not sql_by_migration:
        return []
    with tempfile.TemporaryDirectory() as folder:
        for name, sql in sql_by_migration.items():
            (Path(folder) / f"{name}.sql").write_text(sql, encoding="utf-8")
        command = [Path(sysconfig.get_path("scripts")) / "squawk", "--config", ROOT / ".squawk.toml"]
        completed = subprocess.run(
            [*command, "--reporter", "json", *sorted(Path(folder).iterdir())],
            capture_output=True,
            text=True,
            check=False,
        )
    if completed.returncode not in (0, 1) or not completed.stdout.strip():
        raise RuntimeError(f"squawk did not run: {completed.stderr}")
    return [
        Finding(Path(item["file"]).stem, item["rule_name"], item["message"]) for item in json.loads(completed.stdout)
    ]


def main() -> None:
    """Print the broken rules; exit 1 when there are any."""
    broken = findings()
    for finding in broken:
        print(finding)
    if broken:
        sys.exit(1)
    print("migrations: nothing found")


if __name__ == "__main__":
    main()
