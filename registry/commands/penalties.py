"""registry file, registry penalties: file, list, verify, send back and withdraw penalties."""

import datetime as dt
import os
import sys
from functools import partial
from pathlib import Path

import click
import xlsxwriter
from sqlalchemy.orm import Session

from registry import runtime
from registry.commands.common import WholeRange, actor_named, echo_proposal, in_app
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.procedures import PENALTY
from registry.domain.filing import columns, plausibility
from registry.domain.filing.reading import CONFIRMABLE, parse_mapping
from registry.domain.filing.vocabulary import Vocabulary
from registry.domain.permissions import Actor
from registry.errors import Refusal
from registry.models import ImportFinding
from registry.queries.cases import penalties
from registry.queries.law import reference_data
from registry.services.cases import annotation, penalty_import, penalty_verification, proposed_steps
from registry.tabular import filings
from registry.tabular.annotated import CellFinding, annotate_file
from registry.unit_of_work import UnitOfWork, day_of

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
ROW_NUMBER = WholeRange(1)
LIST_MAX = 1_000_000


def require_writable(_context: click.Context, _option: click.Parameter, path: Path | None) -> Path | None:
    """Refuse an unwritable report before a row is filed: afterwards the findings would be lost."""
    if path and not (path.parent.is_dir() and os.access(path.parent, os.W_OK)):
        raise click.BadParameter("its folder does not exist or cannot be written to")
    return path


CONFIRM = click.option(
    "--confirm",
    multiple=True,
    type=click.Choice(CONFIRMABLE),
    help="Doubts about rows that were looked at and stand.",
)
ANNOTATED = click.option(
    "--annotated",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    callback=require_writable,
    help="Write the file to this XLSX with every finding at its cell.",
)


@click.group("file")
def file_group() -> None:
    """File records from a file."""


@file_group.command("penalties")
@click.argument("path", metavar="FILE", type=EXISTING)
@click.option("--as", "account", required=True, help="Account that files.")
@click.option("--sectors", default="", help="Sectors of all rows; default: the column 领域, else the account's.")
@click.option("--authority-code", help="Authority code for the 2016 columns, which have none.")
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="HEADING=FIELD[:UNIT]",
    help="What a heading means, such as 罚款金额=fine:元, or HEADING=- to leave it out; remembered for the department.",
)
@CONFIRM
@click.option("--dry-run", is_flag=True, help="Read and judge every row, keep nothing.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    callback=require_writable,
    help="Write every finding to this XLSX.",
)
@ANNOTATED
@in_app
def file_penalties(  # noqa: PLR0913, PLR0917 - one parameter per option
    path: Path,
    account: str,
    sectors: str,
    authority_code: str | None,
    mapping: tuple[str, ...],
    confirm: tuple[str, ...],
    dry_run: bool,
    report: Path | None,
    annotated: Path | None,
) -> None:
    """File the penalties of an XLSX, XLS, CSV, XML or JSON file; bad rows are reported, good rows are filed.

    Headings may be those of 2018, 2016 or an office's own; titles, 序号, notes and totals around the table are left
    out. Killed half-way, run it again with the same file: it goes on where it was, and files nothing twice.
    """
    actor = actor_named(account)
    stated = tuple(filter(None, sectors.split(",")))
    options = penalty_import.Options(stated, None, authority_code, parse_mapping(mapping), confirm)
    data = path.read_bytes()
    if dry_run:
        _dry_run(actor, data, path.name, options, annotated)
        return
    received: penalty_import.Received = runtime.perform(
        actor, lambda work: penalty_import.receive(work, data, path.name, options)
    )
    import_row = received.import_row
    with click.progressbar(length=import_row.total, label="filing", file=sys.stderr) as bar:
        penalty_import.run(
            lambda act: runtime.perform(actor, act),
            actor,
            import_row.id,
            lambda done, _: bar.update(done - bar.pos),
            received,
        )
    with runtime.reading() as session:
        done = penalty_import.import_of_account(session, actor.account_id, import_row.id)
        findings = penalty_import.findings(session, import_row.id)
    _print_findings(findings)
    if report:
        _write_report(report, findings)
    if annotated:
        vocabulary = penalty_import.vocabulary_of(done)
        write_annotated(annotated, data, path.name, annotation.cell_findings(findings), vocabulary)
    again = f"{done.unchanged} unchanged, " if done.unchanged else ""
    click.echo(f"import {done.id}: {done.filed} filed, {again}{done.refused} refused, of {done.total} rows")
    sys.exit(1 if done.refused else 0)


