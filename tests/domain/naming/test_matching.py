"""How alike two names are. All firms are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.labels import DIFFERENCES
from registry.domain.naming import matching
from registry.domain.naming.matching import COSTS, NamedParty, compare, judge

HELD = "盐城市瀚澜建设工程有限公司"
NAMES = st.text("盐城市江苏瀚澜建设工程有限公司厂第一二分亭湖区 ()", max_size=14)


def told(asked, held=HELD):
    """The differences as (kind, asked, held)."""
    return [(one.kind, one.query, one.candidate) for one in compare(asked, held)]


class TestCompare:
    @pytest.mark.parametrize(
        ("asked", "difference"),
        [
            ("盐城市瀚蓝建设工程有限公司", ("homophone", "蓝", "澜")),
            ("盐城市瀚谰建设工程有限公司", ("homophone", "谰", "澜")),
            ("盐城市瀚澜建设工稞有限公司", ("look-alike", "稞", "程")),
            ("盐城市澜瀚建设工程有限公司", ("swapped", "澜瀚", "瀚澜")),
            ("盐城市瀚澜澜建设工程有限公司", ("doubled", "澜", "")),
            ("盐城市瀚澜建设工蹦有限公司", ("slip", "蹦", "程")),
            ("盐城市瀚建设工程有限公司", ("lost", "", "澜")),
            ("盐城市瀚澜建设程有限公司", ("lost-in-word", "", "工")),
            ("盐城市瀚澜佳建设工程有限公司", ("added", "佳", "")),
            ("盐城市瀚丰建设工程有限公司", ("character", "丰", "澜")),
            ("瀚澜建设工程有限公司", ("region-left-out", "", "盐城市")),
            ("江苏瀚澜建设工程有限公司", ("region-wider", "江苏", "盐城市")),
            ("南京市瀚澜建设工程有限公司", ("region-other", "南京市", "盐城市")),
            ("盐城市瀚澜建设工程有限责任公司", ("form-of-company", "有限责任公司", "有限公司")),
            ("盐城市瀚澜建设工程", ("form-left-out", "", "有限公司")),
            ("盐城市瀚澜建设工程厂", ("form-other", "厂", "有限公司")),
            ("盐城市瀚澜建设工程有限公司东台分公司", ("branch-of", "东台分公司", "")),
        ],
    )
    def test_names_the_one_difference(self, asked, difference):
        assert told(asked) == [difference]

    @pytest.mark.parametrize(
        "asked",
        [
            "盐城瀚澜建设工程有限公司",
            "江苏省盐城市瀚澜建设工程有限公司",
            "鹽城市瀚瀾建設工程有限公司",
            " 盐城市【瀚澜】建设工程有限公司",
        ],
    )
    def test_finds_none_where_the_name_is_only_written_otherwise(self, asked):
        assert told(asked) == []

    @pytest.mark.parametrize(
        ("asked", "held"),
        [
            ("盐城第一瀚澜厂", "盐城第二瀚澜厂"),
            ("盐城瀚澜有限公司第十二分公司", "盐城瀚澜有限公司第二十分公司"),
            ("盐城瀚澜有限公司城东支行", "盐城瀚澜有限公司城南支行"),
        ],
    )
    def test_takes_another_number_or_direction_for_another_firm(self, asked, held):
        assert "number" in {kind for kind, _, _ in told(asked, held)}
        assert matching.score(compare(asked, held)) < matching.POSSIBLE_MIN

    def test_does_not_take_a_place_that_may_be_another_for_the_same(self):
        assert told("吉林瀚澜有限公司", "吉林市瀚澜有限公司") == [("region-unclear", "吉林", "吉林市")]

    def test_takes_two_look_alikes_side_by_side_for_another_name(self):
        assert [kind for kind, _, _ in told("盐城未土建设有限公司", "盐城末士建设有限公司")] == ["character"] * 2

    def test_reads_pinyin_by_any_reading(self):
        assert told("yan cheng shan zeng mao yi", "盐城单曾贸易") == [
            ("in-pinyin", "yan cheng shan zeng mao yi", "盐城单曾贸易")
        ]
        assert told("yan cheng shan feng mao yi", "盐城单曾贸易")[1:] == [("syllable", "feng", "曾")]

    def test_of_two_characters_works(self):
        assert told("瀚蓝", "瀚澜") == [("homophone", "蓝", "澜")]

    @given(NAMES, NAMES)
    def test_gives_a_score_that_follows_from_the_explanation(self, asked, held):
        found = judge(NamedParty(asked), NamedParty(held))
        total = sum(COSTS[one.kind] for one in found.differences)
        assert found.score == round(1 / (1 + total), 4)
        assert 0 < found.score <= 1

    @given(NAMES)
    def test_of_a_name_with_itself_finds_nothing(self, name):
        assert compare(name, name) == ()

    def test_ranks_a_slip_above_a_neighbour(self):
        slip, neighbour, stranger = (
            matching.score(compare(asked, HELD))
            for asked in (
                "盐城市瀚蓝建设工程有限公司",
                "盐城市瀚丰建设工程有限公司",
                "泰州市宏丰商贸有限公司",
            )
        )
        assert slip > neighbour > stranger


class TestJudge:
    CODE, OTHER = "91320900MA0T00001X", "91320900MA0T00002X"

    @pytest.mark.parametrize(
        ("asked", "held", "label"),
        [
            pytest.param(NamedParty("甲"), NamedParty("乙"), "possible", id="different names"),
            pytest.param(NamedParty("盐城瀚澜"), NamedParty("鹽城 瀚瀾"), "same", id="one name written two ways"),
            pytest.param(NamedParty("盐城瀚澜", CODE), NamedParty("盐城瀚澜"), "same", id="nothing contradicts"),
            pytest.param(
                NamedParty("盐城瀚澜", CODE), NamedParty("盐城瀚澜", OTHER), "possible", id="codes contradict"
            ),
            pytest.param(NamedParty("旧名", CODE), NamedParty("新名", CODE), "same", id="one code"),
            pytest.param(NamedParty("盐城瀚澜"), NamedParty("盐城瀚蓝"), "possible", id="one character apart"),
            pytest.param(NamedParty("…"), NamedParty("——"), "possible", id="no names at all"),
        ],
    )
    def test_labels_by_code_and_name(self, asked, held, label):
        assert judge(asked, held).label == label


class TestClosest:
    def test_cuts_to_the_nearest(self):
        held = ["泰州宏丰商贸", "盐城瀚蓝建设", "盐城瀚澜建设", "南京一二三"]
        assert matching.closest("盐城瀚澜建设", held, 2) == [2, 1]
        assert matching.closest("yan cheng han lan jian she", held, 2) in ([2, 1], [1, 2])


def test_every_kind_has_a_cost_and_a_word():
    assert COSTS.keys() == DIFFERENCES.keys()
    assert all(cost > 0 for cost in COSTS.values())
