import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.publication import canonical, commitments, merkle

SALT = bytes(range(32))
BODY = {"name": "盐城某某建设有限公司", "amount_fen": 1_000_000, "kinds": ["02", "05"], "remark": None}


class TestCommit:
    def test_does_not_depend_on_the_order_of_fields(self):
        assert commitments.commit(dict(reversed(BODY.items())), SALT) == commitments.commit(BODY, SALT)

    @pytest.mark.parametrize("field", BODY)
    def test_changes_with_every_field(self, field):
        assert commitments.commit(BODY | {field: "other"}, SALT) != commitments.commit(BODY, SALT)

    @pytest.mark.parametrize("field", BODY)
    def test_changes_when_a_field_is_left_out(self, field):
        rest = {name: value for name, value in BODY.items() if name != field}
        assert commitments.commit(rest, SALT) != commitments.commit(BODY, SALT)

    def test_changes_when_two_fields_swap_their_values(self):
        assert commitments.commit({"a": 1, "b": 2}, SALT) != commitments.commit({"a": 2, "b": 1}, SALT)

    def test_changes_with_the_salt(self):
        assert commitments.commit(BODY, bytes(32)) != commitments.commit(BODY, SALT)

    @pytest.mark.parametrize("salt", [b"", b"short", bytes(31)])
    def test_needs_a_whole_salt(self, salt):
        with pytest.raises(ValueError, match="32 bytes"):
            commitments.commit(BODY, salt)


class TestDisclose:
    @given(st.dictionaries(st.text("abcdef", min_size=1), st.integers(0, 9), min_size=1), st.data())
    def test_shows_any_field_alone(self, body, data):
        name = data.draw(st.sampled_from(sorted(body)))
        root = commitments.commit(body, SALT)
        assert commitments.verify_field(root, commitments.disclose(body, SALT, name))

    @pytest.mark.parametrize(
        "change",
        [
            {"value": 1_000_001},
            {"name": "amount"},
            {"salt": bytes(32)},
            {"index": 1},
            {"size": 9},
            {"proof": ()},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_is_refused_after_any_change(self, change):
        shown = commitments.disclose(BODY, SALT, "amount_fen")
        root = commitments.commit(BODY, SALT)
        assert commitments.verify_field(root, shown)
        assert not commitments.verify_field(root, replace(shown, **change))

    def test_does_not_let_a_neighbour_be_guessed(self):
        body = {"a": "shown", "b": True}
        shown = commitments.disclose(body, SALT, "a")
        name = hashlib.sha256(b"b").digest()
        for value in (True, False, None, 0, 1):
            for salt in (b"", SALT[:0], shown.salt):
                guess = hashlib.sha256(b"\x02" + salt + canonical.dumps(value)).digest()
                assert merkle.leaf_hash(name + guess) not in shown.proof
