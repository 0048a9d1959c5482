"""Misspelt names are found and strangers kept out, as measured on invented firms; and the measure measures."""

from benchmarks.names import answer
from benchmarks.ranking import Answer, Query, figures
from tools import invented

FIRMS, EACH, SEED = 2_000, 20, 5
"""Small, so that the floors below lie well under what the benchmark prints for long lists."""


class TestSearch:
    def test_finds_misspelt_names_and_keeps_strangers_out(self, app):
        queries = invented.queries(FIRMS, SEED, EACH)
        answers = answer(invented.firms(FIRMS, SEED), queries)
        found = figures(queries, answers)
        assert found.rank1 >= 0.97
        assert found.recall >= 0.99
        assert found.at(0.05).macro >= 0.85
        assert found.at(0.05).rates["homo"] >= 0.9
        assert found.at(0.05).rates["shape"] >= 0.8


class TestFigures:
    def test_count_a_true_name_only_when_it_is_first_and_above_every_allowed_stranger(self):
        asked = [
            Query("right", "甲", "homo", frozenset({1})),
            Query("second", "乙", "homo", frozenset({2})),
            Query("low", "丙", "homo", frozenset({3})),
            Query("stranger", "丁", "n_city", frozenset()),
        ]
        answers = {
            "right": Answer([(1, 0.9)], 1.0),
            "second": Answer([(7, 0.9), (2, 0.8)], 2.0),
            "low": Answer([(3, 0.4)], 3.0),
            "stranger": Answer([(8, 0.5)], 4.0),
        }
        found = figures(asked, answers)
        assert (found.rank1, found.recall) == (2 / 3, 1.0)
        assert found.at(0.05).rates == {"homo": 1 / 3}
        assert found.at(0.05).false == {"n_city": 0.0}
