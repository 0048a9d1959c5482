"""Chinese labels of codes: public records, reference rows, applications, and the verdicts and reasons of checks."""

from collections.abc import Mapping

ACTS = {
    "publish": "公示",
    "correct": "更正",
    "mark": "标注异议",
    "unmark": "撤下异议标注",
    "extend": "延长期限",
    "suspend": "中止公示",
    "resume": "恢复公示",
    "withdraw": "撤回",
    "revoke": "撤销列入",
    "remove": "移出名单",
    "repair": "信用修复",
    "expire": "公示期满",
    "erase": "依法删除",
}
"""Acts that make a new version of a record."""
# Not derived from records.KINDS: the verifier imports this module and must not need msgspec. A test compares them.
RECORD_KINDS = {
    "penalty": "行政处罚",
    "listing": "严重失信主体名单",
    "adopted_listing": "转录名单",
    "commendation": "守信激励",
    "criminal_judgment": "刑事裁判",
    "handling_decision": "行政处理决定",
}
STANDING = {"undisputed": "公示中", "disputed": "公示中，异议处理中"}
FACETS = {
    "kind": "种类",
    "sector": "领域",
    "behaviour": "负面清单行为",
    "district": "地区",
    "authority": "作出机关",
    "year": "决定年份",
    "state": "状态",
}
"""What results of the public search are counted by."""
AUTHORITIES = {
    "penalty": "处罚机关",
    "listing": "列入机关",
    "adopted_listing": "认定机关",
    "commendation": "激励机关",
    "criminal_judgment": "裁判法院",
    "handling_decision": "处理机关",
}
SUBJECT_KINDS = {"organisation": "法人或者其他组织", "sole_trader": "个体工商户", "natural_person": "自然人"}
SEVERITIES = {"minor": "轻微", "general": "一般", "serious": "严重"}
CHANNELS = {
    "file": "文件报送",
    "api": "接口报送",
    "exchange": "数据交换",
    "procedure": "列入程序",
    "history": "历史数据补录",
}
TRANSPORTS = {"service": "接口", "files": "文件交换", "front_end": "前置库"}
DELIVERIES = {"pending": "待发", "sent": "已发未答", "delivered": "已达", "rejected": "对方拒收"}
EFFECTS = {"bars": "直接限制", "review": "由人核实", "none": "不限制"}
TERRITORIES = {"national": "全国", "province": "本省"}
RESPONSIBLE = {
    "legal_representative": "法定代表人",
    "person_in_charge": "负责人",
    "actual_controller": "实际控制人",
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
SCOPES = {"general": "一般", "sector": "领域", "authority": "机关", "basis": "处罚依据", "scheme": "名单"}
FIGURES = {
    "filed": "报送处罚",
    "history": "历史数据补录",
    "published": "核验公示",
    "withdrawn": "撤回",
    "listed": "列入名单",
    "removed": "移出名单",
    "disputes_received": "收到异议",
    "disputes_decided": "处理异议",
    "repairs_received": "收到修复申请",
    "repairs_decided": "作出修复决定",
}
BASIS_LEVELS = {
    "law": "法律",
    "regulation": "行政法规",
    "central_document": "党中央、国务院文件",
    "ministry_rule": "部门规章",
    "local_regulation": "地方性法规",
    "none": "没有已核对的依据",
}
RELIEFS = {"dispute": "异议", "repair": "信用修复"}
RELIEF_STATES = {
    "received": "已收到，等待核实申请人",
    "confirmed": "申请人已核实，等待受理",
    "accepted": "已受理，正在办理",
    "refused": "不予受理",
    "decided": "已作出处理决定",
    "granted": "准予信用修复",
    "rejected": "不予信用修复",
    "cancelled": "申请人已撤回",
}
RELIEF_ACTS = {
    "apply": "收到申请",
    "confirm": "申请人以核验码确认",
    "mark": "办理机关核实申请人",
    "accept": "受理",
    "refuse": "不予受理",
    "extend": "延长办理期限",
    "decide": "作出处理决定",
    "grant": "准予信用修复",
    "reject": "不予信用修复",
    "cancel": "申请人撤回",
}
OUTCOMES = {
    "keep": "记录无误，予以维持",
    "delete": "记录有误，予以删除",
    "correct": "更正记录",
    "supplement": "补充记录",
    "stop_disclosure": "超过公示期限，停止公示",
    "delist": "移出名单",
    "refused": "不予受理",
    "granted": "准予信用修复",
    "rejected": "不予信用修复",
    "cancelled": "申请人已撤回",
}
CLOCK_STATES = {"due": "办理中", "overdue": "已超期", "met": "按期办结", "late": "逾期办结"}
STARTS = {
    "received_on": "自收到申请之日起",
    "accepted_on": "自受理之日起",
    "extended_on": "自延长之日起",
}

VERDICTS = {
    "barred": "受限制",
    "on_record": "有公示记录，不限制本次交易",
    "review": "需人工核实",
    "no_record": "未查到",
    "unchecked": "未能核查，不得当作未查到",
}
"""Verdicts in a table; the sentence that a receipt says of one is in ``checks.receipts.VERDICTS``."""
ROLES = {
    "bidder": "投标人、供应商",
    "consortium_member": "联合体成员",
    "agent": "代理机构",
    "project_manager": "项目负责人",
    "legal_representative": "法定代表人",
    "evaluation_expert": "评审专家",
}
PROJECT_NAMES = {"goods": "货物", "services": "服务", "works": "工程"}
REASONS = {
    "list-bars": "在名单上，不得参加本次交易",
    "list-needs-person": "在名单上，是否限制本次交易须由人判断",
    "record-bars": "回看期内有此类记录，不得参加本次交易",
    "record-needs-person": "回看期内有此类记录，是否限制本次交易须由人判断",
    "must-tender-not-stated": "未说明本项目是否依法必须招标，措施是否适用取决于此，请说明后重新核查",
    "district-not-stated": "措施只及于一省，未说明本次交易或者该记录所在地区，请说明后重新核查",
    "grave-look-back-repaired": "回看期内有重大违法记录，已信用修复，是否计入须由人判断",
    "measure-in-force": "措施在有效期内且及于本次交易",
    "measure-needs-person": "措施的依据或范围须由人判断",
    "measure-by-product": "措施及于个别产品，是否及于所查产品须由人判断",
    "other-sector": "措施不及于所查领域",
    "other-role": "措施不及于所查角色",
    "other-territory": "措施不及于所查地区",
    "not-must-tender": "措施只及于依法必须招标的项目",
    "grave-look-back": "回看期内有重大违法记录",
    "tender-look-back": "近三年因骗取中标、不履行合同受到处罚，是否具备投标人资格须依招标文件判断",
    "published": "公示中",
    "consortium-member": "按最重的成员认定",
    "same-tender-relation": "与同一标段的另一方由同一人负责，或者有控股、管理关系，是否可以同时参加须由人判断",
    "near-name": "没有可用的代码，查到名称相近的记录，是否同一主体须由人核对",
    "name-differs": "名称与关系所载该代码的名称不同",
    "registration-number-only": "仅按登记注册号查询，登记注册号不能排除以统一社会信用代码公示的记录",
    "identity-not-given": "未提供统一社会信用代码或证件号码，仅按名称查询",
    "uscc-check-character": "统一社会信用代码的校验码不正确",
    "uscc-malformed": "统一社会信用代码格式不正确",
    "uscc-impossible": "不可能是统一社会信用代码",
    "organisation-code-malformed": "组织机构代码格式不正确",
    "resident-id-malformed": "身份证号码格式或出生日期不正确",
    "resident-id-check-character": "身份证号码校验码不正确",
    "id-type-unknown": "证件类型不认识",
    "id-number-malformed": "证件号码格式不正确",
    "id-number-cut": "只有证件号码后四位，请补填证件号码",
    "personal-number": "名称或代码处填写了个人号码",
    "party-refused": "缺少名称，或角色不认识",
    "name-empty": "名称是空的，或者没有文字",
    "name-masked": "名称被遮盖",
    "name-damaged": "名称含有问号、乱码、错误值或转义字符",
    "name-mixed-letters": "名称中混有其他文字的字母，可能与别的名称外形相同",
    "name-several": "一格写了几个名称",
    "name-with-former": "名称旁写了曾用名或简称",
    "ref-doubled": "序号重复",
    "ref-unknown": "所属的序号不在名单中",
    "cell-too-long": "文字过长",
    "forbidden-character": "含有控制字符或不可见字符",
    "number-not-text": "长数字没有以文本格式填写",
    "formula-cell": "单元格是公式",
    "error-cell": "单元格是错误值",
    "display-rounded": "显示的数与存储的数不同",
    "display-hidden": "单元格有内容而没有显示",
    "display-unknown": "单元格的数字格式不能识别",
    "day-partly-shown": "日期没有显示完整的年月日",
    "day-cell": "单元格是日期，不是原来的文字",
    "day-other-calendar": "日期按民国纪年、佛历、农历等其他历法显示",
    "partly-raised": "单元格中有上标或者下标的字符",
    "partly-struck": "单元格中部分文字有删除线",
    "merged-columns": "合并单元格跨了几列",
    "cell-type": "单元格不是文字、数字或空",
    "cell-without-column": "有内容的单元格没有对应的表头",
    "field-twice": "同一行中一项重复出现",
}
"""Why a check answers as it does: reasons of a verdict, and faults for which a row of a file was not checked."""
REVIEW_OUTCOMES = {
    "same": "是同一主体",
    "not_same": "不是同一主体",
    "not_reaching": "限制不及于本次交易",
}
"""What a person decides about a verdict that was left to one (``checks/reviews``)."""
FINDINGS = {
    "amount-unit-doubtful": "金额像是元和万元混淆",
    "amount-differs": "金额与处罚内容所写的不同",
    "fine-without-kind": "有罚款金额而处罚类别没有罚款",
    "kind-not-stated": "处罚内容写有而处罚类别没有的类别",
    "fine-above-usual": "罚款高于该类处罚通常的数额",
    "term-beyond-statute": "限制期限超过法定上限",
    "term-below-statute": "限制期限低于法定下限",
    "term-differs": "限制期限与处罚内容所写的不同",
    "facts-after-decision": "违法事实所写日期晚于处罚决定日期",
    "document-year-differs": "文号的年份与处罚决定日期不符",
    "measure-before-decision": "限制行为早于处罚决定日期开始",
    "name-differs-from-records": "同一代码在其他记录中是另一名称",
    "decision-state-doubtful": "文字像是说决定已撤销、未作出或者只是样例",
    "name-unusual": "名称中有登记的名称所没有的内容",
    "name-of-department": "名称是单位的内设机构，不是单位",
    "kind-qualified": "处罚类别后面的括号写有别的话",
    "stretch-start-differs": "所写期间的起始日与应起算的日期不同",
    "document-number-doubtful": "文号像是几个号，或者年份、字样有疑",
    "authority-several": "处罚机关写了几个机关",
    "authority-code-doubtful": "处罚机关代码不是机构编制部门赋予的代码",
    "code-differs-from-records": "同一名称在其他记录中是另一代码",
    "removed-before": "同一决定此前在此撤回、修复或撤销过",
    "check-character-overridden": "代码校验码不正确，按所述理由保留",
    "history-load": "历史数据补录",
    "amount-unit-in-cell": "金额按格内单位读取",
    "date-serial": "日期按 Excel 序号读取",
    "personal-number-blotted": "文字中的个人号码已隐去",
    "cell-mended": "报送人在网页上改过，与原文件不同",
}
"""Findings about a filing that deserve a look before verification (``filing/plausibility``)."""
SHELL_ACTS = {
    "account.create": "设立账号",
    "account.issue-key": "发放访问密钥",
    "account.password-code": "发放口令设置码",
    "account.revoke-keys": "收回访问密钥",
    "department.set": "登记部门",
    "reference.load": "载入参照数据",
    "calendar.load": "登记工作日历",
    "keys.rotate": "更换签名密钥",
    "keys.rotate.exchange": "更换交换密钥",
    "keys.revoke": "撤销签名密钥",
    "exchange.push": "发送待发记录",
    "exchange.pull": "接收其他节点记录",
    "exchange.peer.add": "登记交换节点",
    "exchange.peer.change": "更改交换节点",
    "exchange.peer.remove": "移除交换节点",
    "exchange.peer.release": "恢复交换节点",
    "exchange.removals": "放行已核对的撤除",
    "exchange.requeue": "重新排队发送",
    "exchange.epoch": "更换纪元",
    "members.load.administrators": "登记管理员声明",
    "members.load.member": "登记成员声明",
    "ledger.seal": "签署检查点",
}
"""Acts that the node's shell may do without naming an account (``queries/node/shell_acts``)."""
MATCHES = {
    "uscc": "统一社会信用代码",
    "id": "证件号码",
    "name": "仅名称",
    "document_form": "同一证件的另一形式",
    "organisation_code": "组织机构代码",
    "registration_number": "登记注册号",
}
"""Keys by which a record was found."""


def label_for(table: Mapping[str, str], code: object) -> str:
    """The label of a code in a table, or the code itself: an unknown one is shown, not lost."""
    return table.get(str(code), str(code))
