"""Compare what is filed of generated workbooks with what LibreOffice shows of them: `make workbooks`.

Every workbook is drawn at random: formats, merged spans, hidden parts, struck texts, sheets, headings, and what stands
around the table. LibreOffice writes each sheet as text, as displayed; what stands in a merged span is filled in from
the record of the generator, because a text file has it once. A row is right when everything that was filed of it is
what LibreOffice shows, noted when it differs and says so, silent when it differs and says nothing.
"""

import argparse
import csv
import datetime as dt
import random
import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

from registry.domain.filing import columns
from registry.domain.filing.cells import day
from registry.domain.filing.model import Filing
from registry.domain.filing.reading import Reading
from registry.domain.filing.vocabulary import heading_key
from registry.errors import Invalid
from registry.tabular import filings
from tests.domain.filing.filing_rows import RULES
from tests.support.workbook_mixes import Mixed, draw_workbook

BATCH = 250
TODAY = dt.date(2026, 11, 22)
# Comma, quotes, UTF-8, from line 1, as displayed (the ninth of the tokens of the text filter), every sheet.
FILTER = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1"
_RULES = type(RULES)(
    **vars(RULES)
    | {
        "department_name": "盐城市示例财政局",
        "department_code": "11320900MA0T000010",
        "default_sectors": ("procurement",),
    }
)
_READING = Reading({}, frozenset(("row-hidden", "struck-through")))


