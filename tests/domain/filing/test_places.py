"""Sectors and districts as people write them, by the program's own tables."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import law
from registry.domain.filing.places import district_code, sector_codes

TABLES = Path(law.__path__[0]).parents[1] / "reference"


def table(kind: str) -> tuple[dict[str, str], dict[str, str]]:
    rows = tomllib.loads((TABLES / f"{kind}.toml").read_text())["rows"]
    return {row["code"]: row["name"] for row in rows}, {
        word: row["code"] for row in rows for word in row.get("aliases", ())
    }


SECTORS, SECTOR_WORDS = table("sectors")
DISTRICTS, DISTRICT_WORDS = table("districts")
COUNTIES = [(code, name) for code, name in DISTRICTS.items() if not code.endswith(("00", "01", "71"))]


class TestSector:
    @given(st.sampled_from(sorted(SECTORS.items())), st.sampled_from(("", "领域", "类", "项目", "方面")), st.booleans())
    def test_is_known_by_its_name_however_it_ends(self, sector: tuple[str, str], end: str, is_spaced: bool) -> None:
        text = sector[1].removesuffix("领域") + end
        assert sector_codes(" ".join(text) if is_spaced else text, SECTORS, SECTOR_WORDS) == (sector[0],)

    @given(st.sampled_from(sorted(SECTORS.items())), st.data())
    def test_is_known_by_the_beginning_of_its_name_alone(self, sector: tuple[str, str], data: st.DataObject) -> None:
        name = sector[1].removesuffix("领域")
        text = name[: data.draw(st.integers(2, len(name)))]
        others = [title for title in SECTORS.values() if title.startswith(text)]
        assert sector_codes(text, SECTORS, SECTOR_WORDS) in ((sector[0],),) if len(others) == 1 else ((), (sector[0],))

    @given(st.sampled_from(sorted(SECTOR_WORDS.items())))
    def test_is_known_by_its_other_words(self, word: tuple[str, str]) -> None:
        assert sector_codes(word[0], SECTORS, SECTOR_WORDS) == (word[1],)

    @pytest.mark.parametrize("text", ["全部", "所有领域", "各领域", "不限", "全 部"])
    def test_may_be_every_one(self, text: str) -> None:
        assert sector_codes(text, SECTORS, SECTOR_WORDS) == tuple(SECTORS)

    @pytest.mark.parametrize("text", ["国有", "采购", "交易", "出让", "渔业", "政", "领域", "公共资源", "", "类"])
    def test_is_none_for_what_may_be_several_or_no_one(self, text: str) -> None:
        assert sector_codes(text, SECTORS, SECTOR_WORDS) == ()


class TestDistrict:
    @given(
        st.sampled_from(COUNTIES),
        st.sampled_from(("", "盐城市", "盐城", "江苏省盐城市", "江苏盐城", "江苏省")),
        st.booleans(),
        st.sampled_from(("", " ", "/", "-")),
    )
    def test_is_known_with_and_without_what_it_lies_in(
        self, county: tuple[str, str], wider: str, is_short: bool, gap: str
    ) -> None:
        code, name = county
        text = (wider + gap if wider else "") + (name[:-1] if is_short else name)
        assert district_code(text, DISTRICTS, DISTRICT_WORDS) == code

    @given(st.sampled_from(sorted(DISTRICTS)), st.sampled_from(("", "000000", "001", "001005", "100201")))
    def test_is_known_by_codes_of_six_nine_and_twelve_digits(self, code: str, more: str) -> None:
        assert district_code(code + more, DISTRICTS, DISTRICT_WORDS) == code

    @given(st.sampled_from(sorted(DISTRICT_WORDS.items())))
    def test_is_known_by_its_other_words(self, word: tuple[str, str]) -> None:
        assert district_code(word[0], DISTRICTS, DISTRICT_WORDS) == word[1]

    @pytest.mark.parametrize(
        "text", ["南京市", "盐", "320999", "110101", "苏州市亭湖区", "亭", "区", "329902000000", "盐城市南京"]
    )
    def test_is_none_for_another_place(self, text: str) -> None:
        assert district_code(text, DISTRICTS, DISTRICT_WORDS) is None
