"""Each command is imported when it is run, and is then whole."""

import ast
from importlib import import_module
from pathlib import Path

import click
import pytest

from registry import cli, commands

MODULES = [path for path in Path(commands.__file__).parent.glob("*.py") if path.stem != "__init__"]
CONTEXT = click.Context(cli.main)


def imported_groups(path):
    """The groups of other modules that a module imports, by their names there."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("registry.commands."):
            module = import_module(node.module)
            yield from (found for name in node.names if isinstance(found := getattr(module, name.name), click.Group))


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_command_is_found_by_its_name(name):
    assert cli.main.get_command(CONTEXT, name).name == name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_module_that_completes_a_group_of_another_is_imported_with_it(path):
    for group in imported_groups(path):
        assert path.stem in cli.COMPLETED_BY[group.name]


def test_every_module_has_a_command():
    modules = {place.partition(":")[0] for place in cli.COMMANDS.values()}
    completing = {name for names in cli.COMPLETED_BY.values() for name in names}
    assert {path.stem for path in MODULES} - modules - completing == {"common"}
