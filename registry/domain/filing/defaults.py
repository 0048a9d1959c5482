"""Fill in what every row of a file repeats from the filer's department: authority, source, district, sector."""

from collections.abc import Iterator, Mapping

from registry.domain.filing.cells import pointer
from registry.domain.filing.columns import Headings
from registry.domain.filing.model import Note, Rules

_PAIRS = (("authority_name", "authority_code"), ("source_name", "source_code"))


def fill_repeated(row: Mapping[str, str], headings: Headings, rules: Rules) -> tuple[dict[str, str], list[Note]]:
    """The row with the filer's department where it names no authority, and a note for each empty cell that was filled
    in; of a column that the file does not have ``repeated_by_account`` speaks once.

    The department's code goes only with the department's own name: a row that names another authority without its code
    stays without one, and is refused for it. District and sectors are filled in by the parser, from ``rules``: an empty
    cell under their heading is how most files leave them to the account, so that it is not noted row by row.
    """
    cells = dict(row)
    filled: list[str] = []

    def fill(name: str, value: str | None) -> None:
        if value and not cells.get(name, "").strip():
            cells[name] = value
            filled.append(name)

    for name, code in _PAIRS:
        if not cells.get(code, "").strip():
            fill(name, rules.department_name)
            if cells.get(name, "").strip() == rules.department_name:
                fill(code, rules.department_code)
    return cells, [
        Note(pointer(headings.name(name)), "department-default", "未填写，采用报送单位的")
        for name in filled
        if name in headings.names
    ]


def repeated_by_account(headings: Headings, rules: Rules) -> list[str]:
    """The fields that the file has no column for and that are filled in for every row."""
    stated = (name for pair in _PAIRS for name in pair if rules.department_name and rules.department_code)
    return [name for name in (*stated, *_granted(rules)) if name not in headings.names]


def _granted(rules: Rules) -> Iterator[str]:
    """The fields for which the filer states one value for the whole file, or is granted just one."""
    if rules.default_sectors:
        yield "sectors"
    if rules.default_district:
        yield "district"
