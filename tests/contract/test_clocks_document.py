"""``docs/clocks.md`` says of every clock what the reference rows say."""

import tomllib

import pytest

from registry.domain import labels
from registry.domain.law import deadlines
from registry.domain.reporting_rates import RATES
from registry.services.law.reference_loading import FOLDER
from tools.documents import DOCS

TEXT = (DOCS / "clocks.md").read_text(encoding="utf-8")


def rows(kind):
    return tomllib.loads((FOLDER / f"{kind}.toml").read_text(encoding="utf-8"))["rows"]


RULES = {row["code"]: row for row in rows("clocks")}
LIMITS = {row["code"]: row for row in rows("deadlines")}


def line(rule):
    """The row of a rule in the table."""
    limit = LIMITS[rule["deadline"]]
    figure = limit["value"][rule.get("figure", 0)]
    unit = labels.UNITS[limit["unit"]]
    opens = "、".join(f"`{act}`" for act in (rule["opens"], *rule.get("opens_too", ())))
    closes = "、".join(f"`{act}`" for act in rule["closes"])
    status = "" if rule["status"] == "confirmed" else "（未核实）"
    return (
        f"| `{rule['code']}` | {opens} | {deadlines.DAYS[rule['starts']]} | {closes} | "
        f"{rule['deadline']}：{figure}{unit} | {rule['source']}{status} |"
    )


class TestClocks:
    @pytest.mark.parametrize("code", RULES)
    def test_has_the_rule_as_it_is(self, code):
        assert line(RULES[code]) in TEXT.splitlines(), line(RULES[code])

    def test_has_no_other_rule(self):
        named = [one.split("`")[1] for one in TEXT.splitlines() if one.startswith("| `")]
        assert named == list(RULES)

    def test_has_the_formula_of_each_rate(self):
        for name in RATES.values():
            assert f"| {name} |" in TEXT, name
