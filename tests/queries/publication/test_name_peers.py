"""Other scorers are asked about the very names that our search found, and one that is not installed is no obstacle."""

import sys

import pytest

from benchmarks import peers
from benchmarks.names import answer
from benchmarks.ranking import Answer, Query
from tools import invented

HELD = {1: "盐城瀚澜建设有限公司", 2: "盐城瀚蓝建设有限公司", 3: "东台沐辰商贸有限公司"}
ASKED = [
    Query("known", "盐城瀚蓝建设有限公司", "homo", frozenset({2})),
    Query("stranger", "东台沐辰贸易有限公司", "n_brand", frozenset()),
]
FOUND = {"known": Answer([(1, 0.9), (3, 0.8), (2, 0.7)], 5.0), "stranger": Answer([(3, 0.6)], 5.0)}


class TestRescored:
    def test_are_the_same_rows_in_the_order_of_the_other_scores(self):
        scorer = peers.Scorer("equality", lambda asked, held: float(asked == held))
        again = peers.rescored(scorer, HELD, ASKED, FOUND)
        assert again["known"].candidates == [(2, 1.0), (3, 0.0), (1, 0.0)]
        assert again["stranger"].candidates == [(3, 0.0)]

    def test_do_not_keep_our_order_where_the_other_cannot_tell(self):
        blind = peers.Scorer("blind", lambda *_: 0.5)
        names_by_row = {7: "乙", 8: "甲", 9: "丙"}
        found = {"known": Answer([(8, 0.9), (7, 0.8), (9, 0.7)], 1.0)}
        again = peers.rescored(blind, names_by_row, ASKED[:1], found)
        assert [row for row, _ in again["known"].candidates] == [9, 7, 8]

    def test_by_our_own_scorer_are_what_the_search_found(self, app):
        firms, queries = invented.firms(200, 5), invented.queries(200, 5, 2)
        answers = answer(firms, queries)
        again = peers.rescored(peers.OURS, dict(firms), queries, answers)
        assert {qid: one.candidates for qid, one in again.items()} == {
            qid: one.candidates for qid, one in answers.items()
        }


class TestLines:
    def test_name_the_extra_when_it_is_not_installed_and_go_on(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "nomenklatura.matching.logic_v2.model", None)
        told = list(peers.lines(list(HELD.items()), ASKED, FOUND))
        assert [line for line in told if "[bench]" in line and "logic-v2 is left out" in line]
        assert [line.split()[0] for line in told if "rank1" in line] == ["ours", "Jaro-Winkler,"]

    def test_say_so_when_the_other_finds_nobody(self, monkeypatch):
        nought = peers.Scorer(peers.NORMALISED, lambda *_: 0.0)
        monkeypatch.setattr(peers, "logic_v2", lambda: (nought,))
        monkeypatch.setattr(peers, "version", lambda _: "0")
        assert "theirs is 0 at FPR<=0.02" in list(peers.lines(list(HELD.items()), ASKED, FOUND))[-1]


class TestLogicV2:
    def test_tells_names_apart_under_one_question(self):
        pytest.importorskip("nomenklatura")
        for scorer in peers.logic_v2():
            again = peers.rescored(scorer, HELD, ASKED, FOUND)["known"].candidates
            assert [row for row, _ in again] == [2, 1, 3]
            assert len({score for _, score in again}) == 3
