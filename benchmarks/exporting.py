"""Measure the data files: each format by itself, the whole export and its memory, and a delta."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pyroaring import BitMap

from benchmarks.bed import Bed
from benchmarks.figures import rate, tell
from benchmarks.processor import Meter, peak_megabytes
from benchmarks.published import Filling
from registry import runtime
from registry.domain.publication import record_columns
from registry.queries.publication import publications, snapshot_records
from registry.services.publication.snapshots import delta_lines, record_lines, record_rows
from registry.settings import child_environment
from registry.tabular.record_tables import CsvTable, XlsxTable
from registry.unit_of_work import day_of

CHANGES = 10_000
_POLL_SECONDS = 0.02
XLSX_ROWS_MAX = 100_000
"""A workbook of more is not measured by itself: its rows cost the same."""


@dataclass(frozen=True)
class Ended:
    """What a command that has ended used: seconds by the clock, megabytes at most."""

    seconds: float
    megabytes: float


def measure(filling: Filling, folder: Path) -> None:
    """Print rows a second and memory of the export, and the time of a delta of ``CHANGES`` records."""
    with runtime.reading(one_state=True) as session:
        at = publications.moment(session, day_of(runtime.clock()))
        before = snapshot_records.shown(session, at)
    _measure_formats(folder, before)
    whole, idle = _export(filling.bed), _export(filling.bed)
    what = f"registry export, all formats, {len(before):,} records"
    tell(what, rate(len(before), whole.seconds - idle.seconds))
    tell("the same: memory (RSS) at most", f"{whole.megabytes:,.0f} MB", f"{idle.megabytes:,.0f} MB without work")
    filling.publish(CHANGES)
    _measure_delta(folder, before, filling.bed)


def _measure_formats(folder: Path, entries: BitMap) -> None:
    few = entries[:XLSX_ROWS_MAX] if len(entries) > XLSX_ROWS_MAX else entries
    for name, write, chosen in (
        ("JSON Lines", _write_lines, entries),
        ("CSV", _write_csv, entries),
        ("XLSX", _write_xlsx, few),
    ):
        with (folder / "measured").open("wb") as file:
            seconds, processor = _time(lambda write=write, chosen=chosen, file=file: write(file, chosen))
        _tell_rate(f"{name} alone, uncompressed, {len(chosen):,} records", len(chosen), seconds, processor)
        (folder / "measured").unlink()


def _time(work: Callable[[], None]) -> tuple[float, float]:
    meter = Meter()
    start, processor = time.perf_counter(), meter.read()
    work()
    return time.perf_counter() - start, meter.read() - processor


def _tell_rate(what: str, count: int, seconds: float, processor: float) -> None:
    tell(what, f"{count / seconds:,.0f} rows/s", f"{count / processor:,.0f} per second of processor time")


def _write_lines(file: BinaryIO, entries: BitMap) -> None:
    with runtime.reading(one_state=True) as session:
        for line in record_lines(session, entries, runtime.settings().node):
            file.write(line)


def _write_csv(file: BinaryIO, entries: BitMap) -> None:
    table = CsvTable(file)
    table.write(record_columns.headings(in_words=False))
    with runtime.reading(one_state=True) as session:
        for cells in record_rows(session, entries):
            table.write(cells)
    table.close()


def _write_xlsx(file: BinaryIO, entries: BitMap) -> None:
    table = XlsxTable(file, "公示记录")
    table.write(record_columns.headings(in_words=True))
    with runtime.reading(one_state=True) as session:
        for cells in record_rows(session, entries):
            table.write(cells)
    table.close()


def _measure_delta(folder: Path, before: BitMap, bed: Bed) -> None:
    def write() -> None:
        with runtime.reading(one_state=True) as session, (folder / "measured").open("wb") as file:
            at = publications.moment(session, day_of(runtime.clock()))
            for line in delta_lines(session, before, snapshot_records.shown(session, at), bed.settings.node):
                file.write(line)

    seconds, processor = _time(write)
    tell(f"a delta of {CHANGES:,} records", f"{seconds:,.2f} s", f"{processor:,.2f} s of processor time")
    (folder / "measured").unlink()


def _export(bed: Bed) -> Ended:
    """Run the command in a process of its own."""
    command = [str(Path(sys.executable).parent / "registry"), "export"]
    start, most = time.perf_counter(), 0.0
    with subprocess.Popen(command, env=child_environment(bed.settings), stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, peak_megabytes(process.pid))
            time.sleep(_POLL_SECONDS)
    if process.returncode:
        raise RuntimeError("registry export failed")
    return Ended(time.perf_counter() - start, most)
