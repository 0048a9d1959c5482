"""An application for relief, read from what somebody without an account stated: whole, or every fault at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from registry.domain import identifiers
from registry.domain.cases.case_file import StepDocument
from registry.domain.cases.procedures import DOCUMENTS, PROCEDURES
from registry.domain.cases.workflow import INITIAL
from registry.domain.filing.cells import is_forbidden
from registry.domain.publication import redaction
from registry.errors import Fault, Invalid
from registry.refusals.content import IdTypeUnknown
from registry.refusals.procedure import ReliefRefused

FILES_MAX = 5
CHARACTERS_MAX = {"name": 200, "uscc": 50, "id_number": 50, "agent": 200, "contact": 200, "statement": 2000}
"""What may be stated, and how long it may be."""
AUTHORISATION = "authorisation"
_LABELS = {
    "name": "申请人名称", "uscc": "统一社会信用代码", "id_number": "证件号码", "agent": "代理人姓名",
    "contact": "联系方式", "statement": "申请的事实和理由",
}  # fmt: skip
_SUFFIXES = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}
_REQUIRED = ("name", "contact", "statement")


@dataclass(frozen=True)
class Application:
    """Who applies about which record, and what for. An agent acts on an authorisation of the subject."""

    noun: str
    about: str
    name: str
    uscc: str | None
    id_type: str | None
    id_number: str | None = field(repr=False)
    agent: str | None
    contact: str = field(repr=False)
    statement: str = field(repr=False)


def documents(noun: str) -> tuple[str, ...]:
    """The kinds of document that an application needs, whoever applies."""
    return PROCEDURES[noun].step(INITIAL, "apply").documents


def parse_application(
    noun: str,
    about: str,
    stated: Mapping[str, str],
    papers: Sequence[StepDocument],
    id_types: Mapping[str, str],
) -> Application:
    """The application. Refuses ``ReliefRefused`` with every fault; no fault repeats what was stated.

    ``stated``: the names of ``CHARACTERS_MAX``, ``id_type`` and ``consent`` (anything but empty).
    """
    given = {name: text.strip() for name, text in stated.items()}
    faults = [*_of_words(given), *_of_papers(noun, papers, has_agent=bool(given.get("agent")))]
    uscc = id_type = id_number = None
    try:
        uscc = identifiers.uscc(given["uscc"], strict=False) if given.get("uscc") else None
    except Invalid as refusal:
        faults.append(Fault("/uscc", refusal.code, refusal.title))
    try:
        if given.get("id_number"):
            id_type, id_number = identifiers.identity(given.get("id_type"), given["id_number"], id_types)
    except Invalid as refusal:
        place = "id_type" if isinstance(refusal, IdTypeUnknown) else "id_number"
        faults.append(Fault(f"/{place}", refusal.code, refusal.title))
    if faults:
        raise ReliefRefused(faults=tuple(faults))
    return Application(
        noun=noun,
        about=about,
        name=given["name"],
        uscc=uscc,
        id_type=id_type,
        id_number=id_number,
        agent=given.get("agent") or None,
        contact=given["contact"],
        statement=given["statement"],
    )


def without_filenames(papers: Sequence[StepDocument]) -> list[StepDocument]:
    """The documents without the names their files came with, which often tell who somebody is."""
    return [
        replace(paper, filename=f"{DOCUMENTS[paper.kind]}{place}{_SUFFIXES[paper.media_type()]}")
        if paper.content is not None
        else paper
        for place, paper in enumerate(papers, start=1)
    ]


def _of_words(given: Mapping[str, str]) -> Iterator[Fault]:
    for name, limit in CHARACTERS_MAX.items():
        text = given.get(name, "")
        if not text and name in _REQUIRED:
            yield Fault(f"/{name}", "required", f"请填写{_LABELS[name]}")
        if len(text) > limit:
            yield Fault(f"/{name}", "too-long", f"{_LABELS[name]}不得超过 {limit} 个字")
        if is_forbidden(text):
            yield Fault(f"/{name}", "forbidden-character", f"{_LABELS[name]}含有不可见字符")
    if not given.get("consent"):
        yield Fault("/consent", "consent-missing", "请先确认所填内容真实并同意处理所填信息")


def _of_papers(noun: str, papers: Sequence[StepDocument], *, has_agent: bool) -> Iterator[Fault]:
    """Each document is of a kind that the application takes, and can be opened; none that it needs is missing."""
    needed = (*documents(noun), *((AUTHORISATION,) if has_agent else ()))
    given = {paper.kind for paper in papers}
    if len(papers) > FILES_MAX:
        yield Fault("/documents", "too-many-files", f"附件合计最多 {FILES_MAX} 份")
    for kind in needed:
        if kind not in given:
            yield Fault(f"/documents/{kind}", "document-missing", f"请附上{DOCUMENTS[kind]}")
    for paper in papers:
        if paper.kind not in (*needed, AUTHORISATION):
            yield Fault("/documents", "document-kind-unknown", "此项申请不需要这种文书")
            continue
        try:
            paper.media_type()
        except Invalid as refusal:
            yield Fault(f"/documents/{paper.kind}", refusal.code, refusal.title)
        if redaction.blot(paper.number) != paper.number:
            yield Fault(f"/documents/{paper.kind}", "personal-number", "文号不得为个人证件或电话号码")
