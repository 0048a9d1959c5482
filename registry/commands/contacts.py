"""registry contacts: where subjects are reached, and confirmation codes issued at the counter."""

import click

from registry import runtime
from registry.commands.common import actor_named, in_app
from registry.commands.procedures import ACCOUNT
from registry.services.cases import relief_confirmation


@click.group("contacts")
def group() -> None:
    """Contacts of the subjects of records, and codes that confirm their applications. 当事人联系方式与核验码。"""


@group.command("set")
@click.argument("record")
@click.option("--email", required=True, help="Address to which confirmation codes go.")
@ACCOUNT
@in_app
def set_contact(record: str, email: str, account: str) -> None:
    """File the mail address of the subject of a record."""
    actor = actor_named(account)
    runtime.perform(actor, lambda work: relief_confirmation.file_contact(work, record, email))
    click.echo(f"{record}: 已登记 filed")


@group.command("code")
@click.argument("record")
@ACCOUNT
@in_app
def issue_code(record: str, account: str) -> None:
    """Issue a code to the subject of a record, whom the officer has identified; it is shown once."""
    actor = actor_named(account)
    click.echo(runtime.perform(actor, lambda work: relief_confirmation.issue_code(work, record)))
