"""``registry``: the command line of one node."""

import click

from registry import __version__
from registry.commands import accounts, checks, exchange, ledger, names, node, penalties


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Blacklist and credit-sanction registry for public resource trading.

    Settings come from REGISTRY_* variables (docs/operations.md). Exit codes: 0 done, 1 refused, 2 usage.
    """


for command in (
    node.init, node.demo, node.serve, node.worker, accounts.group, accounts.departments, penalties.file_group,
    penalties.group, checks.check, checks.verify, checks.keys, ledger.group, exchange.group,
    names.group,
):  # fmt: skip
    main.add_command(command)
