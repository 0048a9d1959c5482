"""Roles: every word that this registry prints, and those that people use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import labels
from registry.domain.checks import party_roles
from registry.domain.records import PARTY_ROLES


@pytest.mark.parametrize("role", PARTY_ROLES)
def test_what_is_printed_is_read(role: str) -> None:
    label = labels.ROLES[role]
    for text in (role, role.upper(), label, *label.split("、"), f" {label} ", label.replace("、", " / ")):
        assert party_roles.parse_role(text) == role
    assert role in party_roles.ACCEPTED
    assert label in party_roles.ACCEPTED


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("投标人", "bidder"),
        ("供应商", "bidder"),
        ("竞买人", "bidder"),
        ("联合体牵头人", "bidder"),
        ("联合体成员单位", "consortium_member"),
        ("招标代理机构", "agent"),
        ("项目经理", "project_manager"),
        ("法人代表", "legal_representative"),
        ("评委", "evaluation_expert"),
    ],
)
def test_a_usual_word_is_read(text: str, role: str) -> None:
    assert party_roles.parse_role(text) == role


@given(st.text("甲乙丙丁戊己庚辛", min_size=1, max_size=6))
def test_another_word_is_none(text: str) -> None:
    assert party_roles.parse_role(text) is None
