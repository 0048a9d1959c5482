"""registry law load, proposals, show, confirm, reject: change the law tables by an act of two persons."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from registry import runtime
from registry.api.law import preview_change
from registry.commands.common import actor_named, in_app
from registry.commands.penalties import EXISTING, ROW_NUMBER
from registry.commands.procedures import ACCOUNT
from registry.domain.permissions import Permission
from registry.models import LawProposal
from registry.queries.law.law_proposals import by_number, proposals
from registry.services.checks import law_preview
from registry.services.law import law_proposals


@click.group("law")
def group() -> None:
    """Changes of the law tables: proposed by one person, confirmed by another."""


@group.command("load")
@click.argument("paths", metavar="FILE...", type=EXISTING, nargs=-1, required=True)
@ACCOUNT
@click.option("--reason", required=True, help="Which change of the law it is.")
@click.option(
    "--checks",
    type=click.IntRange(0, 10_000),
    default=law_preview.CHECKS_DEFAULT,
    show_default=True,
    help="How many of the newest checks to answer again.",
)
@in_app
def load(paths: tuple[Path, ...], account: str, reason: str, checks: int) -> None:
    """Propose the rows of TOML files, each named after its kind as in registry/reference (measures.toml), and show
    which answers they would change. Nothing is in force before another person confirms it.
    """
    actor = actor_named(account)
    tables: dict[str, list[Any]] = {}
    for path in paths:
        tables[path.stem] = [*tables.get(path.stem, ()), *law_proposals.parse_rows(path.stem, path.read_bytes())]
    preview = preview_change(actor, tables, checks)
    proposal: LawProposal = runtime.perform(
        actor, lambda work: law_proposals.store(work, law_proposals.read_change(work, tables), reason, preview)
    )
    click.echo(f"proposal {proposal.id}: {len(json.loads(proposal.rows))} rows, law {proposal.law_after}")
    _print_preview(json.loads(proposal.preview))


def _print_preview(preview: Mapping[str, Any]) -> None:
    click.echo(
        f"{preview['checks']} of {preview['checks_stored']} stored checks answered again, "
        f"{preview['lines']} lines compared, {preview['left_out']} left out, {preview['unanswered']} checks unanswered"
    )
    click.echo(f"{preview['differing']} lines would differ")
    for line in preview["differences"]:
        reasons = f"{'、'.join(line['reasons_before'])} -> {'、'.join(line['reasons_after'])}"
        click.echo(
            f"check {line['check']}\t{line['on']}\t{line['ref']}\t{line['before']} -> {line['after']}\t{reasons}"
        )


@group.command("proposals")
@ACCOUNT
@in_app
def list_proposals(account: str) -> None:
    """Number, state, day, rows, lines that would differ, and reason of each proposal, the newest first."""
    actor_named(account).require(Permission.LAW_READ)
    with runtime.reading() as session:
        for proposal in proposals(session):
            differing = json.loads(proposal.preview)["differing"]
            cells = (
                proposal.id,
                proposal.state,
                proposal.proposed_at.date(),
                len(json.loads(proposal.rows)),
                differing,
            )
            click.echo("\t".join(map(str, (*cells, proposal.reason))))


@group.command("show")
@click.argument("number", metavar="ID", type=ROW_NUMBER)
@ACCOUNT
@in_app
def show(number: int, account: str) -> None:
    """The rows of a proposal as JSON, and what they would change in answers."""
    actor_named(account).require(Permission.LAW_READ)
    with runtime.reading() as session:
        proposal = by_number(session, number)
        click.echo(json.dumps(json.loads(proposal.rows), ensure_ascii=False, indent=1))
        _print_preview(json.loads(proposal.preview))


@group.command("confirm")
@click.argument("number", metavar="ID", type=ROW_NUMBER)
@ACCOUNT
@in_app
def confirm(number: int, account: str) -> None:
    """Confirm another person's proposal: its rows are the law from now on."""
    proposal, moved = runtime.perform(actor_named(account), lambda work: law_proposals.confirm(work, number))
    click.echo(f"proposal {proposal.id}: confirmed, law {proposal.law_after}, {moved} clocks moved")


@group.command("reject")
@click.argument("number", metavar="ID", type=ROW_NUMBER)
@click.option("--reason", required=True)
@ACCOUNT
@in_app
def reject(number: int, reason: str, account: str) -> None:
    """Reject a proposal, with the reason."""
    proposal = runtime.perform(actor_named(account), lambda work: law_proposals.reject(work, number, reason))
    click.echo(f"proposal {proposal.id}: rejected")
