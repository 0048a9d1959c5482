"""Judge a cell that should hold one name: masked, damaged, several names in one, a former name beside it."""

import re
from collections.abc import Iterator

from registry.domain.filing import alphabets, cells, numerals, placeholders
from registry.domain.naming import regions

NAME_EMPTY = "name-empty"
NAME_MASKED = "name-masked"
NAME_DAMAGED = "name-damaged"
NAME_SEVERAL = "name-several"
NAME_FORMER = "name-with-former"
DETAILS = {
    NAME_EMPTY: "此处不是名称（如 数字、日期、TRUE、测试、待补），应填写名称全称",
    NAME_MASKED: "名称被遮盖（如 *、某、XX、○○），应填写完整名称",
    NAME_DAMAGED: "名称含有问号、乱码、错误值或网页转义字符，应填写原来的文字",
    alphabets.NAME_MIXED: alphabets.DETAIL,
    NAME_SEVERAL: "一格写了几个名称，应一行一个；一个人的姓名有几段的，段间用间隔号（·）",
    NAME_FORMER: "名称旁写了曾用名或简称，名称一格只写现用全称，其余写入备注",
}
"""What is wrong with a name, and what would be taken, by code of the finding."""

_HAN = "\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_NUMERAL = "一二三四五六七八九十百千零〇○0-9"
_MASKS = re.compile(
    r"[*＊✱●■□▇█◆]|[×✕]{1,}|某某|某(?=[公企]|(?:建设|商贸|科技|实业|贸易|工程)|有限)|"
    rf"(?<![A-Za-z])[Xx]{{2,}}(?![A-Za-z])|(?<![{_NUMERAL}])[○〇]{{2,}}|(?<![{_NUMERAL}])[○](?![{_NUMERAL}])|_{{2,}}"
    # One letter in the place of a word; X射线 and the like are words. A name of few characters is no firm's.
    rf"|^[{_HAN}]某$|^[{_HAN}]{{1,3}}[Xx_○〇]$|(?<=[{_HAN}])[Xx](?=公司|厂|店|集团|有限|合作社|中心|商行)"
)
_PERSON_MASKS = re.compile(rf"某|_|[○〇]|(?<=[{_HAN}])[Xx]{{1,3}}(?![A-Za-z])|(?<![A-Za-z])[Xx]{{1,3}}(?=[{_HAN}])")
_DAMAGED = re.compile(
    r"[?？¿]|#(?:N/A|REF!|VALUE!|DIV/0!|NAME|NUM!|NULL!|####)|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});|"
    r"\\[ux][0-9a-fA-F]{2,4}|%[0-9A-Fa-f]{2}%[0-9A-Fa-f]{2}|%2[0-9A-Fa-f]|\\[nrt](?![A-Za-z])|</?[A-Za-z][^<>]{0,60}>|锟斤拷|烫烫|屯屯|"
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
_ROLES = (
    "法定代表人|法人代表|法人|负责人|经营者|实际控制人|控股股东|股东|董事长|执行董事|董事|总经理|经理|投资人|出资人|合伙人|业主"
    "|(?:直接)?责任人员?|主管人员|员工|职工|关联企业|关联公司|子公司|母公司"
)
_LINK = r"\s*(?:[和与及暨、]|以及|会同)?\s*"
_NO_FORM = rf"(?!.*(?:{_FORMS})$)"
_WITH_ANOTHER = re.compile(
    # 公司、张三: in the name of an organisation none of these signs stands behind its form
    rf"(?:{_FORMS})[)）]?\s*[、,，;；/／|\n&＆+＋]\s*[{_HAN}A-Za-z]"
    # 公司及其法定代表人, 公司 法人张三; but not 酒店业主协会, 酒店经理人咨询有限公司
    rf"|(?:{_FORMS})[)）]?{_LINK}其\s*(?:{_ROLES})"
    rf"|(?:{_FORMS})[)）]?{_LINK}(?:{_ROLES})(?:[:：(（\s、]|{_NO_FORM}[{_HAN}·]{{0,6}}$)"
    # 公司和张三, 公司 张三
    rf"|公司[)）]?(?:\s*(?:[和与及暨]|以及|会同)\s*|\s+){_NO_FORM}(?:[{_HAN}]{{2,4}}|[{_HAN}]{{1,8}}[·•][{_HAN}]{{1,8}})$"
)
"""An organisation and somebody else beside it: a person, or whoever stands for it."""
_BEFORE = re.compile("[原旧]")
_WORDS_WITH_YUAN = re.compile("原[野点创色生木力动著味乡石麦料子水油始山形型田乐素本位宿态]")
"""Names that begin with a word of which 原 is a part: 原野, 原创."""
_COMPANY = re.compile("有限责任公司|股份有限公司|有限公司")
_PERSON_SEVERAL = re.compile(rf"[、,，;；/／|\n]|(?<=[{_HAN}]{{2}})(?:和|与|及)(?=[{_HAN}]{{2}})")
_PERSONS_APART = re.compile(rf"(?P<first>[{_HAN}]{{2,3}})(?:\s+[{_HAN}]{{2,3}})+")
_DOUBLE_SURNAMES = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙|"
    "慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|闾丘|子车|亓官|司寇|令狐|百里|呼延|东郭|南门|西门|第五"
)
_COUNT = rf"共?(?:[0-9]+|[{numerals.NUMERALS}两几多数若干]+)\s*(?:余|多)?\s*(?:家|户|个|名|位|人|方)"
_AND_OTHERS = re.compile(
    rf"等\s*{_COUNT}|(?<![平均同高中初劣优上下几何])等(?:人|单位|企业|公司|个人|当事人)?[.。…)）]*$|及其(?:他|它|余)(?:人|单位|企业|公司|{_COUNT})"
    rf"|[(（]\s*{_COUNT}\s*(?:单位|公司|企业)?\s*[)）]$"
)
"""甲公司等三家, 张三等: a name and others who are not named."""
_NO_WORD = re.compile(r"(?:true|false|yes|no|none|null|ok|[a-z])?[\W\d_]*", re.IGNORECASE)
_NO_LETTER = re.compile(r"[\W\d_]*")
_TITLE = re.compile(rf"[{_HAN}]{{1,2}}(?:先生|女士|小姐|同志|师傅|老板|总|经理|老师|医生)")
_BRACKET = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]$")
_PART_OF_NAME = re.compile(
    r".*(?:合伙|独资|合作|工商户|集团|筹|店|厂|部|站|所|院|校|园|局|中心|工会|分会|公司|联合体|有限责任)|[一-龥]{2,4}[市县区]?"
)
"""What a bracket at the end of a registered name holds: 有限合伙, 个体工商户, a branch, a place."""
_STATE = re.compile(
    "注销|吊销|撤销|停业|歇业|更名|迁出|法定代表人|法人|负责人|经营者|业主|店主|身份证|代码|联系|电话|地址|男|女|已故|死亡|离职"
    "|牵头|成员|投标|中标|成交|供应商|代理|采购人|招标人|当事人|被处罚|原告|被告|申请人|分包"
)
_USUAL_BRACKET = re.compile("集团|筹|控股|中国|国际|香港|澳门|台湾|合伙|独资|个体|外资|合资|总部|总公司|联合体|工会")
_CLOSED = re.compile(r"[^)）\]】\w.·]$|[0-9_]$|(?<![A-Za-z])[.·]$")
_ENDED = re.compile(rf"[-－—–_/／\\|]\s*[{_HAN}]{{1,3}}人$|(?:股份有限|有限责任|有限)(?:公[^司]?)?$")
"""A role behind the name, and a company's form that is cut off or mistyped."""
_WITHHELD = re.compile("匿名|保密|[不未](?:便|予|宜)?公开|已?隐去|(?:个人)?隐私")
_OPENED = re.compile(
    r"[^\w(（\[【]|_|[0-9]{1,3}(?:[.、)）．](?![0-9])|\s)|[(（\[【]\s*[0-9一二三四五六七八九十]{1,3}\s*[)）\]】]|[\[【].*[】\]]$"
)
"""What no name begins with: a sign, or a number in a list."""
_DEPARTMENT = re.compile(
    rf"(?:公司|集团|局|院|厂|所|中心|{_FORMS})[)）]?.{{0,30}}?"
    "(?:项目(?:经理)?部|项目组|指挥部|(?<!街道)办事处|筹建处|工程部|财务部|采购部|业务部|销售部|市场部|技术部|人力资源部|安全部"
    "|后勤部|行政部|办公室|[处科]室|车间|班组|工区|施工队|分部)(?:[(（][^()（）]*[)）])?$"
)
"""A part of an organisation that is no person of its own in law."""
_LABELLED = re.compile("[:：]")

