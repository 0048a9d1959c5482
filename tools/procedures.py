"""Generate ``docs/procedures.md``: procedures, documents and clocks, from the data that the acts run by."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import registry
from registry.domain.cases.procedures import DOCUMENTS, FILED, PROCEDURES
from registry.domain.cases.workflow import INITIAL, Procedure, Step
from registry.domain.labels import RECORD_KINDS
from registry.domain.permissions import GRANTS

REFERENCE = Path(registry.__file__).parent / "reference"
TITLES = {
    "penalty": "penalty 行政处罚", "listing": "listing 列入严重失信主体名单",
    "adopted_listing": "adopted listing 转录名单", "commendation": "commendation 守信激励",
    "relation": "relation 关联关系", "dispute": "dispute 异议", "repair": "repair 信用修复",
    **{noun: f"{noun.replace('_', ' ')} {RECORD_KINDS[noun]}" for noun in FILED},
}  # fmt: skip
UNITS = {"working_day": "working days", "calendar_day": "days", "month": "months", "year": "years"}


def rows(kind: str) -> list[dict[str, Any]]:
    """The rows of a kind of reference data, as they stand in its file."""
    loaded: list[dict[str, Any]] = tomllib.loads((REFERENCE / f"{kind}.toml").read_text("utf-8"))["rows"]
    return loaded


def procedures_table() -> str:
    """The text of ``docs/procedures.md``: every step with states, roles, documents, clocks and source."""
    lines = [
        "# Procedures", "",
        "Made from `registry/domain/cases/procedures.py` and `registry/reference/clocks.toml`. What is not in a table",
        "is refused with `transition-refused`. `tests/stories/test_walk.py` takes every step, and tries every other;",
        "`tests/services/cases/test_list_adoption.py` takes those of adopted_listing, which is filed list by list.",
        "“Two of them”: one proposes, another confirms ([two persons](interfaces.md#two-persons)).",
        "A time limit marked † is unconfirmed: no text at hand backs it, or that of another place is followed.", "",
    ]  # fmt: skip
    for noun, procedure in PROCEDURES.items():
        lines += [f"## {TITLES[noun]}", "", *_format_steps(noun, procedure), ""]
    return "\n".join([*lines, *_format_removal(), ""])


def _format_steps(noun: str, procedure: Procedure) -> Iterator[str]:
    yield "| state | act | to | who | documents | another person than did | clocks | source |"
    yield "|---|---|---|---|---|---|---|---|"
    for step in procedure.steps:
        who = "、".join(sorted(f"`{role}`" for role in GRANTS[step.by]))
        if step.act in procedure.two_persons:
            who += ", two of them"
        apart = "、".join(f"`{act}`" for act in step.apart)
        yield (
            f"| {f'`{step.state}`' if step.state != INITIAL else ''} | `{step.act}` | `{step.to}` | {who} "
            f"| {_format_documents(step, procedure)} | {apart} | {_format_clocks(noun, step.act)} | {step.source} |"
        )


def _format_documents(step: Step, procedure: Procedure) -> str:
    needed = "；".join(" or ".join(DOCUMENTS[kind] for kind in kinds.split("|")) for kinds in step.documents)
    return f"{needed} (with its file)" if step.act in procedure.with_file else needed


def _format_clocks(noun: str, act: str) -> str:
    rules = newest_rules(noun)
    clauses = [
        f"starts `{rule['code']}`: {limit(rule)} from `{rule['starts']}`" for rule in rules if act in openers(rule)
    ]
    clauses += [f"meets `{rule['code']}`" for rule in rules if act in rule["closes"]]
    return "; ".join(clauses)


def newest_rules(noun: str) -> list[dict[str, Any]]:
    """The newest version of each clock rule of a noun."""
    return list({rule["code"]: rule for rule in rows("clocks") if rule["noun"] == noun}.values())


def openers(rule: dict[str, Any]) -> tuple[str, ...]:
    """The acts that start a clock."""
    return rule["opens"], *rule.get("opens_too", ())


def limit(rule: dict[str, Any]) -> str:
    """A time limit in words: its code, its figure, its unit, and whether it is confirmed."""
    row = next(row for row in rows("deadlines") if row["code"] == rule["deadline"])
    mark = "" if (rule["status"], row["status"]) == ("confirmed", "confirmed") else " †"
    return f"{row['code']}, {row['value'][rule.get('figure', 0)]} {UNITS[row['unit']]}{mark}"


def _format_removal() -> Iterator[str]:
    [rule] = newest_rules("removal")
    yield "## removal 撤除"
    yield ""
    yield f"Whatever takes a public record away, or suspends it, also starts `{rule['code']}`: {limit(rule)}"
    yield f"from `{rule['starts']}`. It is met when every receiver has acknowledged the newest version"
    yield f"({rule['source']})."
