"""Names of a firm with somebody else in the same cell, former names, names of departments, signs at the edges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.filing.subject_name import is_department, is_unusual
from tests.domain.filing.test_subject_name import findings, firms, persons

SEPARATORS = ("、", "，", ",", "；", ";", "/", "／", "|", "&", "＆", "+", "\n")
LINKS = ("及其", "和其", "与其", "以及其", "、", " ", "及", "和", "", "暨其")
ROLES = (
    "法定代表人",
    "法人",
    "法人代表",
    "负责人",
    "实际控制人",
    "经营者",
    "股东",
    "董事长",
    "直接责任人员",
    "法定代表人{}",
    "法人{}",
    "负责人：{}",
)


class TestAFirmAndSomebodyElse:
    @given(firms, persons, st.sampled_from(SEPARATORS), st.sampled_from(("", " ")))
    def test_are_several_behind_a_sign(self, name: str, person: str, sign: str, blank: str) -> None:
        assert findings(f"{name}{sign}{blank}{person}") == {"name-several"}

    @given(firms, persons, st.sampled_from(LINKS), st.sampled_from(ROLES))
    def test_are_several_by_the_word_of_a_role(self, name: str, person: str, link: str, role: str) -> None:
        assert findings(f"{name}{link}{role.format(person)}") == {"name-several"}

    @given(
        firms.filter(lambda name: "公司" in name),
        persons,
        st.sampled_from((" ", "和", "与", "及", "暨", " 及 ", "\u3000")),
    )
    def test_are_several_behind_a_company(self, name: str, person: str, link: str) -> None:
        assert findings(f"{name}{link}{person}") == {"name-several"}

    @pytest.mark.parametrize(
        "name",
        [
            "盐城示例酒店业主协会",
            "盐城示例酒店经理人咨询有限公司",
            "盐城示例集团法人研究中心",
            "盐城示例酒店投资人俱乐部有限公司",
            "盐城示例厂职工医院",
            "盐城示例有限公司 东门店",
            "盐城示例有限公司盐都及东台分公司",
            "盐城市示例企业负责人协会",
        ],
    )
    def test_are_one_in_a_name_with_such_words(self, name: str) -> None:
        assert findings(name) == set()


class TestFormerName:
    @pytest.mark.parametrize(
        "place", ["盐城市", "江苏省", "江苏", "南京市", "上海市", "苏州", "北京市", "盐城市亭湖区", "响水县", "东台市"]
    )
    @pytest.mark.parametrize("before", ["原", "旧"])
    def test_is_told_by_the_word_before_its_place(self, place: str, before: str) -> None:
        assert findings(f"{before}{place}瀚垚建设有限公司") == {"name-with-former"}
        assert findings(f"{place}{before}野建设有限公司") == set()

    @pytest.mark.parametrize(
        "name", ["原平市示例有限公司", "原阳县示例有限公司", "原野园林有限公司", "原创设计有限公司", "原点咨询有限公司"]
    )
    def test_is_none_where_the_name_begins_so(self, name: str) -> None:
        assert findings(name) == set()
        assert not is_unusual(name, is_person=False)

    @given(firms.filter(lambda name: "公司" in name))
    def test_before_any_other_name_is_for_attention(self, name: str) -> None:
        assert is_unusual(f"原{name[2:]}", is_person=False)

    @pytest.mark.parametrize("name", ["原宁波", "原江苏", "原知远"])
    def test_is_none_of_a_person(self, name: str) -> None:
        assert findings(name, is_person=True) == set()


class TestDepartment:
    @given(
        firms,
        st.sampled_from(("", "第一", "盐都", "盐城示例大厦工程", "（盐城）")),
        st.sampled_from(
            (
                "项目部",
                "项目经理部",
                "指挥部",
                "办事处",
                "工程部",
                "财务部",
                "采购部",
                "办公室",
                "车间",
                "施工队",
                "项目部（盐城）",
                "分部",
            )
        ),
    )
    def test_of_a_firm_is_told(self, name: str, which: str, department: str) -> None:
        assert is_department(name + which + department)
        assert not is_department(name)

    @pytest.mark.parametrize(
        "name",
        [
            "盐城示例经营部",
            "盐城市亭湖区示例街道办事处",
            "盐城示例门市部",
            "盐城示例俱乐部",
            "盐城示例建设有限公司盐都分公司",
        ],
    )
    def test_is_none_that_registers_have(self, name: str) -> None:
        assert not is_department(name)


class TestAtTheEdges:
    @given(firms, st.sampled_from((".", "．", "·", "。", ",", "，", ".）.", ").", "-.")))
    def test_a_stop_behind_a_name_is_for_attention(self, name: str, end: str) -> None:
        assert is_unusual(name + end, is_person=False)
        assert is_unusual("卞知远" + end, is_person=True)

    @given(firms, st.sampled_from((".", "、", "-", "，", "*1", "1.", "2、", "12）", "3)", "_", "·", "：", "/")))
    def test_a_sign_before_a_name_is_for_attention(self, name: str, start: str) -> None:
        assert is_unusual(start + name, is_person=False)

    @pytest.mark.parametrize(
        "name", ["ABC Trading Co., Ltd.", "360安全科技有限公司", "1.2米商行", "（示例）有限公司", "盐城A.B.有限公司"]
    )
    def test_is_none_in_a_name_with_such_signs(self, name: str) -> None:
        assert not is_unusual(name, is_person=False)

    @given(firms.filter(lambda name: "公司" in name))
    def test_a_firm_is_no_name_of_a_person(self, name: str) -> None:
        assert is_unusual(name, is_person=True)
