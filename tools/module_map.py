"""Map of the modules: ``docs/modules.md`` from the first sentence of each module's docstring."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("registry", "sync")


def module_map() -> str:
    """Every room with its modules, in the order of their paths."""
    lines = [
        "# Modules",
        "",
        "Made from the first sentence of each module; how the rooms lie to each other: [architecture](architecture.md)",
    ]
    for folder in _folders():
        lines += ["", f"## `{folder.relative_to(ROOT)}/`", ""]
        if subject := first_sentence(folder / "__init__.py"):
            lines += [subject, ""]
        modules = [path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]
        lines += [f"- `{path.stem}`: {first_sentence(path)}" for path in modules]
    return "\n".join([*lines, ""])


def first_sentence(path: Path) -> str:
    """The first sentence of a module's docstring; empty without one."""
    documented = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    paragraph = " ".join(documented.partition("\n\n")[0].split())
    return paragraph if ". " not in paragraph else paragraph[: paragraph.index(". ") + 1]


def _folders() -> Iterator[Path]:
    for package in PACKAGES:
        for marker in sorted((ROOT / package).rglob("__init__.py")):
            if any(path.name != "__init__.py" for path in marker.parent.glob("*.py")):
                yield marker.parent
