"""Show the numbers of a workbook by the styles of their cells, and what is to be said of every cell of a style."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from registry.tabular.grid import Cell
from registry.tabular.number_format import (
    BUILT_IN,
    NotUnderstoodError,
    NumberFormat,
    Shown,
    day_of_serial,
    exact_decimal,
    general,
    parse_format,
)

WHITE_RUN = "white-run"
"""Finding of a text of which a part is white, until it is known on which ground it stands."""
_EXACT = 10**15
_SHOWN_WHOLE = 10**11
"""General shows eleven digits; beyond it turns to an exponent."""


@dataclass
class Style:
    """How cells of one style show what is stored. ``format`` is None for General; ``is_known``: the format code was
    understood; ``marks``: findings of every cell of this style, such as that it is struck through; ``is_on_white``:
    what is written white in it is not seen."""

    format: NumberFormat | None = None
    is_known: bool = True
    marks: tuple[str, ...] = ()
    is_1904: bool = False
    is_on_white: bool = True
    _shown: dict[str, Cell] = field(default_factory=dict, repr=False)

    def number(self, text: str) -> Cell:
        """The cell that displays a stored number, given as its text."""
        cell = self._shown.get(text)
        if cell is None:
            if len(self._shown) > 10_000:
                self._shown.clear()
            cell = self._shown[text] = self._marked(self._show_number(text))
        return cell

    def text(self, cell: Cell) -> Cell:
        """The cell that displays a stored text."""
        if WHITE_RUN in cell.findings:
            unseen = ("text-unseen",) if self.is_on_white else ()
            cell = cell._replace(findings=(*(code for code in cell.findings if code != WHITE_RUN), *unseen))
        if self.format is None and self.is_known and not self.marks:
            return cell
        if self.format is not None:
            shown = self.format.text(cell.text)
            if shown != cell.text:
                cell = Cell(shown.strip(), findings=(*cell.findings, "number-format"))
        elif not self.is_known:
            cell = cell._replace(findings=(*cell.findings, "display-unknown"))
        return self._marked(cell)

    def _marked(self, cell: Cell) -> Cell:
        return cell._replace(findings=(*cell.findings, *self.marks)) if self.marks else cell

    def _show_number(self, text: str) -> Cell:
        try:
            value = float(text)
            exact_decimal(value)
            finite = abs(value) < 1e300
        except (ValueError, ArithmeticError):
            finite = False
        if not finite or not self.is_known:
            return Cell(text[:40], "number", ("display-unknown",))
        try:
            return self._show(value)
        except NotUnderstoodError:
            return Cell(general(value), "number", ("display-unknown",))

    def _show(self, value: float) -> Cell:
        if self.format is not None and self.format.is_day(value):
            return self._show_day(value)
        shown = self.format.number(value) if self.format is not None else Shown(general(value))
        findings: list[str] = []
        if abs(value) >= _EXACT:
            findings.append("number-not-text")
        elif not shown.text.strip():
            findings += ["display-hidden"] if value else []
        elif not shown.is_exact:
            findings.append("display-rounded")
        elif not shown.is_plain:
            findings.append("number-format")
        elif abs(value) >= _SHOWN_WHOLE and self.format is None:
            findings.append("number-shortened")
        return Cell(shown.text.strip(), "number", tuple(findings))

    def _show_day(self, value: float) -> Cell:
        assert self.format is not None
        moment = day_of_serial(value, is_1904=self.is_1904)
        if moment is None or self.format.has_words(value):
            return Cell(general(value), "number", ("display-unknown",))
        if self.format.has_other_calendar(value):
            return day_cell(moment.isoformat(" "), "day-other-calendar")
        return day_cell(moment.isoformat(" "), *(() if self.format.shows_whole_day(value) else ("day-partly-shown",)))


def day_cell(moment: str, *findings: str) -> Cell:
    """A cell that displays a date; ``moment`` in ISO form, its time of day left out when it is midnight."""
    text = moment.replace("T", " ").removesuffix(" 00:00:00")
    return Cell(text, "day", findings)


def style_of(
    format_number: int, codes: dict[int, str], *, marks: tuple[str, ...], is_1904: bool, is_on_white: bool = True
) -> Style:
    """The style of a number of a format: of the file itself, built in, or General."""
    code = codes.get(format_number, BUILT_IN.get(format_number, ""))
    if not code or code.lower() in ("general", "@", "g/通用格式"):
        return Style(
            None, is_known=not (not code and format_number > 58), marks=marks, is_1904=is_1904, is_on_white=is_on_white
        )
    parsed = parse_format(code) if len(code) <= 255 else None
    return Style(parsed, is_known=parsed is not None, marks=marks, is_1904=is_1904, is_on_white=is_on_white)


PLAIN = Style()


def style_at(styles: Sequence[Style], index: str) -> Style:
    """The style that a cell names; one that does not exist is plain."""
    number = int(index) if index.isascii() and index.isdigit() and len(index) < 7 else 0
    return styles[number] if number < len(styles) else PLAIN
