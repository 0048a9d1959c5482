"""Map column headings of list files (credit platforms, front-end tables, trading platform, procurement) to fields.

Source: the exchange sets of the credit platforms (REP_SERIOUS_BLACK, 名单类型 tables, frblack), BLACK_LIST of the
trading platform's data standard, and the published list of 政府采购严重违法失信行为记录名单.
"""

from collections.abc import Sequence

from registry.domain.filing.columns import Headings, listed_titles, resolve_fields
from registry.domain.filing.vocabulary import LEFT_OUT, Vocabulary, heading_key
from registry.refusals.content import MissingColumn

# field: the codes and Chinese headings of every set of columns; "-" keeps nothing of the column.
_VOCABULARY = """
subject_name         | INSTITUTION_NAME JGMC ZTMC JGQC DXMC BODY_NAME 对象名称 企业名称 机构名称 企业名称/机构名称 名称
subject_name         | 主体名称 单位名称 当事人名称 被执行人名称 被执行人姓名/名称 纳税人名称 行政相对人名称
uscc                 | USCC TYSHXYDM BODY_CODE 统一社会信用代码 统一社会信用代码/组织机构代码 主体代码 纳税人识别号
organisation_code    | ORG_CODE ZZJGDM 组织机构代码
subject_kind         | ZTLB BODY_TYPE 主体类别
legal_representative | LEGAL_REP FDDBR FRDB 法定代表人 法定代表人姓名
legal_id_type        | CERT_TYPE FRDBZJLX
legal_id_number      | CERT_NUM
id_type              | ZJLX 证件类型
id_number            | ZJHM 证件号码 身份证号码
list_name            | MDLXID MDMC 名单类型 名单名称
basis                | IDENTIFY_BASIS RDYJ 认定依据 列入依据 处罚依据
document_number      | IDENTIFY_NUM RDWH WSH DOCUMENT_CODE 认定文号 文书号 决定文书号 案号
facts                | ILLEGAL_BEHAVIOR LRMDSY LYSY ZYSXSS RECORD_REASON 列入名单事由 列入事由 主要失信事实
facts                | 严重违法失信行为(不良行为)的具体情形 严重违法失信行为的具体情形
content              | MAIN_CONTENT XZCFHPJNR 处罚结果
confined_action      | CONFINED_ACTION 限制行为
authority_name       | IDENTIFY_AUTH RDBM RDDW GOVERNMENT 认定部门 认定单位 列入机关 执行法院 执法单位
authority_code       | RDBMTYSHXYDM 认定部门统一社会信用代码
listed_on            | CON_VERY_DISCREDIT_DATE RDRQ QRYZSXSJ LRRQ RECORD_DATE 列入日期 认定日期 记录日期
listed_on            | 处罚日期 处罚日期/记录日期
starts_on            | YXQS 有效期自
ends_on              | PUBLIC_DEADLINE YXQZ CONFINED_END VIOLATING_CONFINED_END 有效期至 处罚截止日期
term_years           | GLQX 管理期限(年)
delisted_on          | TCRQ 退出日期
delisted             | REVOCATION_STATUS WITHDRAW_BLACK_LIST 是否撤销
delisted_because     | TCMDYY REVOCATIONEASONS REVOCATION_REASONS 退出名单原因
list_source          | SOURCE_UNIT PROVIDE_UNIT_NAME SJLY 数据来源 数据来源单位
publicity_scope      | SCOPE 公开范围
as_of                | PROVIDE_DATE DATA_TIMESTAMP 数据时间
-                    | REGISTERED_ADDRESS ZCDZ 企业地址 登记地点 企业地址/登记地点
-                    | BODY_ROLE COLLECTION_DEPARTMENT PLATFORM_CODE
-                    | PUB_SERVICE_PLAT_CODE SOURCE_RECORD_ID SOURCE_ID ID BLACKLIST_CODE 序号
"""
_ROWS = [tuple(part.strip() for part in line.split("|")) for line in _VOCABULARY.strip().splitlines()]
FIELDS = tuple(dict.fromkeys(name for name, _ in _ROWS if name != LEFT_OUT))
TITLES = {
    name: next((heading for heading in headings.split() if not heading.isascii()), name)
    for name, headings in reversed(_ROWS)
} | {"legal_id_type": "法定代表人证件类型", "legal_id_number": "法定代表人证件号码"}
"""The first Chinese heading of each field, by which a page names it."""
VOCABULARY = Vocabulary(
    fields={heading_key(name): name for name in FIELDS}
    | {heading_key(heading): name for name, headings in _ROWS for heading in headings.split()},
    keys=frozenset(("subject_name",)),
    least=2,
    identifying=frozenset(("subject_name", "uscc", "id_number", "document_number")),
    own=frozenset(
        (
            "subject_name",
            "uscc",
            "organisation_code",
            "id_number",
            "document_number",
            "facts",
            "listed_on",
            "starts_on",
            "ends_on",
            "delisted_on",
        )
    ),
    may_be_single=False,
    days=frozenset(("listed_on", "starts_on", "ends_on", "delisted_on", "as_of")),
)
REQUIRED = ("subject_name", "listed_on")


def resolve(columns: Sequence[str], vocabulary: Vocabulary = VOCABULARY) -> Headings:
    """Map a list file's columns to fields; ``left_out`` names the columns that nobody knows.

    An unknown column whose heading speaks of a term, an end, a state or the like is not left out but refuses the file:
    what it says might be that the party is no longer on the list. Refuses ``FileShape``, ``UnknownColumn``,
    ``DuplicateColumn``, ``MissingColumn``.
    """
    fields, left_out = resolve_fields(columns, vocabulary)
    missing = [name for name in REQUIRED if name not in fields.values()]
    if missing:
        raise MissingColumn(listed_titles(missing))
    return Headings("plain", fields, {}, tuple(left_out))
