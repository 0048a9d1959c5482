"""Chinese labels of cases at a department's desk: their kinds, states and acts, officers, and imported files."""

CASES = {
    "penalty": "行政处罚",
    "listing": "列入名单",
    "adopted_listing": "转录名单",
    "commendation": "守信激励",
    "criminal_judgment": "刑事裁判",
    "handling_decision": "行政处理决定",
    "relation": "关联关系",
    "dispute": "异议",
    "repair": "信用修复",
}
"""Kinds of case at a department's desk."""
CASE_STATES = {
    "": "尚未报送",
    "filed": "等待核验",
    "returned": "已退回",
    "published": "已公示",
    "amended": "已公示，更正等待核验",
    "suspended": "中止公示",
    "withdrawn": "已撤回",
    "repaired": "已信用修复",
    "draft": "起草",
    "watched": "内部留存",
    "reviewed": "法制审核通过",
    "noticed": "已告知，陈述申辩期",
    "heard": "已收陈述申辩",
    "decided": "已作出决定",
    "in_force": "已送达生效，等待公示",
    "closed": "不予列入",
    "removed": "已移出",
    "revoked": "已撤销",
    "archived": "已归档",
    "expired": "公示期满",
    "received": "已收到，等待核实申请人",
    "confirmed": "申请人已核实，等待受理",
    "accepted": "已受理，正在办理",
    "refused": "不予受理",
    "granted": "准予信用修复",
    "rejected": "不予信用修复",
    "cancelled": "申请人已撤回",
}
"""States of a case at a department's desk."""
CASE_ACTS = {
    "file": "报送",
    "refile": "更正后重新报送",
    "verify": "核验公示",
    "return": "退回",
    "withdraw": "撤回",
    "note_change": "登记决定被变更、撤销",
    "clear_change": "撤销误登记的变更",
    "suspend": "中止公示",
    "resume": "恢复公示",
    "repair": "信用修复",
    "draft": "起草",
    "redraft": "修改草稿",
    "watch": "内部留存",
    "review": "法制审核",
    "notice": "事先告知",
    "statement": "登记陈述申辩",
    "decide": "作出决定",
    "close": "不予列入",
    "serve": "送达决定",
    "publish": "公示",
    "amend": "提出更正",
    "correct": "公示更正",
    "reject": "不予更正",
    "extend": "延长期限",
    "remove": "移出名单",
    "revoke": "撤销列入",
    "archive": "归档",
    "expire": "期满",
    "apply": "收到申请",
    "confirm": "申请人以核验码确认",
    "mark": "核实申请人",
    "accept": "受理",
    "refuse": "不予受理",
    "grant": "准予信用修复",
    "cancel": "申请人撤回",
}
"""Acts of a case at a department's desk; those of an application as its applicant reads them are ``RELIEF_ACTS``."""
OFFICERS = {
    "clerk": "经办人员",
    "verifier": "核验人员",
    "legal_reviewer": "法制审核人员",
    "head": "机关负责人",
}
"""Roles of a department's officers."""
FILE_STATES = {
    "checking": "正在检查",
    "checked": "检查完毕，等待报送",
    "running": "正在报送",
    "finished": "已报送",
    "failed": "不能读取",
}
"""States of an imported file."""
LIST_FILE_STATES = {
    "running": "正在读取",
    "finished": "读取完毕，等待核验",
    "verified": "已核验",
    "returned": "已退回",
    "failed": "不能读取",
}
"""States of a file of another authority's list."""
LIST_CHANGES = {"came": "新列入", "changed": "更改", "left": "移出"}
"""What a file of a list does to a record."""
DOUBTS = {
    "row-hidden": "隐藏的行",
    "struck-through": "带删除线的行",
    "text-unseen": "有看不见的文字的行",
    "row-set-apart": "旁边写明已撤销、作废、草稿、示例等的行",
}
"""Doubts about rows that a person may confirm (``filing.reading.CONFIRMABLE``)."""
MEASURE_KINDS = {
    "procurement": "限制参加政府采购活动",
    "tendering": "限制参加招标投标活动",
    "land": "限制参加国有土地使用权竞买",
    "mining": "限制取得矿业权",
    "property": "限制参加国有产权交易",
    "qualification": "限制取得或者降低资质、资格",
    "subsidy": "限制取得财政性资金支持",
    "permit": "行政审批从严审查",
    "inspection": "增加监督检查频次",
    "honour": "限制评优评先",
    "other": "其他措施",
}
"""Kinds of measure that platforms report: meanings of the code table MEASURE_TYPE."""
REPORT_STATES = {"taken": "已采取", "lifted": "已解除", "not_taken": "未采取"}
"""What platforms report of a measure: meanings of the code table MEASURE_STATUS."""
REPORT_ATTENTION = {
    "measure-not-lifted": "记录已不再公示，措施未见解除",
    "measure-after-end": "措施采取于记录不再公示之后",
}
"""What is wrong with a reported measure by what stands of the record."""
