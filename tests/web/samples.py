"""Invented public records, written as they leave the house."""

import datetime as dt
import itertools
from typing import Any

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.revision import Removal, removed_body
from registry.services.cases import commendations
from registry.services.publication.publishing import Version, publish
from tests.support.bureau import Bureau
from tests.support.people import AUTHORITY as FINANCE
from tools.synthetic import HOUSING_AUTHORITY, uscc

TODAY = dt.date(2026, 11, 22)
AUTHORITY = dict(zip(("name", "code"), HOUSING_AUTHORITY, strict=True))
BAN = {
    "code": "B1",
    "name": "禁止参加政府采购活动（采购法第七十七条）",
    "basis": "政府采购法（2014修正）第七十七条",
    "effect": "bars",
    "discretionary": False,
    "roles": ["bidder", "consortium_member"],
    "sectors": ["procurement"],
    "only_must_tender": False,
    "territory": "national",
    "starts_on": "2026-10-01",
    "ends_on": "2027-10-01",
}
PENALTY_ONLY = (
    "behaviour_text", "content", "kinds", "fine_fen", "confiscated_fen", "permit", "effect_until", "title",
)  # fmt: skip
_commendations = itertools.count(1)


def record_id(number: int) -> str:
    return f"{number:032x}"


def body(number: int, **changes: Any) -> dict[str, Any]:
    """The public body of invented record ``number``; ``name`` sets the subject's name."""
    name = changes.pop("name", f"盐城虚构{number}号建设有限公司")
    made = {
        "record": record_id(number),
        "revision": 1,
        "kind": "penalty",
        "act": "publish",
        "state": "published",
        "audience": "public",
        "subject": {"kind": "organisation", "name": name, "uscc": uscc("91320902", number)},
        "document_number": f"盐示建罚〔2026〕{number}号",
        "title": "",
        "behaviour": "N3-01",
        "behaviour_text": "提供虚假材料",
        "facts": "在某采购项目中提供虚假业绩合同。",
        "basis": "《中华人民共和国政府采购法》第七十七条第一款第（一）项",
        "kinds": ["02"],
        "content": "处以罚款，列入不良行为记录名单，禁止参加政府采购活动一年。",
        "fine_fen": 860_000,
        "confiscated_fen": None,
        "permit": None,
        "decided_on": "2026-10-01",
        "effect_until": "2027-09-30",
        "authority": AUTHORITY,
        "source": {
            "node": "local",
            "name": AUTHORITY["name"],
            "code": AUTHORITY["code"],
            "department": AUTHORITY["name"],
            "channel": "file",
            "filed_on": "2026-10-08",
            "verified_on": "2026-10-09",
        },
        "sectors": ["procurement"],
        "district": "320902",
        "severity": "general",
        "is_grave": False,
        "measures": [BAN],
        "policy": "general",
        "visible_from": "2026-10-09",
        "visible_until": "2027-10-01",
        "repairable_from": "2027-01-01",
        "publish_by": "2026-10-15",
        "filing": "0" * 64,
    }
    return made | changes


def listing_body(number: int, **changes: Any) -> dict[str, Any]:
    """The public body of an invented listing."""
    plain = body(number, name=f"盐城虚构{number}号物资有限公司")
    for name in (
        "behaviour_text",
        "content",
        "kinds",
        "fine_fen",
        "confiscated_fen",
        "permit",
        "effect_until",
        "title",
    ):
        del plain[name]
    own = {
        "kind": "listing", "behaviour": None, "severity": "serious",
        "scheme": {"code": "procurement-serious", "name": "政府采购严重违法失信行为记录名单",
                   "basis": "政府采购法（2014修正）第七十七条", "basis_level": "law"},
        "reasons": "事实清楚。", "exit": "禁止期限届满移出", "responsible": [],
        "grounds": [{"kind": "judgment", "record": None, "document_number": "（2026）苏0902行终1号",
                     "authority": "盐城市示例人民法院", "decided_on": "2026-09-01"}],
        "starts_on": "2026-10-01", "ends_on": "2027-10-01",
        "remedies": {"reconsideration_until": "2026-11-30", "litigation_until": "2027-04-01"},
    }  # fmt: skip
    return plain | own | changes


def release(*bodies: dict[str, Any]) -> list[int]:
    """Publish the bodies in one transaction; gives their entry numbers."""
    with runtime.begin() as work:
        return publish(work, [Version(made, origin="local") for made in bodies])


def withdraw(made: dict[str, Any], reason: str) -> None:
    release(removed_body(made, Removal("withdraw", "withdrawn", reason, TODAY, TODAY), TODAY))


def release_from(origin: str, made: dict[str, Any]) -> None:
    """Publish a body that another node decided."""
    with runtime.begin() as work:
        publish(work, [Version(made, origin=origin)])


def commended(bureau: Bureau) -> str:
    """A new commendation, filed and verified today."""
    number = next(_commendations)
    facts = {
        "subject": {
            "kind": "organisation",
            "name": f"盐城盐都沐笙{number}号设备供应有限公司",
            "uscc": uscc("91320903", 500_000 + number),
            "id_type": None,
            "id_number": None,
        },
        "sectors": ["procurement"],
        "district": None,
        "title": "诚信履约供应商",
        "document_number": f"盐示财奖〔2026〕{number}号",
        "facts": "连续三年按期履约。",
        "basis": "示例办法第八条",
        "awarded_on": bureau.today,
        "valid_until": None,
        "authority": {"name": FINANCE[0], "code": FINANCE[1]},
    }
    record = str(bureau.do("clerk", lambda work: commendations.file(work, facts, StepInput()).record))
    bureau.do("verifier", lambda work: commendations.verify(work, record, StepInput()))
    return record
