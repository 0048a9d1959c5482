"""registry retention: what is kept how long, and what is past its period."""

from functools import partial

import click

from registry import runtime
from registry.commands.common import in_app
from registry.domain.permissions import SYSTEM
from registry.queries.law import reference_data
from registry.services import retention
from registry.unit_of_work import day_of


@click.group("retention")
def group() -> None:
    """Retention periods, and clearing what is past them. 保存期限。"""


@group.command("show")
@in_app
def show() -> None:
    """Print what is kept how long, from which day, what clears it, and how many rows are due now."""
    today = day_of(runtime.clock())
    units = {"day": "日", "month": "个月"}
    with runtime.reading() as session:
        for row in reference_data.current(session).retention_periods(today):
            period = f"{row.value}{units[row.unit]}" if row.value is not None and row.unit else "不按期"
            due = retention.count_due(session, row.code, today) if row.value is not None else 0
            status = "已核对" if row.status == "confirmed" else "未核对 unconfirmed"
            click.echo(f"{row.code}\t{period}\t待清除 {due}\t{row.name}：{row.clears}\t{status}")


@group.command("clear")
@in_app
def clear() -> None:
    """Clear what is past its period now, as the worker does every day.

    Under a database role that may only append, sealed parts of case steps and statements of reconciliations stay until
    this is run by the role for erasure (`registry database roles`).
    """
    for code in retention.CLEARINGS:
        cleared = 0
        while count := runtime.perform(SYSTEM, partial(retention.clear, code=code)):
            cleared += count
        click.echo(f"{code}\t{cleared}")
