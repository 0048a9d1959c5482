"""The form of a new check: the questions the law needs, and the parties as typed, pasted, uploaded or corrected."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import request

from registry import tabular
from registry.domain.checks.model import PROJECTS
from registry.domain.filing import party_columns
from registry.domain.filing.party_columns import LENGTHS
from registry.domain.filing.vocabulary import LEFT_OUT
from registry.errors import Fault, Invalid
from registry.keys.signing import Vault
from registry.refusals.acts import BodyRefused
from registry.refusals.content import SealBroken
from registry.services.checks.request import Inquiry, Party
from registry.tabular import parties, pasted
from registry.tabular.parties import PartiesFile
from registry.tabular.sheet import note_texts
from registry.unit_of_work import UnitOfWork

QUESTIONS = ("code", "name", "sector", "project", "must_tender", "district")
CELLS = tuple(LENGTHS)
COLUMNS = {
    "name": "名称", "uscc": "统一社会信用代码", "role": "角色", "of": "所属（牵头人）", "section": "标段、包号",
    "ref": "序号", "id_type": "证件类型", "id_number": "证件号码", "organisation_code": "组织机构代码",
    "registration_number": "登记注册号",
    LEFT_OUT: "不读取",
}  # fmt: skip
"""What a column may mean, in the words of the page."""
UNSAID = "unsaid"
"""The answer that a question cannot be answered now: what depends on it is for a person."""
MUST_TENDER = {"yes": True, "no": False, UNSAID: None}
ROWS_MAX = 90
"""Rows that can be corrected on one page."""
KEPT_BYTES_MAX = 300_000
"""The largest file that comes back with a form to be filled in again."""


@dataclass(frozen=True)
class CheckForm:
    """A submitted form. ``rows`` are those corrected on the page; ``file`` the upload or the one kept."""

    words: Mapping[str, str]
    pasted: str = field(default="", repr=False)
    rows: Sequence[dict[str, str]] = field(default=(), repr=False)
    file: bytes = field(default=b"", repr=False)
    mapping: Mapping[str, str] = field(default_factory=dict)
    is_confirmed: bool = False


def read_form(vault: Vault) -> CheckForm:
    """Read the form in the request."""
    form = request.form
    upload = request.files.get("file")
    headings = form.getlist("heading")
    meanings = form.getlist("meaning")
    return CheckForm(
        words={name: form.get(name, "").strip() for name in QUESTIONS},
        pasted=form.get("parties", ""),
        rows=_read_rows(),
        file=(upload.read() if upload and upload.filename else b"") or _open_kept(vault, form.get("kept", "")),
        mapping={heading: meaning for heading, meaning in zip(headings, meanings, strict=False) if meaning},
        is_confirmed="confirmed" in form,
    )


def _read_rows() -> list[dict[str, str]]:
    columns = {name: request.form.getlist(f"row_{name}") for name in CELLS}
    count = len(columns["name"])
    rows = [
        {
            name: values[place].strip()
            for name, values in columns.items()
            if place < len(values) and values[place].strip()
        }
        for place in range(count)
    ]
    return [{"role": "bidder", **row} for row in rows if row.keys() - {"ref", "role"}]


def keep_file(vault: Vault, file: bytes) -> str:
    """A file as text that only this node can open, so that it need not be chosen again; empty for a large one."""
    return base64.b64encode(vault.seal(file)).decode() if 0 < len(file) <= KEPT_BYTES_MAX else ""


def _open_kept(vault: Vault, text: str) -> bytes:
    try:
        return vault.open(base64.b64decode(text, validate=True)) if text else b""
    except (SealBroken, binascii.Error, ValueError):
        return b""


def read_parties(form: CheckForm) -> PartiesFile:
    """The parties of the form. Refuses ``PartiesUnreadable`` and every reason for which a file cannot be read."""
    if form.rows:
        return PartiesFile([parties.PartyRow(place, dict(row), ()) for place, row in enumerate(_number(form.rows), 1)])
    if not form.file and not form.pasted.strip():
        raise BodyRefused(faults=(Fault("/parties", "parties-missing", "请填写、粘贴或者上传名单"),))
    vocabulary = party_columns.VOCABULARY.mapped(form.mapping)
    data = form.file or pasted.to_table(form.pasted, vocabulary)
    return parties.read_parties(data, "", form.mapping)


def _number(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Rows with a ``ref`` each; one that was left empty gets the next number that is free."""
    taken = {row["ref"] for row in rows if "ref" in row}
    free = (str(number) for number in range(1, len(rows) + len(taken) + 1) if str(number) not in taken)
    return [row if "ref" in row else {**row, "ref": next(free)} for row in rows]


def find_headings(form: CheckForm) -> list[list[str]]:
    """The first lines of a list whose headings are not understood, for a person to say what they mean."""
    try:
        data = form.file or pasted.to_table(form.pasted)
        return tabular.read_first_lines(data, party_columns.VOCABULARY.mapped(form.mapping))
    except Invalid:
        return []


def guess_meaning(heading: str, mapping: Mapping[str, str]) -> str:
    """What a heading means as far as it is known."""
    known: str = mapping.get(heading) or party_columns.VOCABULARY.meaning(heading).field
    return known if known in COLUMNS else ""


def about(file: PartiesFile) -> list[str]:
    """What is said about a list before it is used: as a whole, and of single rows."""
    rows = [f"第 {row.number} 行：{note.detail}" for row in file.rows for note in row.notes]
    return [*note_texts(file.notes), *dict.fromkeys(rows)]


def question_faults(words: Mapping[str, str]) -> list[Fault]:
    """The questions that were not answered."""
    faults = []
    if not words["code"]:
        faults.append(Fault("/code", "code-missing", "请填写项目编号"))
    if not words["sector"]:
        faults.append(Fault("/sector", "sector-missing", "请选择领域"))
    if words["project"] not in (*PROJECTS, UNSAID):
        faults.append(Fault("/project", "project-missing", "请选择项目类别"))
    if words["must_tender"] not in MUST_TENDER:
        faults.append(Fault("/must_tender", "must-tender-missing", "请选择是否依法必须招标"))
    return faults


def build_inquiry(work: UnitOfWork, words: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> Inquiry:
    """The inquiry of a form whose questions are answered."""
    return Inquiry(
        tender={name: words[name] for name in ("code", "name") if words[name]},
        sector=words["sector"],
        must_tender=MUST_TENDER[words["must_tender"]],
        project=None if words["project"] == UNSAID else words["project"],
        district=words["district"] or None,
        on=work.today,
        parties=[Party(**row) for row in rows],
    )


def row_faults(file: PartiesFile) -> tuple[Fault, ...]:
    """The faults of the rows, with pointers such as /parties/3/uscc."""
    return tuple(
        Fault(f"/parties/{place}{fault.pointer}", fault.code, fault.detail)
        for place, row in enumerate(file.rows)
        for fault in row.faults
    )


def faults_by_cell(faults: Sequence[Fault]) -> dict[str, list[str]]:
    """Messages by field: ``code`` of a question, ``3/uscc`` of a row."""
    messages: dict[str, list[str]] = {}
    for fault in faults:
        place = fault.pointer.removeprefix("/tender/").removeprefix("/parties/").lstrip("/")
        messages.setdefault(place, []).append(fault.detail)
    return messages
