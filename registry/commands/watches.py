"""registry watches: add, list, show, end and replay a trading centre's standing watches."""

import datetime as dt
import json
from pathlib import Path

import click

from registry import runtime
from registry.commands.checks import EXISTING, read_stated, require_parties, trading_centre
from registry.commands.common import WholeRange, in_app
from registry.models import Watch
from registry.queries.checks import watched_parties
from registry.services.checks import watches
from registry.services.checks.request import Inquiry
from registry.unit_of_work import UnitOfWork

LIST_MAX = 1_000
ACCOUNT = click.option("--as", "account", help="Trading-centre account; default the only one there is.")


@click.group("watches")
def group() -> None:
    """Standing watches on the parties of a tender. 持续关注。"""


@group.command("add")
@click.argument("path", metavar="FILE", type=EXISTING)
@click.option("--sector", required=True, help="Trading sector of the tender.")
@click.option("--tender", required=True, help="Code of the tender.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day no longer watched.")
@click.option("--district", help="District of the tender.")
@click.option(
    "--must-tender/--not-must-tender", default=None, help="依法必须进行招标的项目; unsaid and needed: review."
)
@click.option("--webhook", help="Address to be told at; its host must stand in REGISTRY_WEBHOOK_HOSTS.")
@click.option("--after", type=WholeRange(0), help="Entry of the check made before; default the head.")
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="HEADING=FIELD",
    help="What a heading of the file means, such as 参选单位=name, or HEADING=- to leave it out; remembered.",
)
@ACCOUNT
@in_app
def add(  # noqa: PLR0913, PLR0917 - one parameter per option
    path: Path,
    sector: str,
    tender: str,
    until: dt.datetime,
    district: str | None,
    must_tender: bool | None,
    webhook: str | None,
    after: int | None,
    mapping: tuple[str, ...],
    account: str | None,
) -> None:
    """Watch the parties of a CSV or XLSX file, the same as `registry check` takes."""
    actor = trading_centre(account)
    rows = read_stated(actor, path.read_bytes(), path.name, mapping)

    def act(work: UnitOfWork) -> Watch:
        inquiry = Inquiry({"code": tender}, sector, must_tender, district, work.today, require_parties(rows))
        return watches.begin(work, inquiry, until.date(), webhook, after)

    watch = runtime.perform(actor, act)
    click.echo(f"{watch.id}: {watch.parties} parties watched after entry {watch.from_entry} until {watch.until}")


@group.command("list")
@ACCOUNT
@in_app
def list_watches(account: str | None) -> None:
    """List watches: id, state, day, parties, events, and how many a webhook has not taken."""
    actor = trading_centre(account)
    with runtime.reading() as session:
        for watch in watched_parties.list_watches(session, actor.department_id, after=0, limit=LIST_MAX):
            waiting = watched_parties.waiting(session, watch.id)
            click.echo(
                f"{watch.id}\t{watch.state}\tuntil {watch.until}\t{watch.parties} parties\tseen {watch.seen_entry}\t"
                f"{watch.events} events\t{waiting} pending"
            )


@group.command("show")
@click.argument("watch")
@click.option("--after", type=WholeRange(0), default=0, help="Sequence number to go on behind.")
@ACCOUNT
@in_app
def show(watch: str, after: int, account: str | None) -> None:
    """The events of a watch, oldest first: what happened to whom."""
    actor = trading_centre(account)
    with runtime.reading() as session:
        watch_row = watched_parties.own(session, actor.department_id, watch)
        for event in watched_parties.events(session, watch_row.id, after=after, limit=LIST_MAX):
            body = json.loads(watches.open_event(runtime.keys(), event).body)
            cause = f"{body['act']} {body['record']}" if body["act"] else f"day {body['on']}"
            click.echo(
                f"{event.sequence}\tentry {event.entry}\t{body['ref']}\t{body['before']['verdict']} -> "
                f"{body['after']['verdict']}\t{cause}\t{event.state}"
            )


@group.command("end")
@click.argument("watch")
@ACCOUNT
@in_app
def end(watch: str, account: str | None) -> None:
    """End a watch; its parties are forgotten, its events stay."""
    watch_row = runtime.perform(trading_centre(account), lambda work: watches.end(work, watch))
    click.echo(f"{watch_row.id}: {watch_row.state}")


@group.command("replay")
@click.argument("watch")
@click.option("--from", "first", type=WholeRange(1), required=True, help="First sequence number.")
@ACCOUNT
@in_app
def replay(watch: str, first: int, account: str | None) -> None:
    """Send events to the webhook again."""
    count = runtime.perform(trading_centre(account), lambda work: watches.replay(work, watch, first))
    click.echo(f"{count} to be sent again")
