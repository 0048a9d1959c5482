"""registry names: rebuild the index of names."""

import click

from registry import runtime
from registry.commands.common import in_app
from registry.domain.permissions import SHELL
from registry.services.publication import name_index


@click.group("names")
def group() -> None:
    """The index of names."""


@group.command("rebuild")
@in_app
def rebuild() -> None:
    """Rebuild the index of names, as after a change of how names are folded; nothing is published meanwhile."""
    click.echo(f"{runtime.perform(SHELL, name_index.rebuild)} names indexed")
