"""Map column headings of files of filed records to fields: common ones, and the titles of a kind's own fields."""

from collections.abc import Mapping, Sequence

from registry.domain.filing.cells import is_forbidden
from registry.domain.filing.columns import Headings, listed_titles
from registry.domain.filing.vocabulary import heading_key
from registry.refusals.content import DuplicateColumn, FileShape, MissingColumn, UnknownColumn

_VOCABULARY = """
subject_name         | 当事人名称 名称 被告人名称 被告单位 主体名称 单位名称 企业名称 行政相对人名称 对象名称
uscc                 | 统一社会信用代码 被告单位统一社会信用代码 主体代码
subject_kind         | 当事人类别 主体类别 行政相对人类别
legal_representative | 法定代表人 法定代表人姓名
id_type              | 证件类型
id_number            | 证件号码 身份证号码
document_number      | 文号 文书号 案号 决定书文号 处理决定书文号
facts                | 事实 主要事实 认定事实 违法事实
basis                | 依据 法律依据 处理依据 裁判依据
decided_on           | 决定日期 作出日期 裁判日期 判决日期 文书日期
authority_name       | 作出机关 决定机关 处理机关 审理法院 判决法院 裁判法院
authority_code       | 作出机关代码 作出机关统一社会信用代码
sectors              | 领域
district             | 地区 行政区划代码
"""
_ROWS = [tuple(part.strip() for part in line.split("|")) for line in _VOCABULARY.strip().splitlines()]
REQUIRED = ("subject_name", "document_number", "facts", "basis", "decided_on", "authority_name")


def resolve(columns: Sequence[str], own_titles: Mapping[str, str]) -> Headings:
    """Map columns to fields; ``own_titles`` are the titles of a kind's own fields by name.

    An unknown column refuses the file: what it says might matter. Refuses ``FileShape``, ``UnknownColumn``,
    ``DuplicateColumn``, ``MissingColumn``.
    """
    if any(is_forbidden(column) for column in columns):
        raise FileShape("表头含有控制字符或不可见字符")
    known = {heading_key(heading): name for name, headings in _ROWS for heading in (*headings.split(), name)}
    known |= {heading_key(text): name for name, title in own_titles.items() for text in (title, name)}
    fields = {column: known.get(heading_key(column), "") for column in columns}
    unknown = [column for column, name in fields.items() if not name]
    if unknown:
        raise UnknownColumn(listed_titles(unknown))
    used = list(fields.values())
    twice = [column for column, name in fields.items() if used.count(name) > 1]
    if twice or len(fields) < len(columns):
        raise DuplicateColumn(listed_titles(twice or list(columns)))
    missing = [name for name in REQUIRED if name not in used]
    if missing:
        raise MissingColumn("、".join(missing))
    return Headings("plain", fields)
