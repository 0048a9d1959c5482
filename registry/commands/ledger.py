"""registry ledger: verify the whole ledger, sign a checkpoint."""

import sys
from itertools import chain

import click

from registry import runtime
from registry.commands.common import AS, WholeRange, in_app, operator_named
from registry.domain.permissions import SHELL
from registry.domain.publication import cosignatures
from registry.queries import integrity, row_integrity
from registry.queries.exchange import peer_messages
from registry.queries.publication import erasure_check, ledger_state, witness_list
from registry.refusals.content import WitnessRefused
from registry.services.exchange.peers import is_safe_address
from registry.services.node import audit
from registry.services.publication import row_state, witnesses
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
        return getattr(row_state.seal(work), "note", None)

    click.echo(runtime.perform(SHELL, act) or "nothing new to seal")


@group.group("witness")
def witness_group() -> None:
    """The witnesses that cosign this node's checkpoints."""


@witness_group.command("add")
@click.argument("vkey")
@click.option("--url", default="", help="Where it answers add-checkpoint; none for a peer, which cosigns at each pull.")
@AS
@in_app
def add_witness(vkey: str, url: str, account: str | None) -> None:
    """Add a witness by the line that `registry witness init` printed; the keys file then names it."""
    if url and not is_safe_address(url):
        raise WitnessRefused("地址应为 https，或本机的 http")
    name, public = cosignatures.parse_vkey(vkey)
    runtime.perform(operator_named(account), lambda work: witnesses.add(work, name, public.hex(), url))
    click.echo(f"{name}: 已添加 added")


@witness_group.command("add-peer")
@click.argument("code")
@AS
@in_app
def add_peer(code: str, account: str | None) -> None:
    """Count the cosignatures that a peer gives at each pull."""

    def act(work: UnitOfWork) -> None:
        witnesses.add(work, code, peer_messages.peer(work.session, code).public_key, "")

    runtime.perform(operator_named(account), act)
    click.echo(f"{code}: 已添加 added")


@witness_group.command("remove")
@click.argument("name")
@AS
@in_app
def remove_witness(name: str, account: str | None) -> None:
    """Remove a witness."""
    runtime.perform(operator_named(account), lambda work: witnesses.remove(work, name))
    click.echo(f"{name}: 已移除 removed")


@witness_group.command("require")
@click.argument("number", type=WholeRange(1, 1000))
@AS
@in_app
def require_witnesses(number: int, account: str | None) -> None:
    """Set how many of the witnesses must have cosigned a checkpoint."""
    runtime.perform(operator_named(account), lambda work: witnesses.require(work, number))
    click.echo(f"{number} required")


@witness_group.command("list")
@in_app
def list_witnesses() -> None:
    """List the witnesses, and the newest size that each cosigned."""
    with runtime.reading() as session:
        checkpoint = ledger_state.last_checkpoint(session)
        origin = checkpoint.origin if checkpoint else ""
        for row in witness_list.witnesses(session):
            size = witness_list.last_cosigned(session, origin, row.name)
            click.echo(f"{row.name} {row.url or '-'} {size} of {checkpoint.size if checkpoint else 0}")
        policy = witness_list.policy(session)
    click.echo(f"要求 required {policy.required if policy else 0}")


@group.command("verify")
@in_app
def verify() -> None:
    """Recompute every entry, publication, filing and checkpoint, and compare every row with what the acts wrote; list
    the contradictions, and what was erased lawfully."""
    wrong = 0
    keys = runtime.keys()
    with runtime.reading(one_state=True) as session:
        head = ledger_state.head(session)
        with click.progressbar(length=head, label="verifying", file=sys.stderr) as bar:
            entry_findings = integrity.findings(
                session, keys, runtime.settings().node, lambda reached: bar.update(reached - bar.pos)
            )
            for line in chain(entry_findings, row_integrity.findings(session, keys.vault)):
                wrong += 1
                click.echo(line)
        for line in erasure_check.explained(session):
            click.echo(line)
    if wrong:
        click.echo(f"{wrong} contradictions in {head} entries")
        sys.exit(1)
    click.echo(f"{head} entries verified")
