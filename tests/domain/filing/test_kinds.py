"""Kinds of penalty in one cell: every one kept, in any list, and none that swallows the next."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import law
from registry.domain.filing import kinds
from registry.domain.filing.columns import Headings
from registry.domain.filing.model import KindRule
from registry.domain.filing.row_reader import RowReader
from tests.domain.filing.filing_rows import RULES
from tests.support.spellings import LIST_SEPARATORS

ROWS = tomllib.loads((Path(law.__path__[0]).parents[1] / "reference/penalty_kinds.toml").read_text())["rows"]
KINDS = tuple(
    KindRule(row["code"], row["name"], row["code_2016"], row["needs"], tuple(row.get("aliases", ()))) for row in ROWS
)
LAW = type(RULES)(kinds=KINDS, sectors={}, behaviours={}, districts={}, id_types={}, measures={})
NAMED = [(word, kind.code) for kind in KINDS for word in (kind.name, *kind.aliases)]
EXPLAINED = ("其他-责令改正", "其他：公告", "其他（列入名单）", "其他—限期整改", "07-通报上级", "其他")


def read(text: str, content: str = "", vocabulary: str = "2018") -> tuple[tuple[str, ...], list[str]]:
    """The codes of a cell, and the codes of its faults."""
    row = RowReader({"kinds": text, "content": content}, Headings(vocabulary, {}))
    codes = kinds.read_kinds(row, LAW)
    return codes, [fault.code for fault in row.faults]


def unique(codes: list[str]) -> tuple[str, ...]:
    """The codes once each, in their order."""
    return tuple(dict.fromkeys(codes))


class TestReadKinds:
    @pytest.mark.parametrize(("word", "code"), NAMED, ids=[word for word, _ in NAMED])
    def test_knows_every_name_of_a_kind(self, word: str, code: str) -> None:
        assert read(word) == ((code,), [])

    @pytest.mark.parametrize("text", ["01-03", "01~03", "01—05", "01－02", "01 ~ 03"])
    def test_takes_no_range_of_codes_for_a_list(self, text: str) -> None:
        assert read(text)[1]

    @given(st.lists(st.sampled_from(NAMED), min_size=1, max_size=6), st.sampled_from(LIST_SEPARATORS))
    def test_keeps_every_kind_of_a_list(self, chosen: list[tuple[str, str]], separator: str) -> None:
        assert read(separator.join(word for word, _ in chosen)) == (unique([code for _, code in chosen]), [])

    @given(
        st.sampled_from(EXPLAINED),
        st.lists(st.sampled_from(NAMED), min_size=1, max_size=4),
        st.sampled_from(("、", "，", ",", "；", ";", "\n", " ")),
        st.booleans(),
    )
    def test_keeps_the_kinds_beside_an_explained_one(
        self, other: str, chosen: list[tuple[str, str]], separator: str, is_first: bool
    ) -> None:
        words, codes = [word for word, _ in chosen], [code for _, code in chosen]
        text = separator.join([other, *words] if is_first else [*words, other])
        assert read(text) == (unique(["07", *codes] if is_first else [*codes, "07"]), [])

    @given(
        st.lists(st.sampled_from([kind.code for kind in KINDS]), min_size=1, max_size=5),
        st.sampled_from(("、", "，", ",", "；", ";", " ", "\n", "/")),
    )
    def test_knows_codes_alone_and_with_their_names(self, codes: list[str], separator: str) -> None:
        names = {kind.code: kind.name for kind in KINDS}
        for link in ("", "-", " ", ".", "："):
            text = separator.join(f"{code}{link}{names[code]}" for code in codes)
            assert read(text) == (unique(codes), []), text
        assert read(separator.join(codes)) == (unique(codes), [])

    @pytest.mark.parametrize(
        "text",
        [
            "罚款2万元",
            "处以罚款",
            "罚款（20000元）",
            "罚款贰万元整",
            "1.罚款",
            "（一）罚款",
            "给予罚款处罚",
            "罚款。",
            "行政罚款",
        ],
    )
    def test_takes_the_words_around_a_kind_for_no_kind(self, text: str) -> None:
        assert read(text) == (("02",), [])

    @pytest.mark.parametrize("first", [kind.name for kind in KINDS if kind.code not in ("02", "07")])
    def test_refuses_two_kinds_run_together(self, first: str) -> None:
        for text in (f"{first}罚款", f"其他-{first}罚款款项", f"其他-责令改正{first}"):
            codes, faults = read(text)
            assert (codes == (), faults) == (True, ["kind-unknown"]), text

    @pytest.mark.parametrize("text", ["训诫", "2", "责令改正", "02-警告", "罚款、训诫", "罚没款", "15", "罚 则"])
    def test_names_what_would_have_been_taken(self, text: str) -> None:
        row = RowReader({"kinds": text}, Headings("2018", {}))
        kinds.read_kinds(row, LAW)
        [fault] = row.faults
        assert fault.code == "kind-unknown"
        assert all(kind.name in fault.detail for kind in KINDS if kind.code != "07")
        assert "其他-说明" in fault.detail


class TestEitherOr:
    @pytest.mark.parametrize(
        "text",
        [
            "暂扣或者吊销许可证、暂扣或者吊销执照",
            "暂扣或吊销许可证、执照",
            "暂扣或吊销许可证件",
            "暂扣或者吊销营业执照",
            "暂扣、吊销许可证",
        ],
    )
    @pytest.mark.parametrize(
        ("content", "codes"),
        [
            ("吊销其资质证书", ("05",)),
            ("暂扣许可证三个月", ("11",)),
            ("暂扣后吊销", ("11", "05")),
        ],
    )
    def test_is_decided_by_what_the_content_says(self, text: str, content: str, codes: tuple[str, ...]) -> None:
        assert read(text, content) == (codes, [])

    def test_that_the_content_does_not_decide_is_refused(self) -> None:
        assert read("暂扣或者吊销许可证")[1] == ["kind-ambiguous"]
        assert read("没收", "予以没收")[1] == ["kind-ambiguous"]

    @pytest.mark.parametrize("text", ["吊销建筑业企业资质证书", "吊销安全生产许可证、罚款", "吊销许可证和营业执照"])
    def test_knows_the_permit_by_the_verb(self, text: str) -> None:
        assert read(text)[0][0] == "05"


class TestOldCodes:
    @pytest.mark.parametrize(
        ("text", "content", "codes"),
        [
            ("0", "", ("01",)),
            ("1、0", "", ("02", "01")),
            ("2", "没收违法所得和非法财物", ("03", "09")),
            ("4", "吊销", ("05",)),
            ("1-罚款", "", ("02",)),
            ("2-没收违法所得、没收非法财物", "", ("03", "09")),
            ("3", "", ("04",)),
            ("6-责令改正", "", ("07",)),
        ],
    )
    def test_are_read_in_old_files(self, text: str, content: str, codes: tuple[str, ...]) -> None:
        assert read(text, content, "2016") == (codes, [])


QUALIFIED = (
    "暂缓", "暂缓执行", "缓期一年", "未执行", "已撤销", "拟处", "免予", "不予", "从轻", "减轻", "另案处理", "已缴纳",
    "分期", "三个月", "其中一人", "建议", "待定", "部分", "首违不罚", "听证中", "复议中", "诉讼中止", "按日", "副本",
    "草案",
)  # fmt: skip
PLAIN = (
    "20000元", "人民币2万元", "贰万元整", "￥20,000.00", "大写：贰万元整", "2.5万元", "共计20000元", "02", "并处",
    "单处", "第二项", "金额：20000元", "2万", "行政处罚", "CF02", "人民币贰万元整", "20 000元", "第九条", "合计 3万元",
    "壹拾万圆整",
)  # fmt: skip


class TestQualifiedKinds:
    @staticmethod
    def notes(text: str, vocabulary: str = "2018") -> tuple[tuple[str, ...], list[str], list[str]]:
        row = RowReader({"kinds": text}, Headings(vocabulary, {}))
        codes = kinds.read_kinds(row, LAW)
        return codes, [note.code for note in row.notes], [fault.code for fault in row.faults]

    @given(
        st.sampled_from([(word, code) for word, code in NAMED if code != "07" and "、" not in word]),
        st.sampled_from(QUALIFIED),
        st.sampled_from(("（{}）", "({})", " （{}）", "（ {} ）")),
        st.sampled_from(("", "、警告", "；警告")),
    )
    def test_are_never_taken_without_a_word(self, kind: tuple[str, str], words: str, brackets: str, more: str) -> None:
        codes, notes, faults = self.notes(kind[0] + brackets.format(words) + more)
        assert notes == ["kind-qualified"] or faults == ["kind-unknown"]
        assert faults or codes[0] == kind[1]

    @given(
        st.sampled_from(QUALIFIED),
        st.sampled_from(("02罚款（{}）", "罚款【{}】", "罚款-{}", "罚款（（{}））", "{}罚款", "罚款：{}")),
    )
    def test_are_never_taken_in_another_form(self, words: str, form: str) -> None:
        _, notes, faults = self.notes(form.format(words))
        assert notes == ["kind-qualified"] or faults == ["kind-unknown"]

    @given(st.sampled_from(PLAIN), st.sampled_from(("（{}）", "({})", " （{}）")))
    def test_are_not_those_with_their_sum_or_code(self, words: str, brackets: str) -> None:
        assert self.notes("罚款" + brackets.format(words)) == (("02",), [], [])
