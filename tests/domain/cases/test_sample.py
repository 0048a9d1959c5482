"""A sample that can be drawn again, and the numbers that were left out."""

from hypothesis import given
from hypothesis import strategies as st

from registry.domain.cases import sample

NUMBERS = st.sets(st.integers(1, 300), min_size=1, max_size=80)


class TestDraw:
    @given(st.lists(st.integers(), unique=True, max_size=60), st.integers(1, 80), st.text("甲乙0-", max_size=8))
    def test_takes_the_same_of_the_items_for_the_same_seed_in_their_order(self, items, count, seed):
        drawn = sample.draw(items, count, seed)
        assert drawn == sample.draw(items, count, seed)
        assert len(drawn) == min(count, len(items))
        assert drawn == [item for item in items if item in set(drawn)]

    def test_takes_others_for_another_seed(self):
        assert sample.draw(range(1000), 20, "甲") != sample.draw(range(1000), 20, "乙")


class TestGaps:
    @given(NUMBERS)
    def test_are_exactly_the_numbers_between_the_first_and_the_last_that_nobody_filed(self, numbers):
        found = sample.gaps(f"盐示罚[2026]{number}号" for number in numbers)
        missing = set(range(min(numbers), max(numbers))) - numbers
        assert [gap.missing for gap in found] == ([len(missing)] if missing else [])
        if missing and len(missing) <= sample.GAPS_PER_SERIES_MAX:
            assert set(found[0].numbers) == {f"盐示罚[2026]{number}号" for number in missing}

    def test_of_another_year_or_office_are_none_of_this_series(self):
        texts = ["盐示罚[2025]9号", "盐示罚[2026]1号", "盐示罚[2026]2号", "盐示复[2026]7号", "没有数字"]
        assert sample.gaps(texts) == []
