"""registry members: who may speak for which authority in the exchange, as two administrators sign it."""

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import click

from registry import runtime
from registry.commands.checks import WRITTEN
from registry.commands.common import exit_with_refusal, in_app
from registry.domain import records
from registry.domain.exchange import membership
from registry.domain.exchange.membership import Administrator, AdministratorsStatement, MemberStatement, Signature
from registry.domain.permissions import SHELL
from registry.errors import Refusal
from registry.keys.signing import Signer, key_id_of
from registry.queries.exchange import member_statements
from registry.services.exchange import members
from registry.unit_of_work import day_of
from sync.members import fetch_all

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_PAIR = "CODE=NAME"


@click.group("members")
def group() -> None:
    """Members of the exchange: which node speaks for which authorities, regions and adopted lists. 交换成员。"""


@group.command("key")
@click.argument("file", type=click.Path(path_type=Path))
def key(file: Path) -> None:
    """Make the key of an administrator, to be kept by that person alone, and print its public part."""
    if file.exists():
        raise click.UsageError(f"{file} exists")
    Signer.generate().save(file)
    click.echo(Signer.load(file).public.hex())


@group.command("draft-administrators")
@click.argument("file", type=WRITTEN)
@click.option("--administrator", "pairs", multiple=True, required=True, metavar="NAME=PUBLIC_KEY")
@click.option("--revision", type=click.IntRange(1), required=True, help="1, then one more than the present.")
def draft_administrators(file: Path, pairs: tuple[str, ...], revision: int) -> None:
    """Draft who signs statements from now on; two of the present administrators sign it."""
    administrators = [Administrator(name=name, public_key=public_key) for name, public_key in map(_split_pair, pairs)]
    _write(
        file,
        AdministratorsStatement(revision=revision, issued_on=_today(), administrators=administrators),
    )


@group.command("draft")
@click.argument("file", type=WRITTEN)
@click.option("--node", required=True, help="Code of the node.")
@click.option("--revision", type=click.IntRange(1), required=True, help="More than the node's newest.")
@click.option("--authority", "authorities", multiple=True, metavar=_PAIR, help="Repeat a code for former names.")
@click.option("--region", "regions", multiple=True, help="Six digits, 320900 with all below it; * for all.")
@click.option("--source", "sources", multiple=True, metavar="SCHEME=SOURCE", help="A list it may adopt, and whence.")
@click.option("--from", "effective_from", type=click.DateTime(["%Y-%m-%d"]), help="First day; today when left out.")
@click.option("--until", "effective_until", type=click.DateTime(["%Y-%m-%d"]), help="First day after it.")
def draft(file: Path, node: str, revision: int, **options: Any) -> None:
    """Draft what a node may speak for; two administrators sign it."""
    statement = MemberStatement(
        node=node,
        revision=revision,
        issued_on=_today(),
        authorities=_collect_pairs(options["authorities"]),
        regions=list(options["regions"]),
        sources=_collect_pairs(options["sources"]),
        effective_from=options["effective_from"].date() if options["effective_from"] else _today(),
        effective_until=options["effective_until"].date() if options["effective_until"] else None,
    )
    _write(file, statement)


@group.command("sign")
@click.argument("file", type=FILE)
@click.option("--key", "key_file", type=FILE, required=True, help="The administrator's own key.")
def sign(file: Path, key_file: Path) -> None:
    """Show a drafted statement and sign it; every administrator does so with the own key."""
    try:
        signed, signer = membership.parse_statement(file.read_bytes()), Signer.load(key_file)
    except Refusal as refusal:
        exit_with_refusal(refusal)
        return
    others = [signature for signature in signed.signatures if signature.kid != signer.key_id]
    own = Signature(signer.key_id, signer.sign(signed.data).hex())
    file.write_bytes(membership.build(signed.statement, [*others, own]))
    click.echo(json.dumps(records.to_json(signed.statement), ensure_ascii=False, indent=1))
    click.echo(f"signed: {len(others) + 1}")


@group.command("load")
@click.argument("file", type=FILE)
@in_app
def load(file: Path) -> None:
    """Take a statement in that two administrators have signed; peers fetch it from here."""
    is_new = runtime.perform(SHELL, lambda work: members.load(work, file.read_bytes()))
    click.echo("已登记 loaded" if is_new else "已有 known")


@group.command("fetch")
@in_app
def fetch() -> None:
    """Fetch the statements that peers have; the worker does it by itself."""
    failed = False
    for code, done in fetch_all().items():
        failed = failed or done.failed is not None
        click.echo(f"{code}: 新增 loaded {done.loaded}, 未采纳 refused {done.refused} {done.failed or ''}".rstrip())
    sys.exit(1 if failed else 0)


@group.command("list")
@in_app
def list_members() -> None:
    """List the administrators and, per node, what it may speak for and since when."""
    with runtime.reading() as session:
        administrators = member_statements.administrators(session)
        newest = member_statements.newest_members(session)
    for administrator in administrators.administrators if administrators else ():
        kid = key_id_of(bytes.fromhex(administrator.public_key))
        click.echo(f"管理员 administrator {administrator.name} {kid}")
    for code, statement in sorted(newest.items()):
        until = statement.effective_until or ""
        click.echo(f"{code} r{statement.revision} {statement.effective_from}..{until} {' '.join(statement.regions)}")
        for authority, names in sorted(statement.authorities.items()):
            click.echo(f"  {authority} {'、'.join(names)}")
        for scheme, names in sorted(statement.sources.items()):
            click.echo(f"  {scheme} <- {'、'.join(names)}")


def _today() -> dt.date:
    return day_of(runtime.clock())


def _write(file: Path, statement: AdministratorsStatement | MemberStatement) -> None:
    raw = membership.build(statement)
    try:
        membership.parse_statement(raw)
    except Refusal as refusal:
        exit_with_refusal(refusal)
    file.write_bytes(raw)
    click.echo(f"draft: {file}")


def _split_pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise click.UsageError(f"NAME=VALUE: {text}")
    return name, value


def _collect_pairs(texts: tuple[str, ...]) -> dict[str, list[str]]:
    collected: dict[str, list[str]] = {}
    for name, value in map(_split_pair, texts):
        collected.setdefault(name, []).append(value)
    return collected
