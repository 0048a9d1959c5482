"""Find the clauses of a decision that restrict somebody in trading, in the words that offices really use.

Nothing that restricts is lost: what no statute of the catalogue names is for a person to judge. What only threatens,
reports, restores or clearly denies a restriction is none.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_NOISE = re.compile(r"[《》〈〉“”\"\s()（）]")
_SENTENCE_END = re.compile(r"[。；;！!\n]")
_COMMAS = "，,、：:"
_COMMA = re.compile(f"[{_COMMAS}]")
_CONTEXT = 300
"""How far before a restriction the words that threaten or deny it are looked for, in characters."""
_SPELLINGS = (("釆", "采"), ("政采", "政府采购"), ("招投标法", "招标投标法"))
"""Ways to write a word that offices use or mistype, and how the catalogue has it."""
_GAP = (
    r"[^，。；]{0,60}?(?:(?:(?<=[内起间止年月日后])，|，(?=在|于|参加|参与|从事|代理|担任|以|均|也))[^，。；]{0,40}?)?"
)
"""Between verb and object: one clause, or on over a comma behind a span of time and before what the verb governs."""
_NEAR = "[^，。；]{0,30}?"
_DEALS = (
    "参加|参与|从事|代理|承接|承揽|承包|进入|进场|申请|申报|报名|担任|委托|选聘|竞买|竞价|竞拍|竞租|受让|报价|拿地|供地|执业|从业"
    "|经营业务|执行业务|投标|招标|评标|评审|挂网|配送|网签|业务|抽取|限价|招拍挂|受理|准入|入围|入库|新签|新立"
    "|采购该|采购其|向其采购|集中采购|采购活动|网上交易"
)
"""Words for taking part in trading, or for the work that leads to it."""
_TRADE = (
    "投标(?!文件|保证金)|竞买|竞价|竞拍|竞租|报价|采购(?!文件|合同)|评审|评标|入围|入库|挂网|配送|供货|供应(?!商)"
    "|承接|承揽|承包|交易|受让"
)
"""Trading itself, for words that also speak of other things: who refuses to take part in a hearing restricts nobody."""
_RIGHT = "资质|资格|许可证|执照|证书|执业证"
_ENTRY = "账号|用户|数字证书|端口|权限|入口"
"""What somebody trades with on a platform."""
_ROSTER = "市场|名录|目录|名单|名册|库"
_BAD_LIST = (
    "黑名单|严重违法失信|严重失信|失信联合惩戒|严重违法企业|失信名单|违规名单|违规供应商|违规企业|禁入名单|负面清单"
)
_SPAN = r"[一二两三四五六七八九十百半\d]+(?:个|余)?(?:年|月|日|天|季度|轮)(?:半)?|终身|永久|为期|期限|直至|今后|禁入期"
_STOP = (
    "不得|禁止|不予|不再|不准|不许|不接受|暂停|暂扣|停止|停标|停牌|停配|中止|取消|限制|无权|按无效|拒绝|谢绝|禁入"
    "|排除|剔除|关闭"
)
_DUTY = (
    "缴|付|复议|诉讼|起诉|陈述|申辩|听证|改正|整改|退|归还|交还|提交|补|恢复|报送|报告|履行|验收|拆除|开工|动工|施工|签订|拖欠|公示"
    "|处罚款|加处|整治|更正|消除|排放|堆放|使用(?!权)|销售|投诉|质疑|购|作业|保存|披露|腾退|逾期|违法|违规|届满|协商|曾|已"
)
"""Words of time limits and of duties: what must be done, or left, by a day restricts nobody in trading."""
_RESTRICTION = re.compile(
    "|".join(
        (
            rf"(?:禁止|限制|暂停|中止|停止(?!违法)|不再|不得(?!撤销|擅自|拖欠|再次违法|继续|转移|泄露)){_GAP}(?:{_DEALS})",
            rf"(?:拒绝|谢绝|不接受|不接纳|不允许|不准(?!予)|不许|暂缓|排除){_NEAR}(?:{_TRADE})",
            rf"(?:无权|无资格|不能再?)(?:再)?{_NEAR}(?:参加|参与|{_TRADE})|失去{_NEAR}机会",
            rf"取消{_GAP}(?:资格|挂网|配送|登记|权限|许可|协议|定点|席位)",
            r"吊销(?!广告)|暂扣|停(?:标|牌|配|权|采|购|网)(?!志)|(?<!已)下架|撤网|撤标|(?:市场|行业|终身|招标|投标)禁入|禁入(?:期|市场|行业)",
            r"退出[^，。；]{0,12}(?:市场|平台|名录|库)|(?:关闭|关停)[^，。；]{0,12}(?:矿|厂|场|井|窑|企业)",
            r"不予(?:供地|抽取|聘任|聘用|入选|入围|入库|配租|晋级|升级|推荐|采购|中标|配送|挂网|准入|注册)",
            r"不予办理[^，。；]{0,12}(?:备案|手续|许可|登记)|停止[^，。；]{0,12}(?:交易权|代理权|投标权|经营权)",
            rf"(?:中止|解除|暂停|终止){_NEAR}(?:协议|定点)",
            rf"(?:{_SPAN})(?![^。；]{{0,60}}(?:{_DUTY}))[^。；]{{0,24}}?(?:{_STOP})",
            rf"(?:{_STOP})(?![^。；]{{0,60}}(?:{_DUTY}))[^。；]{{0,30}}?(?:{_SPAN})",
            rf"(?:停止|暂停|中止|终止|剥夺|(?<!未)丧失|失去)(?!{_NEAR}(?:未取得|未经|未办理|无)){_NEAR}(?:{_RIGHT}|权限)|(?:限制|禁止){_NEAR}(?:资格|权限)",
            rf"(?:[年月日]内|之日起|期间|日止){_GAP}不具备{_GAP}资格",
            rf"(?:吊销|暂扣|降低|注销|撤回|收回){_NEAR}(?:{_RIGHT})",
            r"撤销[^，。；]{0,20}?(?:资质|资格)|(?:撤销|取消|注销)[^，。；]{0,16}?(?:代理|投标|采购|交易)[^，。；]{0,8}?(?:登记|备案)",
            rf"(?:{_SPAN})[^。；]{{0,30}}?不在[^，。；]{{0,20}}?之列",
            rf"(?:{_RIGHT}|权限|登记)[^，。；]{{0,6}}?(?:取消|吊销|暂扣|撤销|撤回|收回|注销|停止|中止|冻结|剥夺|(?<!未)丧失)",
            r"(?:资质|等级)[^，。；]{0,16}?降(?:为|低|至|级)",
            rf"(?:冻结|停用|锁定|关闭|封停|禁用){_NEAR}(?:{_ENTRY})",
            rf"(?:清出|清退|逐出|移出|剔除){_NEAR}(?:{_ROSTER})|从{_NEAR}(?:{_ROSTER}){_NEAR}(?:除名|清除|清退|移出|剔除|清出)",
            r"责令停产|停产停业|停产整顿|停业整顿|责令[^，。；]{0,6}停业|(?:责令|予以|依法)关闭",
            rf"(?:停止|暂停|禁止)(?![^，。；]{{0,12}}(?:违法|非法|无证|擅自)){_NEAR}(?:建筑|经营|业务|承包|交易|执业)活动",
            rf"(?:不予|不|暂停)(?:受理|批准|核准){_GAP}(?:申请|用地|许可|权|业务)",
            rf"申请{_GAP}(?:不予批准|不予受理|不予核准)|年内不予(?:注册|聘任|聘用|选聘|受理|核准)",
            r"暂停[^，。；]{0,30}?(?:服务|权限|资格)",
            r"(?:不得|不再|不|停止|暂停|禁止)(?:再)?与(?:其|该|当事人)[^，。；]{0,12}?(?:签订|签约|订立|合作|交易)",
            r"(?:投标|招标|采购|出让|交易|竞买|竞价|拿地)[^。；]{0,30}?(?:予以|加以)?(?:适当|部分)?(?:予以)?(?:限制|禁入)",
            rf"限制{_NEAR}(?:矿业权|探矿权|采矿权|用地|供地)",
            rf"(?:列入|纳入|转入|记入){_GAP}(?:{_BAD_LIST})",
        )
    )
)
_LIMIT = re.compile(
    "不得|禁止|不予|不被|不再|不准|不许|不接受|暂停|暂缓|暂扣|停止|中止|终止|限制|受限|取消|撤销|注销|收回(?!国有|土地|房屋|住房)|收缴|拒绝|剔除|除名|退出|撤离"
    "|关停|关闭|吊销|冻结|列为|列入|拉入|无权|丧失|剥夺|失去|降低|降级|移出|清出|清退"
)
"""Words that limit somebody, in whatever trade."""
_HARMLESS = re.compile(
    f"{_DUTY}|罚款|没收|警告|处罚|收费|价|违约|保证金|赔偿|损失|责任|担保|挪用|伪造|发布|公告|广告|开采|越界|擅自|无证|强制|立案|减免"
    "|追究|调查|案件|约谈|协商|封存|转移|拖延|复建|注销登记|变更登记|自愿|供水|供暖|供电|扰民|吸烟|倾倒|取土|停放|饲养|差别|指定|影响|未"
    "|中标|合同|重新|成交|变更|脱岗|上岗|审查|认定|核查|驳回|异议|配合|资料|有效|本次|该次|该项|无效|批准书|行为"
)
"""Words of clauses that order, forbid or end something other than trading."""
_AIMED = re.compile("其|该|当事人|公司|企业|单位|机构|代表人|股东|关联|年|月|终身|今后|以后|身份")
"""Words of a prohibition that is aimed at somebody, or at a time, and not at all the world."""
_RESTORING = re.compile(
    rf"(?:移出|退出|移除|删除|从){_NEAR}(?:失信|异常|黑名单|惩戒|违法|不良|负面){_NEAR}(?:名单|名录|记录|清单)?"
)
"""What takes somebody off a list of the dishonest."""
_SINGLE_DEAL = re.compile(r"取消[^，。；]{0,6}?(?:本|该|此)(?:项目|次|标)[^，。；]{0,6}?资格")
"""What ends one deal and nothing else."""
_THREAT = re.compile(r"(?:如|若|逾期|再次|今后)[^。；]*?(?<!现)将[^，。；]{0,14}$")
_PAST = re.compile(r"本应[^。；]*免予|(?:此前|曾)[^。；]*(?:届满|期满)|恢复(?:其|相关|参加)|届满[^。；]*不再列入")
_CLEAR_DENIAL = re.compile(r"(?:不属于|未发现|不存在|不构成|不影响|不作|不采取|未丧失)[^，。；]{0,24}$")
_DENIAL = re.compile("不予(?!受理|批准|核准|注册|退还)|免予|免除|解除|不再(?!委托|选聘)|撤销|拟|未予")
_DENIAL_WITH_GROUND = re.compile(r"(?:鉴于|因|轻微|自愿|初次|主动)[^。；]*?(?:不予|免予|不作)")


@dataclass(frozen=True)
class Restriction:
    """A clause that restricts somebody; ``is_doubtful`` when it may say that no restriction is taken, or not yet."""

    wording: str
    is_doubtful: bool


def normalise(text: str) -> str:
    """Text as it is compared: in half width, without quotation marks, brackets and blanks, spellings made one."""
    text = _NOISE.sub("", unicodedata.normalize("NFKC", text))
    return unify_spelling(text.replace(",", "，").replace(";", "；").replace(":", "："))


def unify_spelling(text: str) -> str:
    """Text with common spellings and misprints of the words of this law made one."""
    for spelling, word in _SPELLINGS:
        text = text.replace(spelling, word)
    return text


@lru_cache(maxsize=256)
def find_restrictions(content: str) -> tuple[Restriction, ...]:
    """The restricting clauses of a decision's content, in order, each once; a clause may run over commas.

    A sentence in which none is found is read again by the loosest of rules: a clause that limits somebody and speaks of
    nothing else that decisions order is for a person. Kept for a moment: filing and verifying ask several times.
    """
    restrictions: list[Restriction] = []
    for line in _SENTENCE_END.split(content):
        sentence = normalise(line)
        if not _PAST.search(sentence):
            restrictions += list(_read_restrictions(sentence)) or _read_limits(sentence)
    return tuple(restrictions)


def _read_restrictions(sentence: str) -> Iterator[Restriction]:
    end_of_last = 0
    for match in _RESTRICTION.finditer(sentence):
        if match.start() < end_of_last or _is_none(sentence, match):
            continue
        start, end_of_last = _clause_bounds(sentence, match)
        clause = sentence[start:end_of_last]
        yield Restriction(clause, bool(_DENIAL.search(sentence[start : match.end()])))


def _read_limits(sentence: str) -> Iterator[Restriction]:
    end_of_last = 0
    for match in _LIMIT.finditer(sentence):
        if match.start() < end_of_last:
            continue
        start, end_of_last = _clause_bounds(sentence, match)
        clause = sentence[start:end_of_last]
        is_general = match[0] in ("禁止", "不得") and not _AIMED.search(clause)
        if not (is_general or _HARMLESS.search(clause) or _is_none(sentence, match)):
            yield Restriction(clause, is_doubtful=True)


def _is_none(sentence: str, match: re.Match[str]) -> bool:
    before = sentence[max(0, match.start() - _CONTEXT) : match.start()]
    if _SINGLE_DEAL.fullmatch(match[0]) or _THREAT.search(before) or _CLEAR_DENIAL.search(before):
        return True
    if match[0].startswith(("移出", "从")) and _RESTORING.match(match[0]):
        return True
    start, _ = _clause_bounds(sentence, match)
    is_denied = bool(re.search("不予(?!受理|批准|核准|注册)|免予|不作", sentence[start : match.end()]))
    return is_denied and bool(_DENIAL_WITH_GROUND.search(before + match[0]))


def _clause_bounds(sentence: str, match: re.Match[str]) -> tuple[int, int]:
    """The clause that a match begins in, to the end of the one that it ends in."""
    start = max(sentence.rfind(comma, 0, match.start()) for comma in _COMMAS) + 1
    following = _COMMA.search(sentence, match.end())
    return start, (following.start() if following else len(sentence))
