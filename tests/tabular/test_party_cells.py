"""Bidders' cells as people fill them: whoever is named is asked, alone and under a name that somebody has."""

import itertools

import pytest

from registry.tabular.parties import PartiesFile, read_parties
from tests.tabular.test_layout import book
from tools.synthetic import uscc

FIRST, SECOND = uscc("91320902", 8001), uscc("91320902", 8002)
NAMES = ("盐城沐箬建设有限公司", "东台久益消防工程有限公司")


def read(*rows: list[str], headings: str = "投标人名称,统一社会信用代码") -> PartiesFile:
    return read_parties(book([headings.split(","), *rows]), "a.xlsx")


JOINTS = [
    "、",
    "，",
    ",",
    ";",
    "；",
    "/",
    "／",
    "|",
    "\n",
    "和",
    "与",
    "及",
    "＆",
    "+",
    " ",
    "（牵头人）、",
    "（联合体牵头人）/",
    "(牵头方),",
]
WHOLES = [
    "{}与{}联合体",
    "{}、{}联合体",
    "{}（牵头人）、{}（成员）",
    "牵头人：{}；成员：{}",
    "{}(联合体牵头方)\n{}(联合体成员)",
]


@pytest.mark.parametrize("form", [*("{}" + joint + "{}" for joint in JOINTS), *WHOLES])
@pytest.mark.parametrize("is_coded", [True, False])
def test_several_names_in_one_cell_are_a_fault(form: str, is_coded: bool) -> None:
    (row,) = read([form.format(*NAMES), FIRST if is_coded else ""]).rows
    assert "name-several" in [fault.code for fault in row.faults]


@pytest.mark.parametrize("name", ["甲/乙", "样一、样二", "盐城甲队；盐城乙队", "沐箬联合体", "甲，乙"])
def test_short_names_are_no_exception(name: str) -> None:
    assert "name-several" in [fault.code for fault in read([name, ""]).rows[0].faults]


@pytest.mark.parametrize(
    "name",
    [
        *NAMES,
        "盐城和兴建设有限公司",
        "盐城与时建设有限公司",
        "示例（中国）有限公司",
        "盐城沐箬建设有限公司东门分公司",
        "Example A/S",
        "样一",
        "买买提·样",
        "盐城市示例人力资源和社会保障服务中心",
        "盐城沐箬集团有限公司盐城及东台分公司",
    ],
)
def test_one_name_is_none(name: str) -> None:
    (row,) = read([name, FIRST]).rows
    assert (row.cells["name"], row.faults) == (name, ())


ROLES = [
    "（牵头人）",
    "(牵头方)",
    "（联合体牵头人）",
    "（主办方）",
    "（成员）",
    "（成员单位）",
    "（联合体成员）",
    "【牵头人】",
    "（联合体）",
]


@pytest.mark.parametrize("role", [*ROLES, "牵头人：", "成员单位："])
def test_a_role_beside_the_name_is_taken_off_and_noted(role: str) -> None:
    written = role + NAMES[0] if role.endswith("：") else NAMES[0] + role
    (row,) = read([written, FIRST]).rows
    assert (row.cells["name"], row.faults) == (NAMES[0], ())
    assert [note.code for note in row.notes] == ["role-taken-off"]


BESIDE = [
    "{0} {1}",
    "{0}，{1}",
    "{0},{1}",
    "{0}({1})",
    "{0}（{1}）",
    "{0}/{1}",
    "{0}\n{1}",
    "{1} {0}",
    "{0}：{1}",
    "{0} 统一社会信用代码：{1}",
    "{0}（统一社会信用代码：{1}）",
    "{0}、{1}",
    "{0}; {1}",
    "{0}信用代码{1}",
    "{0}【{1}】",
    "{0}\t{1}",
    "统一社会信用代码:{1} {0}",
    "{0} - {1}",
    "{0}—{1}",
    "{0}  {1}",
]


@pytest.mark.parametrize("form", BESIDE)
@pytest.mark.parametrize("change", [str, str.lower])
def test_a_code_beside_the_name_is_taken_apart(form: str, change: type[str]) -> None:
    written = form.format(NAMES[0], change(FIRST))
    for rows in ([written], [written, FIRST]):
        (row,) = read(rows, headings="投标人名称" if len(rows) == 1 else "投标人名称,统一社会信用代码").rows
        assert (row.cells["name"], row.cells["uscc"], row.faults) == (NAMES[0], FIRST, ())
    (row,) = read([written, SECOND]).rows
    assert [fault.code for fault in row.faults] == ["code-in-name"]
    broken = form.format(NAMES[0], FIRST[:-1] + ("1" if FIRST[-1] != "1" else "2"))
    assert "code-in-name" in [fault.code for fault in read([broken, ""]).rows[0].faults]
    (row,) = read([form.format(f"{NAMES[0]} {SECOND}", FIRST), ""]).rows
    assert "code-in-name" in [fault.code for fault in row.faults]


def test_a_code_alone_is_no_name() -> None:
    for written in (FIRST, f"统一社会信用代码：{FIRST}"):
        assert "party-refused" in [fault.code for fault in read([written, ""]).rows[0].faults]


@pytest.mark.parametrize("heading", ["标段", "包号", "标段名称", "分包号", "标包"])
@pytest.mark.parametrize("lots", [2, 3])
@pytest.mark.parametrize("is_stated", [True, False])
def test_lots_may_count_from_one(heading: str, lots: int, is_stated: bool) -> None:
    rows = [
        [
            f"{lot}标",
            str(n) if is_stated else "",
            f"盐城{lot}{n}号建设有限公司",
            uscc("91320902", 100 * lot + n),
            "",
            "",
        ]
        for lot, n in itertools.product(range(1, lots + 1), (1, 2, 3))
    ]
    for row in rows[1::3]:
        row[4:] = ["联合体成员", "1"] if is_stated else ["联合体成员", rows[rows.index(row) - 1][2]]
    file = read(*rows, headings=f"{heading},序号,投标人名称,统一社会信用代码,角色,所属")
    assert [row.faults for row in file.rows] == [()] * len(rows)
    refs = {row.cells["ref"]: row for row in file.rows}
    assert len(refs) == len(rows)
    for row in file.rows:
        if "of" in row.cells:
            lead = refs[row.cells["of"]]
            assert (lead.cells["section"], lead.number) == (row.cells["section"], row.number - 1)


@pytest.mark.parametrize("written", ["{name}", " {name} ", "{uscc}", "{name}　", "{ref}"])
@pytest.mark.parametrize("place", range(4))
def test_of_may_be_the_name_or_code_of_its_lead(written: str, place: int) -> None:
    rows = [[str(n + 1), f"盐城{n}号建设有限公司", uscc("91320902", 8100 + n), "", ""] for n in range(4)]
    lead = rows[place]
    member = ["9", NAMES[0], FIRST, "联合体成员", written.format(name=lead[1], uscc=lead[2], ref=lead[0])]
    file = read(*rows, member, headings="序号,投标人名称,统一社会信用代码,角色,所属")
    assert (file.rows[-1].cells["of"], file.rows[-1].faults) == (lead[0], ())
    rows[place - 1][1] = lead[1]
    file = read(*rows, [*member[:4], lead[1]], headings="序号,投标人名称,统一社会信用代码,角色,所属")
    assert [fault.code for fault in file.rows[-1].faults] == ["ref-unknown"]
