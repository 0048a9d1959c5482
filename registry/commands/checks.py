"""registry check: check the bidders of a file before award."""

import datetime as dt
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from registry import runtime
from registry.commands.common import WholeRange, actor_named, in_app
from registry.domain.checks import comparison
from registry.domain.checks.model import PROJECTS
from registry.domain.filing.reading import parse_mapping
from registry.domain.permissions import Actor
from registry.models import CheckFile
from registry.printing import receipt_pdf
from registry.queries.checks import batch_checks
from registry.queries.node import account_lookup
from registry.refusals.acts import PartiesUnreadable
from registry.services.cases import column_mappings
from registry.services.checks import award_check, batch_check
from registry.services.checks.request import Inquiry, Party
from registry.serving import access_trail
from registry.tabular import parties
from registry.tabular.parties import PartyRow
from registry.tabular.sheet import note_texts
from registry.unit_of_work import UnitOfWork

WRITTEN = click.Path(dir_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("check")
@click.argument("path", metavar="FILE", type=EXISTING)
@click.option("--sector", required=True, help="Trading sector of the tender.")
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="Legal day; default today.")
@click.option("--known-at", type=WholeRange(), help="Ledger size to answer at; default the head.")
@click.option("--tender", help="Code of the tender; links this check to the others made for it.")
@click.option("--district", help="District of the tender.")
@click.option("--product", help="Product that is bought; kept with the tender.")
@click.option(
    "--must-tender/--not-must-tender", default=None, help="依法必须进行招标的项目; unsaid and needed: review."
)
@click.option("--project", type=click.Choice(PROJECTS), help="Kind of project: 货物、服务、工程.")
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="HEADING=FIELD",
    help="What a heading of the file means, such as 参选单位=name, or HEADING=- to leave it out; remembered.",
)
@click.option("--as", "account", help="Trading-centre account; default the only one there is.")
@click.option("--out", type=WRITTEN, help="Write the signed receipt here.")
@click.option("--pdf", type=WRITTEN, help="Write the receipt of a short list to print here.")
@click.option("--result", type=WRITTEN, help="Write the answers of a long list here, as XLSX.")
@in_app
def check(  # noqa: PLR0913, PLR0917 - one parameter per option
    path: Path,
    sector: str,
    on: dt.datetime | None,
    known_at: int | None,
    tender: str | None,
    district: str | None,
    product: str | None,
    must_tender: bool | None,
    project: str | None,
    mapping: tuple[str, ...],
    account: str | None,
    out: Path | None,
    pdf: Path | None,
    result: Path | None,
) -> None:
    """Check the bidders of a CSV, XLSX or XLS file: columns name and uscc, and role, id_number, ref, of, section.

    More than 1,000 are answered in chunks, a row that cannot be asked as unchecked; killed half-way, run it again.
    """
    _require_folders(out, pdf, result)
    actor = trading_centre(account)
    must_tender, project = _ask_project(must_tender, project)
    data = path.read_bytes()
    rows = read_stated(actor, data, path.name, mapping)
    day = on.date() if on else None
    if len(rows) > batch_check.CHUNK or result:
        _refuse_options_of_short_lists(known_at, pdf)
        stated = batch_check.BatchRequest(sector, day, district, must_tender, tender, path.name, project, mapping)
        _check_in_chunks(actor, data, stated, out, result)
        return
    about = {"code": tender or batch_check.UNNAMED} | ({"product": product} if product else {})

    def act(work: UnitOfWork) -> award_check.SignedCheck:
        inquiry = Inquiry(about, sector, must_tender, district, day or work.today, require_parties(rows), known_at)
        return award_check.check(work, replace(inquiry, is_linked=tender is not None, project=project))

    _print_check(runtime.perform(actor, act, award_check.record_failure), out, pdf)


def read_stated(actor: Actor, data: bytes, filename: str, mapping: Sequence[str]) -> list[PartyRow]:
    """The rows of a bidders' file; what is to be known about file and rows is printed on standard error, and what is
    said about headings is remembered for the department."""
    stated = parse_mapping(mapping)
    with runtime.reading() as session:
        known = batch_check.settle_mapping(session, actor, stated)
    file = parties.read_parties(data, filename, parse_mapping(known))
    if stated:
        runtime.perform(actor, lambda work: column_mappings.remember(work, stated, column_mappings.PARTY))
    for line in note_texts(file.notes):
        click.echo(line, err=True)
    for row in file.rows:
        place = f"工作表“{row.sheet}”第 {row.number} 行" if row.sheet else f"第 {row.number} 行"
        for note in row.notes:
            click.echo(f"{place} {note.pointer.removeprefix('/')}：{note.detail}", err=True)
    return file.rows


