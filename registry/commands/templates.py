"""registry template: write a workbook to fill in."""

from pathlib import Path

import click

from registry import runtime
from registry.commands.common import actor_named, in_app
from registry.commands.penalties import require_writable
from registry.queries.cases import file_templates
from registry.unit_of_work import day_of


@click.command("template")
@click.argument("what", type=click.Choice(("penalties", "bidders", "listings")))
@click.option(
    "--out",
    "path",
    required=True,
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    callback=require_writable,
    help="XLSX to write.",
)
@click.option("--as", "account", help="Account that will file: its department, sectors and districts are offered.")
@click.option("--list", "scheme", help="Code of the list, for listings.")
@in_app
def template(what: str, path: Path, account: str | None, scheme: str | None) -> None:
    """Write a template: lists to choose from, an explanation, an example that is not filed."""
    if scheme and what != "listings":
        raise click.UsageError("--list is for listings")
    actor = actor_named(account) if account else None
    with runtime.reading() as session:
        if what == "penalties":
            data = file_templates.penalty_template(session, actor)
        elif what == "bidders":
            data = file_templates.bidder_template(session)
        else:
            data = file_templates.list_template(session, scheme, day_of(runtime.clock()))
    path.write_bytes(data)
    click.echo(f"{path}: template of {what}")
