"""registry database: the database roles of a node."""

import click

from registry.maintenance import database_roles


@click.group("database")
def group() -> None:
    """The database of a node."""


@group.command("roles")
@click.option("--application", default="registry_app", show_default=True, help="Whom web and worker connect as.")
@click.option("--erasure", default="registry_erasure", show_default=True, help="Whom the act of erasure connects as.")
def roles(application: str, erasure: str) -> None:
    """Print the SQL that narrows the roles of a PostgreSQL database; run it as the owner after `registry init`."""
    for statement in database_roles.statements(application, erasure):
        click.echo(f"{statement};")
