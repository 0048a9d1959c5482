"""Map column headings of bidders' files to the fields of a party, as trading centres write them."""

from collections.abc import Sequence

from registry.domain.filing.columns import Headings, listed_titles, resolve_fields, usual_headings
from registry.domain.filing.vocabulary import Vocabulary
from registry.refusals.acts import PartiesUnreadable
from registry.refusals.content import DuplicateColumn, MissingColumn, UnknownColumn

LENGTHS = {"ref": 50, "role": 50, "name": 200, "uscc": 60, "id_type": 20, "id_number": 64, "of": 50, "section": 50,
           "organisation_code": 20, "registration_number": 64}  # fmt: skip
"""The columns of a file and the longest text each may hold."""
_USUAL = """
ref       | 序号 编号 REF 投标人序号 供应商序号 NO NO.
role      | 角色 ROLE 投标角色 参与角色 身份 主体角色 人员角色
name      | 名称 NAME 姓名 名称/姓名 姓名/名称 名称或姓名 姓名或名称 全称 {}名称 {}姓名 {}全称 {}名称/姓名 {}名
name      | 投标人 投标单位 投标企业 投标人名称 投标单位名称 投标企业名称 投标人全称 投标单位全称 投标供应商
name      | 投标供应商名称 供应商
name      | 供应商名称 供应商全称 响应供应商 响应供应商名称 竞买人 竞买人名称 竞买人姓名 竞买单位 申请人 申请人名称
name      | 中标人 中标人名称
name      | 中标候选人 中标候选人名称 候选人 候选人名称 参与单位 参与单位名称 受让方 受让方名称 意向受让方
name      | 意向受让方名称 竞价人 竞价人名称
name      | 中标单位 中标单位名称 成交供应商 成交供应商名称 报名单位 报名单位名称 投标方 投标方名称 单位全称
name      | 成员单位 成员单位名称 参与人 参与人名称
uscc      | 统一社会信用代码 USCC 社会信用代码 信用代码 统一信用代码 统一代码 社会统一信用代码 统一社会信用代码证号
uscc      | 统一社会信用代码号 {}统一社会信用代码
uscc      | 统一社会信用码 投标人统一社会信用代码 投标单位统一社会信用代码 供应商统一社会信用代码 投标人代码
uscc      | 供应商代码 {}信用代码 {}代码
id_type   | 证件类型 ID_TYPE 证件种类 身份证件类型
id_number | 证件号码 ID_NUMBER 证件号 身份证件号码 身份证号 身份证号码 居民身份证号 居民身份证号码 公民身份号码
id_number | 身份证
of        | 所属 OF 所属投标人 所属投标人序号 所属联合体 所属联合体序号 所属序号 牵头人序号 联合体牵头人序号
organisation_code | 组织机构代码 机构代码 ORGANISATION_CODE
registration_number | 工商注册号 注册号 登记注册号 营业执照注册号 登记证号 REGISTRATION_NUMBER
section   | 标段 SECTION 包号 标段号 标段名称 标段包号 标包 标包号 包件 包件号 包别 分包号 合同包
id_last4  | 证件号码后四位
-         | 行号 结论代码 结论 事由 记录 依据 至 匹配方式 核查编号 工作表 提示
"""
VOCABULARY = Vocabulary(
    fields=usual_headings(_USUAL),
    keys=frozenset(("name",)),
    least=2,
    identifying=frozenset(("uscc", "id_number")),
)
"""Known too, though nothing of it is kept, is what the result of a check of a file adds."""


def resolve(columns: Sequence[str], vocabulary: Vocabulary = VOCABULARY) -> Headings:
    """Map the columns to fields. Refuses with ``PartiesUnreadable`` a file without names, with two columns of one
    meaning, or with an unknown column that may change the meaning of a row, such as another kind of role."""
    try:
        fields, left_out = resolve_fields(columns, vocabulary)
        if "name" not in fields.values():
            raise MissingColumn("名称")
    except (UnknownColumn, DuplicateColumn, MissingColumn) as refusal:
        raise PartiesUnreadable(refusal.detail or listed_titles(columns)) from None
    return Headings("plain", fields, {}, tuple(left_out))
