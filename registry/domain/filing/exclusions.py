"""Exclude decisions that must not be filed: secret, not current, not for publication; mark summary procedure."""

import re

from registry.domain.filing.model import Filing
from registry.domain.filing.row_reader import RowReader

_DENIED = re.compile(
    r"(?:不|非|未|没有)(?:得)?(?:涉及|属于|属|含有|适用|采用|是)?(?:任何)?(?:国家秘密|涉密|密|简易程序)"
)
_SUMMARY = re.compile(r"简易程序|当场(?:行政)?处罚决定书")
_SECRET = re.compile(r"涉密|国家秘密")
_NAMES_PROCEDURE = ("title", "remark", "basis", "content", "document_number")


def check_reportable(row: RowReader) -> None:
    """Add a fault to ``row`` for each reason why the decision must not be filed, a note for summary procedure.

    Source: 发改办财金〔2018〕424号 (state secrets are not reported; summary procedure is not published, so it is kept
    for checks only); value codes of the 2016 set for the current state and the scope of use.
    """
    for name in _NAMES_PROCEDURE:
        if _states_summary(row.raw(name)):
            row.note(name, "summary-procedure", "简易程序作出的处罚决定，只供核查，不公示")
    for name in ("use_scope", "remark"):
        text = row.raw(name)
        if "密" in text and _SECRET.search(_DENIED.sub("", text)):
            row.fault(name, "secret-decision", "涉及国家秘密的决定不报送")
    _check_state(row)
    _check_scope(row)


def is_summary_procedure(filing: Filing) -> bool:
    """Whether a decision says that it was made by summary procedure (行政处罚法 51)."""
    return any(_states_summary(getattr(filing, name)) for name in _NAMES_PROCEDURE)


def _states_summary(text: str) -> bool:
    if "简" not in text and "场" not in text:  # without either there is no 简易程序 and no 当场, whatever is taken out
        return False
    return _SUMMARY.search(_DENIED.sub("", text)) is not None


def _check_state(row: RowReader) -> None:
    state = row.word("state")
    if state in ("1", "撤销", "2", "异议"):
        row.fault("state", "not-a-current-decision", "已撤销或有异议的决定不作为新的处罚报送")
    elif state in ("3", "其他"):
        row.note("state", "state-other", "当前状态为其他，见备注")
    elif state.lower() not in ("", "0", "正常", "null"):
        row.fault(
            "state", "value-unknown", "不在代码表中，可写：正常（0）、其他（3）；撤销（1）、异议（2）的决定不报送"
        )


def _check_scope(row: RowReader) -> None:
    scope = row.word("use_scope")
    if scope in ("1", "2", "仅政府部门内部共享", "仅可授权查询"):
        row.fault("use_scope", "restricted-use", "限制使用范围的信息不在此公示")
    elif scope.lower() not in ("", "0", "公示", "null") and not row.has_fault("use_scope"):
        row.fault("use_scope", "value-unknown", "不在代码表中，可写：公示（0）；限制使用范围的不在此公示")
