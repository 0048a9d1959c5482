"""How well restrictions are recognised in the texts of decisions: measured on invented texts, none of them missed.

``python -m pytest tests/domain/law/test_decision_texts.py -s`` prints the shares. A text with a restriction that gives
no measure at all is missed: its subject would be ``on_record``. Half of the texts were written before the reader.
"""

import datetime as dt
import json
from pathlib import Path

import pytest

from registry.domain.law import measures
from tests.contract.test_reference import ROWS
from tests.domain.filing.filing_rows import ORGANISATION, accepted

FOLDER = Path(__file__).parent
HALVES = sorted(FOLDER.glob("decision_texts_*.jsonl"))
LAW = [row for row in ROWS["measures"] if row.is_in_force(dt.date(2026, 11, 1))]
SHARE_OF_FALSE_ALARMS_MAX = 0.02


def texts(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def restrictions_in(text):
    """What the reader makes of a decision with this content and basis."""
    filing, _ = accepted(ORGANISATION | {"content": "罚款。", "basis": "依据"})
    stated = {"content": text["content"], "basis": text["basis"], "measures": (), "effect_until": None}
    found, _ = measures.resolve_measures(filing.__class__(**{**vars(filing), **stated}), LAW)
    return found


@pytest.mark.parametrize("path", HALVES, ids=lambda path: path.stem)
class TestTexts:
    def test_with_a_restriction_are_never_missed(self, path):
        missed = [
            (text["id"], text["content"])
            for text in texts(path)
            if text["expect"] != "none" and not restrictions_in(text)
        ]
        assert missed == []

    def test_without_one_are_left_alone(self, path):
        plain = [text for text in texts(path) if text["expect"] == "none"]
        alarms = [
            (text["id"], text["content"], restrictions_in(text)[0]["name"]) for text in plain if restrictions_in(text)
        ]
        assert len(alarms) <= SHARE_OF_FALSE_ALARMS_MAX * len(plain), alarms

    def test_shares_are_printed(self, path):
        wanted = [text for text in texts(path) if text["expect"] != "none"]
        found = {text["id"]: restrictions_in(text) for text in wanted}
        coded = sum(any(one["code"] for one in rows) for rows in found.values())
        print(
            f"\n{path.stem}: {len(wanted)} with a restriction: {coded} recognised, "
            f"{sum(map(bool, found.values())) - coded} for review, {sum(not rows for rows in found.values())} missed"
        )
        assert found
