"""Compare two checks of one tender: what has changed for each party since the earlier check. Pure.

Everything here follows from the lines of the two receipts alone, so that anybody who holds both can work it out
again; only the entries between them are read from the ledger by whoever answers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from registry.domain.naming import name_key
from registry.phrases import Phrase, followed, joined
from registry.refusals.content import ReceiptRefused

Line = Mapping[str, Any]
Statement = Mapping[str, Any]
BOUND = ("check", "number", "entry", "lines_root")
"""Fields by which a receipt names the one it follows."""


def reference_to(earlier: Statement) -> dict[str, Any]:
    """The reference by which a later receipt names an earlier one, so that no other can take its place."""
    return {name: earlier[name] for name in BOUND if name in earlier}


Party = tuple[str, str, str]
"""The party of a line: kind of key, key, role."""


def lines_by_party(lines: Iterable[Line]) -> dict[Party, list[Line]]:
    """Group receipt lines by the party they are about."""
    grouped: dict[Party, list[Line]] = {}
    for line in lines:
        grouped.setdefault(_party_key(line), []).append(line)
    return grouped


def earlier_line(earlier_lines: Mapping[Party, Sequence[Line]], line: Line) -> Line | None:
    """The line of the earlier receipt about the same party in the same role, None if it was not checked."""
    candidates = earlier_lines.get(_party_key(line), ())
    return next(
        (candidate for candidate in candidates if candidate["ref"] == line["ref"]),
        candidates[0] if candidates else None,
    )


def _party_key(line: Line) -> Party:
    """The code, else the tag of the identity number, else ref and name: a name alone might be another party."""
    role = str(line["role"])
    if line.get("uscc"):
        return "uscc", name_key.key(line["uscc"]), role
    if line.get("id_tag"):
        return "id", str(line["id_tag"]), role
    return "name", f"{line['ref']}\0{name_key.key(line['name'])}", role


def line_change(earlier: Line | None, later: Line) -> dict[str, Any]:
    """What changed for one party since the earlier check.

    ``was``: the verdict before, None for a party not checked then. ``records``: those that the reasons name in one
    receipt only, or in another revision: ``before`` and ``after`` are revisions, None where it is not named.
    """
    before, after = _revisions_by_record(earlier), _revisions_by_record(later)
    records = [
        {"record": record, "before": before.get(record), "after": after.get(record)}
        for record in sorted(before.keys() | after.keys())
        if before.get(record) != after.get(record)
    ]
    return {"was": earlier["verdict"] if earlier else None, "records": records}


def _revisions_by_record(line: Line | None) -> dict[str, int]:
    reasons = line["reasons"] if line else ()
    return {reason["record"]: reason["revision"] for reason in reasons if "record" in reason}


def compare(later: Statement, earlier: Statement) -> list[str]:
    """Recompute the changes between two verified receipts, compare with what the later one says; in Chinese.

    The later may be the excerpt for one party. Refuses ``ReceiptRefused`` when it does not follow the earlier, or says
    another difference.
    """
    if later["issuer"] != earlier["issuer"] or later.get("previous") != reference_to(earlier):
        raise ReceiptRefused("两份回执不是前后相连的两次核查")
    if len(earlier["lines"]) < earlier["count"]:
        raise ReceiptRefused("前次核查的回执须完整出示各方")
    earlier_lines = lines_by_party(earlier["lines"])
    for line in later["lines"]:
        change = line.get("changed") or {}
        stripped = [
            {name: value for name, value in record.items() if name != "entries"} for record in change.get("records", ())
        ]
        if {**change, "records": stripped} != line_change(earlier_line(earlier_lines, line), line):
            raise ReceiptRefused("所载变化与两份回执不符")
    is_whole = len(later["lines"]) == later["count"]
    later_parties = {_party_key(line) for line in later["lines"]} if is_whole else earlier_lines.keys()
    missing_refs = [
        line["ref"] for party, lines in earlier_lines.items() if party not in later_parties for line in lines
    ]
    texts: list[str] = [
        Phrase(
            "已由两份回执重新推算：第 %(earlier)s 号与第 %(later)s 号记录之间的变化与所载一致。",
            earlier=earlier["entry"],
            later=later["entry"],
        )
    ]
    if missing_refs:
        texts.append(Phrase("前次核查过而本次未核查：%(refs)s。", refs=joined(missing_refs, "、")))
    return texts


def describe_changes(statement: Statement) -> Iterator[str]:
    """The changes since the previous check that a receipt states, in Chinese; nothing if it names none."""
    previous = statement.get("previous")
    if not previous:
        return
    yield Phrase(
        "本次核查承接同一项目的前次核查 %(check)s（第 %(entry)s 号记录），"
        "两次之间为第 %(first)s 至第 %(last)s 号记录。",
        check=previous["check"],
        entry=previous["entry"],
        first=previous["entry"] + 1,
        last=statement["entry"],
    )
    for line in statement["lines"]:
        change = line.get("changed") or {}
        records = joined((_describe_record(record) for record in change.get("records", ())), "；")
        if change.get("was") is None:
            yield Phrase("%(ref)s：前次未核查。", ref=line["ref"])
        elif records or change["was"] != line["verdict"]:
            text: str = Phrase(
                "%(ref)s：由 %(was)s 变为 %(verdict)s", ref=line["ref"], was=change["was"], verdict=line["verdict"]
            )
            if records:
                text = Phrase("%(name)s（%(origin)s）", name=text, origin=records)
            yield followed(text, "。")


def _describe_record(change: Mapping[str, Any]) -> str:
    entries = change.get("entries", ())
    acts = joined(
        (Phrase("第 %(entry)s 号 %(act)s", entry=entry["entry"], act=entry["act"]) for entry in entries), "，"
    )
    if not acts:
        return Phrase("记录 %(record)s：随日期变化", record=change["record"])
    return Phrase("记录 %(record)s：%(acts)s", record=change["record"], acts=acts)
