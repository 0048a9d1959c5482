"""Names taken apart. All firms are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.naming import grams, regions, shapes, sounds
from registry.domain.naming.fold import fold
from registry.domain.naming.parts import parts


class TestFold:
    @pytest.mark.parametrize(
        ("written", "registered"),
        [
            pytest.param("鹽城瀚澜建設有限公司", "盐城瀚澜建设有限公司", id="traditional"),
            pytest.param("盐城瀚澜【苏北】有限公司", "盐城瀚澜（苏北）有限公司", id="brackets"),
            pytest.param("盐城瀚澜苏北有限公司", "盐城瀚澜（苏北）有限公司", id="brackets left out"),
            pytest.param("盐城 瀚\u200b澜·有限\n公司", "盐城瀚澜有限公司", id="spaces"),
            pytest.param("ＡＢ科技有限公司", "ab科技有限公司", id="width"),
            pytest.param("盐城⻢铭⻢业有限公司", "盐城马铭马业有限公司", id="radicals"),
            pytest.param("盐城瀚澜有限公司第12分公司", "盐城瀚澜有限公司第十二分公司", id="digits"),
            pytest.param("第１０门市部", "第十门市部", id="ten"),
            pytest.param("第20门市部", "第二十门市部", id="twenty"),
        ],
    )
    def test_writes_one_name_one_way(self, written, registered):
        assert fold(written) == fold(registered)

    def test_keeps_different_characters_apart(self):
        assert fold("盐城昇辉有限公司") != fold("盐城晟辉有限公司")

    @given(st.text())
    def test_takes_any_text_and_leaves_no_blank_or_bracket(self, text):
        assert not set(fold(text)) & set(" \n\t\u3000()（）[]【】《》“”,，。")


class TestRegions:
    @pytest.mark.parametrize(
        ("text", "head"),
        [
            ("江苏省盐城市亭湖区瀚澜有限公司", "江苏省盐城市亭湖区"),
            ("江苏盐城瀚澜有限公司", "江苏盐城"),
            ("盐城亭湖瀚澜有限公司", "盐城亭湖"),
            ("东台瀚澜有限公司", "东台"),
            ("恩施土家族苗族自治州瀚澜有限公司", "恩施土家族苗族自治州"),
            ("瀚澜盐城有限公司", ""),
            pytest.param("亭湖瀚澜有限公司", "", id="a district without its city is no place"),
            pytest.param("江苏长沙瀚澜有限公司", "江苏", id="no place outside the place before it"),
        ],
    )
    def test_are_read_at_the_head(self, text, head):
        assert text[: regions.leading(text).length] == head

    @pytest.mark.parametrize(
        ("one", "other", "meets"),
        [
            ("盐城", "盐城市", True),
            ("江苏", "盐城市", True),
            ("大丰市", "大丰区", True),
            ("盐城", "南京", False),
            ("东台", "建湖", False),
        ],
    )
    def test_meet_where_one_lies_in_the_other(self, one, other, meets):
        assert regions.leading(one).meets(regions.leading(other)) is meets


class TestParts:
    @pytest.mark.parametrize(
        ("name", "form", "branch"),
        [
            ("盐城瀚澜建设有限公司", "有限公司", ""),
            ("盐城瀚澜建设股份有限公司", "股份有限公司", ""),
            ("盐城瀚澜建设有限公司东台分公司", "有限公司", "东台分公司"),
            ("盐城瀚澜五金厂", "厂", ""),
            ("盐城瀚澜种植专业合作社", "专业合作社", ""),
            ("瀚澜", "", ""),
            ("", "", ""),
        ],
    )
    def test_find_form_and_branch(self, name, form, branch):
        found = parts(name)
        assert (found.legal_form, found.branch) == (form, branch)

    def test_mark_words_that_many_firms_have(self):
        found = parts("瀚澜建设工程")
        assert found.common == (False, False, True, True, True, True)


class TestSounds:
    @pytest.mark.parametrize(("surname", "reading"), [("单", "shan"), ("曾", "zeng"), ("仇", "qiu"), ("解", "xie")])
    def test_know_every_reading_of_a_surname(self, surname, reading):
        assert reading in sounds.readings(surname)

    def test_are_the_same_by_any_reading(self):
        assert sounds.same("曾", "增")
        assert sounds.same("曾", "层")
        assert not sounds.same("曾", "单")

    @pytest.mark.parametrize(("one", "other"), [("森", "升"), ("兰", "南"), ("湖", "福"), ("知", "资")])
    def test_are_near_where_speakers_do_not_tell_them_apart(self, one, other):
        assert sounds.near(one, other)
        assert not sounds.same(one, other)

    @pytest.mark.parametrize(
        ("typed", "syllables"),
        [
            ("yan cheng", ["yan", "cheng"]),
            ("Yancheng Han Lan", ["yan", "cheng", "han", "lan"]),
            ("xi'an", ["xi", "an"]),
            ("lü", ["lv"]),
            ("盐城", []),
            ("yancheng 盐城", []),
            ("xyz", []),
            ("", []),
        ],
    )
    def test_are_read_from_pinyin(self, typed, syllables):
        assert list(sounds.syllables(typed)) == syllables


class TestShapes:
    @pytest.mark.parametrize(
        "pair",
        ["未末", "土士", "冶治", "折拆", "钓钩", "侯候", "免兔", "晴睛", "戊戌", "木林", "云耘", "秦泰"],
    )
    def test_are_alike(self, pair):
        assert shapes.alike(*pair)
        assert shapes.alike(*reversed(pair))

    @pytest.mark.parametrize("pair", ["江海", "铁铜", "林桥", "国安", "一丰", "a甲"])
    def test_are_not_alike_for_a_common_radical(self, pair):
        assert not shapes.alike(*pair)


class TestGrams:
    def test_are_shared_by_names_that_sound_alike(self):
        assert set(grams.grams_of("瀚澜建设")) & set(grams.grams_of("翰蓝"))

    def test_find_a_name_typed_in_pinyin_by_any_reading(self):
        assert set(grams.grams_of("shan zeng")) & set(grams.grams_of("单曾"))
        assert set(grams.grams_of("dan ceng")) & set(grams.grams_of("单曾"))

    def test_leave_out_what_every_company_has(self):
        assert not set(grams.grams_of("有限公司"))

    @given(st.text())
    def test_are_numbers_in_order_each_once(self, text):
        found = grams.grams_of(text)
        assert found == sorted(set(found))
        assert all(0 <= gram < 2**31 for gram in found)