def _dry_run(actor: Actor, data: bytes, name: str, options: penalty_import.Options, annotated: Path | None) -> None:
    with runtime.reading() as session:
        penalty_import.require_known_codes(reference_data.current(session), options)
        options = penalty_import.with_remembered(session, actor, options)
        rules = penalty_import.rules_of_filer(session, actor, options)
    file = filings.read_filings(data, name, rules, day_of(runtime.clock()), options.reading)
    for note in file.notes:
        _print_finding(note.sheet, note.row, "", ("note", note.code, note.detail))
    refused = 0
    findings = [CellFinding(note.row, "", False, note.code, note.detail, note.sheet) for note in file.notes]
    for row in file.rows:
        refused += row.filing is None
        for kind, items in (("fault", row.faults), ("note", row.notes)):
            for item in items:
                column = item.pointer.removeprefix("/")
                _print_finding(row.sheet, row.number, column, (kind, item.code, item.detail))
                findings.append(CellFinding(row.number, column, kind == "fault", item.code, item.detail, row.sheet))
    if annotated:
        write_annotated(annotated, data, name, findings, columns.VOCABULARY.mapped(options.reading.mapping))
    click.echo(f"dry run: {file.total - refused} good, {refused} bad, of {file.total} rows; nothing was kept")
    sys.exit(1 if refused else 0)


def write_annotated(path: Path, data: bytes, name: str, findings: list[CellFinding], vocabulary: Vocabulary) -> None:
    """Write the annotated workbook of a file, and say where."""
    path.write_bytes(annotate_file(data, name, findings, vocabulary).data)
    click.echo(f"annotated: {path}")


def _print_findings(findings: list[ImportFinding]) -> None:
    for finding in findings:
        words = (finding.kind, finding.code, finding.detail)
        _print_finding(finding.sheet, finding.row_number, finding.column, words)


def _print_finding(sheet: str, row: int, column: str, words: tuple[str, str, str]) -> None:
    place = f"row {row} {column}".rstrip() if row else f"file {sheet}".rstrip()
    click.echo(f"{place}: {words[0]} {words[1]}: {words[2]}" + (f" [{sheet}]" if sheet and row else ""))


def _write_report(path: Path, findings: list[ImportFinding]) -> None:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("findings")
        sheet.write_row(0, 0, ["行", "列", "类别", "代码", "说明", "工作表", "单元格"])
        for number, finding in enumerate(findings, start=1):
            words = [finding.column, finding.kind, finding.code, finding.detail, finding.sheet, finding.cell]
            sheet.write_row(number, 0, [finding.row_number, *words])


@click.group("penalties")
def group() -> None:
    """Penalties of one's department."""


@group.command("list")
@click.option("--as", "account", required=True)
@click.option("--state", type=click.Choice(PENALTY.states))
@click.option("--limit", type=WholeRange(1, LIST_MAX), default=100, show_default=True)
@in_app
def list_penalties(account: str, state: str | None, limit: int) -> None:
    """List the department's penalties: record, state, day to publish by, document number."""
    actor = actor_named(account)
    with runtime.reading() as session:
        for penalty in penalties.list_penalties(session, actor.department_id, state, after=0, limit=limit):
            click.echo(f"{penalty.record}\t{penalty.state}\t{penalty.publish_by}\t{penalty.document_number}")


