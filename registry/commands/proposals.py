"""registry proposals: acts that wait for a second person; confirm and refuse them."""

import json
from pathlib import Path

import click

from registry import runtime
from registry.commands.common import actor_named, in_app
from registry.commands.penalties import ROW_NUMBER
from registry.commands.procedures import ACCOUNT
from registry.models import Proposal
from registry.queries.node.proposals import STATES
from registry.services.cases.proposed_steps import decode_documents
from registry.services.node import proposals
from registry.services.proposed_acts import ACTS
from registry.serving import access_trail
from registry.serving.proposal_access import confirm_proposal, describe, describe_arguments, find_visible, list_visible

LIST_MAX = 1000


@click.group("proposals")
def group() -> None:
    """Acts that take two persons: one proposes, another confirms. 待另一人确认的事项。"""


@group.command("list")
@ACCOUNT
@click.option("--state", type=click.Choice(STATES), default=STATES[0], show_default=True)
@in_app
def list_proposals(account: str, state: str) -> None:
    """Number, act, what it is about, who proposed it, and until when it can be confirmed."""
    items, _ = list_visible(actor_named(account), state, 0, LIST_MAX)
    for item in items:
        cells = (item["id"], item["act"], item["reference"], item["proposed_by"], item["expires_at"][:10])
        click.echo("\t".join(cells))


@group.command("show")
@click.argument("number", metavar="ID", type=ROW_NUMBER)
@click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path),
    help="Write the files of its documents to this folder.",
)
@ACCOUNT
@in_app
def show(number: int, documents: Path | None, account: str) -> None:
    """A proposal with its arguments, as JSON."""
    actor = actor_named(account)
    with runtime.reading() as session:
        proposal: Proposal = find_visible(session, actor, number)
        body = describe(session, proposal) | {"arguments": describe_arguments(proposal)}
    access_trail.note_reading(actor, "proposal.read", str(number))
    click.echo(json.dumps(body, ensure_ascii=False, indent=1))
    if documents:
        access_trail.note_reading(actor, "proposal.read-document", str(number))
        files = decode_documents(json.loads(runtime.keys().vault.open(proposal.sealed)))
        for place, document in enumerate(files, start=1):
            if document.content is not None:
                suffix = document.media_type().rsplit("/", maxsplit=1)[-1]
                (documents / f"proposal-{number}-{place}.{suffix}").write_bytes(document.content)


@group.command("confirm")
@click.argument("number", metavar="ID", type=ROW_NUMBER)
@ACCOUNT
@in_app
def confirm(number: int, account: str) -> None:
    """Confirm another person's proposal: the act is done now, in both names."""
    answer = confirm_proposal(actor_named(account), number)
    outcome = " ".join(f"{name}={value}" for name, value in answer["outcome"].items())
    click.echo(f"proposal {number}: confirmed, {answer['act']} {outcome}".rstrip())


@group.command("refuse")
@click.argument("number", metavar="ID", type=ROW_NUMBER)
@click.option("--reason", required=True)
@ACCOUNT
@in_app
def refuse(number: int, reason: str, account: str) -> None:
    """Refuse a proposal, or take the own one back, with the reason."""
    runtime.perform(actor_named(account), lambda work: proposals.refuse(work, ACTS, number, reason).id)
    click.echo(f"proposal {number}: refused")
