"""Hand out files of a desk: workbooks and documents, which no cache may keep."""

from flask import Response

from registry.tabular.annotated import WorkbookFile


def send(file: WorkbookFile, name: str) -> Response:
    """A file to save; ``name`` without its suffix, in letters and digits only."""
    response = Response(file.data, content_type=file.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{file.suffix}"'
    response.headers["Cache-Control"] = "no-store"
    return response
