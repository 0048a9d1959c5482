"""The fields that a kind of record has beyond those of every record: their titles, and what is filed in them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

from msgspec import Meta

from registry.domain import records

FLAGS = {"true": "是", "false": "否"}
"""The words of a field that is true or false."""


@dataclass(frozen=True)
class OwnField:
    """A field of one kind: its title, what it holds, whether it may be left out, and the words of its codes."""

    name: str
    title: str
    form: Literal["text", "day", "flag", "choice"]
    is_required: bool
    choices: Mapping[str, str]

    def text(self, value: object) -> str:
        """A value in words, as pages show it; empty where there is none."""
        code = str(value).lower() if isinstance(value, bool) else str(value)
        return "" if value is None else self.choices.get(code, code)


def own_fields(kind: str) -> tuple[OwnField, ...]:
    """The fields of a kind beyond those of ``records.RecordBody``, in their order."""
    common = records.fields_of(records.RecordBody).keys()
    fields = records.fields_of(records.KINDS[kind].body)
    return tuple(_describe_field(name, field.type) for name, field in fields.items() if name not in common)


def _describe_field(name: str, annotation: Any) -> OwnField:
    metas, inner = _unwrap(annotation)
    titles = [meta.title for meta in metas if meta.title]
    words: Mapping[str, str] = next((meta.extra for meta in metas if meta.extra), {})
    members = [_unwrap(member)[1] for member in get_args(inner)] if get_origin(inner) is not Literal else []
    is_optional = type(None) in members
    value_type = next((member for member in members if member is not type(None)), inner)
    if value_type is dt.date:
        form: Literal["text", "day", "flag", "choice"] = "day"
    elif value_type is bool:
        form, words = "flag", FLAGS
    else:
        form = "choice" if get_origin(value_type) is Literal else "text"
    if not titles:
        raise TypeError(f"{name} has no title")
    return OwnField(name, titles[-1], form, not is_optional, words)


def _unwrap(annotation: Any) -> tuple[list[Meta], Any]:
    if get_origin(annotation) is not Annotated:
        return [], annotation
    inner, *metas = get_args(annotation)
    return [meta for meta in metas if isinstance(meta, Meta)], inner
