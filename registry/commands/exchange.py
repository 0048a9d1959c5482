"""registry exchange: push, pull and reconcile by hand, decide quarantined records, manage peers."""

import json
import sys
from collections.abc import Mapping
from typing import Any, BinaryIO, NoReturn

import click

from registry import runtime
from registry.commands.common import AS, WholeRange, actor_named, echo_proposal, in_app, operator_named
from registry.commands.procedures import ACCOUNT
from registry.domain.exchange import envelope
from registry.domain.law.deadlines import limit
from registry.domain.permissions import SHELL
from registry.keys import partner_secrets
from registry.queries.exchange import peer_messages
from registry.queries.law import reference_data
from registry.refusals.acts import PeerUnknown
from registry.services import proposed_acts
from registry.services.exchange import bulk_release, inbox, peers, requeueing
from registry.services.node import audit
from registry.services.publication import ledger
from registry.unit_of_work import UnitOfWork, day_of
from sync import row_exchange
from sync.client import NotDelivered
from sync.front_end import FrontEnd
from sync.pull import pull_all
from sync.push import push_all
from sync.reconcile import reconcile as compare
from sync.reconcile import reconcile_all, reconcile_all_sectors
from sync.row_transport import TransportFailed

VERIFY_RECEIVED = "D19"
"""河南省社会信用条例 17; 浙江省公共信用信息管理条例 13: a platform verifies what it received in five working days."""


@click.group("exchange")
def group() -> None:
    """The exchange with other nodes. 与其他节点的数据交换。"""


@group.command("push")
@in_app
def push() -> None:
    """Send what is promised to every peer now; with platforms also take in what they sent."""
    _begin_by_hand("exchange.push")
    failed = False
    for code, done in push_all().items():
        failed = failed or done.failed is not None
        click.echo(f"{code}: 发送 sent {done.sent}, 搁置 set aside {done.set_aside}{_format_failure(done.failed)}")
    for code, rows in row_exchange.exchange_all().items():
        failed = failed or rows.failed is not None
        counts = f"发送 sent {rows.sent}, 已答 answered {rows.settled}, 收到 received {rows.received}"
        click.echo(f"{code}: {counts}{_format_failure(rows.failed)}")
    sys.exit(1 if failed else 0)


@group.command("pull")
@in_app
def pull() -> None:
    """Fetch what every peer has for this node."""
    _begin_by_hand("exchange.pull")
    failed = False
    for code, done in pull_all().items():
        failed = failed or done.failed is not None
        restarted = ", 游标重置 restarted" if done.is_restarted else ""
        click.echo(f"{code}: 收到 received {done.received}{restarted}{_format_failure(done.failed)}")
    sys.exit(1 if failed else 0)


def _begin_by_hand(act: str) -> None:
    """Begin what the worker does by its clock, now and counted as an act of the shell."""

    def begin(work: UnitOfWork) -> None:
        peers.clear_retry_times(work)
        audit.note(work, act, "exchange")

    runtime.perform(SHELL, begin)


def _format_failure(failed: str | None) -> str:
    return f", 未完成 {failed}" if failed else ""


@group.command("reconcile")
@click.argument("peer", required=False)
@click.option("--by-sector", is_flag=True, help="Sector by sector, with every peer, as the worker does every hour.")
@in_app
def reconcile(peer: str | None, by_sector: bool) -> None:
    """Compare what peers hold of ours with ours; exit 1 when something differs."""
    if by_sector and peer is not None:
        raise click.UsageError("[PEER] | --by-sector")
    if by_sector:
        _echo_reports({**reconcile_all_sectors(), **row_exchange.reconcile_all_sectors()})
    try:
        if peer is None:
            reports = {**reconcile_all(), **row_exchange.reconcile_all()}
        else:
            reports = {peer: row_exchange.reconcile(peer) if peer in row_exchange.platforms() else compare(peer)}
    except NotDelivered as failure:
        click.echo(f"{peer}: 无法联系 unreachable ({type(failure.event).__name__})", err=True)
        sys.exit(1)
    except TransportFailed as failure:
        click.echo(f"{peer}: 无法联系 unreachable ({failure.code})", err=True)
        sys.exit(1)
    _echo_reports(reports)


