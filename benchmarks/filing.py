"""Time filing, verifying and publishing a file, against a raw insert of the same rows into one table."""

from pathlib import Path

from benchmarks import bed as beds
from benchmarks.bed import UNTIL, Bed
from benchmarks.figures import rate, tell, timed, times
from benchmarks.servers import Driver
from registry import tabular
from tools.synthetic import COLUMNS_2018, penalty_rows

SEED = 1


def measure(bed: Bed, folder: Path, rows: int) -> int:
    """Print the rates of filing and publishing; returns how many records are published now."""
    path = beds.workbook(folder, rows, SEED)
    with timed() as reading:
        tabular.read_table(path.read_bytes(), path.name)
    raw = _insert_raw(rows)
    with timed() as filing:
        number = beds.file(bed, path)
    with timed() as publishing:
        published = beds.publish(bed, number)
    with timed() as sealing:
        beds.seal()
    whole = filing.seconds + publishing.seconds + sealing.seconds
    bare = "raw insert"
    tell(f"raw: the same {rows:,} rows by executemany, one table, one commit", rate(rows, raw))
    tell("of filing: reading the XLSX file alone", rate(rows, reading.seconds))
    tell(
        "filing the XLSX file (receive, then acts of 500 rows)",
        rate(rows, filing.seconds),
        times(filing.seconds, raw, bare),
    )
    tell("the same by processor time of this process", rate(rows, filing.processor))
    tell(
        "verifying and publishing them (acts of 500)",
        rate(published, publishing.seconds),
        times(publishing.seconds, raw, bare),
    )
    tell("sealing the ledger over them", rate(published, sealing.seconds), times(sealing.seconds, raw, bare))
    tell("filing, publishing and sealing together", rate(published, whole), times(whole, raw, bare))
    return published


def _insert_raw(rows: int) -> float:
    """Seconds to insert the cells of the same rows with the bare driver."""
    values = [tuple(cells[name] for name in COLUMNS_2018) for cells in penalty_rows(rows, SEED, UNTIL)]
    driver = Driver()
    names = ", ".join(f"c{number} TEXT" for number in range(len(COLUMNS_2018)))
    marks = ", ".join([driver.mark] * len(COLUMNS_2018))
    driver.execute(f"CREATE TABLE bench_raw ({names})")
    with timed() as span:
        driver.insert(f"INSERT INTO bench_raw VALUES ({marks})", values)
    driver.execute("DROP TABLE bench_raw")
    driver.close()
    return span.seconds
