"""The part of ``docs/checking.md`` that is made from the reference data: per sector what bars, what is for a person."""

from collections.abc import Iterator
from typing import Any

from registry.domain.labels import ROLES
from tools.procedures import rows

BEGIN, END = "<!-- made from registry/reference: begin -->", "<!-- made from registry/reference: end -->"
VERDICTS = {"bars": "`barred`", "review": "`review`"}


def checking_text(page: str) -> str:
    """The page with its table made anew between the two marks."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{chr(10).join(_lines())}\n\n{END}{after}"


def _lines() -> Iterator[str]:
    for sector in rows("sectors"):
        yield f"**{sector['name']}** (`{sector['code']}`)"
        yield ""
        yield "| ground | verdict | roles | only must-tender | law |"
        yield "|---|---|---|---|---|"
        yield from _measures(sector["code"])
        yield from _lists(sector["code"])
        yield from _same_tender(sector["code"])
        yield ""
    yield "Every other record that is shown informs: `on_record`. Rows marked † are unconfirmed."


def _measures(sector: str) -> Iterator[str]:
    for row in rows("measures"):
        if row["effect"] in VERDICTS and (not row["sectors"] or sector in row["sectors"]):
            yield _line(f"{row['code']} {row['name']}", row, is_must=row["only_must_tender"])


def _lists(sector: str) -> Iterator[str]:
    for row in rows("list_effects"):
        if "effective_until" not in row and row["effect"] in VERDICTS and sector in (row["sectors"] or [sector]):
            yield _line(f"list `{row['scheme']}`", row, is_must=row["tenders"] == "must")


def _same_tender(sector: str) -> Iterator[str]:
    for row in rows("same_tender"):
        if row["code"] == sector:
            yield _line(
                row["name"], row | {"effect": "review", "roles": ["bidder", "consortium_member"]}, is_must=False
            )


def _line(ground: str, row: dict[str, Any], *, is_must: bool) -> str:
    mark = " †" if row["status"] == "unconfirmed" else ""
    roles = "、".join(ROLES[role] for role in row["roles"]) or "各角色"
    return f"| {ground}{mark} | {VERDICTS[row['effect']]} | {roles} | {'是' if is_must else '否'} | {row['source']} |"
