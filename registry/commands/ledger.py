"""registry ledger: verify everything, sign the head."""

import sys

import click

from registry import db
from registry.commands.common import in_app
from registry.domain.permissions import SYSTEM
from registry.queries import integrity
from registry.queries import ledger as questions
from registry.services import ledger


@click.group("ledger")
def group() -> None:
    """The ledger."""


@group.command("seal")
@in_app
def seal() -> None:
    """Sign a checkpoint over the present head."""
    note = db.perform(SYSTEM, lambda work: getattr(ledger.seal(work), "note", None))
    click.echo(note or "nothing new to seal")


@group.command("verify")
@in_app
def verify() -> None:
    """Recompute every entry, publication, filing and checkpoint; name what does not stand."""
    wrong = 0
    with db.reading() as session:
        head = questions.head(session)
        with click.progressbar(length=head, label="verifying", file=sys.stderr) as bar:
            for line in integrity.findings(
                session, db.keys(), db.settings().node, lambda reached: bar.update(reached - bar.pos)
            ):
                wrong += 1
                click.echo(line)
    if wrong:
        click.echo(f"{wrong} contradictions in {head} entries")
        sys.exit(1)
    click.echo(f"{head} entries verified")
