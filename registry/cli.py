"""``registry``: command line of one node."""

import click

from registry import __version__
from registry.commands import (
    accounts,
    adoptions,
    backup,
    checks,
    clocks,
    contacts,
    database,
    doctor,
    erasure,
    exchange,
    filed_records,
    keys,
    law,
    ledger,
    members,
    monitor,
    names,
    node,
    open_data,
    penalties,
    procedures,
    proposals,
    receipts,
    records,
    reports,
    templates,
    watches,
    witness,
)


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Blacklist and credit-sanction registry for public resource trading.

    Settings come from REGISTRY_* variables (docs/operations.md). Exit codes: 0 done, 1 refused, 2 usage.
    """


for command in (
    *adoptions.GROUPS,
    *filed_records.GROUPS,
    node.init,
    node.demo,
    backup.create,
    backup.restore,
    doctor.diagnose,
    node.serve,
    node.worker,
    accounts.group,
    accounts.departments,
    penalties.group,
    checks.check,
    receipts.verify,
    receipts.group,
    receipts.replay_check,
    keys.group,
    watches.group,
    law.group,
    proposals.group,
    erasure.erase,
    ledger.group,
    database.group,
    witness.group,
    monitor.look,
    monitor.mirror,
    open_data.export,
    exchange.group,
    members.group,
    contacts.group,
    *procedures.GROUPS,
    clocks.list_deadlines,
    clocks.calendar,
    reports.report,
    templates.template,
    names.group,
    records.group,
):
    main.add_command(command)