_ODD = re.compile(rf"[^{_HAN}]|[某〇曾原旧又别简前锟烫屯匿保公隐]")
"""What a masked or damaged name, or one with a former name, has somewhere: most names have none of it."""
_NO_NAME_MAX = 12
"""Longer texts that end in a letter or character are a name, or what another rule refuses."""


def name_findings(name: str, *, is_person: bool) -> Iterator[str]:
    """The codes of what is wrong with a name (``DETAILS``); nothing for a name as registers have it."""
    if not name:
        return
    if not _ODD.search(name):
        if _is_no_name(name):
            yield NAME_EMPTY
        elif _is_several(name, is_person=is_person):
            yield NAME_SEVERAL
        return
    damaged = _DAMAGED.search(name)
    if damaged:
        yield NAME_DAMAGED
    if alphabets.mixes_letters(name):
        yield alphabets.NAME_MIXED
    if _MASKS.search(name) or (is_person and _PERSON_MASKS.search(name)):
        yield NAME_MASKED
    elif not damaged and _is_no_name(name):
        yield NAME_EMPTY
        return
    if _FORMER.search(name) or (not is_person and _is_former(name)):
        yield NAME_FORMER
    elif not damaged and _is_several(name, is_person=is_person):
        yield NAME_SEVERAL


