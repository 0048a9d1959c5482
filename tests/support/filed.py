"""Filed records of any kind: what is filed, made from the fields of the kind."""

import datetime as dt
from typing import Any

from registry.domain import record_fields
from registry.domain.record_fields import OwnField
from tests.support.people import AUTHORITY

NAME, USCC = "盐城示列工程有限公司", "91320902MA0TR0027T"


def draft(noun: str, *, name: str = NAME, uscc: str = USCC, today: dt.date, **special: Any) -> dict[str, Any]:
    """What a request files of a kind, as its schema loads it."""
    decided_on = today - dt.timedelta(days=5)
    own = {field.name: value(field, decided_on) for field in record_fields.own_fields(noun)}
    return {
        "subject": {"kind": "organisation", "name": name, "uscc": uscc, "id_type": None, "id_number": None},
        "document_number": f"（2026）苏示{int(uscc[-5:], 36)}号",
        "facts": "示例事实。",
        "basis": "《示例法》第一条",
        "decided_on": decided_on,
        "sectors": ["procurement"],
        "district": None,
        "authority": {"name": AUTHORITY[0], "code": AUTHORITY[1]},
        **own,
        **special,
    }


def value(field: OwnField, day: dt.date) -> Any:
    """A sound value of a field of its own."""
    if field.form == "choice":
        return next(iter(field.choices))
    return {"day": day, "flag": True, "text": f"示例{field.title}。"}[field.form]


def row(noun: str, number: int, day: dt.date, **special: str) -> dict[str, str]:
    """A row of a file of a kind, under the headings that offices use."""
    own = {}
    for field in record_fields.own_fields(noun):
        held = value(field, day)
        own[field.title] = field.choices[str(held).lower()] if field.choices else str(held)
    return {
        "当事人名称": f"盐城示列{number}工程有限公司",
        "统一社会信用代码": special.pop("uscc", USCC),
        "案号": f"（2026）苏示{number}号",
        "认定事实": "示例事实。",
        "法律依据": "《示例法》第一条",
        "文书日期": day.isoformat(),
        "作出机关": AUTHORITY[0],
        "作出机关代码": AUTHORITY[1],
        **own,
        **special,
    }
