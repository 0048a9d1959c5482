"""Generate ``docs/law.md``: every rule of the reference data, its source, where it is applied, and its tests.

A test belongs to a rule when its id begins with the rule's tag: ``D01`` and ``B1`` as they are, others behind the
name of their kind (``clock-penalty.publish``, ``policy-general@2026-04-01``).
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tools.procedures import rows

ROOT = Path(__file__).parents[1]
ROOMS = ("tests/domain", "tests/services", "tests/queries")
KINDS = {
    "deadlines": "Time limits 法定期限", "clocks": "Clocks 时限起止", "measures": "Statutory bans 法定限制措施",
    "schemes": "List schemes 名单", "policies": "Publicity periods 公示期限", "thresholds": "Thresholds 数额与期间",
    "list_effects": "Effects of lists 名单效力", "record_effects": "Effects of filed records 报送记录的效力",
    "same_tender": "Related parties of one tender 同一标段的关联当事人", "retention": "Retention periods 保存期限",
}  # fmt: skip
_PREFIX = {
    "clocks": "clock-",
    "schemes": "scheme-",
    "policies": "policy-",
    "thresholds": "threshold-",
    "list_effects": "effect-",
    "record_effects": "effect-",
    "same_tender": "same-tender-",
    "retention": "retention-",
}
_APPLIED = {
    "clocks": "`domain/law/deadlines`, `services/law/clocks`",
    "measures": "read from decisions by `domain/law/measures`, judged by `domain/checks/verdict`",
    "schemes": "`services/cases/listing_drafting`, `services/cases/listing_publication`",
    "policies": "`domain/law/publicity`, `services/cases/penalty_version`, `services/cases/listing_publication`",
    "thresholds": "",
    "list_effects": "`domain/checks/list_effects`",
    "record_effects": "`domain/checks/record_effects`",
    "same_tender": "`domain/checks/same_tender`",
    "retention": "`services/retention`",
}
APPLIED = {
    "B3": "`services/checks/award_check` (look-back), `services/cases/penalty_version` (what is grave)",
    "B27": "`services/checks/award_check` (look-back of who may tender)",
    "B4": "`domain/checks/verdict`: a ban that has ended bars nobody",
    "D03": "clocks above; also the day named with every removal (`services/cases/removal`)",
    "D09": "remedies named with a listing (`services/cases/listing_publication`)",
    "D10": "remedies named with a listing (`services/cases/listing_publication`)",
    "D19": "what arrives is judged on arrival; what waits for a person has this long (`registry exchange quarantine`)",
    "D23": "policy `minor`", "D24": "policy `general`", "D25": "policy `serious`",
    "D27": "scheme `wage-arrears`; six months from the correction that the application states and the officer checks",
    "D29": "scheme `market-serious`", "D30": "scheme `judgment-debtor`",
    "threshold-large_fine_fen": "`services/cases/penalty_version`",
    "threshold-summary_citizen_fen": "`domain/filing/plausibility`: a higher fine on the spot deserves a look",
    "threshold-summary_organisation_fen": "`domain/filing/plausibility`: a higher fine on the spot deserves a look",
    "threshold-huge_fine_fen": "`services/cases/penalty_version`: such a fine is serious",
    "threshold-market_low_fine_fen": "policy `market-low-fine`",
    "threshold-tender_lookback_months": "`services/checks/award_check`: an earlier 骗取中标 is for a person",
    "threshold-lookback_months": "`services/checks/award_check`",
    "threshold-lookback_after_repair_months": "`services/checks/award_check`: a repaired record is for a person",
    "threshold-listing_reply_days": "`services/cases/listing_drafting`",
    "threshold-commendation_months": "`services/cases/commendations`",
    "threshold-filed_record_months": "`services/cases/filed_records`",
    "threshold-repeat_months": "`queries/cases/prior_restrictions`: shown to the authority, never public",
    "threshold-usual_fine_organisation_fen": "`domain/filing/plausibility`: a higher fine is shown to the verifier",
    "threshold-usual_fine_sole_trader_fen": "`domain/filing/plausibility`: a higher fine is shown to the verifier",
    "threshold-usual_fine_natural_person_fen": "`domain/filing/plausibility`: a higher fine is shown to the verifier",
    "threshold-statutory_days_off": "`domain/law/calendar_notice`: a loaded year must have about as many days off",
}  # fmt: skip
"""Where a rule is applied, when the kind alone does not tell."""
NOT_APPLIED = {
    "D04": "general limit D01 is the shorter one and is kept for all authorities",
    "D05": "decisions of other provinces come by the exchange, not through a filing here",
    "D06": "the same three working days as D03, which is kept for all authorities",
    "D08": "runs before a decision is filed here: the case is kept by the authority",
    "D11": "asking third parties precedes the filing and is done by the authority",
    "D12": "requests for information are not handled here",
    "D13": "reports about a firm's own disclosures are not handled here",
    "D15": "a shorter limit for a platform's own faults: every dispute here is decided by its source, within D16",
    "D18": "rule of another city; D16 is followed",
    "D21": "a receiver takes a removal from view in the transaction in which it arrives",
    "D28": "its scheme may not publish",
    "D31": "nothing is erased here yet",
    "D32": "a rule of the statistics authorities alone; the general policies are kept",
    "D33": "rule of another province; D01 is kept",
    "D34": "rule of another province; the general policies are kept",
    "scheme-mining-serious": "its higher basis could not be confirmed: kept inside, never published",
    "scheme-construction-market": "no basis of law: kept inside, never published",
    "scheme-municipal-watch": "the plan alone is no basis: kept inside, never published",
    "retention-limits": "counters are deleted when their window is over (`services/node/rate_limits`)",
    "retention-records": "not cleared by time: erased by two persons on a legal ground",
    "retention-case-files": "not cleared by time: no text at hand gives a period",
    "retention-ledger-and-trail": "never cleared: proofs rest on it",
    "retention-operation": "not cleared by time",
}
"""Rules that are shown and not applied, with the reason."""


def tag(kind: str, row: dict[str, Any]) -> str:
    """What the ids of a rule's tests begin with."""
    version = f"@{row['effective_from']}" if kind == "policies" else ""
    return f"{_PREFIX.get(kind, '')}{row['code']}{version}"


