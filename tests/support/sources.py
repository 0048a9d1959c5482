"""The source files of the project, parsed."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("registry", "sync")
EVERYWHERE = (*PRODUCT, "benchmarks", "tests", "tools")
VERSIONS = "registry/migrations/versions"


@cache
def files(folders: tuple[str, ...] = PRODUCT) -> tuple[str, ...]:
    """Paths from the root; the migrations are history and are left out."""
    found = [path.relative_to(ROOT).as_posix() for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return tuple(sorted(path for path in found if not path.startswith(VERSIONS)))


@cache
def tree(path: str) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def is_module(name: str) -> bool:
    """Whether a dotted name is that of a module of ours."""
    return (ROOT / name.replace(".", "/")).with_suffix(".py").exists()


def lines(path: str) -> int:
    """How many lines a file has."""
    return len((ROOT / path).read_text(encoding="utf-8").splitlines())


def functions(path: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, inner ones too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def attributes(path: str) -> Iterator[tuple[str, int]]:
    """(dotted name, line) of every attribute read or called: ``dt.datetime.now``, ``session.commit``."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node), node.lineno