@group.command("verify")
@click.argument("records", nargs=-1)
@click.option("--as", "account", required=True, help="Account that verifies; never the one that filed.")
@click.option("--import", "import_id", type=ROW_NUMBER, help="Verify what this import filed.")
@click.option("--all", "everything", is_flag=True, help="Verify everything that waits in the department.")
@click.option("--leave-attention", is_flag=True, help="Leave filings in which something deserves a look.")
@click.option("--confirm", "confirmation", default="", help="Why what was found about one named record is confirmed.")
@in_app
def verify(
    records: tuple[str, ...],
    account: str,
    import_id: int | None,
    everything: bool,
    leave_attention: bool,
    confirmation: str,
) -> None:
    """Verify filings of another officer and publish them.

    First it lists what was found in them that deserves a look.
    """
    if confirmation and len(records) != 1:
        raise click.UsageError("--confirm is for one record, named")
    if not records and import_id is None and not everything:
        raise click.UsageError("name records, --import or --all")
    actor = actor_named(account)
    with runtime.reading() as session:
        chosen = list(dict.fromkeys(records)) or penalties.awaiting(session, actor.department_id, import_id, None)
        looked = _print_attention(session, actor, chosen)
    if leave_attention:
        chosen = [record for record in chosen if record not in looked]
    refused = 0
    with click.progressbar(length=len(chosen), label="publishing", file=sys.stderr) as bar:
        for start in range(0, len(chosen), penalty_import.CHUNK):
            chunk = chosen[start : start + penalty_import.CHUNK]
            outcomes = runtime.perform(
                actor, partial(penalty_verification.verify, records=chunk, confirmation=confirmation)
            )
            bar.update(len(chunk))
            for record, outcome in zip(chunk, outcomes, strict=True):
                if isinstance(outcome, Refusal):
                    refused += 1
                    click.echo(f"{record}: {outcome.code}: {outcome.title}")
                    for fault in outcome.faults:
                        click.echo(f"{record}: {fault.code}: {fault.detail}")
    click.echo(f"{len(chosen) - refused} published, {refused} refused")
    sys.exit(1 if refused else 0)


def _print_attention(session: Session, actor: Actor, records: list[str]) -> set[str]:
    """Print what deserves a look in filings of the actor's department; the records in which something does."""
    looked = set()
    for start in range(0, len(records), penalty_import.CHUNK):
        chunk = records[start : start + penalty_import.CHUNK]
        for record, notes in penalties.attention(session, actor.department_id, chunk):
            looked.add(record)
            for note in notes:
                if note.code in plausibility.ATTENTION:
                    click.echo(f"{record} look: {note.code}: {note.detail}")
    return looked


@group.command("return")
@click.argument("record")
@click.option("--as", "account", required=True)
@click.option("--reason", required=True)
@in_app
def send_back(record: str, account: str, reason: str) -> None:
    """Send a filing back to its officer."""
    actor = actor_named(account)
    runtime.perform(actor, lambda work: penalty_verification.send_back(work, record, reason, if_version=None).state)
    click.echo(f"{record}: returned")


@group.command("withdraw")
@click.argument("record")
@click.option("--as", "account", required=True)
@click.option("--reason", required=True, help="Public: why the decision no longer stands.")
@click.option("--changed-on", type=click.DateTime(["%Y-%m-%d"]), required=True)
@in_app
def withdraw(record: str, account: str, reason: str, changed_on: dt.datetime) -> None:
    """Propose to take a published penalty back (行政处罚法 48: within 3 working days, with the reason)."""
    body = {"reason": reason, "changed_on": changed_on.date()}

    def act(work: UnitOfWork) -> int:
        return proposed_steps.propose(work, PENALTY.noun, "withdraw", record, body, StepInput()).id

    echo_proposal(runtime.perform(actor_named(account), act))