def main() -> int:
    """Draw, convert, compare; prints the counts, and up to twenty silent rows with their seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        print("LibreOffice is not installed: apt-get install libreoffice-calc")
        return 2
    counts: Counter[str] = Counter()
    findings: Counter[str] = Counter()
    silent: list[str] = []
    started = time.monotonic()
    for first in range(options.seed, options.seed + options.count, BATCH):
        seeds = range(first, min(first + BATCH, options.seed + options.count))
        with tempfile.TemporaryDirectory() as folder:
            for seed, mixed, shown in _convert(office, Path(folder), seeds):
                silent += _compare(seed, mixed, shown, counts, findings)
        print(
            f"{seeds[-1] - options.seed + 1:,} workbooks: {_told(counts)}; {time.monotonic() - started:,.0f} s",
            flush=True,
        )
    print("findings of rows: " + ", ".join(f"{code} {count:,}" for code, count in findings.most_common()))
    print("\n".join(silent[:20]))
    return 1 if silent else 0


def _told(counts: Counter[str]) -> str:
    names = ("right", "noted", "refused", "silent", "files refused", "without text")
    return ", ".join(f"{counts[name]:,} {name}" for name in names)


def _convert(office: str, folder: Path, seeds: range) -> Iterator[tuple[int, Mixed, dict[str, list[list[str]]]]]:
    """Each workbook with the texts of its sheets as LibreOffice shows them."""
    drawn = {seed: draw_workbook(random.Random(seed)) for seed in seeds}
    for seed, mixed in drawn.items():
        (folder / f"w{seed}.xlsx").write_bytes(mixed.data)
    out = folder / "out"
    command = [
        office,
        "--headless",
        "--norestore",
        f"-env:UserInstallation=file://{folder}/profile",
        "--convert-to",
        FILTER,
    ]
    paths = [str(path) for path in sorted(folder.glob("w*.xlsx"))]
    subprocess.run([*command, "--outdir", str(out), *paths], check=True, capture_output=True, timeout=1800)
    for seed, mixed in drawn.items():
        shown = {}
        for path in out.glob(f"w{seed}-*.csv"):
            with path.open(encoding="utf-8", newline="") as file:
                shown[path.stem.removeprefix(f"w{seed}-")] = list(csv.reader(file))
        yield seed, mixed, shown


def _compare(
    seed: int, mixed: Mixed, shown: dict[str, list[list[str]]], counts: Counter[str], findings: Counter[str]
) -> list[str]:
    try:
        file = filings.read_filings(mixed.data, "", _RULES, TODAY, _READING)
        rows = list(file.rows)
    except Invalid as refusal:
        counts["files refused"] += 1
        findings[refusal.code] += 1
        return []
    silent = []
    for row in rows:
        findings.update({fault.code for fault in row.faults})
        if row.filing is None:
            counts["refused"] += 1
            continue
        if row.sheet not in shown:
            counts["without text"] += 1
            continue
        differences = _differences(row.filing, mixed, row.sheet, row.number, shown[row.sheet])
        outcome = "right" if not differences else "noted" if row.notes and _explains(row, differences) else "silent"
        counts[outcome] += 1
        if outcome == "silent":
            silent.append(f"seed {seed}, sheet {row.sheet}, row {row.number}: {differences}")
    # What a person sees of a table and nobody said anything about is silent too.
    said = {note.row for note in file.notes} | {row.number for row in rows}
    for number in mixed.data_rows.get(rows[0].sheet if rows else "", ()):
        if number not in said:
            counts["silent"] += 1
            silent.append(f"seed {seed}, row {number} is lost")
    return silent


def _explains(row: filings.ReadRow, differences: dict[str, tuple[str, str]]) -> bool:
    """Whether a note stands at one of the columns that differ, or at the whole row."""
    places = {note.pointer.removeprefix("/").replace("~1", "/").replace("~0", "~") for note in row.notes}
    return bool(places & (set(differences) | {""}))


def _differences(
    filing: Filing, mixed: Mixed, sheet: str, number: int, shown: list[list[str]]
) -> dict[str, tuple[str, str]]:
    """The headings whose displayed cell is not what was filed, each with (filed, displayed)."""
    top = mixed.heading_rows[sheet]
    headings = shown[top - 1]
    cells = {}
    for column, heading in enumerate(headings):
        anchor = mixed.merged.get((sheet, number, column + 1), number)
        line = shown[anchor - 1] if anchor <= len(shown) else []
        cells[heading] = line[column].strip() if column < len(line) else ""
    differences = {}
    for heading, text in cells.items():
        meaning = columns.VOCABULARY.meaning(" ".join(heading.split()))
        filed = _filed(filing, meaning.field)
        if filed is not None and not _is_same(meaning.field, meaning.unit, filed, text):
            differences[heading] = (str(filed), text)
    return differences


def _filed(filing: Filing, name: str) -> object | None:
    if name == "subject_name":
        return filing.subject.name
    if name == "uscc":
        return filing.subject.uscc or ""
    if name == "fine":
        return filing.fine_fen if filing.fine_fen is not None else ""
    if name in ("document_number", "facts", "basis", "content", "decided_on", "title", "remark"):
        return getattr(filing, name)
    return None


def _is_same(name: str, unit: str | None, filed: object, text: str) -> bool:
    if name == "fine":
        number = re.sub(r"[,\s¥￥]", "", text)
        stated = re.fullmatch(r"(\d+(?:\.\d+)?)(万元|元)?", number)
        if not stated:
            return filed == "" and number in ("", "-")
        per_unit = {"万元": 1_000_000, "元": 100}.get(stated[2] or "", 1_000_000 if unit == "wan" else 100)
        try:
            return Decimal(stated[1]) * per_unit == Decimal(str(filed))
        except InvalidOperation:
            return False
    if name == "decided_on":
        try:
            return day(_western(text)) == filed
        except Invalid:
            return False
    return _folded(str(filed)) == _folded(text)


def _western(text: str) -> str:
    """A displayed date in one of the spellings that are read: the day first, or in Chinese numerals."""
    parts = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", text)
    if parts:
        return f"{parts[3]}-{parts[2]}-{parts[1]}"
    short = re.fullmatch(r"(\d\d)-(\d{1,2})-(\d{1,2})", text)
    return f"20{short[1]}-{short[2]}-{short[3]}" if short else text


def _folded(text: str) -> str:
    return heading_key(text)


if __name__ == "__main__":
    raise SystemExit(main())
