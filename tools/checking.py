"""The part of ``docs/checking.md`` that is made from the reference data: per sector which records bar, which are for a
person, and which only inform, each with its law."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from registry.domain.labels import RECORD_KINDS, ROLES
from tools.procedures import rows

BEGIN, END = "<!-- made from registry/reference: begin -->", "<!-- made from registry/reference: end -->"
VERDICTS = {"bars": "`barred`", "review": "`review`", "none": "`on_record`"}
_ORDER = tuple(VERDICTS.values())
_BY_PRODUCT, _PROVINCE = "涉案产品，全国", "记录所在省"


class Line(NamedTuple):
    """One row of a sector's table."""

    ground: str
    verdict: str
    roles: str
    reach: str
    law: str


def checking_text(page: str) -> str:
    """The page with its table made anew between the two marks."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{chr(10).join(_lines())}\n\n{END}{after}"


def _lines() -> Iterator[str]:
    for sector in rows("sectors"):
        yield f"**{sector['name']}** (`{sector['code']}`)"
        yield ""
        yield "| ground | verdict | roles | reach | law |"
        yield "|---|---|---|---|---|"
        lines = [
            *_measures(sector["code"]),
            *_lists(sector["code"]),
            *_records(sector["code"]),
            *_same_tender(sector["code"]),
            *_others(sector["code"]),
        ]
        for line in sorted(lines, key=lambda line: _ORDER.index(line.verdict)):
            yield f"| {' | '.join(line)} |"
        yield ""
    yield "Rows marked † are unconfirmed: they bear as they say, and the line of a receipt says so (`status`)."
    yield "No other kind of record bears: commendations and relations are no grounds."


def _measures(sector: str) -> Iterator[Line]:
    for row in _in_force("measures"):
        if row["effect"] != "none" and sector in (row["sectors"] or [sector]):
            effect = "review" if row["by_product"] else row["effect"]
            place = _PROVINCE if row["territory"] == "province" else ""
            reach = _BY_PRODUCT if row["by_product"] else place
            yield _line(f"{row['code']} {row['name']}", row, effect, _tenders(row["only_must_tender"]) or reach)


def _lists(sector: str) -> Iterator[Line]:
    names = {row["code"]: row["name"] for row in _in_force("schemes")}
    for row in _in_force("list_effects"):
        if row["effect"] != "none" and sector in (row["sectors"] or [sector]):
            ground = f"list `{row['scheme']}` {names[row['scheme']]}"
            yield _line(ground, row, row["effect"], _tenders(row["tenders"] == "must"))


def _records(sector: str) -> Iterator[Line]:
    for row in _in_force("record_effects"):
        if row["effect"] != "none" and sector in (row["sectors"] or [sector]):
            months = f"，{row['months']}个月内" if "months" in row else ""
            ground = f"{RECORD_KINDS[row['kind']]}{months}"
            yield _line(ground, row, row["effect"], _tenders(row.get("tenders") == "must"))


def _same_tender(sector: str) -> Iterator[Line]:
    for row in _in_force("same_tender"):
        if row["code"] == sector:
            yield _line(row["name"], row | {"roles": ["bidder", "consortium_member"]}, "review", "")


def _others(sector: str) -> Iterator[Line]:
    """What is for a person, or only informs, in every sector: no row of the law names it here."""
    bearing = {row["scheme"] for row in _in_force("list_effects") if sector in (row["sectors"] or [sector])}
    for row in _in_force("schemes"):
        if row["code"] not in bearing:
            why = row["basis"] if row["may_publish"] else f"{row['basis']}（依据不足，不限制）"
            yield _line(f"list `{row['code']}` {row['name']}", {**row, "source": why, "roles": []}, "none", "")
    yield Line("决定书写明的限制，目录没有列出的", VERDICTS["review"], "各角色", "", "该决定书自己的依据")
    informs = "公示中的其他行政处罚；不及于本领域、本角色或者已经届满的措施和名单"
    yield Line(informs, VERDICTS["none"], "各角色", "", "政府采购法实施条例第十九条第二款；仅供查阅")


def _in_force(kind: str) -> list[dict[str, Any]]:
    return [row for row in rows(kind) if "effective_until" not in row]


def _tenders(is_must: bool) -> str:
    return "仅依法必须招标" if is_must else ""


def _line(ground: str, row: dict[str, Any], effect: str, reach: str) -> Line:
    mark = " †" if row["status"] == "unconfirmed" else ""
    roles = "、".join(ROLES[role] for role in row["roles"]) or "各角色"
    return Line(f"{ground}{mark}", VERDICTS[effect], roles, reach, row["source"])
