"""registry keys: the public keys of this node, their rotation and revocation."""

from pathlib import Path

import click

from registry import runtime
from registry.commands.checks import WRITTEN
from registry.commands.common import AS, echo_proposal, in_app, operator_named
from registry.domain.permissions import SHELL, Actor
from registry.keys.signing import EXCHANGE, SECOND, SIGNING
from registry.queries.publication import known_keys
from registry.services import proposed_acts
from registry.services.node import audit
from registry.services.publication import key_rotation
from registry.unit_of_work import UnitOfWork


@click.group("keys", invoke_without_command=True)
@click.option("--out", type=WRITTEN, help="Write to this file.")
@click.option("--exchange", is_flag=True, help="Only the key by which peers know this node, in hex.")
@click.pass_context
def group(context: click.Context, out: Path | None, exchange: bool) -> None:
    """The public keys of this node, for `registry verify`; with a command: rotate, revoke."""
    if context.invoked_subcommand is None:
        _print_keys(out, exchange)


@in_app
def _print_keys(out: Path | None, exchange: bool) -> None:
    content = runtime.keys().exchange.public.hex().encode() if exchange else _build_document()
    if out:
        out.write_bytes(content)
    click.echo(f"keys: {out}" if out else content.decode())


def _build_document() -> bytes:
    with runtime.reading() as session:
        return known_keys.document(session, runtime.settings().node, runtime.keys().signer)


@group.command("rotate")
@click.option("--exchange", is_flag=True, help="The key by which peers know this node, instead of the signing key.")
@click.option("--second", is_flag=True, help="The SM2 key that signs beside the signing key; the first time, make one.")
@AS
@in_app
def rotate(exchange: bool, second: bool, account: str | None) -> None:
    """Rotate a key: the new one signs from now on, endorsed by the old. Running processes take it up by themselves.

    With --as it is proposed, and another security administrator confirms it on this machine.
    """
    if exchange and second:
        raise click.UsageError("--exchange and --second are two keys: one after the other")
    name, operator = EXCHANGE if exchange else SECOND if second else SIGNING, operator_named(account)
    if account is not None:
        echo_proposal(runtime.perform(operator, lambda work: proposed_acts.propose_rotation(work, name).id))
        return

    if second:
        _rotate_second(operator)
        return
    successor = runtime.keys().draft(name)

    def act(work: UnitOfWork) -> None:
        if exchange:
            key_rotation.rotate_exchange(work, successor)
        elif not key_rotation.is_promoted(work, successor):
            key_rotation.rotate(work, successor)

    runtime.perform(operator, act)
    retired = runtime.keys().promote(name)
    click.echo(f"signing key: {successor.key_id}" if not exchange else f"exchange key: {successor.public.hex()}")
    click.echo(f"the old private key is kept at {retired}: move it away from this machine")
    if exchange:
        click.echo("every peer must now run: registry exchange peers change CODE --public-key HEX")


def _rotate_second(operator: Actor) -> None:
    successor = runtime.keys().draft_second()

    def act(work: UnitOfWork) -> None:
        if not key_rotation.is_second_promoted(work, successor):
            key_rotation.rotate_second(work, successor)

    runtime.perform(operator, act)
    retired = runtime.keys().promote(SECOND)
    click.echo(f"second key (SM2): {successor.key_id}; give out the public keys again")
    if retired:
        click.echo(f"the old private key is kept at {retired}: move it away from this machine")


@group.command("encrypt")
@in_app
def encrypt() -> None:
    """Encrypt the key files under REGISTRY_KEYS_PASSPHRASE_FILE; again after its first line has changed."""
    replaced = runtime.keys().encrypt()
    runtime.perform(SHELL, lambda work: audit.note(work, "keys.encrypt", str(len(replaced))))
    for path in replaced:
        click.echo(f"encrypted: {path}")
    click.echo(f"{len(replaced)} files encrypted under the first line of {runtime.settings().keys_passphrase_file}")


@group.command("revoke")
@click.argument("kid")
@click.option("--reason", required=True, help="Why; it is public.")
@AS
@in_app
def revoke(kid: str, reason: str, account: str | None) -> None:
    """Revoke a key that no longer signs: what it signed proves nothing any more by itself.

    With --as it is proposed, and another security administrator confirms it.
    """
    operator = operator_named(account)
    if account is not None:
        act = proposed_acts.propose_revocation
        echo_proposal(runtime.perform(operator, lambda work: act(work, kid, reason).id))
        return
    runtime.perform(operator, lambda work: key_rotation.revoke(work, kid, reason))
    click.echo(f"{kid}: revoked; give out the public keys again")
