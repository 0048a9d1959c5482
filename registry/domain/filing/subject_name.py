"""Judge a cell that should hold one name: masked, damaged, several names in one, a former name beside it."""

import re
from collections.abc import Iterator

NAME_MASKED = "name-masked"
NAME_DAMAGED = "name-damaged"
NAME_SEVERAL = "name-several"
NAME_FORMER = "name-with-former"
DETAILS = {
    NAME_MASKED: "名称被遮盖（如 *、某、XX、○○），应填写完整名称",
    NAME_DAMAGED: "名称含有问号、乱码、错误值或网页转义字符，应填写原来的文字",
    NAME_SEVERAL: "一格写了几个名称，应一行一个",
    NAME_FORMER: "名称旁写了曾用名或简称，名称一格只写现用全称，其余写入备注",
}
"""What is wrong with a name, and what would be taken, by code of the finding."""

_HAN = "\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_NUMERAL = "一二三四五六七八九十百千零〇○0-9"
_MASKS = re.compile(
    r"[*＊✱●■□▇█◆]|[×✕]{1,}|某某|某(?=[公企]|(?:建设|商贸|科技|实业|贸易|工程)|有限)|"
    rf"(?<![A-Za-z])[Xx]{{2,}}(?![A-Za-z])|(?<![{_NUMERAL}])[○〇]{{2,}}|(?<![{_NUMERAL}])[○](?![{_NUMERAL}])|_{{2,}}"
)
_PERSON_MASKS = re.compile(rf"某|[○〇]|(?<=[{_HAN}])[Xx]{{1,3}}(?![A-Za-z])|(?<![A-Za-z])[Xx]{{1,3}}(?=[{_HAN}])")
_DAMAGED = re.compile(
    r"[?？¿]|#(?:N/A|REF!|VALUE!|DIV/0!|NAME|NUM!|NULL!|####)|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});|"
    r"\\[ux][0-9a-fA-F]{2,4}|%[0-9A-Fa-f]{2}%[0-9A-Fa-f]{2}|</?[A-Za-z][^<>]{0,60}>|锟斤拷|烫烫|屯屯|"
    r"[\u00c2-\u00f4][\u0080-\u00bf]|^=|^(?:undefined|null|nan)$",
    re.IGNORECASE,
)
_FORMER = re.compile(
    r"曾用名|原名称?(?=[:：为是])|[(（\[【]\s*(?:原|前身|更名前|变更前|又名|别名|简称|以下简称|下称|现更名|现名|更名为)|"
    r"(?<![\u4e00-\u9fff])(?:又名|别名|简称|前身)[:：]"
)
_FORMS = (
    "公司|合作社|合伙企业|事务所|研究院|研究所|设计院|经营部|门市部|工作室|商行|超市|酒店|宾馆|医院|学校|"
    "厂|店|集团|中心|协会|委员会"
)
_SEVERAL = re.compile(
    rf"(?:{_FORMS})[)）]?\s*(?:[、,，;；/／|\n&＆+＋]|\s|和|与|及|以及)+\s*(?=[^、,，;；/／|\n]*(?:{_FORMS}))"
)
_COMPANY = re.compile("有限责任公司|股份有限公司|有限公司")
_PERSON_SEVERAL = re.compile(rf"[、,，;；/／|\n]|(?<=[{_HAN}]{{2}})(?:和|与|及)(?=[{_HAN}]{{2}})")


def name_findings(name: str, *, is_person: bool) -> Iterator[str]:
    """The codes of what is wrong with a name (``DETAILS``); nothing for a name as registers have it."""
    if not name:
        return
    damaged = _DAMAGED.search(name)
    if damaged:
        yield NAME_DAMAGED
    if _MASKS.search(name) or (is_person and _PERSON_MASKS.search(name)):
        yield NAME_MASKED
    if _FORMER.search(name):
        yield NAME_FORMER
    elif not damaged and _is_several(name, is_person=is_person):
        yield NAME_SEVERAL


def _is_several(name: str, *, is_person: bool) -> bool:
    if is_person:
        return _PERSON_SEVERAL.search(name) is not None
    match = _SEVERAL.search(name)
    if match and not _is_branch(name, match.end()):
        return True
    # Two companies run together; one that belongs to another (分公司, 工会) has the form once.
    return len(_COMPANY.findall(name)) > 1


def _is_branch(name: str, place: int) -> bool:
    """Whether what follows a blank is a branch of what stands before: 示例有限公司 东门分公司."""
    return name[place - 1 : place].isspace() and re.search("分公司|分店|支行|门店|项目部$", name[place:]) is not None
