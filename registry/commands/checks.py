"""registry check, registry verify: what a trading centre does."""

import datetime as dt
import json
import sys
from pathlib import Path

import click

from registry import db, tabular, verifier
from registry.commands.common import actor_named, in_app, refused
from registry.domain import columns
from registry.domain.screening import ROLES
from registry.errors import Fault, Refusal
from registry.queries import accounts
from registry.refusals.acts import PartiesUnreadable
from registry.services import screening
from registry.services.inquiry import Inquiry, Party
from registry.signing import public_keys_document
from registry.work import Work

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
@click.option("--product", help="Product that is bought; kept with the tender.")
@click.option(
    "--must-tender/--not-must-tender", default=True, show_default=True, help="依法必须进行招标的项目."
)
@click.option("--as", "account", help="Trading-centre account; default the only one there is.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the signed receipt here.")
@in_app
def check(  # noqa: PLR0913, PLR0917 - one parameter per option
    path: Path, sector: str, on: dt.datetime | None, known_at: int | None, tender: str, district: str | None,
    product: str | None, must_tender: bool, account: str | None, out: Path | None,
) -> None:  # fmt: skip
    """Check the bidders of a CSV or XLSX file: columns name and uscc, and role, id_number, ref, of."""
    if out and not out.parent.is_dir():
        raise click.UsageError(f"there is no folder {out.parent}")
    actor = actor_named(account or _only_trading_centre())
    parties = _parties(path)

    def act(work: Work) -> screening.Made:
        inquiry = Inquiry(
            {"code": tender} | ({"product": product} if product else {}),
            sector,
            must_tender,
            district,
            on.date() if on else work.today,
            parties,
            known_at,
        )
        return screening.check(work, inquiry)

    made = db.perform(actor, act, screening.failed)
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


def _only_trading_centre() -> str:
    with db.reading() as session:
        names = accounts.names_of_role(session, "trading_centre")
    if len(names) != 1:
        raise click.UsageError(
            f"name the trading-centre account with --as ({', '.join(names) or 'there is none'})"
        )
    return names[0]


def _parties(path: Path) -> list[Party]:
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


@click.command("verify")
@click.argument("receipt", type=EXISTING)
@click.option(
    "--keys", type=EXISTING, required=True, help="Public keys, as GET /api/v1/ledger/keys gives them."
)
def verify(receipt: Path, keys: Path) -> None:
    """Verify a receipt offline: no database, no network."""
    try:
        found = verifier.verify_files(receipt, keys)
    except Refusal as refusal:
        refused(refusal)
        return
    for line in found["explanation"]:
        click.echo(line)
    sys.exit(0)


@click.command("keys")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@in_app
def keys(out: Path | None) -> None:
    """The public keys of this node, for `registry verify`."""
    text = json.dumps(
        public_keys_document(db.keys().signer, db.settings().node), ensure_ascii=False, indent=1
    )
    if out:
        out.write_text(text + "\n", encoding="utf-8")
    click.echo(text if not out else f"keys: {out}")
