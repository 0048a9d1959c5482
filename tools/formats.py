"""The table of what each format of another platform keeps, folds and loses, for ``docs/exchange.md``."""

from registry.domain.exchange.formats import known
from registry.domain.exchange.formats.measures import COLUMNS, MEASURE_REPORTS
from registry.domain.exchange.formats.model import Format

BEGIN, END = "<!-- formats: begin -->", "<!-- formats: end -->"
_OF_EVERY_ROW = {"record": "SOURCE_RECORD_ID", "revision": "M_VERSION", "act": "OP", "source.name": "PROVIDE_UNIT_NAME"}


def exchange_text(text: str) -> str:
    """The page with its tables of formats made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{_tables()}\n{END}{after}"


def _tables() -> str:
    parts = [f"Of every format: {', '.join(f'{name} in `{column}`' for name, column in _OF_EVERY_ROW.items())}.\n"]
    for fmt in known.FORMATS.values():
        parts.append(f"### `{fmt.code}` {fmt.name}\n\nColumns: {'、'.join(f'`{column}`' for column in fmt.columns)}\n")
        parts.append(_table(fmt))
    parts.append(f"### `{MEASURE_REPORTS.code}` {MEASURE_REPORTS.name}\n\n| column | what stands in it |\n|---|---|")
    parts += [f"| `{column}` | {meaning} |" for column, meaning in COLUMNS.items()]
    return "\n".join([*parts, ""])


def _table(fmt: Format) -> str:
    lines = ["| attribute | | column |", "|---|---|---|"]
    lines += [f"| {name} | kept | {column} |" for name, column in fmt.kept.items()]
    lines += [f"| {name} | folded | {column} |" for name, column in fmt.folded.items()]
    every = dict.fromkeys(name for kind in sorted(fmt.kinds) for name in known.attributes(kind))
    lost = [name for name in every if name not in {**fmt.kept, **fmt.folded, **_OF_EVERY_ROW}]
    return "\n".join([*lines, f"| {'、'.join(lost)} | lost | |", ""])
