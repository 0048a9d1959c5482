"""The pages of a department's officers: what is to be done, files and decisions, verification, procedures."""

from registry.web.desk import (
    adopted_lists,  # noqa: F401 - to be imported is what puts pages on the blueprint
    cases,  # noqa: F401
    contacts,  # noqa: F401
    filed_cases,  # noqa: F401
    filing,  # noqa: F401
    imports,  # noqa: F401
    listing_form,  # noqa: F401
    papers,  # noqa: F401
    sampling,  # noqa: F401
    statistics,  # noqa: F401
    verification,  # noqa: F401
    work,  # noqa: F401
)
from registry.web.private import add_navigation

for _endpoint, _label in (
    ("desk_imports", "报送文件"),
    ("new_penalty", "报送一条处罚"),
    ("verification", "核验处罚"),
    ("listings", "名单"),
    ("adopted_lists", "转录名单"),
    ("filed_kinds", "其他记录"),
    ("desk_reliefs", "异议和修复"),
    ("department_statistics", "本部门统计"),
    ("sampling_list", "抽查清单"),
):
    add_navigation(f"private.{_endpoint}", _label)
add_navigation("private.desk", "我的工作台", is_first=True)
