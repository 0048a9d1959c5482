"""Exclude decisions that must not be filed: secret, summary procedure, not current, not for publication."""

import re

from registry.domain.filing.row_reader import RowReader

_DENIED = re.compile(
    r"(?:不|非|未|没有)(?:得)?(?:涉及|属于|属|含有|适用|采用|是)?(?:任何)?(?:国家秘密|涉密|密|简易程序)"
)
_SUMMARY = re.compile(r"简易程序|当场(?:行政)?处罚决定书")
_SECRET = re.compile(r"涉密|国家秘密")


def check_reportable(row: RowReader) -> None:
    """Add a fault to ``row`` for each reason why the decision must not be filed.

    Source: 发改办财金〔2018〕424号 (state secrets and summary procedure are not reported); value codes of the
    2016 set for the current state and the scope of use.
    """
    for name in ("title", "remark", "basis", "content", "document_number"):
        if _SUMMARY.search(_DENIED.sub("", row.raw(name))):
            row.fault(name, "summary-procedure", "简易程序作出的处罚决定不报送")
    for name in ("use_scope", "remark"):
        if _SECRET.search(_DENIED.sub("", row.raw(name))):
            row.fault(name, "secret-decision", "涉及国家秘密的决定不报送")
    _check_state(row)
    _check_scope(row)


def _check_state(row: RowReader) -> None:
    state = row.raw("state")
    if state in ("1", "撤销", "2", "异议"):
        row.fault("state", "not-a-current-decision", "已撤销或有异议的决定不作为新的处罚报送")
    elif state in ("3", "其他"):
        row.note("state", "state-other", "当前状态为其他，见备注")
    elif state.lower() not in ("", "0", "正常", "null"):
        row.fault("state", "value-unknown", "不在代码表中")


def _check_scope(row: RowReader) -> None:
    scope = row.raw("use_scope")
    if scope in ("1", "2", "仅政府部门内部共享", "仅可授权查询"):
        row.fault("use_scope", "restricted-use", "限制使用范围的信息不在此公示")
    elif scope.lower() not in ("", "0", "公示", "null") and not row.has_fault("use_scope"):
        row.fault("use_scope", "value-unknown", "不在代码表中")
