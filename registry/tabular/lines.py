"""Tell the lines of a sheet that are no rows of data: totals, notes, sections, signatures, column numbers, hints.

None of it comes from an instrument: these are the ways in which offices lay out their tables.
"""

import re
from collections.abc import Mapping, Sequence

from registry.tabular.grid import Cell

_TOTALS = re.compile(
    r"(?:(?:本页|本月|本季度?|本年度?|以上|全部|金额)?[合总小共累]\s*[计數数](?:金额)?|共)\s*[(（]?\s*[:：]?\s*"
    r"(?:[¥￥]?\s*\d[\d,.]*\s*(?:[万亿]?元|[件家户人条个起宗笔项行](?:记录|企业|单位|处罚|数据|投标人|供应商|案件)?)?[、,，;；\s]*)*"
    r"[)）]?[。.]?"
)
_TOTALS_BEGIN = frozenset(" \t\n\u3000\xa0本以全金合总小共累")
_COUNT = re.compile(r"共?\s*\d{1,6}\s*[件家户人条个起宗]?")
NOTE = re.compile(
    r"\s*(?:[(（]?\s*(?:备\s*注|注|说\s*明|附\s*注|填表说明|填报说明|填写说明|使用说明|编制说明)\s*\d*[)）]?\s*(?:[:：.、]|$)"
    r"|[(（]?(?:填报|填表|制表|报送|审核|复核|审批|签发|经办|联系|单位负责|部门负责|分管|负责)(?:单位|人|日期|时间|电话|领导)[^:：]{0,6}[:：]"
    r"|(?:制表|审核|复核|审批|联系电话|电话|日期|填报单位)\s*[:：]"
    r"|(?:以上|共计?)\s*[^,，]{0,4}\d+\s*[条户家件起行人](?:记录|企业|单位|处罚|数据|投标人|供应商)?[。.]?\s*$"
    r"|[(（]?(?:单位)?[(（]?(?:盖章|公章|签章)|以下(?:空白|无正文)|※)"
)
_NOTES_BEGIN = frozenset(
    " \t\n\u3000\xa0(（【备注说附填使编报制审复签经联单部分负核电日以共盖公此本页无空完结第※-—*=_Ee"
    "0123456789二〇○零一三四五六七八九"
)
"""The characters with which ``NOTE`` and ``_FOOT`` begin: of a long table every row is asked."""
_NUMBERED = re.compile(r"\s*[(（]?\d{1,2}[)）.、．]\s*\D")
_NUMERAL = "[\\d一二三四五六七八九十]{1,3}"
_DAY = rf"(?:\d{{4}}|[二〇○零一三四五六七八九]{{4}})\s*[年./-]\s*{_NUMERAL}\s*[月./-]\s*{_NUMERAL}\s*日?"
_FOOT = re.compile(
    rf"\s*(?:[(（【]?\s*(?:此|本)?页?\s*(?:以下)?\s*(?:无正文|空白|完|结束|END)\s*[)）】]?|[-—\s]*第\s*\d+\s*页.{{0,20}}"
    rf"|共\s*\d+\s*页.{{0,20}}|[-—]\s*\d+\s*[-—]|{_DAY}|[-—*=_]{{3,}})\s*",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"\s*(?:[(（]?[一二三四五六七八九十]{1,3}[)）、.．:：]|第?[一二三四五六七八九十\d]{1,3}\s*(?:标段|标包|包件|包|部分|大?类|批次?|组|期)"
    r"(?=[\s:：(（、]|$)|(?:以下|下列|以上|上述|下表|上表|本表)(?:为|是|均|所列|全部|各|的|[一-龥]{0,12}(?:处罚|决定|企业|单位|名单|记录|行))"
    r"|.{1,40}[:：]\s*$)"
)
_PARTY = re.compile(
    r"(?:公司|合作社|合伙企业|事务所|研究院|研究所|设计院|经营部|门市部|工作室|商行|超市|酒店|宾馆|医院|学校|厂|店|集团|中心|协会|委员会)"
    r"\s*(?:[(（][^()（）]*[)）])?\s*$"
)
_COLUMN_NUMBER = re.compile(
    r"[(（]?(?:\d{1,2}|[甲乙丙丁戊己庚辛壬癸]|[A-Za-z]{1,2}|[①-⑳]|[一二三四五六七八九十]{1,3})[)）]?|栏次|栏目|列号|列次|列|栏|[-—]+"
)
_HINT = re.compile(
    r"\s*[(（【\[*]*\s*(?:必填|选填|可选|可填|非必填|必录|必须|可空|可为空|可不填|条件必填|请|填写|填报|应填|下拉|单选|多选|文本|文字|字符|"
    r"数字|日期|数值|金额格式|格式|长度|不超过|不少于|最长|最多|限\d|\d{1,4}\s*(?:位|个?字)|如[:：]|例[:：如]|例如|YYYY|VARCHAR|"
    r"[CND]\d|自动|系统|与.{1,20}一致|按)",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"\s*[(（【\[]?(?:填写|填报|填表)?(?:示例|样例|范例|例子|举例|例)\s*(?:\d|[一二三])?[)）】\]]?\s*[:：]?\s*"
)
_STATE = re.compile(
    r"撤[销回案]|销案|作废|废止|废弃|失效|无效|修复|移出|退出|已?删除|草[稿案]|样[表例]|范例|模拟|演示|测试|停用|暂缓|中止|未生效|未公示"
    r"|不予处罚|拟处罚|征求意见|[不勿](?:要|用|必|再)?(?:报送?|填报|上报|公示)|历史(?!文化|街区|建筑|名城|遗)|(?:^|[为是(（【\[])(?:填写|填报)?示例(?:数据|行|如下|[:：)）】\],，]|$)"
)
_INSTRUCTION = re.compile(r"[不未勿无非除请应须如若]|可以|时限|的，")
_SHEET_STATE = re.compile(
    r"废|示例$|样本$|停用|勿用|过期|移送|[待未](?:核实|核对|确认|审核)|旧|备份|副本|存档|归档|\b(?:old|bak|backup|draft|deleted|void|archive|example|sample|test)\b",
    re.IGNORECASE,
)
_PAGE_STATE = re.compile(
    r"样[本张稿]|(?:^|[为是(（【\[])\s*示例(?:数据|表|[)）】\]]|\s*$)|[初底]稿|(?:讨论|送审|未定|报审|修改|审核)稿|\b(?:draft|sample|specimen|void|example|test|cancell?ed)\b",
    re.IGNORECASE,
)
_TEMPLATE = re.compile("模[板版]")
_ABOVE, _BELOW = re.compile("以上|上述|上列|上表|前述|前列"), re.compile("以下|下列|下述|下方|下表|如下")


