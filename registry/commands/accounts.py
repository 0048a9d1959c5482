"""registry accounts, registry departments: manage accounts, machine keys and departments."""

import datetime as dt
import secrets

import click

from registry import runtime
from registry.commands.common import in_app
from registry.domain.permissions import EVERYWHERE, SYSTEM, WITHOUT_ACCOUNT, Role
from registry.queries.node import account_lookup
from registry.services.node import accounts
from registry.unit_of_work import UnitOfWork

ROLES = [role.value for role in Role if role not in WITHOUT_ACCOUNT]


@click.group("accounts")
def group() -> None:
    """Accounts and their machine keys."""


@group.command("create")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--department", required=True, help="Code of the department, see `registry departments list`.")
@click.option("--sectors", default=EVERYWHERE, show_default=True, help="Comma-separated sector codes, * for all.")
@click.option("--districts", default=EVERYWHERE, show_default=True, help="Comma-separated district codes.")
@click.option("--name", help="Account name; made up when left out.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="First day on which it is no longer valid.")
@click.option("--key", "with_key", is_flag=True, help="Issue a machine key and print it, this once.")
@in_app
def create(  # noqa: PLR0913, PLR0917 - one parameter per option
    role: str,
    department: str,
    sectors: str,
    districts: str,
    name: str | None,
    until: dt.datetime | None,
    with_key: bool,
) -> None:
    """Create an account; prints its name and, with --key, its machine key once."""
    chosen = name or f"{department}-{role}-{secrets.token_hex(3)}"
    new = accounts.NewAccount(
        chosen,
        Role(role),
        department,
        sectors.split(","),
        districts.split(","),
        until.date() if until else None,
    )

    def act(work: UnitOfWork) -> str | None:
        account = accounts.create(work, new)
        return accounts.issue_key(work, account.id, chosen) if with_key else None

    issued = runtime.perform(SYSTEM, act)
    click.echo(chosen)
    if issued:
        click.echo(issued)


@group.command("key")
@click.argument("name")
@in_app
def key(name: str) -> None:
    """Issue another machine key to an account and print it, this once."""

    def act(work: UnitOfWork) -> str:
        actor = account_lookup.by_name(work.session, name, work.today)
        return accounts.issue_key(work, actor.account_id or 0, name)

    click.echo(runtime.perform(SYSTEM, act))


@group.command("revoke")
@click.argument("name")
@in_app
def revoke(name: str) -> None:
    """Revoke every machine key of an account."""
    click.echo(f"revoked: {runtime.perform(SYSTEM, lambda work: accounts.revoke_keys(work, name))}")


@click.group("departments")
def departments() -> None:
    """Departments and trading centres."""


@departments.command("list")
@in_app
def list_departments() -> None:
    """Code, kind and name of each department."""
    with runtime.reading() as session:
        for department in account_lookup.departments(session):
            click.echo(f"{department.code}\t{department.kind}\t{department.name}")


@departments.command("set")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--kind", type=click.Choice(["supervisor", "trading_centre", "platform"]), default="supervisor")
@click.option(
    "--authority-code",
    help="Its 统一社会信用代码; it then files its own decisions only. Left out: unchanged.",
)
@in_app
def put(code: str, name: str, kind: str, authority_code: str | None) -> None:
    """Create a department or change it."""
    new = accounts.NewDepartment(code, name, kind, authority_code)
    runtime.perform(SYSTEM, lambda work: accounts.ensure_department(work, new).code)
    click.echo(code)
