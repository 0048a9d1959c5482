import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.naming import name_key


class TestKey:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("盐城瀚（苏北）建设有限公司", "盐城瀚(苏北) 建设有限公司"),
            ("ＡＢＣ１２３公司", "abc123公司"),
            ("甲·乙公司", "甲乙公司"),
            ("盐城\u3000建设", "盐城建设"),
            ("㈱甲", "株甲"),
        ],
    )
    def test_is_the_same_for_two_spellings(self, one, other):
        assert name_key.key(one) == name_key.key(other)

    def test_tells_different_names_apart(self):
        assert name_key.key("盐城甲建设") != name_key.key("盐城乙建设")

    @given(st.text())
    def test_of_a_key_is_itself(self, text):
        assert name_key.key(name_key.key(text)) == name_key.key(text)
        assert "%" not in name_key.key(text)