def is_totals(cells: Mapping[int, Cell], identifying: frozenset[int]) -> bool:
    """Whether a row is one of totals; ``identifying``: the columns of which every row of data fills one."""
    if _TOTALS_BEGIN.isdisjoint([cell.text[:1] for cell in cells.values()]):
        return False
    if not any(_TOTALS.fullmatch(cell.text.strip()) for cell in cells.values()):
        return False
    return not any(
        column in identifying
        and cell.kind == "text"
        and "merged-value" not in cell.findings
        and not (_TOTALS.fullmatch(cell.text.strip()) or _COUNT.fullmatch(cell.text.strip()))
        for column, cell in cells.items()
    )


def is_note(texts: Sequence[str], *, goes_on: bool, identifies: bool) -> bool:
    """Whether a row is a note or a signature: all is worded like one, or it goes on with a note begun before."""
    if not texts:
        return False
    if all(NOTE.match(text) or _FOOT.fullmatch(text) for text in texts):
        return True
    if goes_on and len(texts) == 1 and (_NUMBERED.match(texts[0]) or "。" in texts[0]):
        return True
    return len(texts) > 1 and bool(NOTE.match(texts[0])) and not identifies


def may_be_note(text: str) -> bool:
    """Whether the first text of a row is worded like a note or a signature."""
    return text[:1] in _NOTES_BEGIN and bool(NOTE.match(text) or _FOOT.fullmatch(text))


def is_section(text: str, *, is_narrow: bool) -> bool:
    """Whether the only text of a row heads or closes a part of the table. ``is_narrow``: rows of data may have one
    filled cell, so that only the wording tells; else all but a party's name does."""
    if _PARTY.search(text):
        return False
    return bool(_SECTION.match(text)) or not is_narrow


def is_guide(texts: Sequence[str], identifying: Sequence[str]) -> bool:
    """Whether a row directly below the headings explains them: numbers of columns, hints, an example marked as one."""
    # Two short words may be a party and its faulty code.
    if len(texts) > (1 if texts == ["1", "2"] else 2) and all(_COLUMN_NUMBER.fullmatch(text) for text in texts):
        numbers = [int(digits[0]) for text in texts if (digits := re.search(r"\d+", text))]
        return len(numbers) < 2 or numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    if any(_EXAMPLE.fullmatch(text) for text in texts):
        return True
    hints = sum(bool(_HINT.match(text)) for text in texts)
    is_datum = any(not _HINT.match(text) and sum(c.isdigit() for c in text) > 5 for text in identifying)
    return hints > 1 and 2 * hints >= len(texts) and not is_datum


def ends_like_organisation(text: str) -> bool:
    """Whether a text ends with the form of an organisation, such as 公司."""
    return _PARTY.search(text) is not None


def sets_apart(text: str, *, is_note: bool) -> str:
    """Which rows a line says are in another state (revoked, void, a draft, an example): ``above``, ``below``, or none.

    What a note instructs about such rows (已撤销的不报) says nothing about those that are here.
    """
    if not _is_of_state(text):
        return ""
    if _ABOVE.search(text):
        return "above"
    if _BELOW.search(text):
        return "below"
    return "above" if is_note else "below"


def _is_of_state(text: str) -> bool:
    if len(text) > 200:
        return False
    return any(
        _STATE.search(clause) and not _INSTRUCTION.search(_STATE.sub("", clause))
        for clause in re.split(r"[。；;，,]", text)
    )


def states(text: str) -> bool:
    """Whether a remark on a sheet (a comment, a text box) says that something is in another state."""
    return _is_of_state(text) or bool(re.search("作废|[不勿](?:要|用|必|再)?(?:报送?|填报|上报)", text))


def page_states(text: str) -> bool:
    """Whether a line that is printed on every page says that the sheet is no final one: a draft, a sample, void."""
    return states(text) or _PAGE_STATE.search(text) is not None


def sheet_is_apart(name: str, *, is_only: bool) -> bool:
    """Whether the name of a sheet says that its rows are no current ones; a template alone is one filled in."""
    return _is_of_state(name) or bool(_SHEET_STATE.search(name)) or (not is_only and bool(_TEMPLATE.search(name)))
