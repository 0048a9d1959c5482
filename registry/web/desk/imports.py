"""Pages to file a workbook: upload, every finding at its cell, cells mended in the browser, then the good rows filed.

What was uploaded and mended is kept on the server, so that a page may be closed at any time.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from registry import runtime
from registry.domain import literals
from registry.domain.filing import columns
from registry.domain.filing.reading import CONFIRMABLE, Place
from registry.domain.permissions import Permission
from registry.errors import Refusal
from registry.models import ImportFinding, PenaltyImport
from registry.queries.cases import desk_work, file_templates, import_findings
from registry.refusals import content
from registry.refusals.acts import BodyRefused, ImportUnknown
from registry.services.cases import annotation, import_review, import_rows, penalty_import
from registry.services.cases.import_review import CHECKING
from registry.services.cases.penalty_import import Options, Upload
from registry.tabular.annotated import XLSX, WorkbookFile
from registry.tabular.filings import SourceCell
from registry.unit_of_work import UnitOfWork
from registry.web.desk import files
from registry.web.private import private
from registry.web.sessions import current_account, desk_page, render_private

ROWS_SHOWN = 50
"""Refused rows whose cells are shown at once; the next ones follow when these are mended."""
NOTES_SHOWN = 200
INLINE_ROWS_MAX = 500
"""Files of more rows, whose rows the worker has not kept yet, are not read again for a page: their findings are shown
without the cells."""
MADE_OF = {"measures": ("effect_until", "confined_action", "confined_start", "confined_end")}
"""What a filing makes of several fields, each of which may be what is wrong."""
_SEE_OTHER = 303

_TABLELESS = (
    content.FileEncoding,
    content.FileFormat,
    content.FileShape,
    content.FileTooLarge,
    content.FileUnreadable,
    content.NoHeader,
    content.TooManyRows,
    content.XmlDoctype,
)
_NO_TABLE = frozenset(refusal.code for refusal in _TABLELESS)
"""What is said of a file in which no table with headings was found, so that nothing can be said of its columns."""


@dataclass(frozen=True)
class MendableCell:
    """A cell with what is wrong with it: ``title`` is its heading, ``place`` such as C5."""

    name: str
    title: str
    place: str
    text: str
    faults: Sequence[ImportFinding]
    notes: Sequence[ImportFinding]


@dataclass(frozen=True)
class RefusedRow:
    """A row that cannot be filed as it stands: its cells with faults, and what is wrong with the whole of it."""

    sheet: str
    number: int
    name: str
    cells: Sequence[MendableCell]
    faults: Sequence[ImportFinding]


@private.get("/desk/imports")
@desk_page(Permission.PENALTY_FILE)
def desk_imports() -> Response:
    """The officer's files, and the form to upload one."""
    return _render_upload()


@private.post("/desk/imports")
@desk_page(Permission.PENALTY_FILE)
def upload_import() -> Response | Redirect:
    """Upload a file: it is stored and checked, and nothing is filed yet."""
    actor = current_account()
    file = request.files.get("file")
    sectors = tuple(request.form.getlist("sectors"))
    options = Options(sectors, request.form.get("district") or None)
    try:
        data = file.stream.read() if file else b""
        if file is None or not data:
            raise BodyRefused("请选择一个文件")
        upload = Upload(data, file.filename or "", options)
        number = runtime.perform(actor, lambda work: import_review.stage(work, upload).id)
    except Refusal as error:
        return _render_upload(error)
    _advance(number)
    return redirect(url_for(".desk_import", number=number), _SEE_OTHER)


@private.get("/desk/imports/template")
@desk_page(Permission.PENALTY_FILE)
def import_template() -> Response:
    """The workbook to fill in, with the department's own name and choices."""
    with runtime.reading() as session:
        data = file_templates.penalty_template(session, current_account())
    return files.send(WorkbookFile(data, "xlsx", XLSX), "template-penalties")


@private.get("/desk/imports/<number>")
@desk_page(Permission.PENALTY_FILE)
def desk_import(number: str) -> Response:
    """How far a file is, every refused row with its cells to mend, and what was noted."""
    return _render_import(_parse_number(number))


