"""How well restrictions are recognised in the texts of decisions: measured on invented texts, none of them missed.

``python -m pytest tests/domain/law/test_decision_texts.py -s -n 0`` prints the shares. A text with a restriction that
gives no measure at all is missed: its subject would be ``on_record``. Each part was written and committed before the
reader was changed for it.
"""

import datetime as dt
import json
import time
from pathlib import Path

import pytest

from registry.domain.law import measures
from registry.domain.law.restrictions import find_restrictions
from tests.contract.test_reference import ROWS
from tests.domain.filing.filing_rows import ORGANISATION, accepted

FOLDER = Path(__file__).parent
PARTS = sorted(FOLDER.glob("decision_texts_*.jsonl"))
LAW = [row for row in ROWS["measures"] if row.is_in_force(dt.date(2026, 11, 1))]
SHARE_OF_FALSE_ALARMS_MAX = 0.02
RESTRICTED_MIN, PLAIN_MIN = 300, 150


def texts(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def restrictions_in(text):
    """What the reader makes of a decision with this content and basis."""
    filing, _ = accepted(ORGANISATION | {"content": "罚款。", "basis": "依据"})
    stated = {"content": text["content"], "basis": text["basis"], "measures": (), "effect_until": None}
    return measures.resolve_measures(filing.__class__(**{**vars(filing), **stated}), LAW).measures


def shares(read_texts):
    """How many texts have a restriction, and of these how many are recognised, for review, and missed; how many have
    none, and of these how many are for review."""
    found = {text["id"]: restrictions_in(text) for text in read_texts}
    wanted = [found[text["id"]] for text in read_texts if text["expect"] != "none"]
    coded = sum(any(measure["code"] for measure in rows) for rows in wanted)
    missed = sum(not rows for rows in wanted)
    plain = [found[text["id"]] for text in read_texts if text["expect"] == "none"]
    return len(wanted), coded, len(wanted) - coded - missed, missed, len(plain), sum(map(bool, plain))


def describe(restricted, recognised, review, missed, plain, alarms):
    return (
        f"{restricted} with a restriction: {recognised / restricted:.1%} recognised, {review / restricted:.1%} for "
        f"review, {missed} missed; {plain} without: {alarms} for review"
    )


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.stem)
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

    def test_that_say_what_they_order_give_the_measure_of_their_statute(self, path):
        expected = {text["id"]: text["code"] for text in texts(path) if text.get("code", "").startswith("B")}
        found = {
            text["id"]: {measure["code"] for measure in restrictions_in(text)}
            for text in texts(path)
            if text["id"] in expected
        }
        assert [name for name, code in expected.items() if code not in found[name]] == []


class TestCorpus:
    def test_is_large_enough_and_its_shares_are_printed(self):
        print()
        for path in PARTS:
            print(f"{path.stem}: {describe(*shares(texts(path)))}")
        total = shares([text for path in PARTS for text in texts(path)])
        print(f"together: {describe(*total)}")
        restricted, _, _, missed, plain, alarms = total
        assert (restricted >= RESTRICTED_MIN, plain >= PLAIN_MIN, missed) == (True, True, 0)
        assert alarms <= SHARE_OF_FALSE_ALARMS_MAX * plain

    @pytest.mark.parametrize("word", ["一年", "禁止", "停止一年，", "取消", "限制政", "从库", "不得参"])
    def test_of_one_endless_sentence_is_read_in_time(self, word):
        begun = time.perf_counter()
        list(find_restrictions(word * (30_000 // len(word))))
        assert time.perf_counter() - begun < 5
