"""Templates of files to fill in: which columns they have, what each may hold, and an example that is not filed.

Every heading and every choice is one that the reader of such a file takes; a test fills templates in and reads them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.domain.filing.model import Rules

TABLE_SHEET = "报送"
NOTES_SHEET = "填写说明"
CHOICES_SHEET = "代码表"
"""The sheets of a template. The last two are explanation: a reader passes them over in silence."""


@dataclass(frozen=True)
class Column:
    """A column: its heading with its unit, what is to be written, an example, and the values to choose from.

    ``is_open``: other texts may be written too, such as several values separated by ；.
    """

    heading: str
    hint: str
    example: str = ""
    is_required: bool = False
    choices: Sequence[str] = ()
    is_open: bool = False


@dataclass(frozen=True)
class Template:
    """A file to fill in: its name, its columns in order, and remarks on the whole."""

    title: str
    columns: tuple[Column, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Defaults:
    """What every row of a department repeats: its name and code; the sectors and districts that its account may file
    in, by name; empty where nothing is known."""

    authority_name: str = ""
    authority_code: str = ""
    sectors: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()


_DAY = "年-月-日，如 2026-03-05"
_CODE_EXAMPLE = "91320902MA0T0XR16L"
_COMMON_REMARKS = (
    "第一行是表头，请勿改动；从第二行起填写，一行一条。说明和示例只在本页，不会被报送。",
    "所有列均为文本格式，代码和日期不会被改写；从别处复制时请用“选择性粘贴—数值”。",
    "深色表头为必填。有下拉列表的列可以直接选择。",
)
_SEVERAL = "多项用；分隔"


def penalty_template(rules: Rules, defaults: Defaults, person_documents: Sequence[str]) -> Template:
    """The template of penalties, of the set of 2018 (发改办财金〔2018〕424号) and this registry's own columns.

    ``person_documents``: the names of the kinds of identity document of natural persons.
    """
    own_name, own_code = ([text] if text else [] for text in (defaults.authority_name, defaults.authority_code))
    sectors = defaults.sectors or tuple(rules.sectors.values())
    districts = defaults.districts or tuple(rules.districts.values())
    name_example, code_example = (own_name or ["盐城市示例财政局"])[0], (own_code or ["11320900MA0T000010"])[0]
    kinds = tuple(kind.name for kind in rules.kinds)
    columns = (
        Column("行政相对人名称", "决定书上的完整名称，不得遮盖", "盐城示例建设工程有限公司", True),
        Column("行政相对人类别", "从列表选择", "法人及非法人组织", True, ("法人及非法人组织", "个体工商户", "自然人")),
        Column("行政相对人代码_1(统一社会信用代码)", "法人、非法人组织和个体工商户必填，18位", _CODE_EXAMPLE),
        Column("法定代表人(负责人)", "法人及非法人组织的负责人姓名"),
        Column("证件类型(自然人)", "相对人是自然人时选择", choices=tuple(person_documents)),
        Column("证件号码(自然人)", "相对人是自然人时必填，不公开"),
        Column("行政处罚决定书文号", "照决定书填写", "盐示财采罚〔2026〕12号", True),
        Column("行政处罚决定文书名称", "可不填"),
        Column("违法行为类型", "概括违法行为", "提供虚假材料谋取中标", True),
        Column("违法事实", "照决定书填写，不写个人证件号码、电话", "在投标文件中提供虚假业绩合同。", True),
        Column("处罚依据", "法律名称和条款", "《中华人民共和国政府采购法》第七十七条第一款第（一）项", True),
        Column("处罚类别", f"从列表选择；{_SEVERAL}；其他类别写作 其他-说明", "罚款", True, kinds, True),
        Column("处罚内容", "照决定书填写，限制措施写明期限", "处以罚款1万元，禁止参加政府采购活动一年。", True),
        Column("罚款金额(万元)", "处罚类别有罚款时必填，单位是万元", "1"),
        Column("没收违法所得、没收非法财物的金额(万元)", "有没收时必填，单位是万元"),
        Column("暂扣或吊销证照名称及编号", "有暂扣或者吊销时必填"),
        Column("处罚决定日期", _DAY, "2026-03-05", True),
        Column("处罚有效期", f"{_DAY}；决定没有期限的写 无期限", "2027-03-04", True),
        Column("公示截止期", f"{_DAY}；不填按公示政策确定"),
        Column("处罚机关", "作出决定的机关全称", name_example, True, own_name, True),
        Column("处罚机关统一社会信用代码", "18位", code_example, True, own_code, True),
        Column("数据来源单位", "报送的单位", name_example, True, own_name, True),
        Column("数据来源单位统一社会信用代码", "18位", code_example, True, own_code, True),
        Column("领域", f"从列表选择；{_SEVERAL}", sectors[0], True, sectors, True),
        Column("地方编码", "从列表选择；不填按账号的地区", districts[0], False, districts),
        Column("失信行为", "负面清单中的行为，从列表选择，可不填", choices=tuple(rules.behaviours.values())),
        Column("限制行为", "决定写明的限制措施，可不填"),
        Column("限制行为开始时间", _DAY),
        Column("限制行为结束时间", f"最后一日，{_DAY}"),
        Column("备注", "可不填"),
    )
    remarks = ("处罚机关、数据来源单位各列可从列表选择本部门的名称和代码。",)
    return Template("行政处罚报送模板", columns, (*_COMMON_REMARKS, *remarks))


def bidder_template(roles: Sequence[str], person_documents: Sequence[str]) -> Template:
    """The template of a list of parties to check; ``roles``: their names."""
    columns = (
        Column("序号", "一行一号，不重复；不填按行的顺序", "1"),
        Column("名称", "营业执照或者身份证件上的完整名称", "盐城示例建设工程有限公司", True),
        Column("统一社会信用代码", "单位必填，18位；没有代码只能按名称核查", _CODE_EXAMPLE),
        Column("角色", "从列表选择；不填为投标人", roles[0], False, tuple(roles)),
        Column("证件类型", "自然人选择", choices=tuple(person_documents)),
        Column("证件号码", "自然人必填"),
        Column("所属", "联合体成员、项目负责人等所属投标人的序号"),
        Column("标段", "分标段的填写所投标段，不分的不填"),
    )
    return Template("投标人名单模板", columns, _COMMON_REMARKS)


def list_template(lists: Sequence[str], person_documents: Sequence[str]) -> Template:
    """The template of a list of another authority that is adopted; ``lists``: the names that it may have."""
    columns = (
        Column("主体名称", "名单上的完整名称", "盐城示例建设工程有限公司", True),
        Column("主体类别", "从列表选择", "法人及非法人组织", False, ("法人及非法人组织", "个体工商户", "自然人")),
        Column("统一社会信用代码", "单位必填，18位", _CODE_EXAMPLE),
        Column("证件类型", "自然人选择", choices=tuple(person_documents)),
        Column("证件号码", "自然人必填，不公开"),
        Column("名单名称", "从列表选择；与所报名单一致", lists[0] if lists else "", False, tuple(lists)),
        Column("认定文号", "列入决定、执行案号等", "（2026）苏示执12号"),
        Column("列入事由", "照名单填写，不写个人证件号码、电话"),
        Column("认定依据", "可不填，按名单的依据"),
        Column("认定部门", "列入的机关；与数据来源单位至少填一项", "盐城市示例区人民法院"),
        Column("数据来源单位", "从何处取得名单", "盐城市示例信用平台"),
        Column("列入日期", _DAY, "2026-03-05", True),
        Column("有效期自", f"{_DAY}；不填为列入日期"),
        Column("有效期至", f"最后一日，{_DAY}；名单没有期限的不填"),
        Column("管理期限(年)", "年数，可不填"),
        Column("限制行为", "名单写明的限制，可不填"),
        Column("是否撤销", "已不在名单上的选 是", "否", False, ("否", "是")),
        Column("退出日期", f"已退出的填写，{_DAY}"),
        Column("退出名单原因", "已退出的填写"),
    )
    return Template("转录名单模板", columns, _COMMON_REMARKS)
