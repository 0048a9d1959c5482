"""Write remarks into a person's own workbook: colour and comment at cells, everything else as it was.

The workbook is not loaded and saved by a library: that would drop what the library does not know (macros, pictures,
charts, pivot tables, extensions). The tags of the cells concerned are changed where they stand in the bytes of their
sheet; styles, comments and their shapes are added to, and every other part of the package is copied.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from registry.tabular.cell_comments import CommentPart
from registry.tabular.cell_styles import Styles
from registry.tabular.parts import Parts
from registry.tabular.sheet_edit import SheetEdit

MAX_COMMENTS = 20_000
"""Comments in one workbook; cells beyond are coloured only, for which the first heading says so."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark at one cell, ``row`` and ``column`` counted from 1; a fault refused the row, a note did not."""

    sheet: str
    row: int
    column: int
    is_fault: bool
    text: str = field(repr=False)


def annotate(data: bytes, remarks: Iterable[Remark]) -> bytes:
    """The XLSX or XLSM workbook with its remarks; those of an earlier answer are taken out.

    A cell with several remarks has the colour of the gravest and one comment. A remark inside a merged range stands at
    its first cell. Refuses ``FileUnreadable`` for a package that cannot be taken apart.
    """
    parts = Parts(data)
    styles = Styles(parts)
    by_sheet: dict[str, list[Remark]] = {}
    for remark in remarks:
        by_sheet.setdefault(remark.sheet, []).append(remark)
    left = MAX_COMMENTS
    for name, part in parts.sheets():
        left = _annotate_sheet(parts, styles, part, by_sheet.get(name, []), left)
    styles.store()
    return parts.packed()


def _annotate_sheet(parts: Parts, styles: Styles, part: str, remarks: Sequence[Remark], left: int) -> int:
    edit = SheetEdit(parts.read(part))
    comments = CommentPart(parts, part, edit.drawing_id)
    if not remarks and not styles.has_marks and not comments.has_remarks:
        return left
    merged = edit.first_of_merged((remark.row, remark.column) for remark in remarks)
    cells: dict[tuple[int, int], list[Remark]] = {}
    for remark in remarks:
        place = (remark.row, remark.column)
        cells.setdefault(merged.get(place, place), []).append(remark)
    severity = {place: any(remark.is_fault for remark in found) for place, found in cells.items()}
    edit.restyle(severity, styles)
    texts = {place: _comment_text(cells[place]) for place in sorted(cells)[:left]}
    comments.replace_remarks(texts, is_cut=len(cells) > len(texts))
    if comments.drawing_id != edit.drawing_id:
        edit.add_drawing(comments.drawing_id, parts.relationships_namespace)
    comments.store()
    parts.write(part, edit.content())
    return left - len(texts)


def _comment_text(remarks: Sequence[Remark]) -> str:
    rows = {remark.row for remark in remarks}
    lines = [f"第{remark.row}行：{remark.text}" if len(rows) > 1 else remark.text for remark in remarks]
    return "\n".join(dict.fromkeys(lines))
