"""registry verify, receipt, replay: verify, print and excerpt receipts, and answer old checks again."""

import datetime as dt
import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from registry import runtime, verifier
from registry.commands.checks import EXISTING, WRITTEN, require_parties
from registry.commands.common import WholeRange, exit_with_refusal, in_app
from registry.domain.checks import receipts
from registry.domain.checks.receipts import Statement
from registry.domain.law.reference import Reference
from registry.domain.permissions import SHELL, SYSTEM
from registry.errors import Refusal
from registry.printing import receipt_pdf
from registry.queries.checks import receipt_proof
from registry.queries.publication import known_keys, ledger_state
from registry.services.checks import replay
from registry.services.checks.replay import ReplayRequest
from registry.services.checks.request import Inquiry
from registry.serving import access_trail
from registry.tabular import parties
from registry.unit_of_work import UnitOfWork


@click.command("verify")
@click.argument("receipt", type=EXISTING)
@click.option("--keys", type=EXISTING, required=True, help="Public keys, as `registry keys --out` writes them.")
@click.option("--previous", type=EXISTING, help="Receipt of the look before: work out again what changed.")
@click.option(
    "--cover", type=EXISTING, help="Later checkpoint with its witnesses: as `registry receipt cover` writes it."
)
@click.option("--trust", default="", metavar="KEY", help="Id or hex of a key that must be among the keys.")
def verify(receipt: Path, keys: Path, previous: Path | None, cover: Path | None, trust: str) -> None:
    """Verify a receipt, its excerpt for one party, a credit report, or a PDF that carries one of these and the
    decisions beside it, offline: no database, no network.

    `python -m registry.verifier` does the same for JSON and needs nothing but Python and the library `cryptography`.
    """
    try:
        file = receipt_proof.open_file(receipt.read_bytes())
        verification = verifier.verify_data(file.receipt, keys, previous, cover, trust, file.decisions)
    except Refusal as refusal:
        exit_with_refusal(refusal)
        return
    for line in verification["explanation"]:
        click.echo(line)
    sys.exit(0)


@click.group("receipt")
def group() -> None:
    """Excerpt, print or cover a receipt."""


@group.command("line")
@click.argument("receipt", type=EXISTING)
@click.option("--ref", required=True, help="The party whose line is shown.")
@click.option("--out", type=WRITTEN, required=True, help="Write the excerpt here.")
@in_app
def line(receipt: Path, ref: str, out: Path) -> None:
    """Take out one party's line with its proof, to show it without the other parties."""
    data = receipt.read_bytes()
    _prove_statement(data)
    out.write_bytes(receipts.excerpt(data, ref))
    click.echo(f"line: {out}")


@group.command("pdf")
@click.argument("receipt", type=EXISTING)
@click.argument("out", type=WRITTEN)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="The language of the words on it.")
@in_app
def pdf(receipt: Path, out: Path, lang: str) -> None:
    """Print a receipt of this node."""
    data = receipt.read_bytes()
    _prove_statement(data)
    out.write_bytes(receipt_pdf.render(data, runtime.settings().base_url, runtime.settings().pdf_font, lang))
    click.echo(f"pdf: {out}")


@group.command("cover")
@click.argument("receipt", type=EXISTING)
@click.option("--out", type=WRITTEN, required=True, help="Write the cover here.")
@in_app
def cover(receipt: Path, out: Path) -> None:
    """The signed head over the ledger that a receipt names, with the cosignatures of witnesses."""
    statement = _prove_statement(receipt.read_bytes())
    with runtime.reading() as session:
        ring = known_keys.ring_with_policy(session, runtime.settings().node, runtime.keys().signer)
        note, path = ledger_state.cover(session, statement["entry"], ring)
    out.write_text(json.dumps({"checkpoint": note, "path": [node.hex() for node in path]}), encoding="utf-8")
    click.echo(f"cover: {out}")


def _prove_statement(data: bytes) -> Statement:
    with runtime.reading() as session:
        ring = known_keys.ring_with_policy(session, runtime.settings().node, runtime.keys().signer)
        statement: Statement = receipt_proof.prove_receipt(session, ring, data)["statement"]
    return statement


