"""The signed statement of a reconciliation: what it says is what was signed, and contradicts itself nowhere."""

import pytest

from registry.domain.exchange import reconciliation_statement
from registry.domain.exchange.reconciliation_statement import COUNTS, ReconciliationFacts
from registry.domain.publication import canonical
from registry.keys.signing import Signer, verify
from registry.refusals.content import ReceiptRefused

SIGNER = Signer.generate()
KEYS = {SIGNER.key_id: SIGNER.public}
EQUAL = dict.fromkeys(COUNTS, 0) | {"compared": 3, "equal": 3}
OTHER = EQUAL | {"equal": 1, "missing": 1, "different": 1, "repaired": 1}


def signed(counts, theirs="a" * 64, **other):
    facts = {"peer": "north", "transport": "files", "epoch": "e", "entry": 9, "own": "a" * 64, **other}
    facts = ReconciliationFacts(**facts, theirs=theirs, counts=counts)
    return reconciliation_statement.build(facts, "city", "2026-11-28T01:02:03Z", SIGNER.sign, SIGNER.key_id)


def parsed(data):
    return reconciliation_statement.parse_statement(data, KEYS, verify).statement


class TestStatement:
    @pytest.mark.parametrize(("counts", "theirs", "verdict"), [(EQUAL, "a", "一致"), (OTHER, "b", "不一致")])
    def test_says_with_whom_as_of_which_entry_and_what_came_of_it(self, counts, theirs, verdict):
        statement = parsed(signed(counts, theirs * 64))
        said = "".join(reconciliation_statement.explain(statement))
        for word in ("city", "north", "文件交换", "第 9 号记录", f"双方所存{verdict}。", "对方缺少"):
            assert word in said

    @pytest.mark.parametrize(
        ("counts", "theirs"),
        [
            (EQUAL, "b" * 64),
            (OTHER, "a" * 64),
            (EQUAL | {"equal": 2}, "a" * 64),
            (EQUAL | {"equal": True, "compared": True}, "a" * 64),
            (EQUAL | {"repaired": -1}, "a" * 64),
            ({"compared": 3}, "a" * 64),
            (EQUAL, "a"),
        ],
    )
    def test_is_refused_when_it_contradicts_itself(self, counts, theirs):
        with pytest.raises(ReceiptRefused):
            parsed(signed(counts, theirs))

    def test_is_refused_when_a_sign_of_it_was_changed(self):
        data = signed(EQUAL)
        assert parsed(data)["entry"] == 9
        with pytest.raises(ReceiptRefused):
            parsed(data.replace(b'"entry":9', b'"entry":8'))
        assert canonical.dumps(canonical.loads(data)) == data
