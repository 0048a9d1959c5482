"""Twelve invented bidders as a trading centre has them: a mistyped code, an old name, a consortium."""

import io
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook

from tests.support.bureau import Bureau
from tests.support.desk import stranger

HEADINGS = ("序号", "投标人名称", "统一社会信用代码", "角色", "所属")


@dataclass(frozen=True)
class Bidders:
    """Who is on record, and the rows of the list."""

    barred: dict[str, str]
    mistyped: dict[str, str]
    old_name: dict[str, str]
    member: dict[str, str]
    rows: tuple[tuple[str, ...], ...]

    def workbook(self, headings: tuple[str, ...] = HEADINGS, title: str = "开标记录表") -> bytes:
        """The list as XLSX, with a title above it and a note below."""
        book = Workbook()
        sheet = book.active
        sheet.append([title])
        for row in (headings, *self.rows):
            sheet.append(list(row))
        sheet.append(["注：以上单位均已签到。"])
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    def text(self) -> str:
        """The list as it is pasted from a table."""
        return "\n".join("\t".join(row) for row in (HEADINGS, *self.rows))


def mistype(code: str) -> str:
    """A code with a wrong check character."""
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def invite(bureau: Bureau) -> Bidders:
    """Twelve bidders, four of whom are on record."""
    barred, mistyped, old_name, member = (_published(bureau) for _ in range(4))
    named: list[tuple[str, ...]] = [
        (barred["subject_name"], barred["uscc"], "投标人", ""),
        (mistyped["subject_name"], mistype(mistyped["uscc"]), "投标人", ""),
        ("盐城虚构旧名称设备供应有限公司", old_name["uscc"], "投标人", ""),
        (*_firm(1), "联合体牵头人", ""),
        (member["subject_name"], member["uscc"], "联合体成员", "4"),
        *((*_firm(number), "投标人", "") for number in range(2, 9)),
    ]
    rows = tuple((str(place), *row) for place, row in enumerate(named, start=1))
    return Bidders(barred, mistyped, old_name, member, rows)


def _firm(number: int) -> tuple[str, str]:
    firm: dict[str, Any] = stranger(500 + number)
    return firm["name"], firm["uscc"]


def _published(bureau: Bureau) -> dict[str, str]:
    return bureau.names[bureau.published_penalty()]
