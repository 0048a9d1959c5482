"""Keep the rows of an imported file page by page, and find some of them again without reading the whole file.

They are made from the bytes that are kept and deleted with them; while they are not made yet, the file itself is read.
"""

import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

import msgspec
from sqlalchemy import delete, exists, insert, or_, select
from sqlalchemy.orm import Session

from registry.domain.filing.reading import Place
from registry.domain.permissions import Actor
from registry.errors import Refusal
from registry.keys.signing import Vault
from registry.models import ImportRowPage, PenaltyImport
from registry.services.cases import penalty_import
from registry.services.node.resumable import Perform, PerformAs
from registry.tabular import filings
from registry.tabular.filings import SourceCell
from registry.unit_of_work import UnitOfWork

ROWS_PER_PAGE = 100
SETTLED = ("checked", "finished")
FILES_AT_ONCE = 20
_HEADINGS = ("", 0)
_encode, _decode = msgspec.json.encode, msgspec.json.decode


@dataclass(frozen=True)
class Found:
    """The tables of a file as they were found, and the digest of the bytes and options by which."""

    digest: str
    file: filings.OpenFile


def find_rows(
    session: Session, vault: Vault, import_row: PenaltyImport, wanted: Collection[Place] | int
) -> dict[Place, list[SourceCell]]:
    """The cells of the rows ``wanted``, or of the rows of that number in any sheet, as the file has them.

    Refuses what ``filings.read_source`` refuses.
    """
    if not is_kept(session, import_row.id):
        reading = penalty_import.load_options(import_row).reading
        return filings.read_source_rows(vault.open(import_row.sealed), import_row.filename, reading, wanted)
    found: dict[Place, list[SourceCell]] = {}
    for page in _pages_with(session, import_row.id, wanted):
        for number, cells in _open_page(vault, page):
            place = (page.sheet, number)
            if number == wanted if isinstance(wanted, int) else place in wanted:
                found[place] = [SourceCell(*cell) for cell in cells]
    return found


def find_headings(session: Session, vault: Vault, import_row: PenaltyImport) -> list[SourceCell]:
    """The headings of a file with what each means now and an example. Refuses what ``filings.read_source`` refuses."""
    pages = _pages_with(session, import_row.id, [_HEADINGS])
    if pages:
        [(_, cells)] = _open_page(vault, pages[0])
        return [SourceCell(*cell) for cell in cells]
    reading = penalty_import.load_options(import_row).reading
    return filings.read_source(vault.open(import_row.sealed), import_row.filename, reading).headings


def is_kept(session: Session, import_id: int) -> bool:
    """Whether all rows of a file are kept page by page."""
    return bool(_pages_with(session, import_id, [_HEADINGS]))


def forget(work: UnitOfWork, import_id: int) -> None:
    """Delete the pages of a file, whose headings mean something else now or whose bytes are gone."""
    work.session.execute(delete(ImportRowPage).where(ImportRowPage.import_id == import_id))


def keep(perform: Perform, import_id: int, found: Found | None = None) -> None:
    """Keep the rows of a file that is checked or filed. It is read while no transaction is open, or not again when its
    tables were ``found`` before."""
    stored = perform(lambda work: _load(work, import_id, found))
    if stored is None:
        return
    digest, vault, read = stored
    try:
        source = read()
    except Refusal:  # what cannot be read has no rows
        source = filings.SourceFile([], iter(()))
    pages = list(_build_pages(vault, import_id, source))
    perform(lambda work: _store(work, import_id, digest, pages))


def pending(session: Session) -> list[tuple[int, int]]:
    """The files whose rows are to be kept, as (import id, account id), the newest first, some at a time."""
    page = exists().where(ImportRowPage.import_id == PenaltyImport.id)
    statement = select(PenaltyImport.id, PenaltyImport.account_id).where(
        PenaltyImport.state.in_(SETTLED), PenaltyImport.is_kept, ~page
    )
    rows = session.execute(statement.order_by(PenaltyImport.id.desc()).limit(FILES_AT_ONCE))
    return [(import_id, account_id) for import_id, account_id in rows]


def run_pending(perform_as: PerformAs, actors: Sequence[tuple[int, Actor]]) -> None:
    """Keep the rows of each of these files."""
    for import_id, actor in actors:
        keep(lambda act, actor=actor: perform_as(actor, act), import_id)  # type: ignore[misc]


def _load(
    work: UnitOfWork, import_id: int, found: Found | None
) -> tuple[str, Vault, Callable[[], filings.SourceFile]] | None:
    import_row = work.session.get_one(PenaltyImport, import_id)
    if import_row.state not in SETTLED or not import_row.is_kept or is_kept(work.session, import_id):
        return None
    vault = work.keys.vault
    if found is not None:
        return found.digest, vault, lambda: filings.source_of(found.file.tables, found.file.reading)
    reading = penalty_import.load_options(import_row).reading
    data, filename = vault.open(import_row.sealed), import_row.filename
    return import_row.digest, vault, lambda: filings.read_source(data, filename, reading)


def _store(work: UnitOfWork, import_id: int, digest: str, pages: Sequence[dict[str, Any]]) -> None:
    import_row = work.session.get_one(PenaltyImport, import_id, with_for_update=True)
    work.session.refresh(import_row)
    if import_row.digest != digest or not import_row.is_kept or is_kept(work.session, import_id):
        return  # read anew, forgotten or kept meanwhile
    work.session.execute(insert(ImportRowPage), pages)


def _build_pages(vault: Vault, import_id: int, source: filings.SourceFile) -> Iterator[dict[str, Any]]:
    for sheet, rows in groupby(source.rows, key=lambda row: row[0][0]):
        while chunk := list(islice(rows, ROWS_PER_PAGE)):
            numbered = [(place[1], cells) for place, cells in chunk]
            yield _build_page(vault, import_id, sheet, numbered)
    yield _build_page(vault, import_id, _HEADINGS[0], [(_HEADINGS[1], source.headings)])


def _build_page(
    vault: Vault, import_id: int, sheet: str, rows: Sequence[tuple[int, Sequence[SourceCell]]]
) -> dict[str, Any]:
    plain = [(number, [(cell.heading, cell.field, cell.text, cell.place) for cell in cells]) for number, cells in rows]
    return {
        "import_id": import_id,
        "sheet": sheet,
        "first_row": min(number for number, _ in rows),
        "last_row": max(number for number, _ in rows),
        "sealed": vault.seal(zlib.compress(_encode(plain), 1)),
    }


def _open_page(vault: Vault, page: ImportRowPage) -> list[tuple[int, list[tuple[str, str, str, str]]]]:
    opened: list[tuple[int, list[tuple[str, str, str, str]]]] = _decode(zlib.decompress(vault.open(page.sealed)))
    return opened


def _pages_with(session: Session, import_id: int, wanted: Collection[Place] | int) -> Sequence[ImportRowPage]:
    page = ImportRowPage
    statement = select(page).where(page.import_id == import_id)
    if isinstance(wanted, int):
        return session.scalars(statement.where(page.first_row <= wanted, page.last_row >= wanted)).all()
    spans = [(page.sheet == sheet) & (page.first_row <= row) & (page.last_row >= row) for sheet, row in wanted]
    return session.scalars(statement.where(or_(*spans))).all() if spans else []
