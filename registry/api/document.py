"""The OpenAPI document: types of records, operation ids, refusals and keys, added to what the routes declare."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from flask import Flask
from flask_smorest import Api

from registry.domain import records

_PROBLEM = "application/problem+json"
_METHODS = ("get", "post", "put", "delete")


def complete(app: Flask, api: Api) -> None:
    """Complete the document once all routes are registered."""
    _describe_records(api)
    api.spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    rules = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower()): rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    for path, method, operation in _operations(api):
        endpoint = rules[path, method]
        operation["operationId"] = endpoint.replace(".", "_").replace("-", "_")
        if getattr(app.view_functions[endpoint], "permission", None):
            operation["security"] = [{"key": []}]
        for status, response in operation.get("responses", {}).items():
            if status == "default" or int(status) >= 400:
                _as_problem(response)
    for response in api.spec.components.responses.values():
        _as_problem(response)
    for schema in api.spec.components.schemas.values():
        for field in schema.get("properties", {}).values():
            if field.get("default") == "":
                del field["default"]  # what is left out reads as empty; an empty text that is sent is refused


def record_name(kind: str) -> str:
    """The name of the schema of a kind of record as the API answers it."""
    return f"{kind.capitalize()}Record"


def record_reference() -> dict[str, Any]:
    """A record of any public kind, for answers that hold records."""
    names = {kind: f"#/components/schemas/{record_name(kind)}" for kind in records.PUBLIC_KINDS}
    return {
        "oneOf": [{"$ref": name} for name in names.values()],
        "discriminator": {"propertyName": "kind", "mapping": names},
    }


def _describe_records(api: Api) -> None:
    """One schema per kind from the type of its body; answers have ``id`` and ``entry`` in place of ``record``."""
    types = [kind.body for kind in records.KINDS.values() if kind.is_public]
    _, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/Public{name}")
    for name, schema in components.items():
        # Generators of clients name types by their title, which has to differ from those of requests.
        api.spec.components.schema(f"Public{name}", {**schema, "title": f"Public{name}"})
    for kind in records.PUBLIC_KINDS:
        body = components[records.KINDS[kind].body.__name__]
        fields = {name: field for name, field in body["properties"].items() if name != "record"}
        own = {
            "id": {"type": "string", "description": "the record"},
            "entry": {"type": "integer", "description": "the number of its entry in the ledger"},
        }
        required = ["id", "entry", *(name for name in body["required"] if name != "record")]
        answer = {**body, "title": record_name(kind), "properties": own | fields, "required": required}
        api.spec.components.schema(record_name(kind), answer)


def _operations(api: Api) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in api.spec._paths.items():  # apispec offers no other way to its paths
        for method, operation in item.items():
            if method in _METHODS:
                yield path, method, operation


def _as_problem(response: dict[str, Any]) -> None:
    content = response.get("content", {})
    if "application/json" in content:
        content[_PROBLEM] = content.pop("application/json")
