"""registry records: rebuild the index of records that the public search reads."""

import click

from registry import runtime
from registry.commands.common import in_app
from registry.domain.permissions import SYSTEM
from registry.services.publication import standing


@click.group("records")
def group() -> None:
    """The index of records that stand."""


@group.command("rebuild")
@in_app
def rebuild() -> None:
    """Rebuild the index of records that stand, when `registry ledger verify` names it."""
    click.echo(f"{runtime.perform(SYSTEM, standing.rebuild)} records indexed")