@private.post("/desk/imports/<number>/cells")
@desk_page(Permission.PENALTY_FILE)
def mend_cells(number: str) -> Response | Redirect:
    """Write cells of one row anew; the row is checked again."""
    import_id = _parse_number(number)
    row_number = literals.row_number(request.form.get("row", ""))
    place = (request.form.get("sheet", ""), row_number or 0)
    cells = {name.removeprefix("cell:"): text for name, text in request.form.items() if name.startswith("cell:")}
    before = {name.removeprefix("was:"): text for name, text in request.form.items() if name.startswith("was:")}
    changed = {name: text for name, text in cells.items() if _normal(text) != _normal(before.get(name, ""))}
    try:
        runtime.perform(current_account(), lambda work: import_review.mend(work, import_id, place, changed))
    except Refusal as error:
        if error.status == ImportUnknown.status:
            raise
        return _render_import(import_id, error)
    return redirect(url_for(".desk_import", number=number, _anchor="rows"), _SEE_OTHER)


@private.get("/desk/imports/<number>/row")
@desk_page(Permission.PENALTY_FILE)
def import_row(number: str) -> Response:
    """All cells of one row, to mend any of them."""
    place = (request.args.get("sheet", ""), literals.row_number(request.args.get("row", "")) or 0)
    with runtime.reading() as session:
        import_row = _own(session, _parse_number(number))
        cells = _source(session, import_row, [place]).get(place)
        if cells is None:
            raise ImportUnknown()
        found = import_findings.of_rows(session, import_row.id, [place])
        row = _refused_row(place, found, cells, _mended(import_row), every=True)
        return render_private("desk/import_row.html", file=import_row, row=row)


@private.get("/desk/imports/<number>/mapping")
@desk_page(Permission.PENALTY_FILE)
def import_mapping(number: str) -> Response:
    """What each heading of a file means, to state it by hand."""
    return _render_mapping(_parse_number(number))


@private.post("/desk/imports/<number>/mapping")
@desk_page(Permission.PENALTY_FILE)
def state_mapping(number: str) -> Response | Redirect:
    """State what headings mean and which doubts stand; the file is read anew, and the department's next ones so too."""
    import_id = _parse_number(number)
    headings = request.form.getlist("heading")
    meanings, present = request.form.getlist("meaning"), request.form.getlist("present")
    mapping = {
        heading: meaning
        for heading, meaning, was in zip(headings, meanings, present, strict=False)
        if meaning and meaning != was
    }
    confirmed = tuple(request.form.getlist("confirmed"))

    def act(work: UnitOfWork) -> int:
        options = penalty_import.load_options(_own(work.session, import_id))
        stated = tuple(dict.fromkeys((*options.confirmed, *confirmed)))
        restated = Options(options.sectors, options.district, options.authority_code, mapping, stated)
        return import_review.restate(work, import_id, restated).id

    try:
        read_id = runtime.perform(current_account(), act)
    except Refusal as error:
        if error.status == ImportUnknown.status:
            raise
        return _render_mapping(import_id, error)
    _advance(read_id)
    return redirect(url_for(".desk_import", number=read_id), _SEE_OTHER)


@private.post("/desk/imports/<number>/submission")
@desk_page(Permission.PENALTY_FILE)
def submit_import(number: str) -> Redirect:
    """File the good rows of a file; refused ones stay to be mended."""
    import_id = _parse_number(number)
    runtime.perform(current_account(), lambda work: import_review.submit(work, import_id).id)
    _advance(import_id)
    return redirect(url_for(".desk_import", number=number), _SEE_OTHER)


@private.get("/desk/imports/<number>/workbook")
@desk_page(Permission.PENALTY_FILE)
def annotated_import(number: str) -> Response:
    """The file as it was uploaded, with every finding at its cell."""
    import_id = _parse_number(number)
    answer = runtime.perform(current_account(), lambda work: annotation.annotated_import(work, import_id))
    return files.send(answer, f"import-{import_id}")


def _advance(import_id: int) -> None:
    """Do at once what one transaction can do; the worker does the rest of longer files."""
    actor = current_account()
    with runtime.reading() as session:
        import_row = _own(session, import_id)
        state, is_short = import_row.state, import_row.total <= penalty_import.CHUNK
    if not is_short:
        return
    if state == CHECKING:
        import_review.check(lambda act: runtime.perform(actor, act), actor, import_id)
    elif state == "running":
        penalty_import.run(lambda act: runtime.perform(actor, act), actor, import_id)
    import_rows.keep(lambda act: runtime.perform(actor, act), import_id)


def _render_upload(error: Refusal | None = None) -> Response:
    actor = current_account()
    with runtime.reading() as session:
        rules = penalty_import.rules_of_filer(session, actor, Options())
        return render_private(
            "desk/imports.html",
            error.status if error else 200,
            files=desk_work.files(session, actor),
            sectors={code: rules.sectors[code] for code in rules.default_sectors} or rules.sectors,
            districts=rules.districts,
            error=error,
        )


