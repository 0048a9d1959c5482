"""Parse and validate an application for relief (dispute or repair): the application, or every fault at once."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from registry.domain import identifiers
from registry.domain.cases.case_file import StepDocument
from registry.domain.cases.procedures import DOCUMENTS, PROCEDURES
from registry.domain.cases.workflow import INITIAL
from registry.domain.filing import cells
from registry.domain.filing.cells import is_forbidden
from registry.domain.publication import redaction
from registry.errors import Fault, Invalid
from registry.phrases import Phrase
from registry.refusals.content import IdTypeUnknown
from registry.refusals.procedure import ReliefRefused

FILES_MAX = 5
CHARACTERS_MAX = {"name": 200, "uscc": 50, "id_number": 50, "agent": 200, "contact": 200, "statement": 2000}
"""Input fields of an application and their longest text."""
AUTHORISATION, SEALED_STATEMENT = "authorisation", "sealed_statement"
OPTIONAL = (AUTHORISATION, SEALED_STATEMENT)
"""Kinds of document that any application may have."""
CODE = re.compile(r"[A-Z2-7]{10}")
"""A confirmation code, in upper case and without blanks or hyphens."""
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z0-9-]{2,}")
_LABELS = {
    "name": "申请人名称", "uscc": "统一社会信用代码", "id_number": "证件号码", "agent": "代理人姓名",
    "contact": "联系方式", "statement": "申请的事实和理由",
}  # fmt: skip
_SUFFIXES = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}
_REQUIRED = ("name", "contact", "statement")


@dataclass(frozen=True)
class Application:
    """An application for relief by a subject without an account. An agent needs the subject's authorisation."""

    noun: str
    about: str
    name: str
    uscc: str | None
    id_type: str | None
    id_number: str | None = field(repr=False)
    agent: str | None
    contact: str = field(repr=False)
    statement: str = field(repr=False)
    corrected_on: dt.date | None = None


def documents(noun: str) -> tuple[str, ...]:
    """Kinds of document that every application of a kind requires."""
    return PROCEDURES[noun].step(INITIAL, "apply").documents


def parse_application(
    noun: str,
    about: str,
    inputs: Mapping[str, str],
    attachments: Sequence[StepDocument],
    id_types: Mapping[str, str],
) -> Application:
    """Parse an application. Refuses ``ReliefRefused`` with every fault; no fault repeats the input.

    ``inputs``: the names of ``CHARACTERS_MAX``, ``id_type`` and ``consent`` (anything but empty).
    """
    texts = {name: text.strip() for name, text in inputs.items()}
    faults = [*_text_faults(texts), *_attachment_faults(noun, attachments, has_agent=bool(texts.get("agent")))]
    uscc = id_type = id_number = None
    try:
        uscc = identifiers.uscc(texts["uscc"], strict=False) if texts.get("uscc") else None
    except Invalid as refusal:
        faults.append(Fault("/uscc", refusal.code, refusal.title))
    try:
        if texts.get("id_number"):
            id_type, id_number = identifiers.identity(texts.get("id_type"), texts["id_number"], id_types)
    except Invalid as refusal:
        place = "id_type" if isinstance(refusal, IdTypeUnknown) else "id_number"
        faults.append(Fault(f"/{place}", refusal.code, refusal.title))
    corrected_on = None
    try:
        corrected_on = cells.day(texts["corrected_on"]) if texts.get("corrected_on") else None
    except Invalid as refusal:
        faults.append(Fault("/corrected_on", refusal.code, refusal.title))
    if faults:
        raise ReliefRefused(faults=tuple(faults))
    return Application(
        noun=noun,
        about=about,
        name=texts["name"],
        uscc=uscc,
        id_type=id_type,
        id_number=id_number,
        agent=texts.get("agent") or None,
        contact=texts["contact"],
        statement=texts["statement"],
        corrected_on=corrected_on,
    )


def fold_code(text: str) -> str:
    """A confirmation code as it is compared: typed in any case, with blanks and hyphens or without."""
    return "".join(text.split()).replace("-", "").upper()


def without_filenames(attachments: Sequence[StepDocument]) -> list[StepDocument]:
    """The documents with neutral file names: the uploaded names often identify a person."""
    return [
        replace(attachment, filename=f"{DOCUMENTS[attachment.kind]}{place}{_SUFFIXES[attachment.media_type()]}")
        if attachment.content is not None
        else attachment
        for place, attachment in enumerate(attachments, start=1)
    ]


def _text_faults(texts: Mapping[str, str]) -> Iterator[Fault]:
    for name, limit in CHARACTERS_MAX.items():
        text = texts.get(name, "")
        if not text and name in _REQUIRED:
            yield Fault(f"/{name}", "required", Phrase("请填写%(field)s", field=_LABELS[name]))
        if len(text) > limit:
            yield Fault(
                f"/{name}", "too-long", Phrase("%(field)s不得超过 %(limit)s 个字", field=_LABELS[name], limit=limit)
            )
        if is_forbidden(text):
            yield Fault(f"/{name}", "forbidden-character", Phrase("%(field)s含有不可见字符", field=_LABELS[name]))
    if not texts.get("consent"):
        yield Fault("/consent", "consent-missing", "请先确认所填内容真实并同意处理所填信息")


def _attachment_faults(noun: str, attachments: Sequence[StepDocument], *, has_agent: bool) -> Iterator[Fault]:
    """Faults of the documents: a required kind missing, a kind not accepted, a file that cannot be opened."""
    needed = (*documents(noun), *((AUTHORISATION,) if has_agent else ()))
    attached_kinds = {attachment.kind for attachment in attachments}
    if len(attachments) > FILES_MAX:
        yield Fault("/documents", "too-many-files", Phrase("附件合计最多 %(count)s 份", count=FILES_MAX))
    for kind in needed:
        if kind not in attached_kinds:
            yield Fault(
                f"/documents/{kind}", "document-missing", Phrase("请附上%(document)s", document=DOCUMENTS[kind])
            )
    for attachment in attachments:
        if attachment.kind not in (*needed, *OPTIONAL):
            yield Fault("/documents", "document-kind-unknown", "此项申请不需要这种文书")
            continue
        try:
            attachment.media_type()
        except Invalid as refusal:
            yield Fault(f"/documents/{attachment.kind}", refusal.code, refusal.title)
        if redaction.blot(attachment.number) != attachment.number:
            yield Fault(f"/documents/{attachment.kind}", "personal-number", "文号不得为个人证件或电话号码")
