"""registry ledger: verify the whole ledger, sign a checkpoint."""

import sys

import click

from registry import runtime
from registry.commands.common import in_app
from registry.domain.permissions import SHELL
from registry.queries import integrity
from registry.queries.publication import ledger_state
from registry.services.node import audit
from registry.services.publication import ledger
from registry.unit_of_work import UnitOfWork


@click.group("ledger")
def group() -> None:
    """The ledger."""


@group.command("seal")
@in_app
def seal() -> None:
    """Sign a checkpoint over the present head."""

    def act(work: UnitOfWork) -> str | None:
        audit.note(work, "ledger.seal", "ledger")
        return getattr(ledger.seal(work), "note", None)

    click.echo(runtime.perform(SHELL, act) or "nothing new to seal")


@group.command("verify")
@in_app
def verify() -> None:
    """Recompute every entry, publication, filing and checkpoint; list the contradictions."""
    wrong = 0
    with runtime.reading() as session:
        head = ledger_state.head(session)
        with click.progressbar(length=head, label="verifying", file=sys.stderr) as bar:
            for line in integrity.findings(
                session,
                runtime.keys(),
                runtime.settings().node,
                lambda reached: bar.update(reached - bar.pos),
            ):
                wrong += 1
                click.echo(line)
    if wrong:
        click.echo(f"{wrong} contradictions in {head} entries")
        sys.exit(1)
    click.echo(f"{head} entries verified")
