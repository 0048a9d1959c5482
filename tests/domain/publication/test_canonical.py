import enum
import hashlib
import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.publication import canonical, canonical_parts
from registry.refusals.content import NotCanonical

TEXT = st.text(st.characters(exclude_categories=("Cs",)))
SCALAR = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT
VALUE = st.recursive(SCALAR, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20)


class Fruit(enum.StrEnum):
    PEAR = "pear"


class Size(enum.IntEnum):
    LARGE = 2


class TestDumps:
    def test_sorts_keys_by_utf16_as_rfc_8785_wants(self):
        value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\xf6": 7}
        assert list(json.loads(canonical.dumps(value)).values()) == [2, 4, 6, 7, 1, 5, 3]

    def test_writes_chinese_as_utf8_without_spaces(self):
        assert canonical.dumps({"b": ["盐城", None, True], "a": 1}) == '{"a":1,"b":["盐城",null,true]}'.encode()

    @given(VALUE)
    def test_writes_the_bytes_of_the_reference_library(self, value):
        assert canonical.dumps(value) == rfc8785.dumps(value)

    @given(st.dictionaries(TEXT, VALUE))
    def test_joins_fields_written_apart_to_the_same_bytes(self, value):
        assert canonical.join_fields(canonical.dumps_fields(value)) == canonical.dumps(value)

    @given(st.dictionaries(TEXT, VALUE))
    def test_are_cut_out_of_the_whole_as_they_were_written(self, value):
        assert canonical_parts.split_fields(canonical.dumps(value)) == canonical.dumps_fields(value)
        items = list(value.values())
        assert canonical_parts.split_items(canonical.dumps(items)) == [canonical.dumps(item) for item in items]

    @pytest.mark.parametrize("code", [*range(0x100), 0x2028, 0x2029, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF])
    def test_writes_every_odd_character_as_the_reference_library_does(self, code):
        value = {chr(code): f"{chr(code)}1", "\ue000": None, "\U00010000": None, "a": [chr(code)]}
        assert canonical.dumps(value) == rfc8785.dumps(value)

    def test_takes_enumerations_for_their_values_as_the_reference_library_does(self):
        value = [Fruit.PEAR, {Fruit.PEAR: Size.LARGE}]
        assert canonical.dumps(value) == b'["pear",{"pear":2}]' == rfc8785.dumps(value)

    @given(VALUE)
    def test_survives_reading_and_writing_again(self, value):
        data = canonical.dumps(value)
        assert json.loads(data) == value
        assert canonical.dumps(json.loads(data)) == data

    @given(st.dictionaries(TEXT, SCALAR, min_size=2))
    def test_does_not_depend_on_the_order_of_keys(self, value):
        assert canonical.dumps(dict(reversed(value.items()))) == canonical.dumps(value)

    @pytest.mark.parametrize(
        "value",
        [
            1.0,
            float("nan"),
            [{"a": 0.5}],
            2**53,
            -(2**53),
            "\ud800",
            {"\ud800": 1},
            {1: 2},
            {None: 1, "a": 2},
            b"x",
            object,
            {1},
        ],
        ids=repr,
    )
    def test_refuses_what_json_cannot_say_exactly(self, value):
        with pytest.raises(NotCanonical):
            canonical.dumps(value)

    def test_refuses_endless_nesting(self):
        value: list[object] = []
        value.append(value)
        with pytest.raises(NotCanonical):
            canonical.dumps(value)

    def test_never_repeats_the_refused_number(self):
        with pytest.raises(NotCanonical) as refused:
            canonical.dumps({"id": 320902199001010011})
        assert "320902" not in str(refused.value)
        assert refused.value.__suppress_context__


class TestDigest:
    def test_is_sha256_of_the_canonical_bytes(self):
        assert canonical.digest({}) == hashlib.sha256(b"{}").digest()


class TestWritten:
    def test_stands_in_the_whole_as_if_it_were_written_there(self):
        line = {"名称": "盐城臆造建设有限公司\n", "ref": "1", "reasons": [{"code": "published"}]}
        whole = {"lines": [canonical.canonical_text(line)], "count": 1}
        assert canonical.dumps(whole) == canonical.dumps({"lines": [line], "count": 1})

    def test_is_refused_as_elsewhere(self):
        with pytest.raises(NotCanonical):
            canonical.canonical_text({"amount": 0.5})


@pytest.mark.parametrize("loads", [canonical.loads, canonical_parts.loads], ids=["alone", "in-bulk"])
class TestLoads:
    @given(VALUE)
    def test_gives_back_what_was_written(self, loads, value):
        assert loads(canonical.dumps(value)) == value

    def test_gives_back_every_character(self, loads):
        value = ["".join(map(chr, (*range(0xD800), *range(0xE000, 0x10100))))]
        assert loads(canonical.dumps(value)) == value

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"{",
            b"NaN",
            b"0.5",
            b'{"a":1, "b":2}',
            b'{"b":1,"a":2}',
            b'{"a":1,"a":1}',
            b"\xff",
            b'"\\u0041"',
            b"1\n",
            b"\xef\xbb\xbf1",
            "1".encode("utf-16"),
            b"[" * 100_000,
            str(2**53).encode(),
            b'{"a":[-9007199254740992]}',
            b'{"a":123456789012345678901234567890}',
            b"-0",
            b"1e3",
            b'"\\/"',
            b'"\\ud800"',
            b'"\xed\xa0\x80"',
            '{"\uffff":2,"\U0001f600":1}'.encode(),
        ],
        ids=lambda data: repr(data[:20]),
    )
    def test_refuses_whatever_else_reads_the_same_or_not_at_all(self, loads, data):
        with pytest.raises(NotCanonical):
            loads(data)
