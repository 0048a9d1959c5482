"""Generate the tables of ``docs/`` from the code: ``python -m tools.documents --write``."""

import ast
import dataclasses
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import registry.refusals.acts
import registry.refusals.award
import registry.refusals.content
import registry.refusals.maintenance
import registry.refusals.open_data
import registry.refusals.procedure
import registry.refusals.sign_in
import registry.refusals.subscriptions
from registry.errors import Refusal
from registry.settings import Settings
from tools.checking import checking_text
from tools.formats import exchange_text
from tools.law import law_table
from tools.module_map import module_map
from tools.procedures import procedures_table

DOCS = Path(__file__).parents[1] / "docs"


def refusals() -> list[type[Refusal]]:
    """Every refusal that can be raised, and the six kinds, in the order of their codes."""
    classes = {
        member
        for module in (
            registry.refusals.acts,
            registry.refusals.award,
            registry.refusals.content,
            registry.refusals.maintenance,
            registry.refusals.open_data,
            registry.refusals.procedure,
            registry.refusals.sign_in,
            registry.refusals.subscriptions,
        )
        for member in vars(module).values()
        if isinstance(member, type) and issubclass(member, Refusal) and member is not Refusal
    }
    return sorted(classes, key=lambda member: member.code)


def kind_of(refusal: type[Refusal]) -> type[Refusal]:
    """Which of the six kinds a refusal is."""
    return next(base for base in refusal.__mro__ if Refusal in base.__bases__)


def errors_table() -> str:
    """The table of all refusals: permanent code, HTTP status, kind, title, meaning."""
    rows = [
        f"| `{refusal.code}` | {refusal.status} | {kind_of(refusal).__name__} "
        f"| {refusal.title} | {_first_line(refusal)} |"
        for refusal in refusals()
    ]
    return "\n".join(
        [
            "# Refusals",
            "",
            "Made from `registry/refusals/`. Codes are permanent; every answer that",
            "refuses is `application/problem+json` with `code`, `title` and, for fields or rows, `errors`.",
            "",
            "| code | HTTP | kind | 说明 | meaning |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def settings_table() -> str:
    """The table of all settings: variable, default, meaning."""
    rows = [f"| `REGISTRY_{name.upper()}` | `{default!r}` | {meaning} |" for name, default, meaning in settings()]
    return "\n".join(
        [
            "# Settings",
            "",
            "Made from `registry/settings.py`. Each is an environment variable; an unknown `REGISTRY_` variable is",
            "refused at the start.",
            "",
            "| variable | default | meaning |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def settings() -> Iterator[tuple[str, object, str]]:
    """(name, default, meaning) of each setting; the meaning is the text under it."""
    [class_node] = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(class_node, ast.ClassDef)
    texts: dict[str, str] = {}
    name = ""
    for node in class_node.body:
        if isinstance(node, ast.AnnAssign):
            name = ast.unparse(node.target)
        elif name and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            texts[name] = " ".join(str(node.value.value).split())
    for field in dataclasses.fields(Settings):
        yield field.name, field.default, texts.get(field.name, "")


def _first_line(documented: type) -> str:
    return " ".join((inspect.getdoc(documented) or "").split("\n\n", maxsplit=1)[0].split()).replace("|", "\\|")


TABLES = {
    "checking.md": lambda: checking_text((DOCS / "checking.md").read_text("utf-8")),
    "errors.md": errors_table,
    "exchange.md": lambda: exchange_text((DOCS / "exchange.md").read_text("utf-8")),
    "law.md": law_table,
    "modules.md": module_map,
    "procedures.md": procedures_table,
    "settings.md": settings_table,
}

if __name__ == "__main__" and "--write" in sys.argv:
    for file, table in TABLES.items():
        (DOCS / file).write_text(table(), encoding="utf-8")
