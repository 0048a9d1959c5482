"""registry ledger: verify the whole ledger, sign a checkpoint."""

import sys
from itertools import chain

import click

from registry import runtime
from registry.commands.common import in_app
from registry.domain.permissions import SYSTEM
from registry.queries import integrity, row_integrity
from registry.queries.publication import ledger_state
from registry.services.publication import row_state


@click.group("ledger")
def group() -> None:
    """The ledger."""


@group.command("seal")
@in_app
def seal() -> None:
    """Sign a checkpoint over the present head."""
    note = runtime.perform(SYSTEM, lambda work: getattr(row_state.seal(work), "note", None))
    click.echo(note or "nothing new to seal")


@group.command("verify")
@in_app
def verify() -> None:
    """Recompute every entry, publication, filing and checkpoint, and compare every row with what the acts wrote; list
    the contradictions."""
    wrong = 0
    keys = runtime.keys()
    with runtime.reading(one_state=True) as session:
        head = ledger_state.head(session)
        with click.progressbar(length=head, label="verifying", file=sys.stderr) as bar:
            entry_findings = integrity.findings(
                session, keys, runtime.settings().node, lambda reached: bar.update(reached - bar.pos)
            )
            for line in chain(entry_findings, row_integrity.findings(session, keys.vault)):
                wrong += 1
                click.echo(line)
    if wrong:
        click.echo(f"{wrong} contradictions in {head} entries")
        sys.exit(1)
    click.echo(f"{head} entries verified")
