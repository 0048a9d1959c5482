"""Write the records of the demonstration, once into ``registry/demo/``: ``python -m benchmarks.demo``."""

import csv
import datetime as dt
from pathlib import Path

from tools.invented_decisions import BID_CASE, CASES
from tools.samples import CHINESE
from tools.synthetic import FINANCE_AUTHORITY, HOUSING_AUTHORITY, firms, row, uscc

FOLDER = Path(__file__).resolve().parent.parent / "registry" / "demo"
LAST_DAY = dt.date(2026, 11, 18)
BY_SECTOR = {
    "procurement": FINANCE_AUTHORITY,
    "construction": HOUSING_AUTHORITY,
    "property": ("盐城市示例国有资产监督管理委员会", uscc("11320900", 3)),
    "medical": ("盐城市示例卫生健康委员会", uscc("11320900", 4)),
    "housing": HOUSING_AUTHORITY,
}
PLATFORM = {"construction": ("盐城市示例交通运输局", uscc("11320900", 5))}


def rows(count: int, seed: int, authorities: dict[str, tuple[str, str]]) -> list[dict[str, str]]:
    """``count`` decisions, the sectors in turn."""
    decisions = []
    for number, firm in enumerate(firms(count, seed)):
        sector = list(authorities)[number % len(authorities)]
        case = BID_CASE if sector == "construction" and number % 2 else CASES[number % len(CASES)]
        cells = row(firm, case, LAST_DAY - dt.timedelta(days=3 * number), seed * 1000 + number, sector)
        name, code = authorities[sector]
        cells |= {"CF_CFJG": name, "CF_CFJGDM": code, "CF_SJLY": name, "CF_SJLYDM": code}
        decisions.append({heading: cells[column] for column, heading in CHINESE.items()})
    return decisions


def main() -> None:
    """Write the records of both nodes."""
    for node, content in (("city", rows(30, 11, BY_SECTOR)), ("platform", rows(6, 13, PLATFORM))):
        with (FOLDER / f"{node}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(CHINESE.values()))
            writer.writeheader()
            writer.writerows(content)


if __name__ == "__main__":
    main()