def _echo_reports(reports: Mapping[str, Mapping[str, Any]]) -> NoReturn:
    click.echo(json.dumps(reports, ensure_ascii=False, indent=1))
    sys.exit(1 if any(map(_has_fault, reports.values())) else 0)


def _has_fault(report: Mapping[str, Any]) -> bool:
    """Whether a report of a comparison, or one of those by sector in it, says that something failed or differs."""
    parts = [part for part in report.values() if isinstance(part, dict)]
    return bool(report.get("failed") or report.get("different")) or any(map(_has_fault, parts))


@group.command("pause")
@click.argument("peer")
@click.option("--reason", required=True, help="Why; everybody who asks for the status reads it.")
@AS
@in_app
def pause(peer: str, reason: str, account: str | None) -> None:
    """Pause a peer: nothing is taken from it, and a platform is sent nothing, until `release`."""
    runtime.perform(operator_named(account), lambda work: peers.suspend(work, peer, reason))
    click.echo(f"{peer}: 已暂停 paused")


@group.command("quarantine")
@click.option("--release", "released", type=WholeRange(), metavar="ID", help="Judge this item again.")
@click.option("--drop", "dropped", type=WholeRange(), metavar="ID", help="Put this item away for good.")
@click.option("--reason", help="Why it is dropped.")
@AS
@in_app
def quarantine(released: int | None, dropped: int | None, reason: str | None, account: str | None) -> None:
    """List the records that wait for a person, with the day by which they must be verified, or decide one."""
    if (released is not None and dropped is not None) or (dropped is not None) != bool(reason):
        raise click.UsageError("--release ID | --drop ID --reason TEXT")
    if released is not None:
        outcome = runtime.perform(operator_named(account), lambda work: inbox.release(work, released))
        click.echo(f"{released}: {outcome.outcome} {outcome.code or ''}".rstrip())
        sys.exit(1 if outcome.outcome in envelope.QUARANTINED else 0)
    if dropped is not None:
        runtime.perform(operator_named(account), lambda work: inbox.drop(work, dropped, reason or ""))
        click.echo(f"{dropped}: 已放弃 dropped")
        return
    with runtime.reading() as session:
        reference, today = reference_data.current(session), day_of(runtime.clock())
        for row in peer_messages.quarantined(session):
            item, due = row.item, limit(reference, VERIFY_RECEIVED, day_of(row.received_at)).day
            clock = f"{VERIFY_RECEIVED} {due}{' overdue' if today > due else ''}"
            what = f"{item.record} r{item.revision} {item.outcome} {item.code}"
            click.echo(f"{item.id} {row.peer} {what} {clock} {item.detail or ''}".rstrip())


@group.command("release-all")
@click.argument("peer")
@click.option("--code", required=True, help="The reason for which they are quarantined.")
@ACCOUNT
@in_app
def release_all(peer: str, code: str, account: str) -> None:
    """Propose to judge all quarantined records of a peer with one reason again; another person confirms."""
    proposal = runtime.perform(actor_named(account), lambda work: bulk_release.propose(work, peer, code))
    click.echo(f"{proposal.id}: 待另一人确认 waits for another person, {proposal.items} items")


@group.command("confirm-release")
@click.argument("number", type=WholeRange(1))
@ACCOUNT
@in_app
def confirm_release(number: int, account: str) -> None:
    """Confirm what another person proposed, and judge the records again."""
    actor = actor_named(account)
    runtime.perform(actor, lambda work: bulk_release.confirm(work, number))
    released, after = 0, 0
    while True:
        passed, last = runtime.perform(
            actor,
            lambda work, after=after: bulk_release.release_next(work, number, after),  # type: ignore[misc]
        )
        released += passed
        if last is None:
            break
        after = last
    click.echo(f"{number}: 已放行 released {released}")