def _render_import(import_id: int, error: Refusal | None = None) -> Response:
    with runtime.reading() as session:
        import_row = _own(session, import_id)
        refused = import_findings.count_refused(session, import_id)
        shown = import_findings.first_refused(session, import_id, ROWS_SHOWN)
        is_readable = import_row.is_kept and (
            import_row.total <= INLINE_ROWS_MAX or import_rows.is_kept(session, import_id)
        )
        source = _source(session, import_row, shown) if is_readable and shown else {}
        by_place = defaultdict(list)
        for finding in import_findings.of_rows(session, import_id, shown):
            by_place[_place(finding)].append(finding)
        mended = _mended(import_row) if is_readable else {}
        note_count, notes = import_findings.notes(session, import_id, NOTES_SHOWN)
        codes = import_findings.fault_codes(session, import_id)
        return render_private(
            "desk/import.html",
            error.status if error else 200,
            file=import_row,
            rows=[_refused_row(place, by_place[place], source.get(place, ()), mended) for place in shown],
            refused=refused,
            about=import_findings.of_file(session, import_id),
            note_count=note_count,
            notes=notes,
            doubts=[code for code in CONFIRMABLE if code in codes],
            is_readable=is_readable,
            has_headings=not codes & _NO_TABLE,
            error=error,
        )


def _render_mapping(import_id: int, error: Refusal | None = None) -> Response:
    with runtime.reading() as session:
        import_row = _own(session, import_id)
        headings: list[SourceCell] = []
        try:
            headings = import_rows.find_headings(session, runtime.keys().vault, import_row)
        except Refusal as refusal:  # not even a table was found
            error = error or refusal
        codes = import_findings.fault_codes(session, import_id)
        fields = [(name, columns.CHINESE[name], name in columns.AMOUNTS) for name in columns.FIELDS]
        return render_private(
            "desk/import_mapping.html",
            error.status if error else 200,
            file=import_row,
            headings=headings,
            fields=fields,
            doubts=[code for code in CONFIRMABLE if code in codes],
            error=error,
        )


def _refused_row(
    place: Place,
    found: Sequence[ImportFinding],
    cells: Sequence[SourceCell],
    mended: dict[Place, dict[str, str]],
    *,
    every: bool = False,
) -> RefusedRow:
    """A row with its cells that have faults, or with ``every`` cell; a field without a column stands at the end."""
    written = mended.get(place, {})
    known = {cell.heading: cell for cell in cells}
    at: dict[str, list[ImportFinding]] = defaultdict(list)
    for finding in found:
        for name in _mended_by(finding.column.replace("~1", "/").replace("~0", "~"), cells):
            at[name].append(finding)
    faulty = [name for name, items in at.items() if name and any(item.kind == "fault" for item in items)]
    names = list(dict.fromkeys((*known, *written, *faulty))) if every else faulty
    shown = [
        MendableCell(
            name,
            known[name].heading if name in known else columns.title(name),
            known[name].place if name in known else "",
            written.get(name, known[name].text if name in known else ""),
            [item for item in at[name] if item.kind == "fault"],
            [item for item in at[name] if item.kind == "note"],
        )
        for name in names
    ]
    subject = next((cell for cell in cells if cell.field == "subject_name"), None)
    name = written.get(subject.heading, subject.text) if subject else ""
    return RefusedRow(*place, name, shown, [item for item in at[""] if item.kind == "fault"])


def _mended_by(name: str, cells: Sequence[SourceCell]) -> list[str]:
    """The cells that mend what was found about a column, a field or what is made of several fields: by heading, or by
    field where the file has no such column."""
    headings = {cell.field: cell.heading for cell in cells if cell.field}
    if any(cell.heading == name for cell in cells):
        return [name]
    return [headings.get(field, field) for field in MADE_OF.get(name, (name,))]


def _own(session: Session, import_id: int) -> PenaltyImport:
    return penalty_import.import_of_account(session, current_account().account_id, import_id)


def _source(session: Session, import_row: PenaltyImport, places: Sequence[Place]) -> dict[Place, list[SourceCell]]:
    return import_rows.find_rows(session, runtime.keys().vault, import_row, places)


def _mended(import_row: PenaltyImport) -> dict[Place, dict[str, str]]:
    return penalty_import.load_mended(runtime.keys().vault, import_row)


def _place(finding: ImportFinding) -> Place:
    return finding.sheet, finding.row_number


def _normal(text: str) -> str:
    """A text as a browser sends it back: its line ends differ."""
    return text.replace("\r\n", "\n")


def _parse_number(text: str) -> int:
    number = literals.row_number(text)
    if number is None:
        raise ImportUnknown()
    return number
