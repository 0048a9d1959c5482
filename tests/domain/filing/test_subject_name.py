"""Names in a cell: masked, damaged, several at once, with a former name; and real names with nothing wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.filing.subject_name import is_unusual, name_findings

CHARACTERS = "瀚垚沐笙恺霖钧澜骁翊昱宸琛玥甲乙丙丁示范样例安泰恒信嘉禾"
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "厂", "专业合作社", "商行", "经营部", "事务所", "研究院", "集团")
firms = st.builds("盐城{}{}{}".format, st.sampled_from(CHARACTERS), st.sampled_from(CHARACTERS), st.sampled_from(FORMS))
persons = st.builds("{}{}{}".format, *(st.sampled_from(CHARACTERS) for _ in range(3)))


def findings(name: str, *, is_person: bool = False) -> set[str]:
    return set(name_findings(name, is_person=is_person))


class TestNameFindings:
    @given(firms)
    def test_are_none_for_a_firm(self, name: str) -> None:
        assert findings(name) == set()
        for branch in (f"{name}盐都分公司", f"{name}（普通合伙）", f"{name} 东门分公司", f"盐城（示例）{name}"):
            assert findings(branch) == set(), branch

    @pytest.mark.parametrize(
        "name",
        [
            "盐城三○一建设有限公司",
            "盐城1.2米商行",
            "盐城A+B科技有限公司",
            "盐城中和与商行",
            "盐城⻢达建设有限公司",
            "盐城MAXX科技有限公司",
            "盐城X射线设备有限公司",
            "示例（中国）有限公司",
            "亭湖区小李面馆",
            "盐城和与及餐饮店",
            "ABC Trading Co., Ltd.",
        ],
    )
    def test_are_none_for_a_name_as_registers_have_it(self, name: str) -> None:
        assert findings(name) == set()

    @pytest.mark.parametrize("name", ["卞知远", "阿卜杜拉·买买提", "欧阳和平", "JOHN SMITH", "Malcolm X", "卞 知"])
    def test_are_none_for_a_person(self, name: str) -> None:
        assert findings(name, is_person=True) == set()

    @given(
        persons,
        st.sampled_from(
            (
                "X",
                "x",
                "XX",
                "*",
                "**",
                "某",
                "某某",
                "○",
                "〇〇",
                "×",
                "＊",
            )
        ),
    )
    def test_tell_a_masked_person(self, name: str, mask: str) -> None:
        assert "name-masked" in findings(name[:1] + mask, is_person=True)
        assert "name-masked" in findings(name[:1] + mask + name[2:], is_person=True)

    @given(firms, st.sampled_from(("**", "XX", "某某", "○○", "××", "■", "□□", "__", "＊＊")))
    def test_tell_a_masked_firm(self, name: str, mask: str) -> None:
        assert "name-masked" in findings(name[:2] + mask + name[4:])

    @given(
        firms,
        st.sampled_from(
            ("?", "？", "&amp;", "&#20013;", "&lt;b&gt;", "#N/A", "<br>", "锟斤拷", "\\u4e2d", "%E4%B8", "ä¸")
        ),
    )
    def test_tell_a_damaged_firm(self, name: str, damage: str) -> None:
        assert "name-damaged" in findings(name[:3] + damage + name[3:])
        assert "name-damaged" in findings(name + damage)

    @given(
        firms,
        firms,
        st.sampled_from(
            (
                "、",
                "，",
                ",",
                "；",
                ";",
                "/",
                "\n",
                " ",
                "和",
                "与",
                "及",
                " & ",
                "+",
            )
        ),
    )
    def test_tell_two_firms(self, name: str, other: str, separator: str) -> None:
        assert findings(f"{name}{separator}{other}") == {"name-several"}

    @given(firms.filter(lambda name: "公司" in name), firms.filter(lambda name: "公司" in name))
    def test_tell_two_companies_run_together(self, name: str, other: str) -> None:
        assert findings(name + other) == {"name-several"}

    @given(persons, persons, st.sampled_from(("、", "，", ",", "；", ";", "/", "\n")))
    def test_tell_two_persons(self, name: str, other: str, separator: str) -> None:
        assert findings(f"{name}{separator}{other}", is_person=True) == {"name-several"}

    @given(
        firms,
        firms,
        st.sampled_from(
            (
                "（曾用名：{}）",
                "(原名:{})",
                "（原{}）",
                "（更名前为{}）",
                "[曾用名{}]",
                "，曾用名：{}",
                "（简称：{}）",
                "（现名{}）",
            )
        ),
    )
    def test_tell_a_former_name_beside_it(self, name: str, other: str, beside: str) -> None:
        assert findings(name + beside.format(other)) == {"name-with-former"}


class TestNoName:
    @pytest.mark.parametrize(
        "name",
        [
            "1",
            "12.5",
            "123456",
            "-",
            "TRUE",
            "FALSE",
            "Yes",
            "no",
            "A",
            "2026-03-05",
            "2026年3月5日",
            "2026/3/5",
            "测试",
            "测试1",
            "测试公司",
            "test",
            "无名称",
            "未知",
            "不详",
            "待补",
            "见附件",
            "略",
            "同上",
            "同前",
            "〃",
            "暂无",
            "……",
        ],
    )
    @pytest.mark.parametrize("is_person", [True, False])
    def test_is_refused(self, name: str, is_person: bool) -> None:
        assert "name-empty" in findings(name, is_person=is_person)


class TestOthersUnnamed:
    @given(
        firms,
        st.sampled_from(
            (
                "等",
                "等3家",
                "等三家单位",
                "等人",
                "等企业",
                "等多家单位",
                "等 3 家公司",
                "（等3家）",
                "（共3家）",
                "等十余家",
                "及其他三家",
                "等若干家",
            )
        ),
    )
    def test_are_several(self, name: str, others: str) -> None:
        assert findings(name + others) == {"name-several"}
        assert "name-several" in findings("卞知远" + others, is_person=True)

    @pytest.mark.parametrize(
        "name",
        [
            "盐城平等人力资源有限公司",
            "盐城高等专科学校",
            "盐城上等人家餐饮店",
            "盐城均等商贸有限公司",
            "盐城其他艺术设计有限公司",
            "盐城等一等餐饮店",
        ],
    )
    def test_are_not_in_a_name_with_such_characters(self, name: str) -> None:
        assert findings(name) == set()

    @pytest.mark.parametrize("name", ["卞知远 苌知白", "卞知 苌白", "卞知远  苌白 张三", "卞知远\u3000苌知白"])
    def test_are_several_persons(self, name: str) -> None:
        assert findings(name, is_person=True) == {"name-several"}

    @pytest.mark.parametrize("name", ["卞 知", "卞 知 远", "欧阳 修文", "诸葛 示例", "买买提·艾力", "JOHN SMITH"])
    def test_are_not_one_person_spaced_out(self, name: str) -> None:
        assert findings(name, is_person=True) == set()


class TestUnusual:
    @given(
        firms,
        st.sampled_from(
            (
                "1",
                "-",
                "。",
                "（注销）",
                "（已吊销）",
                "（法定代表人：甲）",
                "(联系人张三)",
                "①",
                "¹",
                "_",
                "，",
                "、",
                "/",
                "（业主：甲）",
                "2",
                "；",
                "+",
                "（地址：甲路）",
                "（牵头人）",
                "（联合体成员）",
                "【投标人】",
                "-中标人",
                "（代理机构）",
                "）",
            )
        ),
    )
    def test_firm_is_for_attention(self, name: str, end: str) -> None:
        assert is_unusual(name + end, is_person=False)
        assert not is_unusual(name, is_person=False)

    @pytest.mark.parametrize("name", ["（1）{}", "1 {}", "【{}】", "[{}", "（三）{}", "{}（样一）", "{}(样一二)"])
    def test_firm_in_brackets_or_with_a_person_is_for_attention(self, name: str) -> None:
        assert is_unusual(name.format("盐城示例有限公司"), is_person=False)

    @pytest.mark.parametrize("name", ["盐城示例有限公", "盐城示例有限", "盐城示例股份有限公词", "盐城示例有限责任公"])
    def test_form_that_is_cut_off_or_mistyped_is_for_attention(self, name: str) -> None:
        assert is_unusual(name, is_person=False)

    @pytest.mark.parametrize("name", ["匿名", "保密", "不公开", "未公开", "已隐去", "个人隐私"])
    def test_word_for_a_withheld_name_is_none(self, name: str) -> None:
        assert findings(name) == findings(name, is_person=True) == {"name-empty"}

    @pytest.mark.parametrize("bracket", ["集团", "盐城", "江苏", "中国", "香港", "普通合伙", "筹", "控股"])
    def test_is_no_bracket_of_a_company(self, bracket: str) -> None:
        assert not is_unusual(f"盐城示例有限公司（{bracket}）", is_person=False)

    @pytest.mark.parametrize(
        "end",
        [
            "（有限合伙）",
            "（普通合伙）",
            "（特殊普通合伙）",
            "（个体工商户）",
            "（盐都店）",
            "（集团）",
            "（盐城）",
            "（筹）",
            "盐都分公司",
        ],
    )
    def test_is_no_bracket_of_a_registered_name(self, end: str) -> None:
        assert not is_unusual(f"盐城示例{end}", is_person=False)

    @given(
        persons,
        st.sampled_from(("（男）", "(女)", "1", "-", "。", "（已故）", "①", "，", "：", "（业主）", "2", "/", "、")),
    )
    def test_person_is_for_attention(self, name: str, end: str) -> None:
        assert is_unusual(name + end, is_person=True)
        assert not is_unusual(name, is_person=True)

    @pytest.mark.parametrize("name", ["卞先生", "卞女士", "苌师傅", "卞老板", "苌小姐"])
    def test_title_is_no_name(self, name: str) -> None:
        assert is_unusual(name, is_person=True)
