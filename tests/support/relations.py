"""Relations as a department states them: valid, with nothing special."""

from typing import Any

from tests.support.desk import Desk
from tests.support.filings import PERSON_NUMBER, days_ago
from tests.support.people import AUTHORITY

PATH = "/api/v1/relations"
WORDING = {
    "legal_representative": "登记的法定代表人",
    "controller": "年度报告载明的实际控制人",
    "former_name": "名称变更登记",
    "changed_code": "统一社会信用代码换发",
    "branch": "分公司登记",
    "reregistration": "住所、人员与注销前一致",
}
PERSON = {"kind": "自然人", "name": "卞子墨", "id_type": "111", "id_number": PERSON_NUMBER}


def firm(filing: dict[str, str]) -> dict[str, Any]:
    """The firm of a filing as an end of a relation."""
    return {"kind": filing["subject_kind"], "name": filing["subject_name"], "uscc": filing["uscc"]}


def relation(kind: str, subject: dict[str, str], other: dict[str, Any], **special: Any) -> dict[str, Any]:
    """``other`` stands to the firm of the filing ``subject`` as ``kind`` says, since a year ago."""
    return {
        "kind": kind,
        "subject": firm(subject),
        "other": other,
        "since": days_ago(365),
        "wording": WORDING[kind],
        "document_number": "盐示登〔2026〕1号",
        "issued_on": days_ago(1),
        "sectors": ["procurement"],
        "authority": {"name": AUTHORITY[0], "code": AUTHORITY[1]},
        "documents": [{"kind": "registration_extract", "number": "盐示登〔2026〕1号"}],
        **special,
    }


def related(desk: Desk, *what: Any, **special: Any) -> str:
    """The id of a relation that a second officer verified."""
    filed = desk.ask("POST", PATH, "clerk", json=relation(*what, **special))
    assert filed.status_code == 201, filed.get_json()
    record = str(filed.get_json()["id"])
    verified = desk.ask("PUT", f"{PATH}/{record}/verification", "verifier", json={})
    assert verified.get_json()["state"] == "published", verified.get_json()
    return record


def withdrawn(desk: Desk, record: str) -> None:
    """Take it back."""
    answer = desk.by_two(f"{PATH}/{record}/withdrawal", json={"reason": "登记有误"})
    assert answer.get_json()["outcome"]["state"] == "withdrawn", answer.get_json()
