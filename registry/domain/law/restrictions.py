"""Find the clauses of a decision that restrict somebody in trading, in the words that offices really use.

Nothing that restricts is lost: what no statute of the catalogue names is for a person to judge. What only threatens,
reports, restores or clearly denies a restriction is none.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_NOISE = re.compile(r"[《》〈〉“”\"\s()（）]")
_SENTENCE_END = re.compile(r"[。；;！!\n]")
_COMMA = re.compile(r"[，,、：:]")
_SPELLINGS = (("釆", "采"), ("政采", "政府采购"), ("招投标法", "招标投标法"))
"""Ways to write a word that offices use or mistype, and how the catalogue has it."""
_GAP = "[^。；]{0,40}?"
_DEALS = (
    "参加|参与|从事|代理|承接|承揽|进入|进场|申请|报名|担任|委托|选聘|竞买|受让|报价|拿地|新签|执业|从业|经营业务|执行业务"
    "|投标|招标|评标|评审|挂网|配送|网签|采购该|采购其|受理|业务|抽取|限价|招拍挂"
)
"""Words for taking part in trading, or for the work that leads to it."""
_RESTRICTION = re.compile(
    "|".join(
        (
            rf"(?:禁止|限制|暂停|中止|停止(?!违法)|不再|不得(?!撤销|擅自|拖欠|再次违法|继续|转移|泄露)){_GAP}(?:{_DEALS})",
            rf"取消{_GAP}(?:资格|挂网|配送|登记|权限)",
            r"(?:吊销|暂扣|降低)[^，。；]{0,30}?(?:资质|资格|许可证|执照|证书|执业证)",
            r"撤销[^，。；]{0,20}?(?:资质|资格)",
            r"(?:资质|等级)[^，。；]{0,16}?降(?:为|低|至|级)",
            r"责令停产|停产停业|停产整顿|停业整顿|责令[^，。；]{0,6}停业|(?:责令|予以|依法)关闭",
            rf"(?:不予|不|暂停)(?:受理|批准|核准){_GAP}(?:申请|用地|许可|权|业务)",
            rf"申请{_GAP}(?:不予批准|不予受理|不予核准)|年内不予注册",
            r"暂停[^，。；]{0,30}?(?:服务|权限|资格)",
            r"(?:投标|招标|采购|出让|交易|竞买|竞价|拿地)[^。；]{0,30}?(?:予以|加以)?(?:适当|部分)?(?:予以)?(?:限制|禁入)",
            rf"列入{_GAP}(?:黑名单|严重违法失信|严重失信主体|失信联合惩戒|严重违法企业)",
        )
    )
)
_SINGLE_DEAL = re.compile(r"取消[^，。；]{0,6}?(?:本|该|此)(?:项目|次|标)[^，。；]{0,6}?资格")
"""What ends one deal and nothing else."""
_THREAT = re.compile(r"(?:如|若|逾期|再次|今后)[^。；]*?将[^，。；]{0,14}$")
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


def find_restrictions(content: str) -> Iterator[Restriction]:
    """The restricting clauses of a decision's content, in order, each once; a clause may run over commas."""
    for line in _SENTENCE_END.split(content):
        sentence = normalise(line)
        if _PAST.search(sentence):
            continue
        end_of_last = 0
        for match in _RESTRICTION.finditer(sentence):
            if match.start() < end_of_last or _is_none(sentence, match):
                continue
            start, end_of_last = _clause_bounds(sentence, match)
            clause = sentence[start:end_of_last]
            yield Restriction(clause, bool(_DENIAL.search(sentence[start : match.end()])))


def _is_none(sentence: str, match: re.Match[str]) -> bool:
    before = sentence[: match.start()]
    if _SINGLE_DEAL.fullmatch(match[0]) or _THREAT.search(before) or _CLEAR_DENIAL.search(before):
        return True
    start, _ = _clause_bounds(sentence, match)
    is_denied = bool(re.search("不予(?!受理|批准|核准|注册)|免予|不作", sentence[start : match.end()]))
    return is_denied and bool(_DENIAL_WITH_GROUND.search(sentence[: match.end()]))


def _clause_bounds(sentence: str, match: re.Match[str]) -> tuple[int, int]:
    """The clause that a match begins in, to the end of the one that it ends in."""
    starts = [comma.end() for comma in _COMMA.finditer(sentence, 0, match.start())]
    following = _COMMA.search(sentence, match.end())
    return (starts[-1] if starts else 0), (following.start() if following else len(sentence))
