"""Random checks answered again from the ledger alone: the short form of ``python -m benchmarks.replays``."""

import random

import pytest

from benchmarks import replays
from benchmarks.bed import Bed
from registry import runtime
from registry.domain.checks.receipts import split_receipt
from tests.queries.publication.test_integrity import plant
from tests.support.desk import seal

CHECKS = 100


@pytest.fixture
def world(app, settings, people, tmp_path):
    """A world of the tests' own officers."""
    return replays.World(Bed(app, settings, people), tmp_path, random.Random(20261125))


class TestReplays:
    def test_give_the_same_bytes(self, world):
        made = replays.make(world, CHECKS)
        statements = [split_receipt(one.receipt)[0] for one in made]
        verdicts = {line["verdict"] for statement in statements for line in statement["lines"]}
        assert verdicts == {"barred", "on_record", "review", "no_record", "unchecked"}
        assert len({statement["law"] for statement in statements}) > 1
        assert len({statement["entry"] for statement in statements}) > 10
        assert [statement["number"] for statement in statements] == list(range(1, CHECKS + 1))
        assert replays.differing(made) == []

    def test_notice_an_answer_under_another_law(self, world, monkeypatch):
        """The proof that the comparison can fail: under the newest tables alone some old answer differs."""
        made = replays.make(world, 150)
        newest, law_of = split_receipt(made[-1].receipt)[0], replays.replay.law_of
        monkeypatch.setattr(replays.replay, "law_of", lambda work, _: law_of(work, newest))
        assert replays.differing(made)

    def test_are_refused_over_a_changed_table(self, world):
        made = replays.make(world, 10)
        seal()
        plant("UPDATE publications SET uscc = '91320902MA0TR0027T' WHERE from_entry = 3")
        runtime.db.session.remove()
        with pytest.raises(replays.replay.LedgerBroken):
            replays.differing(made)
