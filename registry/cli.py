"""``registry``: command line of one node."""

from collections.abc import Iterable
from importlib import import_module

import click

from registry import __version__
from registry.garbage import begin_loading, end_loading

_PROCEDURES = (
    "adopted-listings",
    "commendations",
    "criminal-judgments",
    "disputes",
    "handling-decisions",
    "listings",
    "relations",
    "repairs",
)
COMMANDS = {
    "accounts": "accounts:group",
    "backup": "backup:create",
    "calendar": "clocks:calendar",
    "check": "checks:check",
    "contacts": "contacts:group",
    "database": "database:group",
    "deadlines": "clocks:list_deadlines",
    "demo": "node:demo",
    "departments": "accounts:departments",
    "doctor": "doctor:diagnose",
    "erase": "erasure:erase",
    "exchange": "exchange:group",
    "export": "open_data:export",
    "file": "penalties:file_group",
    "init": "node:init",
    "keys": "keys:group",
    "law": "law:group",
    "ledger": "ledger:group",
    "members": "members:group",
    "mirror": "monitor:mirror",
    "monitor": "monitor:look",
    "names": "names:group",
    "penalties": "penalties:group",
    "proposals": "proposals:group",
    "receipt": "receipts:group",
    "records": "records:group",
    "replay": "receipts:replay_check",
    "report": "reports:group",
    "restore": "backup:restore",
    "retention": "retention:group",
    "serve": "node:serve",
    "template": "templates:template",
    "verify": "receipts:verify",
    "watches": "watches:group",
    "witness": "witness:group",
    "worker": "node:worker",
    **dict.fromkeys(_PROCEDURES, "procedures:GROUPS"),
}
"""Where each command is: module of ``registry.commands`` and name there, or a tuple of commands."""
COMPLETED_BY = {
    "exchange": ("exchange_status",),
    "file": ("adoptions", "filed_records"),
    "listings": ("adoptions",),
    "penalties": ("procedures",),
}
"""The modules that add commands to a group of another."""


class NodeCommands(click.Group):
    """The commands of a node, each imported when it is run: importing all of them takes two seconds."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command; None when there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(f"registry.commands.{module}"), attribute)
        for other in COMPLETED_BY.get(cmd_name, ()):
            import_module(f"registry.commands.{other}")
        end_loading()
        commands: Iterable[click.Command] = found if isinstance(found, tuple) else (found,)
        return next(command for command in commands if command.name == cmd_name)


@click.group(cls=NodeCommands)
@click.version_option(__version__)
def main() -> None:
    """Blacklist and credit-sanction registry for public resource trading.

    Settings come from REGISTRY_* variables (docs/operations.md). Exit codes: 0 done, 1 refused, 2 usage.
    """


def start() -> None:
    """The program ``registry``: a process that is there for one command."""
    begin_loading()
    main()
