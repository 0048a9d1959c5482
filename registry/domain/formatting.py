"""Chinese words for what a check answers, for tables that people read; an unknown code is shown, not lost."""

VERDICTS = {
    "barred": "受限制",
    "on_record": "有公示记录，不限制本次交易",
    "review": "需人工核实",
    "no_record": "未查到",
    "unchecked": "未能核查，不得当作未查到",
}
ROLES = {
    "bidder": "投标人、供应商",
    "consortium_member": "联合体成员",
    "agent": "代理机构",
    "project_manager": "项目负责人",
    "legal_representative": "法定代表人",
    "evaluation_expert": "评审专家",
}
REASONS = {
    "measure-in-force": "限制措施对本次交易生效",
    "measure-needs-person": "限制措施是否适用须由人判断",
    "other-sector": "限制措施不及于本领域",
    "other-role": "限制措施不及于此角色",
    "not-must-tender": "限制措施只及于依法必须进行招标的项目",
    "grave-look-back": "三年内有重大违法记录",
    "published": "有公示记录",
    "identity-not-given": "未提供统一社会信用代码或证件号码",
    "uscc-check-character": "统一社会信用代码校验码不正确",
    "uscc-malformed": "统一社会信用代码格式不正确",
    "resident-id-malformed": "身份证号码格式或出生日期不正确",
    "resident-id-check-character": "身份证号码校验码不正确",
    "id-type-unknown": "证件类型不认识",
    "id-number-malformed": "证件号码格式不正确",
    "personal-number": "名称或代码处填写了个人号码",
    "party-refused": "缺少名称，或角色不认识",
    "ref-doubled": "序号重复",
    "ref-unknown": "所属的序号不在名单中",
    "cell-too-long": "文字过长",
    "forbidden-character": "含有控制字符或不可见字符",
}
MATCHES = {"uscc": "统一社会信用代码", "id": "证件号码", "name": "仅名称"}


def label_for(words: dict[str, str], code: object) -> str:
    """The word for a code, or the code itself."""
    return words.get(str(code), str(code))
