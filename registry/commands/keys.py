"""registry keys: the public keys of this node, their rotation and revocation."""

from pathlib import Path

import click

from registry import runtime
from registry.commands.checks import WRITTEN
from registry.commands.common import in_app
from registry.domain.permissions import SYSTEM
from registry.queries.publication import known_keys
from registry.services.node import audit
from registry.services.publication import key_rotation
from registry.signing import EXCHANGE, SIGNING
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
@in_app
def rotate(exchange: bool) -> None:
    """Rotate a key: the new one signs from now on, endorsed by the old. Running processes take it up by themselves."""
    name = EXCHANGE if exchange else SIGNING
    successor = runtime.keys().draft(name)

    def act(work: UnitOfWork) -> None:
        if exchange:
            audit.note(work, "keys.rotate.exchange", successor.key_id)
        elif not key_rotation.is_promoted(work, successor):
            key_rotation.rotate(work, successor)

    runtime.perform(SYSTEM, act)
    retired = runtime.keys().promote(name)
    click.echo(f"signing key: {successor.key_id}" if not exchange else f"exchange key: {successor.public.hex()}")
    click.echo(f"the old private key is kept at {retired}: move it away from this machine")
    if exchange:
        click.echo("every peer must now run: registry exchange peers change CODE --public-key HEX")


@group.command("encrypt")
@in_app
def encrypt() -> None:
    """Encrypt the key files under REGISTRY_KEYS_PASSPHRASE_FILE; again after its first line has changed."""
    replaced = runtime.keys().encrypt()
    runtime.perform(SYSTEM, lambda work: audit.note(work, "keys.encrypt", str(len(replaced))))
    for path in replaced:
        click.echo(f"encrypted: {path}")
    click.echo(f"{len(replaced)} files encrypted under the first line of {runtime.settings().keys_passphrase_file}")


@group.command("revoke")
@click.argument("kid")
@click.option("--reason", required=True, help="Why; it is public.")
@in_app
def revoke(kid: str, reason: str) -> None:
    """Revoke a key that no longer signs: what it signed proves nothing any more by itself."""
    runtime.perform(SYSTEM, lambda work: key_rotation.revoke(work, kid, reason))
    click.echo(f"{kid}: revoked; give out the public keys again")
