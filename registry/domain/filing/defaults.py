"""Fill in what every row of a file repeats from the filer's department: authority, source, district, sector."""

from collections.abc import Mapping

from registry.domain.filing.cells import pointer
from registry.domain.filing.columns import Headings
from registry.domain.filing.model import Note, Rules


def fill_repeated(row: Mapping[str, str], headings: Headings, rules: Rules) -> tuple[dict[str, str], list[Note]]:
    """The row with the filer's department where it names no authority, and a note for each value that was filled in.

    The department's code goes only with the department's own name: a row that names another authority without its code
    stays without one, and is refused for it. District and sectors are filled in by the parser, from ``rules``.
    """
    cells = dict(row)
    notes: list[Note] = []

    def is_empty(name: str) -> bool:
        return not cells.get(name, "").strip()

    def fill(name: str, value: str | None) -> None:
        if value and is_empty(name):
            cells[name] = value
            notes.append(Note(pointer(headings.name(name)), "department-default", "未填写，采用报送单位的"))

    if is_empty("authority_code"):
        fill("authority_name", rules.department_name)
        if cells.get("authority_name", "").strip() == rules.department_name:
            fill("authority_code", rules.department_code)
    if is_empty("source_code"):
        fill("source_name", rules.department_name)
        if cells.get("source_name", "").strip() == rules.department_name:
            fill("source_code", rules.department_code)
    for name, is_filled in (("sectors", rules.default_sectors), ("district", rules.default_district)):
        if is_filled and is_empty(name):
            notes.append(Note(pointer(headings.name(name)), "department-default", "未填写，采用报送单位的"))
    return cells, notes
