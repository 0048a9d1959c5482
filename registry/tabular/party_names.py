"""Take apart a bidder's name and what stands beside it: a code, its role in a consortium, other names."""

import re

from registry.domain import identifiers
from registry.domain.filing.cells import pointer
from registry.domain.filing.model import Note
from registry.domain.filing.subject_name import DETAILS, NAME_SEVERAL, name_findings
from registry.errors import Fault, Invalid
from registry.tabular.lines import ends_like_organisation

_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{2}\d{6}[0-9A-Za-z]{10}(?![0-9A-Za-z])")
_RESIDENT = re.compile(r"[1-6]\d{16}[0-9Xx]")
_LABEL = re.compile(r"(?:统一)?(?:社会)?信用代码(?:证?号)?|代码")
_EDGES = " \t\n,，、;；:：/／|()（）[]【】-—"
_ROLE = re.compile(
    r"\s*[(（\[【](?:联合体)?(?:各方)?(?:牵头(?:人|方|单位)?|主办(?:人|方|单位)|成员(?:单位|方|[一二三四\d])?|联合体(?:投标)?)[)）\]】]"
    r"|^\s*(?:联合体)?(?:牵头(?:人|方|单位)?|主办(?:人|方|单位)|成员(?:单位|方|[一二三四\d])?)\s*[:：]"
)
_JOINED = re.compile(rf"(?<=[{_HAN}])\s*[、，,;；/／|]\s*(?=[{_HAN}])")
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")


def part_name(cells: dict[str, str]) -> tuple[list[Fault], list[Note]]:
    """Leave the bare name in ``cells``; what cannot be told apart is a fault: a party asked about by a name that
    nobody has is answered as if it had no record."""
    name = cells.get("name", "")
    faults: list[Fault] = []
    notes: list[Note] = []
    name = _take_code(cells, name, faults, notes)
    name = _take_role(name, notes)
    if not name:
        cells.pop("name", None)
        return faults, notes
    cells["name"] = name
    if not faults and is_several(name, is_person="id_number" in cells and "uscc" not in cells):
        faults.append(Fault("/name", NAME_SEVERAL, DETAILS[NAME_SEVERAL]))
    return faults, notes


def is_several(name: str, *, is_person: bool) -> bool:
    """Whether one cell names several parties, or a consortium instead of its members."""
    if NAME_SEVERAL in name_findings(name, is_person=is_person):
        return True
    bare = _BRACKETS.sub("", name)
    parts = [part.strip() for part in _JOINED.split(bare)]
    if len(parts) > 1 and all(len(part) > 1 or len(parts) == 2 for part in parts):
        return True
    if bare.endswith("联合体") or re.search("联合体(?:成员|牵头|[:：])", bare):
        return True
    return any(
        ends_like_organisation(left) and ends_like_organisation(right)
        for left, right in (re.split("[和与及]", bare, maxsplit=1) for _ in re.findall("[和与及]", bare)[:1])
    )


def _take_code(cells: dict[str, str], name: str, faults: list[Fault], notes: list[Note]) -> str:
    codes = _CODE.findall(name)
    if not codes or any(_RESIDENT.fullmatch(code) and not _is_sound(code) for code in codes):
        return name  # a person's number is refused as such by whoever asks about the name
    rest = _LABEL.sub("", _CODE.sub("", name)).strip(_EDGES)
    code = codes[0].upper()
    if len(codes) > 1 or not _is_sound(code):
        faults.append(Fault("/name", "code-in-name", "名称一格中有代码，不能确定属于谁；名称与代码应各写一列"))
    elif cells.get("uscc", code).upper() != code:
        faults.append(Fault("/uscc", "code-in-name", "名称一格中的代码与代码一列不同"))
    else:
        cells["uscc"] = code
        notes.append(Note(pointer("name"), "code-taken-apart", "名称一格中的统一社会信用代码已分开"))
    return rest


def _take_role(name: str, notes: list[Note]) -> str:
    """The name without a word of its role in a consortium; where several are named it stays, to be refused."""
    if len(_ROLE.findall(name)) != 1 or (bare := _ROLE.sub("", name).strip(_EDGES)) == name:
        return name
    notes.append(
        Note(pointer("name"), "role-taken-off", "名称旁的联合体角色不是名称的一部分，未读取；角色应写在角色一列")
    )
    return bare


def _is_sound(code: str) -> bool:
    try:
        identifiers.uscc(code)
    except Invalid:
        return False
    return True
