"""registry check: what a trading centre asks."""

import datetime as dt
import json
from pathlib import Path

import click

from registry import db, paper, tabular
from registry.commands.common import actor_named, in_app
from registry.domain import columns
from registry.domain.screening import ROLES
from registry.errors import Fault
from registry.queries import accounts
from registry.refusals.acts import PartiesUnreadable
from registry.services import screening
from registry.services.inquiry import Inquiry, Party
from registry.work import Work

WRITTEN = click.Path(dir_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
_COLUMNS = ("ref", "role", "name", "uscc", "id_type", "id_number", "of")
_HEADINGS = {"序号": "ref", "角色": "role", "名称": "name", "投标人名称": "name", "统一社会信用代码": "uscc",
             "证件类型": "id_type", "证件号码": "id_number", "所属": "of"}  # fmt: skip


@click.command("check")
@click.argument("path", metavar="FILE", type=EXISTING)
@click.option("--sector", required=True, help="Trading sector of the tender.")
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="Legal day; default today.")
@click.option("--known-at", type=int, help="Ledger size to answer at; default the head.")
@click.option("--tender", default="unnamed", show_default=True, help="Code of the tender.")
@click.option("--district", help="District of the tender.")
@click.option(
    "--must-tender/--not-must-tender", default=True, show_default=True, help="依法必须进行招标的项目."
)
@click.option("--as", "account", help="Trading-centre account; default the only one there is.")
@click.option("--out", type=WRITTEN, help="Write the signed receipt here.")
@click.option("--pdf", type=WRITTEN, help="Write the receipt to print here.")
@in_app
def check(  # noqa: PLR0913, PLR0917 - one parameter per option
    path: Path, sector: str, on: dt.datetime | None, known_at: int | None, tender: str, district: str | None,
    must_tender: bool, account: str | None, out: Path | None, pdf: Path | None,
) -> None:  # fmt: skip
    """Check the bidders of a CSV or XLSX file: columns name and uscc, and role, id_number, ref, of."""
    for written in (out, pdf):
        if written and not written.parent.is_dir():
            raise click.UsageError(f"there is no folder {written.parent}")
    actor = actor_named(account or _only_trading_centre())
    parties = parties_of(path)

    def act(work: Work) -> screening.Made:
        inquiry = Inquiry(
            {"code": tender},
            sector,
            must_tender,
            district,
            on.date() if on else work.today,
            parties,
            known_at,
        )
        return screening.check(work, inquiry)

    made = db.perform(actor, act)
    statement = json.loads(made.receipt)["statement"]
    for line in statement["lines"]:
        click.echo(f"{line['ref']}\t{line['verdict']}\t{line['name']}\t{line.get('uscc', '')}")
        for reason in line["reasons"]:
            shown = {name: value for name, value in reason.items() if name not in ("match", "scope")}
            click.echo(f"\t{json.dumps(shown, ensure_ascii=False)}")
    click.echo(f"check {statement['check']} at entry {statement['entry']} on {statement['on']}")
    if out:
        out.write_bytes(made.receipt)
        click.echo(f"receipt: {out}; keep the salt that opens its tender: {made.tender_salt}")
    if pdf:
        pdf.write_bytes(paper.render(made.receipt, db.settings().base_url, db.settings().pdf_font))
        click.echo(f"pdf: {pdf}")


def _only_trading_centre() -> str:
    with db.reading() as session:
        names = accounts.names_of_role(session, "trading_centre")
    if len(names) != 1:
        raise click.UsageError(
            f"name the trading-centre account with --as ({', '.join(names) or 'there is none'})"
        )
    return names[0]


def parties_of(path: Path) -> list[Party]:
    """The parties of a list of bidders; refuses ``PartiesUnreadable`` with every fault."""
    sheet = tabular.read(path.read_bytes(), path.name)
    fields = {column: _HEADINGS.get(column.strip(), column.strip().lower()) for column in sheet.columns}
    unknown = [column for column, field in fields.items() if field not in _COLUMNS]
    if unknown or "name" not in fields.values():
        raise PartiesUnreadable(columns.listed(unknown))
    parties: list[Party] = []
    faults: list[Fault] = []
    for position, row in enumerate(sheet.rows):
        cells = {fields[column]: text.strip() for column, text in row.cells.items() if text.strip()}
        faults += row.faults
        role = cells.setdefault("role", "bidder")
        if role not in ROLES or "name" not in cells:
            faults.append(Fault(f"/parties/{position}", "party-refused", "缺少名称，或角色不认识"))
            continue
        parties.append(Party(**{"ref": str(position + 1), **cells}))
    if faults or not parties:
        raise PartiesUnreadable(faults=tuple(faults))
    return parties
