import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.publication.parsed_size import is_too_large

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=5),
    max_leaves=40,
)


def values(value):
    """How many values and names a JSON value holds."""
    if isinstance(value, list):
        return 1 + sum(map(values, value))
    if isinstance(value, dict):
        return 1 + sum(1 + values(inner) for inner in value.values())
    return 1


class TestIsTooLarge:
    @given(JSON)
    def test_lets_nothing_pass_with_more_values_than_the_bound(self, value):
        assert is_too_large(json.dumps(value).encode(), values(value) - 1)

    @pytest.mark.parametrize(
        "data", [b"[" * 10**6, b"[" + b"[]," * 10**6 + b"0]", b'{"a":' * 10**6, b"[" + b"0," * 10**6 + b"0]"]
    )
    def test_sees_what_becomes_large(self, data):
        assert is_too_large(data)

    def test_lets_a_large_document_pass(self):
        assert not is_too_large(json.dumps({"content_base64": "QUJD" * 5_000_000}).encode())