@group.command("release")
@click.argument("peer")
@click.option("--seen", default="", help="The pause that was seen, as `exchange status` shows it: number and digest.")
@AS
@in_app
def release(peer: str, seen: str, account: str | None) -> None:
    """Release a paused peer: take its batches again, within a day with just those removals it was paused for."""
    until = runtime.perform(operator_named(account), lambda work: peers.release(work, peer, seen))
    click.echo(f"{peer}: 已恢复 released until {until.isoformat(timespec='minutes')}")


@group.command("requeue")
@click.argument("peer")
@click.option("--entry", "entries", multiple=True, type=WholeRange(), help="Only this one; may be repeated.")
@AS
@in_app
def requeue(peer: str, entries: tuple[int, ...], account: str | None) -> None:
    """Queue again, after the cause was mended, what was set aside and what a platform has not answered in its time."""
    queued = runtime.perform(operator_named(account), lambda work: requeueing.requeue(work, peer, entries))
    click.echo(f"{peer}: 已重新排队 queued again {queued}")
    sys.exit(0 if queued else 1)


@group.command("renew-epoch")
@AS
@in_app
def renew_epoch(account: str | None) -> None:
    """Renew the epoch after a restore from a backup: every peer reads this node from its first entry again."""
    click.echo(runtime.perform(operator_named(account), ledger.renew_epoch).epoch)


@group.group("peers")
def peers_group() -> None:
    """The nodes this one knows."""


@peers_group.command("add")
@click.argument("code")
@click.option("--url", default="", help="Address; leave out a node that is known by its key only.")
@click.option("--public-key", required=True, metavar="HEX", help="Its Ed25519 key, 64 hexadecimal digits.")
@click.option("--owners", default="", help="Comma-separated nodes it may speak for besides itself.")
@click.option("--name", default="", help="What people call it.")
@AS
@in_app
def add(code: str, url: str, public_key: str, owners: str, name: str, account: str | None) -> None:
    """Add a peer: its code, key, address and the nodes it speaks for; with --as another administrator confirms it."""
    speaks_for = [owner for owner in owners.split(",") if owner]

    def act(work: UnitOfWork) -> int | None:
        if account is not None:
            return proposed_acts.propose_peer(work, code, name or code, url, public_key, speaks_for).id
        peers.add(work, code, name or code, url, public_key, speaks_for)
        return None

    _echo_done(runtime.perform(operator_named(account), act), f"{code}: 已登记 added")


def _echo_done(number: int | None, done: str) -> None:
    """Say that an act is done, or that it waits for another person."""
    if number is None:
        click.echo(done)
    else:
        echo_proposal(number)


@peers_group.command("add-platform")
@click.argument("code")
@click.option("--profile", required=True, help="Which receiving system it is, as in reference/peers.toml.")
@click.option("--url", required=True, help="file:///folder, or the database without a password.")
@click.option("--name", default="", help="What people call it.")
@click.option("--intake", default="", help="Account that files what comes from it.")
@click.option("--list", "scheme", default="", help="Code of the list that its rows of lists are of.")
@AS
@in_app
def add_platform(  # noqa: PLR0913, PLR0917 - one parameter per option
    code: str, profile: str, url: str, name: str, intake: str, scheme: str, account: str | None
) -> None:
    """Add a platform that takes and sends rows by files or a front-end database; with --as another confirms it."""

    def act(work: UnitOfWork) -> int | None:
        taken = peers.Intake(intake, scheme)
        if account is not None:
            return proposed_acts.propose_platform(work, code, name or code, url, profile, taken).id
        peers.add_platform(work, code, name or code, url, profile, taken)
        return None

    _echo_done(runtime.perform(operator_named(account), act), f"{code}: 已登记 added")


