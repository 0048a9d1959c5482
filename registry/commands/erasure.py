"""registry erase: propose to erase the content of a record."""

import click

from registry import runtime
from registry.commands.common import actor_named, echo_proposal, in_app
from registry.commands.procedures import ACCOUNT
from registry.services.cases import erasure


@click.command("erase")
@click.argument("record")
@click.option("--ground", required=True, help="Code of the legal ground (reference kind erasure_grounds); public.")
@click.option("--reason", required=True, help="Why; kept sealed.")
@ACCOUNT
@in_app
def erase(record: str, ground: str, reason: str, account: str) -> None:
    """Propose to erase the content of a published record; `registry proposals confirm` by another person does it."""
    actor = actor_named(account)
    echo_proposal(runtime.perform(actor, lambda work: erasure.propose(work, record, ground, reason).id))
