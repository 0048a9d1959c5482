"""Make the documents of a case as DOCX drafts from templates, with what is not known yet left to be filled in.

The templates are made by ``tools/document_templates``; an office may change their wording and layout in an editor.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEMPLATES = Path(__file__).parent / "document_templates"
TITLES = {
    "notice": "列入事先告知书",
    "decision": "列入决定书",
    "service_proof": "送达回证",
    "repair_notice": "信用修复告知书",
    "removal_decision": "移出决定书",
    "repair_decision": "信用修复决定书",
}
"""The documents that can be made, by the name of their template."""


def blank(what: str) -> str:
    """The place of something that is to be filled in by hand: never an invented figure, day or article."""
    return f"〔待填：{what}〕"


def render(kind: str, values: Mapping[str, Any]) -> bytes:
    """A document from its template. ``values`` are those that ``services/cases/case_papers`` builds."""
    from docxtpl import DocxTemplate  # an office suite's format is needed here alone
    from jinja2 import Environment, StrictUndefined

    template = DocxTemplate(TEMPLATES / f"{kind}.docx")
    # What a template names and nobody fills in is an error, never an empty place in a decision.
    template.render(dict(values), Environment(undefined=StrictUndefined, autoescape=True))
    data = io.BytesIO()
    template.save(data)
    return data.getvalue()
