"""Map column headings of files of filed records to fields: common ones, and the titles of a kind's own fields."""

from collections.abc import Mapping, Sequence

from registry.domain.filing.columns import Headings, listed_titles, resolve_fields, usual_headings
from registry.domain.filing.vocabulary import Vocabulary, heading_key
from registry.refusals.content import MissingColumn

_USUAL = """
subject_name         | 当事人名称 名称 被告人名称 被告单位 主体名称 单位名称 企业名称 行政相对人名称 对象名称
subject_name         | 被告人 被告人姓名 被告单位名称 当事人 当事人姓名 姓名
uscc                 | 统一社会信用代码 被告单位统一社会信用代码 主体代码 社会信用代码 信用代码
subject_kind         | 当事人类别 主体类别 行政相对人类别
legal_representative | 法定代表人 法定代表人姓名
id_type              | 证件类型
id_number            | 证件号码 身份证号码 身份证号
document_number      | 文号 文书号 案号 决定书文号 处理决定书文号
facts                | 事实 主要事实 认定事实 违法事实
basis                | 依据 法律依据 处理依据 裁判依据
decided_on           | 决定日期 作出日期 裁判日期 判决日期 文书日期
authority_name       | 作出机关 决定机关 处理机关 审理法院 判决法院 裁判法院
authority_code       | 作出机关代码 作出机关统一社会信用代码
sectors              | 领域
district             | 地区 行政区划代码
-                    | 序号 行号 NO NO.
"""
_FIELDS = usual_headings(_USUAL)
REQUIRED = ("subject_name", "document_number", "facts", "basis", "decided_on", "authority_name")


def vocabulary_for(own_titles: Mapping[str, str], own_days: Sequence[str] = ()) -> Vocabulary:
    """The headings of files of one kind; ``own_titles`` are the titles of its own fields by name, ``own_days`` those
    fields of them that are days."""
    fields = {heading_key(name): name for name in _FIELDS.values() if name.isidentifier()}
    own = {heading_key(text): name for name, title in own_titles.items() for text in (title, name)}
    return Vocabulary(
        fields=_FIELDS | fields | own,
        keys=frozenset(("subject_name",)),
        least=3,
        identifying=frozenset(("subject_name", "uscc", "id_number", "document_number")),
        days=frozenset(("decided_on", *own_days)),
        own=frozenset(("subject_name", "uscc", "id_number", "document_number", "facts", "decided_on", *own_titles)),
        may_be_single=False,
    )


def resolve(columns: Sequence[str], vocabulary: Vocabulary) -> Headings:
    """Map columns to fields; ``left_out`` names the columns that nobody knows.

    Refuses ``FileShape``, ``DuplicateColumn``, ``MissingColumn``, and ``UnknownColumn`` for an unknown column that may
    change the meaning of a row.
    """
    fields, left_out = resolve_fields(columns, vocabulary)
    missing = [name for name in REQUIRED if name not in fields.values()]
    if missing:
        raise MissingColumn(listed_titles(missing))
    return Headings("plain", fields, {}, tuple(left_out))
