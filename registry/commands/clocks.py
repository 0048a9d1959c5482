"""registry deadlines, registry calendar: list running clocks, load the working-day calendar."""

from pathlib import Path

import click

from registry import runtime
from registry.commands.common import AS, actor_named, echo_proposal, in_app, operator_named
from registry.domain.permissions import Permission
from registry.queries.law import deadlines, reference_data
from registry.services import proposed_acts
from registry.services.law import calendar_loading
from registry.unit_of_work import day_of

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("deadlines")
@click.option("--as", "account", required=True, help="Account whose department and scope are shown.")
@click.option("--state", type=click.Choice([*deadlines.STATES, ",".join(deadlines.STATES)]), default="due,overdue")
@in_app
def list_deadlines(account: str, state: str) -> None:
    """Clocks that run in the account's scope, the soonest end first: last day, state, limit, record, what it is."""
    actor, today = actor_named(account), day_of(runtime.clock())
    actor.require(Permission.DEADLINE_READ)
    with runtime.reading() as session:
        reference = reference_data.current(session)
        for clock in deadlines.running_clocks(session, actor, state.split(","), today):
            running = deadlines.describe_clock(reference, clock, today)
            marks = [("provisional", clock.provisional), ("warn", running.warns)]
            cells = [
                str(clock.due),
                running.state,
                clock.deadline,
                clock.record,
                running.rule.name,
                f"{running.starts_at} {clock.starts_on}",
                running.rule.source,
                running.rule.status,
                " ".join(word for word, holds in marks if holds),
            ]
            click.echo("\t".join(cells).rstrip())


@click.group("calendar")
def calendar() -> None:
    """The working-day calendar."""


@calendar.command("load")
@click.argument("path", metavar="FILE", type=EXISTING)
@AS
@in_app
def load(path: Path, account: str | None) -> None:
    """Load a year's notice (TOML, as registry/reference/calendar.toml) and count every running clock again.

    With --as it is proposed, and a security administrator confirms it.
    """
    data, operator = path.read_bytes(), operator_named(account)
    if account is not None:
        echo_proposal(runtime.perform(operator, lambda work: proposed_acts.propose_calendar(work, data).id))
        return
    done = runtime.perform(operator, lambda work: calendar_loading.load(work, data))
    click.echo(f"{done.rows} rows loaded, {done.moved} clocks moved, {done.provisional} clocks still provisional")