@click.command("replay")
@click.option("--at", type=WholeRange(), help="Ledger size; default that of the receipt.")
@click.option("--check", "path", metavar="FILE", type=EXISTING, required=True, help="Receipt, or list of bidders.")
@click.option("--sector", help="For a list, or a receipt of version 1: trading sector.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="For a list: legal day; default that of the entry.")
@click.option("--must-tender/--not-must-tender", default=None, help="For a list; default that of the receipt.")
@click.option("--district", help="For a list: district of the tender; default that of the receipt it is held against.")
@click.option("--against", type=EXISTING, help="For a list: the receipt it must agree with.")
@click.option("--out", type=WRITTEN, help="Write the canonical answer here.")
@in_app
def replay_check(  # noqa: PLR0913, PLR0917 - one parameter per option
    at: int | None,
    path: Path,
    sector: str | None,
    on: dt.datetime | None,
    must_tender: bool | None,
    district: str | None,
    against: Path | None,
    out: Path | None,
) -> None:
    """Answer an old check again from the ledger alone; exit 1 when the receipt says something else."""
    is_receipt = path.read_bytes()[:1] == b"{"
    if is_receipt and (on or against):
        raise click.UsageError("a receipt says itself what was asked: no --on, no --against")
    compared = path if is_receipt else against
    statement = _prove_statement(compared.read_bytes()) if compared else None
    entry = at if at is not None else statement["entry"] if statement else None
    if entry is None or (statement and entry != statement["entry"]):
        raise click.UsageError("--at must name the ledger size; a receipt was answered at its own")
    with runtime.reading() as session:
        work = UnitOfWork(session, SYSTEM, runtime.clock(), runtime.keys(), runtime.settings())
        request = _build_request(
            work, statement, entry, None if is_receipt else path, (sector, on, must_tender, district)
        )
        with click.progressbar(length=entry, label="verifying", file=sys.stderr) as bar:
            proven = replay.prove(work, entry, lambda reached: bar.update(min(reached, entry) - bar.pos))
        reference = replay.law_of(work, statement) if statement else replay.law_at(work, entry)
        lines = replay.answer_again(work, request, entry, reference)
    access_trail.note_reading(SHELL, "check.replay", statement["check"] if statement else f"entry {entry}")
    _print_answer(proven, reference, lines, out)
    if statement:
        sys.exit(_compare(proven, statement, lines, request))


def _build_request(
    work: UnitOfWork,
    statement: Statement | None,
    entry: int,
    list_path: Path | None,
    options: tuple[str | None, dt.datetime | None, bool | None, str | None],
) -> ReplayRequest:
    sector, on, must_tender, district = options
    if list_path is None and statement:
        return replay.request_of_receipt(statement, sector, must_tender=must_tender)
    if sector is None or list_path is None:
        raise click.UsageError("a list of bidders needs --sector")
    stated = replay.request_of_receipt(statement, sector, must_tender=must_tender).inquiry if statement else None
    day = on.date() if on else stated.on if stated else replay.entry_day(work, entry) or work.today
    where = district or (stated.district if stated else None)
    bidders = require_parties(parties.read_parties(list_path.read_bytes(), list_path.name).rows)
    inquiry = Inquiry({}, sector, must_tender, where, day, bidders, entry)
    if stated:
        mandatory = must_tender if must_tender is not None else stated.must_tender
        inquiry = replace(inquiry, must_tender=mandatory, project=stated.project, matcher=stated.matcher)
    return ReplayRequest(inquiry)


def _print_answer(
    proven: replay.ProvenLedger, reference: Reference, lines: list[dict[str, Any]], out: Path | None
) -> None:
    click.echo(f"账本第 1 至第 {proven.entry} 号记录已逐条重算，根哈希 {proven.root.hex()}")
    signed = f"由 {proven.sealed} 条记录的检查点签名覆盖" if proven.sealed is not None else "其末尾尚无检查点签名"
    click.echo(f"{signed}；参照数据摘要 {reference.version}")
    for row in lines:
        click.echo(f"{row['ref']}\t{row['verdict']}\t{row['name']}\t{row.get('uscc', '')}")
    answer = receipts.answer_bytes(lines)
    click.echo(f"answer: sha256 {hashlib.sha256(answer).hexdigest()}")
    if out:
        out.write_bytes(answer)


def _compare(
    proven: replay.ProvenLedger, statement: Statement, lines: list[dict[str, Any]], request: ReplayRequest
) -> int:
    """Print where a receipt and the repeated answer differ; returns the exit code."""
    wrong = replay.differences(statement["lines"], lines, request.left_out)
    if request.left_out:
        refs = "、".join(sorted(request.left_out))
        click.echo(f"未重放：{refs}（其本人或成员在回执中只有证件号码尾号，或未出示；可用投标人名单与 --against 重放）")
    is_other_ledger = statement["root"] is not None and statement["root"] != proven.root.hex()
    if is_other_ledger:
        click.echo(f"矛盾 differs: 回执所载根哈希为 {statement['root']}", err=True)
    for ref in wrong:
        click.echo(f"矛盾 differs: {ref}", err=True)
    if not wrong and not is_other_ledger:
        click.echo("相同 equal: 重放的答复与回执逐字节相同")
    return 1 if wrong or is_other_ledger else 0
