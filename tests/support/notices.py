"""Invented notices of the working-day calendar, as an operator loads them."""

from typing import Any

DAYS_OFF_2027 = (
    "2027-01-01", "2027-01-04", "2027-02-08", "2027-02-09", "2027-02-10", "2027-02-11", "2027-02-12",
    "2027-04-05", "2027-05-03", "2027-05-04", "2027-06-09", "2027-10-01", "2027-10-04", "2027-10-05",
)  # fmt: skip
"""Thirteen weekdays and a bridging one; nobody has announced them."""


def year(**special: Any) -> str:
    """One ``[[rows]]`` of 2027; ``special`` replaces keys, None leaves one out."""
    made = {
        "code": "2027", "name": "2027年", "effective_from": "2026-11-20", "source": "示例通知（虚构）",
        "status": "unconfirmed", "holidays": DAYS_OFF_2027, "workdays": (), **special,
    }  # fmt: skip
    lines = [f"{key} = {_toml(value)}" for key, value in made.items() if value is not None]
    return "\n".join(["[[rows]]", *lines, ""])


def file(*years: str) -> bytes:
    """A file of years; 2027 alone unless told."""
    return "\n".join(years or (year(),)).encode()


def _toml(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return f"[{', '.join(_toml(one) for one in value)}]"
