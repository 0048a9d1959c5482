"""Hand out the documents of a case as drafts: to be changed, signed and handed in."""

from flask import Response

from registry import runtime
from registry.domain.permissions import Permission
from registry.models import Listing, Relief
from registry.printing import case_documents
from registry.refusals.procedure import DocumentUnknown
from registry.services.cases import case_papers
from registry.serving import access_trail
from registry.tabular.annotated import WorkbookFile
from registry.web.blueprint import today
from registry.web.desk import files
from registry.web.desk.cases import own_case
from registry.web.private import private
from registry.web.sessions import current_account, desk_page


@private.get("/desk/cases/<noun>/<record>/papers/<kind>")
@desk_page(Permission.LISTING_READ, Permission.RELIEF_READ)
def case_paper(noun: str, record: str, kind: str) -> Response:
    """A document of a case with its facts and the law filled in."""
    with runtime.reading() as session:
        case = own_case(session, noun, record)
        if not isinstance(case, Listing | Relief):
            raise DocumentUnknown()
        values = case_papers.build_values(session, case, kind, today())
    access_trail.note_reading(current_account(), f"{noun}.paper", record)
    data = case_documents.render(kind, values)
    return files.send(WorkbookFile(data, "docx", case_documents.DOCX), kind.replace("_", "-"))
