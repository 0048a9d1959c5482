"""Judge texts that stand for something else: the cell above, another document, or nothing yet.

None of them is content. What they stand for is never looked up: rows may have been sorted since somebody wrote 同上.
"""

import re
import unicodedata

SAYS_NOTHING = "text-says-nothing"
DETAIL = "没有写明内容（如 略、见附件、待补），应填写决定书所写的内容"

_MARKS = re.compile(r"[^\w\u3003\u2033\u201c\u201d\"'`´〞″〃↑←→↓]+|_")
_DITTO_SIGNS = frozenset("\u3003\u2033\u201c\u201d\"'`´〞″〃↑←→↓")
_NUMERAL = "[0-9一二三四五六七八九十百]"
_DITTO = re.compile(
    r"(?:内容|情况|其余|其他|均|都|皆|仍|请)*(?:同|如|与|和|跟|见|参见|参照|按|即)"
    rf"(?:第?{_NUMERAL}{{1,4}}(?:行|条|项|列|栏|格|号|案|户)|[上前左右下]{{1,2}}(?:一|1)?(?:述|面|边|文|款|例|案|者|所述)?"
    r"(?:行|条|项|列|栏|格|方|个|户|家|单位|公司|企业|当事人)?)(?:所述|所示|所列|内容|情况)*(?:相同|一致|一样|同)?"
    r"|[同仝]|仝上"
)
_DITTO_WORDS = frozenset(("idem", "ibid", "id", "ditto", "do", "sameasabove", "asabove", "seeabove"))
_DITTO_HINT = re.compile("[第见如上前左右下同仝与和跟\u3003\u2033\u201c\u201d´〞″〃↑←→↓]")
_LOOK = (
    "(?:请|可|另|均|具体|详细|详情|详|参|参阅|参照|参考|"
    "查看|查阅|查询|查|见|依|以|按|附|看|阅|为准|于|在|后|存|备|示|至|了)"
)
_OBJECT = (
    "(?:行政|处罚|处理|决定|判决|裁定|裁决|裁判|告知|事先|文书|文件|文本|正文|原文|原件|全文|材料|附件|附表|附页|附后|附录|"
    "附|扫描件|影印件|复印件|卷宗|案卷|档案|系统|平台|网站|官网|网页|链接|网址|下文|下表|清单|目录|表格|表|页|书|单|内|中|里|"
    f"备注|说明|栏|内容|事实|依据|情况|情形|违法|相关|有关|所附|的|第|号|本|该|所|{_NUMERAL})"
)
_REFERENCE = re.compile(
    f"(?:{_LOOK}|{_OBJECT})*(?:见|参阅|参照|参考|查看|查阅|附后|附件|为准|另附)(?:{_LOOK}|{_OBJECT})*"
)
_NOTHING = re.compile(
    r"(?:(?:内容|事实|依据|情况|名称|文号|信息|姓名|编号|具体|详细|暂时|暂|目前|尚|还|均|此处|本栏|该项|此项|本项)*"
    r"(?:略|省略|从略|略去|略写|待定|待补|待补充|待填|待填写|待完善|待核实|待核|待查|待报|待录入|待确认|待续|补充中|后补|另补|"
    r"未定|未填|未填写|未录入|未提供|未知|未注明|未载明|未写明|不详|不明|不清楚|不知道|没有|空|空白|空缺|缺|缺失|不适用|"
    r"(?:无|待补充?|待填写?|略)(?:内容|事实|依据|情况|名称|文号|信息|姓名|编号|字号)?|"
    r"(?:测试|试验|样例|范例|test)(?:数据|名称|内容|用户|单位|公司|企业|人员?|记录|文本|data)*[0-9]*|"
    r"tbd|tba|todo|na|null|none|nil|unknown|undefined|nan))+",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
_STAND_IN = re.compile(r"[xX×✕✖某○〇Oo]+")
_HINT = re.compile("[略见附待未无详明清适知没空缺参查准试样范补续定a-zA-Z]")
"""A character that every text of reference has: most texts have none, and need no closer look."""
_TELLING = re.compile(r"([\u4e00-\u9fff])(?!\1|某)[\u4e00-\u9fff]")
_LONGEST, _LONGEST_DITTO = 40, 16
"""Longer texts say something, whatever they begin with."""


def is_ditto(text: str) -> bool:
    """Whether a cell only points at another one: 同上, 同前, 〃, ″, ↑, ibid."""
    if not text or len(text) > _LONGEST_DITTO or not (text.isascii() or _DITTO_HINT.search(text)):
        return False
    if text.isascii() and text[0].isdigit():
        return False
    bare = _MARKS.sub("", text)
    if _DITTO_SIGNS.issuperset(bare):
        return bool(bare)
    return bare.lower() in _DITTO_WORDS if bare.isascii() else _DITTO.fullmatch(bare) is not None


def is_reference(text: str) -> bool:
    """Whether a text only says where its content is, or that it is to come: 见附件, 详见决定书, 略, 待补."""
    if len(text) > _LONGEST or not _HINT.search(text):
        return False
    bare = _bare(text)
    return bool(bare) and (_NOTHING.fullmatch(bare) is not None or _REFERENCE.fullmatch(bare) is not None)


def stands_for_other(text: str) -> bool:
    """Whether a text is no name or number, but points at another cell or document, or at what is to come."""
    return is_ditto(text) or is_reference(text)


def says_nothing(text: str) -> bool:
    """Whether a text that should tell something has no two different letters or characters, or only refers.

    One letter is enough in a code such as N1-01.
    """
    if _TELLING.search(text):
        return is_reference(text)
    if len(text) > _LONGEST:
        return not _LETTER.search(text)
    bare = _bare(text)
    letters = set(_LETTER.findall(bare))
    is_bare = len(letters) < 2 and not (letters and len(set(bare)) > 2)
    return is_bare or _STAND_IN.fullmatch(bare) is not None or is_reference(text)


def _bare(text: str) -> str:
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return _MARKS.sub("", folded)
