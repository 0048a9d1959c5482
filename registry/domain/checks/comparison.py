"""Two looks at one tender: what a later check says has changed for a party since an earlier one. Pure.

Everything here follows from the lines of the two receipts alone, so that anybody who holds both can work it out
again; only the entries between them are read from the ledger by whoever answers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from registry.domain.naming import name_key
from registry.refusals.content import ReceiptRefused

Line = Mapping[str, Any]
Statement = Mapping[str, Any]
BOUND = ("check", "number", "entry", "lines_root")
"""What a receipt says of the one it follows."""


def reference_to(earlier: Statement) -> dict[str, Any]:
    """How a later receipt names an earlier one, so that no other can take its place."""
    return {name: earlier[name] for name in BOUND if name in earlier}


Party = tuple[str, str, str]
"""Whom a line is about: kind of key, key, role."""


def lines_by_party(lines: Iterable[Line]) -> dict[Party, list[Line]]:
    """The lines by whom they are about."""
    found: dict[Party, list[Line]] = {}
    for line in lines:
        found.setdefault(_identity(line), []).append(line)
    return found


def earlier_line(held: Mapping[Party, Sequence[Line]], line: Line) -> Line | None:
    """The line of the earlier receipt about the same party in the same role, None when it was not asked about."""
    same = held.get(_identity(line), ())
    return next((one for one in same if one["ref"] == line["ref"]), same[0] if same else None)


def _identity(line: Line) -> Party:
    """A code, else the tag of an identity number, else place and name: a mere name might be somebody else."""
    role = str(line["role"])
    if line.get("uscc"):
        return "uscc", name_key.key(line["uscc"]), role
    if line.get("id_tag"):
        return "id", str(line["id_tag"]), role
    return "name", f"{line['ref']}\0{name_key.key(line['name'])}", role


def line_change(earlier: Line | None, later: Line) -> dict[str, Any]:
    """``was``: the verdict before, None for a party not asked about then. ``records``: those that the reasons name
    in one receipt only, or in another revision: ``before`` and ``after`` are revisions, None where it is not named.
    """
    was, now = _revisions(earlier), _revisions(later)
    records = [
        {"record": record, "before": was.get(record), "after": now.get(record)}
        for record in sorted(was.keys() | now.keys())
        if was.get(record) != now.get(record)
    ]
    return {"was": earlier["verdict"] if earlier else None, "records": records}


def _revisions(line: Line | None) -> dict[str, int]:
    reasons = line["reasons"] if line else ()
    return {reason["record"]: reason["revision"] for reason in reasons if "record" in reason}


def compare(later: Statement, earlier: Statement) -> list[str]:
    """In Chinese what lies between two verified receipts, worked out anew and held against what the later one says.

    The later may be the excerpt for one party. Refuses ``ReceiptRefused`` when it does not follow the earlier, or says
    another difference.
    """
    if later["issuer"] != earlier["issuer"] or later.get("previous") != reference_to(earlier):
        raise ReceiptRefused("两份回执不是前后相连的两次核查")
    if len(earlier["lines"]) < earlier["count"]:
        raise ReceiptRefused("前次核查的回执须完整出示各方")
    held = lines_by_party(earlier["lines"])
    for line in later["lines"]:
        said = line.get("changed") or {}
        stripped = [
            {name: value for name, value in one.items() if name != "entries"} for one in said.get("records", ())
        ]
        if {**said, "records": stripped} != line_change(earlier_line(held, line), line):
            raise ReceiptRefused("所载变化与两份回执不符")
    is_whole = len(later["lines"]) == later["count"]
    kept = {_identity(line) for line in later["lines"]} if is_whole else held.keys()
    gone = [line["ref"] for identity, lines in held.items() if identity not in kept for line in lines]
    told = [f"已由两份回执重新推算：第 {earlier['entry']} 号与第 {later['entry']} 号记录之间的变化与所载一致。"]
    return told + ([f"前次核查过而本次未核查：{'、'.join(gone)}。"] if gone else [])


def describe_changes(made: Statement) -> Iterator[str]:
    """In Chinese what a receipt says of the look before it; nothing when it names none."""
    previous = made.get("previous")
    if not previous:
        return
    yield (
        f"本次核查承接同一项目的前次核查 {previous['check']}"
        f"（第 {previous['entry']} 号记录），两次之间为第 {previous['entry'] + 1} 至第 {made['entry']} 号记录。"
    )
    for line in made["lines"]:
        said = line.get("changed") or {}
        records = "；".join(_record(one) for one in said.get("records", ()))
        if said.get("was") is None:
            yield f"{line['ref']}：前次未核查。"
        elif records or said["was"] != line["verdict"]:
            yield f"{line['ref']}：由 {said['was']} 变为 {line['verdict']}" + (f"（{records}）。" if records else "。")


def _record(one: Mapping[str, Any]) -> str:
    acts = "，".join(f"第 {entry['entry']} 号 {entry['act']}" for entry in one.get("entries", ()))
    return f"记录 {one['record']}" + (f"：{acts}" if acts else "：随日期变化")
