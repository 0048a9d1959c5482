"""registry accounts, registry departments: manage accounts, machine keys and departments."""

import datetime as dt
import secrets

import click

from registry import runtime
from registry.commands.common import AS, echo_proposal, in_app, operator_named
from registry.domain.permissions import EVERYWHERE, WITHOUT_ACCOUNT, Role
from registry.queries.node import account_lookup
from registry.services import proposed_acts
from registry.services.node import accounts, passwords
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
@AS
@in_app
def create(  # noqa: PLR0913, PLR0917 - one parameter per option
    role: str,
    department: str,
    sectors: str,
    districts: str,
    name: str | None,
    until: dt.datetime | None,
    with_key: bool,
    account: str | None,
) -> None:
    """Create an account; prints its name and, with --key, its machine key once.

    With --as it is proposed: another security administrator confirms it, and only then the key opens anything.
    """
    operator, key = operator_named(account), accounts.draw_key() if with_key else None
    chosen = name or f"{department}-{role}-{secrets.token_hex(3)}"
    new = accounts.NewAccount(
        chosen,
        Role(role),
        department,
        sectors.split(","),
        districts.split(","),
        until.date() if until else None,
    )

    def act(work: UnitOfWork) -> int | None:
        if account is not None:
            return proposed_acts.propose_account(work, new, key).id
        accounts.create(work, new, account_lookup.key_hash(key) if key is not None else None)
        return None

    number = runtime.perform(operator, act)
    click.echo(chosen)
    _echo_key_and_proposal(key, number)


def _echo_key_and_proposal(key: str | None, number: int | None) -> None:
    if key is not None:
        click.echo(key)
    if number is not None:
        echo_proposal(number)


@group.command("key")
@click.argument("name")
@AS
@in_app
def key(name: str, account: str | None) -> None:
    """Issue another machine key to an account and print it, this once; with --as another person confirms it."""
    issued = accounts.draw_key()

    def act(work: UnitOfWork) -> int | None:
        if account is not None:
            return proposed_acts.propose_key(work, name, issued).id
        owner = account_lookup.by_name(work.session, name, work.today)
        accounts.add_key(work, owner.account_id or 0, name, account_lookup.key_hash(issued))
        return None

    _echo_key_and_proposal(issued, runtime.perform(operator_named(account), act))


@group.command("set-password")
@click.argument("name")
@AS
@in_app
def set_password(name: str, account: str | None) -> None:
    """Let an account set its password by a code that is printed, this once; with --as another person confirms it.

    The code holds for a day. What the account signed in with before ends when it is used.
    """
    code = passwords.draw_code()

    def act(work: UnitOfWork) -> int | None:
        if account is not None:
            return proposed_acts.propose_password_code(work, name, code).id
        passwords.issue_code(work, name, passwords.code_hash(work.keys.vault, name, code))
        return None

    number = runtime.perform(operator_named(account), act)
    click.echo(f"{runtime.settings().base_url}/login/code")
    _echo_key_and_proposal(code, number)


@group.command("revoke")
@click.argument("name")
@AS
@in_app
def revoke(name: str, account: str | None) -> None:
    """Revoke every machine key of an account, at once."""
    revoked = runtime.perform(operator_named(account), lambda work: accounts.revoke_keys(work, name))
    click.echo(f"revoked: {revoked}")


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
@AS
@in_app
def put(code: str, name: str, kind: str, authority_code: str | None, account: str | None) -> None:
    """Create a department or change it; with --as another security administrator confirms it."""
    new = accounts.NewDepartment(code, name, kind, authority_code)

    def act(work: UnitOfWork) -> int | None:
        if account is not None:
            return proposed_acts.propose_department(work, new).id
        accounts.ensure_department(work, new)
        return None

    number = runtime.perform(operator_named(account), act)
    click.echo(code)
    _echo_key_and_proposal(None, number)
