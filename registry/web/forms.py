"""Parse the form of an application, and refill it when something was wrong."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request

from registry.domain.cases import relief
from registry.domain.cases.case_file import StepDocument
from registry.errors import Refusal
from registry.queries.publication import record_query
from registry.web.formatting import plain

FIELDS = (*relief.CHARACTERS_MAX, "id_type", "consent", "corrected_on", "code")
_NEVER_BACK = ("id_number", "code")
_NAMES = ("name", "uscc", "agent")
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){13,17}[Xx]?")
"""Fourteen digits and more: an identity or card number, not a telephone."""


@dataclass(frozen=True)
class Typed:
    """A submitted form: words by field, and files."""

    words: Mapping[str, str]
    papers: Sequence[StepDocument]

    def back(self) -> dict[str, str]:
        """The words that refill the form: never an identity number, wherever it was typed."""
        number = self.words["id_number"].strip()
        back = {}
        for name, text in self.words.items():
            kept = text.replace(number, "") if number else text
            if name in _NEVER_BACK or (name in _NAMES and record_query.is_personal(kept)):
                kept = ""
            back[name] = plain(_LONG_NUMBER.sub("", kept) if name not in _NAMES else kept)
        return back


def read_form(noun: str) -> Typed:
    """Parse the form in the request. A file field that was left empty sends a file without a name."""
    words = {name: request.form.get(name, "") for name in FIELDS}
    papers = [
        StepDocument(kind, filename=file.filename, content=file.stream.read())
        for kind in (*relief.documents(noun), *relief.OPTIONAL)
        for file in request.files.getlist(kind)
        if file.filename
    ]
    return Typed(words, papers)


def faults_by_field(error: Refusal) -> dict[str, list[str]]:
    """The messages of a refusal by the field that they are shown beside."""
    messages: dict[str, list[str]] = {}
    for fault in error.faults:
        messages.setdefault(fault.pointer.rsplit("/", 1)[-1], []).append(fault.detail)
    return messages
