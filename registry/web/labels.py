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
UNITS = {"working_day": "个工作日", "calendar_day": "日", "month": "个月", "year": "年"}
SCOPES = {"general": "一般", "sector": "领域", "authority": "机关", "scheme": "名单"}
FIGURES = {
    "filed": "报送处罚",
    "published": "核验公示",
    "withdrawn": "撤回",
    "listed": "列入名单",
    "removed": "移出名单",
    "disputes_received": "收到异议",
    "disputes_decided": "处理异议",
    "repairs_received": "收到修复申请",
    "repairs_decided": "作出修复决定",
}


def told(words: dict[str, str], code: object) -> str:
    """The word for a code, or the code itself: an unknown one is shown, not lost."""
    return words.get(str(code), str(code))