def applied(kind: str, row: dict[str, Any]) -> str:
    """Where a rule is applied; empty when it is only shown."""
    name = tag(kind, row)
    clocks = list(dict.fromkeys(f"`{rule['code']}`" for rule in rows("clocks") if rule["deadline"] == row["code"]))
    by_clock = f"clock {'、'.join(clocks)}" if kind == "deadlines" and clocks else ""
    if name in NOT_APPLIED:
        return ""
    return "; ".join(filter(None, (by_clock, APPLIED.get(name) or _APPLIED.get(kind, ""))))


@cache
def tests() -> dict[str, list[str]]:
    """The tests of the rooms of rules, by the ids of their parameters; the store they run on is left out."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    completed = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "--collect-only", *ROOMS],
        cwd=ROOT,
        env=clean | {"TEST_STORES": "sqlite"},
        capture_output=True,
        text=True,
        check=False,
    )
    tests_by_id: dict[str, list[str]] = {}
    for line in completed.stdout.splitlines():
        match = re.fullmatch(r"(?P<test>tests/\S+\.py::[^\[]+)\[(?:sqlite-)?(?P<id>.+)\]", line)
        if match:
            readable = match["id"].encode("ascii", "backslashreplace").decode("unicode_escape")
            tests_by_id.setdefault(readable, []).append(match["test"])
    assert tests_by_id, completed.stdout + completed.stderr
    return tests_by_id


def tests_of(name: str) -> list[str]:
    """The ids of a rule's tests, readable, sorted."""
    begins = re.compile(re.escape(name) + r"(?![\w.@])")
    return sorted(id_ for id_ in tests() if begins.match(id_))


def places_of(name: str) -> list[str]:
    """The tests of a rule without their parameters."""
    return sorted({test for id_ in tests_of(name) for test in tests()[id_]})


def law_table() -> str:
    """The text of ``docs/law.md``: every rule by kind."""
    lines = [
        "# Law", "",
        "Made from `registry/reference/` and the ids of the tests. A rule marked **unconfirmed** is configuration: no",
        "text at hand backs it. What is only shown says why it is not applied. Each id begins with the rule's tag, so",
        "`make test ARGS='-k B6-'` runs the tests of one rule. Where texts are silent or differ, [law decisions]"
        "(law_decisions.md)", "says which answer was chosen, and why.", "",
    ]  # fmt: skip
    for kind, title in KINDS.items():
        lines += [
            f"## {title}",
            "",
            "| rule | name | source | status | applied | tests |",
            "|---|---|---|---|---|---|",
        ]
        lines += [_format_rule(kind, row) for row in rows(kind)]
        lines.append("")
    return "\n".join([*lines, "## Tests by rule", "", *_list_places(), ""])


def _format_rule(kind: str, row: dict[str, Any]) -> str:
    name = tag(kind, row)
    status = "confirmed" if row["status"] == "confirmed" else f"**unconfirmed**：{row.get('note', '')}".rstrip("：")
    where = applied(kind, row) or f"only shown: {NOT_APPLIED.get(name, '')}"
    return f"| `{name}` | {row['name']} | {row['source']} | {status} | {where} | {'<br>'.join(tests_of(name))} |"


def _list_places() -> Iterator[str]:
    """Where the tests of each kind stand: one line for each test function."""
    rules_by_test: dict[str, list[str]] = {}
    for kind in KINDS:
        for row in rows(kind):
            for place in places_of(tag(kind, row)):
                rules_by_test.setdefault(place, []).append(tag(kind, row))
    for place, names in sorted(rules_by_test.items()):
        yield f"- `{place}`: {'、'.join(dict.fromkeys(names))}"
