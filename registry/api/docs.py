"""The OpenAPI document as pages: one without any script, and Swagger UI, from which requests are sent."""

from typing import Any

from flask import Blueprint, current_app, render_template

from registry.api.auth import public

blueprint = Blueprint("docs", __name__, url_prefix="/api/v1", template_folder="templates")
METHODS = ("get", "post", "put", "delete")


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """One line per operation, in the order of the document: method, path, summary, parameters, group."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "group": (found.get("tags") or [""])[0],
            "summary": found.get("summary", ""),
            "parameters": [one["name"] for one in found.get("parameters", []) if "name" in one],
            "needs_key": bool(found.get("security")),
        }
        for path, item in document["paths"].items()
        for method, found in item.items()
        if method in METHODS
    ]


@blueprint.route("/docs")
@public
def page() -> str:
    """Every route on one page."""
    document: dict[str, Any] = current_app.extensions["registry_openapi"].to_dict()
    return render_template("api_docs.html", operations=operations(document), tags=document.get("tags", []))


@blueprint.route("/docs/explorer")
@public
def explorer() -> str:
    """Swagger UI, from this site alone. A page for developers: it weighs more than others and needs a script."""
    return render_template("api_explorer.html")
