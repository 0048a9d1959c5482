"""Route to download the documents of a case, for the department that handles it."""

from flask import Response

from registry import runtime
from registry.api.auth import actor, allow
from registry.api.wire import Blueprint
from registry.domain import literals
from registry.domain.permissions import Permission
from registry.queries.cases import procedure_records
from registry.refusals.procedure import DocumentUnknown

blueprint = Blueprint("documents", __name__, url_prefix="/api/v1/documents", description="程序中的文书附件")


def _parse_document_id(text: str) -> int:
    number = literals.row_number(text)
    if number is None:
        raise DocumentUnknown()
    return number


@blueprint.route("/<number>", methods=["GET"])
@allow(Permission.RELIEF_READ, reads="document.read")
@blueprint.response(200, content_type="application/octet-stream")
def get_document(number: str) -> Response:
    """Download a document byte for byte as it was filed."""
    with runtime.reading() as session:
        document, case = procedure_records.of_document(session, _parse_document_id(number))
        actor().require_own(case.department_id, DocumentUnknown)
        actor().require_scope(*case.scope)
        content = runtime.keys().vault.open(document.sealed)
    response = Response(content, content_type=document.media_type)
    suffix = document.media_type.rsplit("/", maxsplit=1)[-1]
    response.headers["Content-Disposition"] = f'attachment; filename="document-{number}.{suffix}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
