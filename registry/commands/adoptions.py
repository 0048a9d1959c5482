"""registry file listings, registry listings adopt-verify, adopt-confirm: take in lists of other authorities."""

import datetime as dt
import sys
from collections import Counter
from pathlib import Path

import click

from registry import runtime
from registry.commands.common import actor_named, in_app
from registry.commands.penalties import ANNOTATED, CONFIRM, EXISTING, ROW_NUMBER, file_group, write_annotated
from registry.commands.procedures import ACCOUNT, listing_group
from registry.domain.filing.reading import parse_mapping
from registry.domain.permissions import Actor, Permission
from registry.models import ListAdoption
from registry.queries.cases import adoptions
from registry.services.cases import annotation, list_adoption, list_rows, list_verification
from registry.services.cases.list_verification import ListChanges

GROUPS = (file_group,)
"""The groups that this module completes."""


@file_group.command("listings")
@click.argument("path", metavar="FILE", type=EXISTING)
@click.option("--as", "account", required=True, help="Account that files.")
@click.option("--list", "scheme", required=True, help="Code of the list, as in /api/v1/schemes.")
@click.option("--full", is_flag=True, help="The file is the whole list: what it does not have has left.")
@click.option("--source", default="", help="Whose list it is, where the list is kept source by source.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Day whose state of the list it is; default: today.")
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="HEADING=FIELD",
    help="What a heading means, such as 失信主体=subject_name, or HEADING=- to leave it out; remembered.",
)
@CONFIRM
@ANNOTATED
@in_app
def file_listings(  # noqa: PLR0913, PLR0917 - one parameter per option
    path: Path,
    account: str,
    scheme: str,
    full: bool,
    source: str,
    as_of: dt.datetime | None,
    mapping: tuple[str, ...],
    confirm: tuple[str, ...],
    annotated: Path | None,
) -> None:
    """File a list of another authority (XLSX, CSV, JSON); bad rows are reported, good rows wait for verification.

    Killed half-way, run it again with the same file: it goes on where it was, and files nothing twice.
    """
    actor, data = actor_named(account), path.read_bytes()
    day = as_of.date() if as_of else None
    stated = list_adoption.ListFileFacts(scheme, day, full, source, parse_mapping(mapping), confirm)
    stored: ListAdoption = runtime.perform(
        actor, lambda work: list_adoption.store_adoption(work, data, path.name, stated)
    )
    list_adoption.run(lambda act: runtime.perform(actor, act), actor, stored.id)
    with runtime.reading() as session:
        adoption = adoptions.of_department(session, actor.department_id, stored.id)
        findings = adoptions.findings(session, stored.id)
    for finding in findings:
        click.echo(f"row {finding.row_number} {finding.column}: {finding.kind} {finding.code}: {finding.detail}")
    if annotated:
        vocabulary = list_adoption.vocabulary_of(adoption)
        write_annotated(annotated, data, path.name, annotation.cell_findings(findings), vocabulary)
    counts = ", ".join(f"{getattr(adoption, name)} {name}" for name in list_rows.OUTCOMES)
    click.echo(f"adoption {adoption.id}: {counts}, of {adoption.total} rows")
    sys.exit(1 if adoption.refused else 0)


@listing_group.command("adopt-verify")
@click.argument("number", metavar="ADOPTION", type=ROW_NUMBER)
@ACCOUNT
@in_app
def verify(number: int, account: str) -> None:
    """Verify another officer's list: publish what came and changed, remove what left."""
    actor, whole = actor_named(account), ListChanges(waiting=1)
    while whole.waiting:
        change: ListChanges = runtime.perform(actor, lambda work: list_verification.verify(work, number))
        for name in ("came", "changed", "renewed", "left"):
            getattr(whole, name).extend(getattr(change, name))
        whole.waiting, whole.kept = change.waiting, change.kept
    _print_changes(actor, number)
    counts = ", ".join(f"{len(getattr(whole, name))} {name}" for name in ("came", "changed", "renewed", "left"))
    click.echo(f"{counts}, {whole.kept} kept because rows were refused")


@listing_group.command("adopt-changes")
@click.argument("number", metavar="ADOPTION", type=ROW_NUMBER)
@ACCOUNT
@in_app
def show_changes(number: int, account: str) -> None:
    """What an update changes, record by record: what it would do until it is verified, and what it did afterwards."""
    actor = actor_named(account)
    actor.require(Permission.LISTING_READ)
    counts = _print_changes(actor, number)
    click.echo(", ".join(f"{counts[name]} {name}" for name in ("came", "changed", "left")))


def _print_changes(actor: Actor, number: int) -> Counter[str]:
    """Print change, record, name, code and document number, one line each; returns how many of each."""
    after, counts = 0, Counter[str]()
    with runtime.reading() as session:
        adoption = adoptions.of_department(session, actor.department_id, number)
        while changes := adoptions.changes(session, adoption, after, list_adoption.CHUNK):
            for change in changes:
                words = (change.change, change.record, change.name, change.uscc or "-", change.document_number)
                click.echo("\t".join(words))
                counts[change.change] += 1
            after = changes[-1].number
    return counts


@listing_group.command("adopt-return")
@click.argument("number", metavar="ADOPTION", type=ROW_NUMBER)
@click.option("--reason", required=True, help="Why; the officer who filed reads it.")
@ACCOUNT
@in_app
def send_back(number: int, reason: str, account: str) -> None:
    """Send another officer's list back: what it came with is not taken in, what is published stays."""
    actor = actor_named(account)
    while runtime.perform(actor, lambda work: list_verification.send_back(work, number, reason)):
        pass
    click.echo(f"adoption {number}: returned")


@listing_group.command("adopt-confirm")
@click.argument("number", metavar="ADOPTION", type=ROW_NUMBER)
@click.option("--removals", default="", help="Number and digest that were seen; without it they are shown only.")
@ACCOUNT
@in_app
def confirm(number: int, removals: str, account: str) -> None:
    """Confirm, as security administrator, a removal that the mass-removal guard stopped; other removals that come
    until it is used are not confirmed."""
    confirmed = runtime.perform(actor_named(account), lambda work: list_verification.confirm(work, number, removals))
    click.echo(f"adoption {number}: removals confirmed: {confirmed}")
