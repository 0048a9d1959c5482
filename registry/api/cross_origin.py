"""Let pages of other sites read what everybody may read (Fetch standard, CORS): GET only, never with a key."""

from flask import Flask, Response, current_app, request

METHODS = ("GET", "HEAD", "OPTIONS")


def init_app(app: Flask) -> None:
    """Answer the public readings of the API with the headers that other origins need."""
    app.after_request(_allow_reading)


def _allow_reading(response: Response) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method not in METHODS or getattr(view, "permission", "none stated") is not None:
        return response
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Content-Disposition"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match, Range, Last-Event-ID"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response
