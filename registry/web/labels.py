"""Chinese words for the codes inside public records and reference rows."""

ACTS = {
    "publish": "公示",
    "correct": "更正",
    "suspend": "中止公示",
    "resume": "恢复公示",
    "withdraw": "撤回",
    "repair": "信用修复",
    "expire": "公示期满",
}
RECORD_KINDS = {"penalty": "行政处罚", "listing": "名单记录"}
SUBJECT_KINDS = {"organisation": "法人或者其他组织", "sole_trader": "个体工商户", "natural_person": "自然人"}
SEVERITIES = {"minor": "轻微", "general": "一般", "serious": "严重"}
CHANNELS = {"file": "文件报送", "api": "接口报送", "exchange": "数据交换"}
EFFECTS = {"bars": "直接限制", "review": "由人核实", "none": "不限制"}
TERRITORIES = {"national": "全国", "province": "本省"}
ROLES = {
    "bidder": "投标人、供应商",
    "consortium_member": "联合体成员",
    "agent": "代理机构",
    "project_manager": "项目负责人",
    "legal_representative": "法定代表人",
    "evaluation_expert": "评审专家",
}
DIFFERENCES = {
    "homophone": "同音字",
    "near-homophone": "近音字",
    "look-alike": "形近字",
    "swapped": "字序颠倒",
    "doubled": "重字",
    "slip": "词中错字",
    "added": "多字",
    "added-in-word": "词中多字",
    "lost": "漏字",
    "lost-in-word": "词中漏字",
    "character": "字号不同",
    "word": "行业用词不同",
    "number": "序号不同",
    "region-left-out": "未写地名",
    "region-added": "多写地名",
    "region-unclear": "地名可指多处",
    "region-wider": "地名层级不同",
    "region-other": "地名不同",
    "form-of-company": "公司类型不同",
    "form-left-out": "未写组织形式",
    "form-other": "组织形式不同",
    "branch-of": "分支机构",
    "in-pinyin": "以拼音查询",
    "syllable": "读音不同",
}
UNITS = {"working_day": "个工作日", "calendar_day": "日", "month": "个月", "year": "年"}
SCOPES = {"general": "一般", "sector": "领域", "authority": "机关", "scheme": "名单"}


def told(words: dict[str, str], code: object) -> str:
    """The word for a code, or the code itself: an unknown one is shown, not lost."""
    return words.get(str(code), str(code))
