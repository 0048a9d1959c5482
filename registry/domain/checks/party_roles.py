"""Read the role of a party in a tender as people and our own workbooks write it."""

import unicodedata

from registry.domain.labels import ROLES
from registry.domain.records import PARTY_ROLES

_WORDS = {
    "bidder": (
        "投标人", "供应商", "投标单位", "投标供应商", "响应人", "响应供应商", "竞买人", "竞租人", "竞标人", "申请人",
        "投标企业", "参选人", "中标人", "中标候选人", "成交供应商", "成交候选人", "联合体牵头人", "联合体牵头单位",
        "牵头人", "牵头方", "牵头单位", "联合体主办方",
    ),
    "consortium_member": ("联合体成员", "联合体成员单位", "联合体成员方", "成员", "成员单位", "成员方"),
    "agent": ("代理机构", "招标代理机构", "采购代理机构", "招标代理", "采购代理", "代理", "代理单位"),
    "project_manager": ("项目负责人", "项目经理", "拟派项目负责人", "拟派项目经理", "总监理工程师", "项目总监"),
    "legal_representative": ("法定代表人", "法人代表", "法定代表", "单位负责人", "负责人"),
    "evaluation_expert": ("评审专家", "评标专家", "评委", "专家", "评标委员会成员", "评审委员会成员"),
}  # fmt: skip
"""Words for each role beside its code and its label."""


def _comparable(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


_ROLES = {
    _comparable(word): role
    for role in PARTY_ROLES
    for word in (role, ROLES[role], *ROLES[role].split("、"), *_WORDS[role])
}
ACCEPTED = "、".join(f"{label}（{role}）" for role, label in ROLES.items())
"""What a role may be written as, for a refusal."""


def parse_role(text: str) -> str | None:
    """The code of a role, from its code, the label that this registry prints, or a usual word; None if unknown."""
    return _ROLES.get(_comparable(text))