def is_unusual(name: str, *, is_person: bool) -> bool:
    """Whether something stands in or beside a name that no register has there: 张三（男）, 张先生, …有限公司-."""
    bracket = _BRACKET.search(name)
    if (
        _LABELLED.search(name)
        or _CLOSED.search(name)
        or _OPENED.match(name)
        or _is_open(name)
        or cells.has_raised_figure(name)
    ):
        return True
    if is_person:
        has_form = _COMPANY.search(name) is not None
        return has_form or bracket is not None or _TITLE.fullmatch(name) is not None or any(map(str.isdigit, name))
    if _may_be_former(name) or _ENDED.search(name):
        return True
    if bracket is not None and _COMPANY.search(name) and _may_be_person(bracket[1]):
        return True
    return bracket is not None and (not _PART_OF_NAME.fullmatch(bracket[1]) or _STATE.search(bracket[1]) is not None)


def is_department(name: str) -> bool:
    """Whether a name is that of a part of an organisation (…有限公司第一项目部), which no decision can be against."""
    return _DEPARTMENT.search(name) is not None


def _is_former(name: str) -> bool:
    """Whether a name is told as a former one: 原 before a name that begins with its place. 原平市 is a place itself."""
    return bool(_BEFORE.match(name)) and not regions.leading(name).length and bool(regions.leading(name[1:]).length)


def _may_be_former(name: str) -> bool:
    """Whether 原 stands before the name of a company that begins with no place, and makes no word with it (原野)."""
    is_before = _BEFORE.match(name) and not _WORDS_WITH_YUAN.match(name)
    return bool(is_before) and _COMPANY.search(name) is not None and not regions.leading(name).length


def _may_be_person(text: str) -> bool:
    """Whether what a bracket behind a company's name holds is no place and no usual word: it may be a person."""
    is_short = re.fullmatch(rf"[{_HAN}]{{2,3}}", text) is not None
    return is_short and not regions.leading(text).length and not _USUAL_BRACKET.fullmatch(text)


def _is_open(name: str) -> bool:
    """Whether a bracket is not closed, or closes none."""
    return sum(map(name.count, "(（[【")) != sum(map(name.count, ")）]】"))


def _is_no_name(name: str) -> bool:
    if _WITHHELD.fullmatch(name):
        return True
    if name[-1].isalpha() and len(name) > _NO_NAME_MAX:
        return False
    is_number = name[0].isascii() and (_NO_WORD.fullmatch(name) is not None or cells.is_day(name))
    return is_number or placeholders.stands_for_other(name) or _NO_LETTER.fullmatch(name) is not None


def _is_several(name: str, *, is_person: bool) -> bool:
    if ("等" in name or "其" in name or name[-1] in ")）") and _AND_OTHERS.search(name):
        return True
    if is_person:
        apart = _PERSONS_APART.fullmatch(name)
        return _PERSON_SEVERAL.search(name) is not None or (
            apart is not None and not _DOUBLE_SURNAMES.fullmatch(apart["first"])
        )
    match = _SEVERAL.search(name)
    if match and not _is_branch(name, match.end()):
        return True
    if _WITH_ANOTHER.search(name):
        return True
    # Two companies run together; one that belongs to another (分公司, 工会) has the form once.
    return len(_COMPANY.findall(name)) > 1


def _is_branch(name: str, place: int) -> bool:
    """Whether what follows a blank is a branch of what stands before: 示例有限公司 东门分公司."""
    return name[place - 1 : place].isspace() and re.search("分公司|分店|支行|门店|项目部$", name[place:]) is not None
