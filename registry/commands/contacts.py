"""registry contacts: where subjects are reached, and confirmation codes issued at the counter."""

import click

from registry import runtime
from registry.commands.common import actor_named, echo_proposal, in_app
from registry.commands.procedures import ACCOUNT
from registry.services.cases import proposed_steps
from registry.unit_of_work import UnitOfWork


@click.group("contacts")
def group() -> None:
    """Contacts of the subjects of records, and codes that confirm their applications. 当事人联系方式与核验码。"""


@group.command("set")
@click.argument("record")
@click.option("--email", required=True, help="Address to which confirmation codes go.")
@ACCOUNT
@in_app
def set_contact(record: str, email: str, account: str) -> None:
    """Propose the mail address of the subject of a record; another officer confirms it."""
    actor = actor_named(account)
    echo_proposal(runtime.perform(actor, lambda work: proposed_steps.propose_contact(work, record, email).id))


@group.command("code")
@click.argument("record")
@ACCOUNT
@in_app
def issue_code(record: str, account: str) -> None:
    """Issue a code to the subject of a record, whom the officer has identified; it is shown once.

    It holds when another officer confirms it.
    """

    def act(work: UnitOfWork) -> tuple[int, str]:
        proposal, code = proposed_steps.propose_code(work, record)
        return proposal.id, code

    number, code = runtime.perform(actor_named(account), act)
    click.echo(code)
    echo_proposal(number)