def _ask_project(must_tender: bool | None, project: str | None) -> tuple[bool | None, str | None]:
    """Ask at a terminal for what was not said of the project: some bans reach only what must be tendered by law.

    Nobody who does not know has to guess; where nobody can be asked nothing is assumed.
    """
    if not sys.stdin.isatty():
        return must_tender, project
    if project is None:
        chosen = click.prompt("项目类别：goods 货物、services 服务、works 工程", "", show_default=False, err=True)
        project = chosen if chosen in PROJECTS else None
    if must_tender is None:
        chosen = click.prompt("是否依法必须进行招标的项目：y 是、n 否、不知道请回车", "", show_default=False, err=True)
        must_tender = {"y": True, "n": False}.get(chosen.strip().lower())
    return must_tender, project


def _require_folders(*files: Path | None) -> None:
    for file in files:
        if file and not file.parent.is_dir():
            raise click.UsageError(f"there is no folder {file.parent}")


def _refuse_options_of_short_lists(known_at: int | None, pdf: Path | None) -> None:
    if known_at is not None:
        raise click.UsageError("a long list is answered at the head of the ledger, without --known-at")
    if pdf:
        raise click.UsageError("a long list has many receipts: print each with `registry receipt pdf`")


def _print_check(signed: award_check.SignedCheck, out: Path | None, pdf: Path | None) -> None:
    """Print the answer of a check, and write its receipt to the files named."""
    _print_statement(json.loads(signed.receipt)["statement"])
    if out:
        out.write_bytes(signed.receipt)
        click.echo(f"receipt: {out}; keep the salt that opens its tender: {signed.tender_salt}")
    if pdf:
        pdf.write_bytes(receipt_pdf.render(signed.receipt, runtime.settings().base_url, runtime.settings().pdf_font))
        click.echo(f"pdf: {pdf}")


def _print_statement(statement: dict[str, Any]) -> None:
    for line in statement["lines"]:
        click.echo(f"{line['ref']}\t{line['verdict']}\t{line['name']}\t{line.get('uscc', '')}")
        for reason in line["reasons"]:
            details = {name: value for name, value in reason.items() if name not in ("match", "scope")}
            click.echo(f"\t{json.dumps(details, ensure_ascii=False)}")
    for line in comparison.describe_changes(statement):
        click.echo(line)
    click.echo(f"check {statement['check']} at entry {statement['entry']} on {statement['on']}")


def _check_in_chunks(
    actor: Actor, data: bytes, stated: batch_check.BatchRequest, out: Path | None, result: Path | None
) -> None:
    check_file: CheckFile = runtime.perform(actor, lambda work: batch_check.receive(work, data, stated))
    with click.progressbar(length=check_file.total, label="checking", file=sys.stderr) as bar:
        bar.update(check_file.next_row)
        batch_check.run(
            lambda act: runtime.perform(actor, act),
            actor,
            check_file.id,
            lambda done, _: bar.update(done - bar.pos),
        )
    if result or out:
        access_trail.note_reading(actor, "check-file.read", check_file.id)
    with runtime.reading() as session:
        done = batch_checks.own(session, actor.department_id, check_file.id)
        if result:
            with result.open("wb") as file:
                batch_check.write_workbook(session, runtime.keys(), done, file)
            click.echo(f"result: {result}")
        for number, stored in enumerate(batch_checks.checks(session, check_file.id), start=1):
            if out:
                name = out.with_name(f"{out.stem}.{number}{out.suffix}")
                name.write_bytes(award_check.unseal(runtime.keys(), stored).receipt)
                click.echo(f"receipt: {name}")
    click.echo(
        f"check file {done.id}: {done.next_row} of {done.total} answered at entry {done.entry}, "
        f"{done.unchecked} unchecked, {done.state}"
    )


def trading_centre(account: str | None) -> Actor:
    """The actor of this account, or of the only trading-centre account there is."""
    return actor_named(account or _only_trading_centre())


def _only_trading_centre() -> str:
    with runtime.reading() as session:
        names = account_lookup.names_of_role(session, "trading_centre")
    if len(names) != 1:
        raise click.UsageError(f"name the trading-centre account with --as ({', '.join(names) or 'there is none'})")
    return names[0]


def require_parties(rows: Sequence[PartyRow]) -> list[Party]:
    """The parties of a short list; a row that cannot be asked about refuses it all (``PartiesUnreadable``)."""
    faults = [
        replace(fault, pointer=f"/parties/{position}{fault.pointer}")
        for position, row in enumerate(rows)
        for fault in row.faults
    ]
    if faults:
        raise PartiesUnreadable(faults=tuple(faults))
    return [Party(**row.cells) for row in rows]
