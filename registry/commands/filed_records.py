"""registry file KIND: take in a file of records of any filed kind."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from registry import runtime
from registry.commands.common import actor_named, in_app
from registry.commands.penalties import CONFIRM, EXISTING, file_group
from registry.domain.cases.filed_kinds import FILED_KINDS, FiledKind
from registry.domain.filing import columns
from registry.domain.filing.reading import Reading, parse_mapping
from registry.domain.permissions import Permission
from registry.queries.law import reference_data
from registry.services.cases import filed_records
from registry.tabular.record_files import read_records, vocabulary_of
from registry.tabular.sheet import note_texts
from registry.unit_of_work import day_of


def _add_command(kind: FiledKind) -> None:
    @file_group.command(kind.plural, help=f"File {kind.plural} from a file (XLSX, CSV, XML, JSON); bad rows are told.")
    @click.argument("path", metavar="FILE", type=EXISTING)
    @click.option("--as", "account", required=True, help="Account that files.")
    @click.option("--sectors", default="", help="Sectors of rows without the column 领域.")
    @click.option("--district", help="District of rows without the column 地区.")
    @click.option(
        "--map", "mapping", multiple=True, metavar="HEADING=FIELD", help="What a heading means, - for nothing."
    )
    @CONFIRM
    @in_app
    def command(
        path: Path,
        account: str,
        sectors: str,
        district: str | None,
        mapping: tuple[str, ...],
        confirm: tuple[str, ...],
    ) -> None:
        stated = parse_mapping(mapping)
        if unsound := columns.mapping_faults(stated, vocabulary_of(kind)):
            raise click.BadParameter(f"no such field: {', '.join(unsound)}", param_hint="--map")
        defaults = {"default_sectors": tuple(filter(None, sectors.split(","))), "default_district": district}
        sys.exit(_file(kind, path, account, defaults, Reading(stated, frozenset(confirm))))


def _file(kind: FiledKind, path: Path, account: str, defaults: Mapping[str, Any], reading: Reading) -> int:
    """File what is sound and print what is not; returns the exit code.

    Killed half-way, run it again with the same file: what is filed already is told as such, and nothing is filed twice.
    """
    actor = actor_named(account)
    actor.require(Permission.RECORD_FILE)
    with runtime.reading() as session:
        rules = reference_data.current(session).filing_rules
    rules = replace(rules, **defaults)
    file = read_records(path.read_bytes(), path.name, kind, (rules, day_of(runtime.clock())), reading)
    for note, line in zip(file.notes, note_texts(file.notes), strict=True):
        click.echo(f"file: note {note.code}: {line}")
    rows = list(file.rows)
    for row in rows:
        for label, found in (("fault", row.faults), ("note", row.notes)):
            for item in found:
                click.echo(f"row {row.number} {item.pointer.removeprefix('/')}: {label} {item.code}: {item.detail}")
    sound = [(row.number, row.filed) for row in rows if row.filed]
    filed = 0
    for outcome in filed_records.file_rows(partial(runtime.perform, actor), kind.noun, sound):
        filed += outcome.record is not None
        if outcome.refusal:
            click.echo(f"row {outcome.number}: fault {outcome.refusal.code}: {outcome.refusal.title}")
        else:
            click.echo(f"row {outcome.number}: filed {outcome.record}")
    click.echo(f"{filed} filed, {len(rows) - filed} refused, of {len(rows)} rows")
    return 0 if filed == len(rows) else 1


for _kind in FILED_KINDS.values():
    _add_command(_kind)
GROUPS = (file_group,)
"""The groups that this module completes."""