@peers_group.command("change")
@click.argument("code")
@click.option("--url", help="Its new address.")
@click.option("--public-key", metavar="HEX", help="Its new Ed25519 key.")
@click.option("--distrust", is_flag=True, help="Its former keys were stolen: trust none of them any more.")
@AS
@in_app
def change(code: str, url: str | None, public_key: str | None, distrust: bool, account: str | None) -> None:
    """Change the address or key of a peer; what it signed before still verifies. With --as another confirms it."""

    def act(work: UnitOfWork) -> int | None:
        if account is not None:
            return proposed_acts.propose_change_of_peer(work, code, url, public_key, distrust=distrust).id
        peers.change(work, code, url=url, public_key=public_key, distrust=distrust)
        return None

    _echo_done(runtime.perform(operator_named(account), act), f"{code}: 已更改 changed")


@peers_group.command("secret")
@click.argument("code")
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--forget", is_flag=True, help="Forget it, such as when the platform was removed or moved.")
@in_app
def secret(code: str, file: BinaryIO | None, forget: bool) -> None:
    """Keep the private key or password by which this node signs in at a platform's SFTP server; - reads it from the
    standard input. It is encrypted like the node's keys, and stands in their backup."""
    if (file is None) != forget:
        raise click.UsageError("CODE FILE | CODE --forget")
    settings = runtime.settings()
    if not peers.is_code(code):
        raise PeerUnknown()
    if file is None:
        is_done = partner_secrets.forget(settings.keys_path, code)
        runtime.perform(SHELL, lambda work: audit.note(work, "exchange.peer.secret.forget", code))
        click.echo(f"{code}: {'登录凭据已删除 secret forgotten' if is_done else '没有登录凭据 no secret'}")
        return
    content = file.read(partner_secrets.SECRET_BYTES_MAX + 1)
    if partner_secrets.parse(content) is None:
        raise click.UsageError("文件中没有私钥，也没有口令 neither a private key nor a password")
    with runtime.reading() as session:
        peer_messages.peer(session, code)
    partner_secrets.replace(settings.keys_path, code, content, settings.key_protection)
    runtime.perform(SHELL, lambda work: audit.note(work, "exchange.peer.secret", code))
    click.echo(f"{code}: 登录凭据已保存 secret kept")


@peers_group.command("remove")
@click.argument("code")
@AS
@in_app
def remove(code: str, account: str | None) -> None:
    """Remove a peer: nothing is sent to it or taken from it any more; its records stay. With --as another confirms."""
    operator = operator_named(account)
    if account is not None:
        echo_proposal(runtime.perform(operator, lambda work: proposed_acts.propose_removal_of_peer(work, code).id))
        return
    cancelled = runtime.perform(operator, lambda work: peers.remove(work, code))
    click.echo(f"{code}: 已移除 removed, {cancelled} messages cancelled")


@peers_group.command("list")
@in_app
def list_peers() -> None:
    """List all peers: code, name, address, owners."""
    with runtime.reading() as session:
        for peer in peer_messages.peers(session):
            click.echo(f"{peer.code} {peer.name} {peer.url or '-'} {','.join(peer.owners)}")


@group.group("frontdb")
def front_end_group() -> None:
    """Front-end databases. 前置库。"""


@front_end_group.command("create")
@click.argument("peer")
@in_app
def create_front_end(peer: str) -> None:
    """Create the tables of a platform's front-end database; those that are there stay as they are."""
    with runtime.reading() as session:
        row = peer_messages.peer(session, peer)
    if row.transport != "front_end":
        raise click.UsageError("此交换对象不用前置库 this peer has no front-end database")
    try:
        names = FrontEnd(row.url, runtime.settings().node, row.code).create(row.formats, row.formats_in)
    except TransportFailed as failure:
        click.echo(f"{peer}: 无法联系 unreachable ({failure.code})", err=True)
        sys.exit(1)
    click.echo("\n".join(names))
