"""Cases of the invented decisions: real articles, invented facts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A wrong and what is ordered for it; ``months`` of a ban that begins with the decision, if any."""

    wrong: str
    facts: str
    basis: str
    kinds: str
    content: str
    fine: str = ""
    months: int = 0


_PROCUREMENT_LAW = "《中华人民共和国政府采购法》"
_PROCUREMENT_RULES = "《中华人民共和国政府采购法实施条例》"
_LISTED = "罚款；其他-列入不良行为记录名单"
CASES = (
    Case(
        "提供虚假材料谋取中标",
        "在办公设备采购项目的投标文件中提供虚假业绩合同。",
        f"{_PROCUREMENT_LAW}第七十七条第一款第（一）项",
        _LISTED,
        "处以采购金额千分之五的罚款，列入不良行为记录名单，禁止参加政府采购活动二年。",
        "0.860000",
        24,
    ),
    Case(
        "恶意串通",
        "投标文件与另一供应商的投标文件由同一台电脑制作。",
        f"{_PROCUREMENT_LAW}第七十七条第一款第（三）项",
        _LISTED,
        "处以采购金额千分之十的罚款，列入不良行为记录名单，禁止参加政府采购活动一年。",
        "1.250000",
        12,
    ),
    Case(
        "提供虚假情况",
        "在监督检查中提供虚假情况。",
        f"{_PROCUREMENT_LAW}第七十七条第一款第（六）项",
        "罚款",
        "罚款二千元。",
        "0.200000",
    ),
    Case(
        "未依法发布采购信息",
        "未在指定的媒体上发布采购结果。",
        f"{_PROCUREMENT_RULES}第六十八条第（二）项",
        "警告",
        "警告。",
    ),
    Case(
        "代理业务违法",
        "代理采购业务中与供应商串通。",
        f"{_PROCUREMENT_LAW}第七十八条",
        "罚款；通报批评",
        "罚款一万元，予以通报批评。",
        "1.000000",
    ),
)
BID_CASE = Case(
    "串通投标",
    "与其他投标人约定投标报价，情节严重。",
    "《中华人民共和国招标投标法》第五十三条",
    "罚款；其他-取消投标资格",
    "处中标项目金额千分之五的罚款，取消其一年内参加依法必须进行招标的项目的投标资格并予以公告。",
    "2.400000",
    12,
)
EXPERT_CASE = Case(
    "评审专家未按规定评审",
    "未按照采购文件规定的评审标准独立评审。",
    f"{_PROCUREMENT_RULES}第七十五条",
    "警告；罚款",
    "警告，并处罚款二千元。",
    "0.200000",
)
