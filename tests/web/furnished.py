"""A node with something on every page, and where each page is looked at: found by the URL map, so that a new page
cannot be forgotten."""

import datetime as dt
import io
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.domain.permissions import GRANTS as ROLES_OF
from registry.models import LawProposal
from registry.services.cases import commendations, proposed_steps, relief_applications, relief_decisions
from registry.services.cases.relief_decisions import Ruling
from registry.services.exchange import peers
from tests.services.law.test_law_proposals import proposed, restated
from tests.support.bureau import Bureau, papers
from tests.support.filings import days_ago
from tests.support.lists import firm
from tests.support.people import GRANTS
from tests.tabular.workbooks import workbook
from tests.web import samples
from tests.web.centre.bidders import invite
from tests.web.centre.pages import browser_of, filled, reviews
from tests.web.desk.test_adopted_lists import upload
from tests.web.desk.test_filed_cases import typed
from tests.web.desk.walking import Officer
from tests.web.desk.workbooks import HEADINGS, row
from tests.web.signing_in import post

TENDER = {
    "code": "YC2026-0800", "name": "示例设备采购", "sector": "procurement", "project": "goods", "must_tender": "no",
    "district": "320903",
}  # fmt: skip
FILES = {
    "/suggestions",
    "/static/<path:filename>", "/records.<any(csv,xlsx,jsonl):form>", "/records.atom", "/robots.txt", "/sitemap.xml",
    "/sitemap-pages.xml", "/sitemap-<int:number>.xml", "/relief/<number>/receipt.pdf",
    "/relief/<number>/certificate.pdf", "/relief/<number>/certificate.json",
    "/reports/<int:year>.xlsx", "/centre/checks/<check>/receipt.json",
    "/centre/checks/<check>/sheet.pdf", "/centre/checks/<check>/reviews/<int:number>/evidence/<decision>",
    "/desk/documents/<number>", "/desk/imports/template", "/desk/imports/<number>/workbook",
    "/admin/exchange/<code>/statements/<int:number>", "/centre/files/<number>/result.xlsx",
    "/desk/adopted-lists/<number>/workbook",
    "/desk/cases/<noun>/<record>/papers/<kind>", "/proposals/<int:number>/documents/<int:place>",
}  # fmt: skip
"""Routes that answer with a file or a piece of a page; whatever else answers to a GET is a page. Those of the law are
in ``is_file``."""
PUBLIC = {
    "/records": ("/records", "/records?q=虚构", "/records?q=不存在的单位", "/records?on=1"),
    "/records/<record_id>": (
        "/records/{penalty}", "/records/{disputed}", "/records/{listing}", "/records/{commendation}",
        "/records/{withdrawn}", "/records/none",
    ),
    "/records/<record_id>/dispute": ("/records/{penalty}/dispute", "/records/none/dispute"),
    "/records/<record_id>/repair": ("/records/{repairable}/repair", "/records/{penalty}/repair"),
    "/sectors/<code>": ("/sectors/procurement", "/sectors/none"),
    "/relief": ("/relief", "/relief?number=%3F"),
    "/relief/<number>": ("/relief/{open}", "/relief/{decided}", "/relief/none"),
    "/reports/<int:year>": ("/reports/2026",),
    "/reports/<int:year>/<department>/<int:page>": ("/reports/2026/finance/1",),
    "/subscriptions/<token>": ("/subscriptions/none",),
    "/verify": ("/verify", f"/verify?digest={'0' * 64}"),
    "/hotline": ("/hotline", "/hotline?q=虚构", "/hotline?q=没有此名", "/hotline?q=32090219800101001X"),
    "/kiosk": ("/kiosk", "/kiosk?q=虚构", "/kiosk?q=没有此名"),
    "/credit-report": (
        "/credit-report", "/credit-report?uscc={uscc}&entry=1&content=0", "/credit-report?uscc=123",
    ),
}  # fmt: skip
PRIVATE = {
    "/login/second-factor": (), "/login/second-factor/new": (),  # only between password and second factor
    "/account/second-factor": (),  # only with a draft
    "/admin/accounts/<name>": ("/admin/accounts/clerk",),
    "/admin/exchange/<code>/statements": ("/admin/exchange/north/statements",),
    "/admin/law": ("/admin/law", "/admin/law?kind=sectors"),
    "/admin/law/proposals/<int:number>": ("/admin/law/proposals/{law}",),
    "/proposals/<int:number>": ("/proposals/{proposal}",),
    "/centre/checks/<check>": ("{check}",),
    "/centre/checks/<check>/comparison": ("{second}/comparison",),
    "/centre/checks/<check>/reviews/<int:number>": ("{check}/reviews/{review}",),
    "/centre/watches/<watch>": ("{watch}",),
    "/desk/cases/<noun>/<record>/<act>": (
        "/desk/cases/penalty/{penalty}/note_change", "/desk/cases/dispute/{open}/refuse",
        "/desk/cases/listing/{draft}/review",
    ),
    "/centre/files/<number>": ("{parties}",),
    "/desk/adopted-lists/<number>": ("{list}",),
    "/desk/contacts/<record>": ("/desk/contacts/{penalty}",),
    "/desk/filed/<noun>": ("/desk/filed/relation", "/desk/filed/commendation"),
    "/desk/filed/<noun>/new": ("/desk/filed/relation/new", "/desk/filed/criminal_judgment/new"),
    "/desk/filed/<noun>/<record>": ("/desk/filed/commendation/{commendation}",),
    "/desk/filed/<noun>/<record>/correction": ("/desk/filed/commendation/{returned}/correction",),
    "/desk/sampling": ("/desk/sampling", "/desk/sampling?count=5"),
    "/admin/departments/set": ("/admin/departments/set", "/admin/departments/set?code=finance"),
    "/desk/imports/<number>": ("{file}",),
    "/desk/imports/<number>/mapping": ("{file}/mapping",),
    "/desk/imports/<number>/row": ("{file}/row?sheet=Sheet1&row=3",),
    "/desk/listings/<record>": ("/desk/listings/{draft}", "/desk/listings/{listing}"),
    "/desk/listings/<record>/draft": ("/desk/listings/{draft}/draft",),
    "/desk/listings/new": (
        "/desk/listings/new", "/desk/listings/new?penalty={penalty}",
        "/desk/listings/new?penalty={penalty}&scheme=procurement-serious",
    ),
    "/desk/penalties/<record>": ("/desk/penalties/{overdue}", "/desk/penalties/{penalty}"),
    "/desk/penalties/<record>/correction": ("/desk/penalties/{overdue}/correction",),
    "/desk/reliefs/<record>": ("/desk/reliefs/{open}",),
    "/desk/statistics/<int:year>": ("/desk/statistics/2026",),
}  # fmt: skip
NOWHERE = "/admin/nothing"
"""The address of no page."""
SEATS = {"/desk/cases/listing/": "reviewer", "/proposals": "verifier"}
"""Whose page it is, where not simply the first account's that may open the route."""


SUBMITTED = (
    ("/desk/penalties/new", "clerk", "检查并预览", ""),
    ("/desk/verification", "verifier", "核验选中的", "input[name=record]"),
    ("/records/{penalty}/dispute", None, "提交异议", ""),
    ("/en/records/{penalty}/dispute", None, "Submit the dispute", ""),
)
"""Forms to be refused, and one that asks again: address, account, button, box."""


@dataclass(frozen=True)
class Visit:
    """A page to look at: at which address, and whose; nobody's is public. ``button``: to be pressed there, with the
    first ``box`` ticked."""

    path: str
    account: str | None = None
    button: str = ""
    box: str = ""


def is_file(rule: Rule) -> bool:
    """Whether a route answers with a file."""
    return rule.rule in FILES or rule.rule.startswith("/law/<any(")


def routes(app: Flask, blueprint: str) -> list[Rule]:
    """The pages of a blueprint: what answers to a GET and is no file."""
    rules = (rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"{blueprint}."))
    return [rule for rule in rules if "GET" in (rule.methods or ()) and not is_file(rule)]


def public_visits(app: Flask, values: dict[str, str]) -> list[Visit]:
    """Every public page, and one that is not there; a route with parameters without an example fails here."""
    paths = [path for rule in routes(app, "web") for path in _paths(rule, PUBLIC)]
    return [Visit(path.format(**values)) for path in (*paths, "/nothing")]


def private_visits(app: Flask, values: dict[str, str]) -> list[Visit]:
    """Every page of the private ones, in the order of their accounts."""
    visits = [
        Visit(path.format(**values), _account(app, rule, path))
        for rule in routes(app, "private")
        for path in _paths(rule, PRIVATE)
    ]
    return sorted([*visits, Visit(NOWHERE, "security")], key=lambda visit: visit.account or "")


def submissions(values: dict[str, str]) -> list[Visit]:
    """What answers to a form."""
    return [Visit(path.format(**values), account, button, box) for path, account, button, box in SUBMITTED]


def _paths(rule: Rule, examples: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    return examples[rule.rule] if rule.arguments else examples.get(rule.rule, (rule.rule,))


def _account(app: Flask, rule: Rule, path: str) -> str | None:
    permissions = getattr(app.view_functions[rule.endpoint], "permissions", None)
    if permissions is None:
        return None
    seated = next((name for start, name in SEATS.items() if path.startswith(start)), None)
    return seated or next(
        name
        for name, (role, _, _) in GRANTS.items()
        if not permissions or any(role in ROLES_OF[permission] for permission in permissions)
    )


def furnish(app: Flask, bureau: Bureau) -> dict[str, str]:
    """Let everything be there that a page can show; what the examples name by it."""
    bureau.do("system", lambda work: peers.add(work, "north", "示例北方节点", "https://north.example", "ab" * 32, ()))
    values = {"listing": bureau.listed(), "draft": bureau.drafted()}
    values |= _furnish_records(bureau) | _furnish_reliefs(bureau)
    values |= _furnish_desk(app, bureau) | _furnish_centre(app, bureau)
    values["law"] = str(_propose_law(bureau).id)
    return values


def _furnish_records(bureau: Bureau) -> dict[str, str]:
    day = bureau.today
    span = {"visible_from": f"{day}", "visible_until": f"{day.replace(year=day.year + 1)}"}
    numbers = range(10, 35)
    samples.release(*(samples.body(number, **span) for number in numbers))
    gone = samples.body(40, **span)
    samples.release(gone, samples.body(41, **span, repairable_from=f"{day}"))
    samples.withdraw(gone, "经复议撤销")
    penalty = bureau.published_penalty()
    return {
        "penalty": penalty,
        "uscc": bureau.names[penalty]["uscc"],
        "commendation": samples.commended(bureau),
        "withdrawn": samples.record_id(40),
        "repairable": samples.record_id(41),
        "overdue": bureau.penalty(decided_on=days_ago(40)),
    }


def _furnish_reliefs(bureau: Bureau) -> dict[str, str]:
    """An open dispute, a decided one, and one that marks its record."""
    disputed = bureau.published_penalty()
    bureau.confirmed("dispute", disputed)
    about = bureau.published_penalty()
    decided = bureau.confirmed("dispute", about)
    bureau.do("clerk", lambda work: relief_applications.accept(work, decided, StepInput()))
    ruling = Ruling("keep", "经核实，记录无误。", bureau.today)
    bureau.do("verifier", lambda work: relief_decisions.decide(work, decided, ruling, papers("relief_decision")))
    opened = bureau.applied("dispute", bureau.published_penalty())
    return {"disputed": disputed, "decided": decided, "open": opened}


def _furnish_desk(app: Flask, bureau: Bureau) -> dict[str, str]:
    """A file with two bad rows, a list and a commendation that wait, another that was sent back, and a withdrawal that
    somebody proposed."""
    rows = [row(7000 + place) for place in range(3)]
    rows[0][8], rows[1][3], rows[2][8] = "贰万左右", "", 200_000_000
    data = workbook([["2026年行政处罚台账"], list(HEADINGS), *rows])
    clerk = browser_of(app, "clerk")
    answer = post(clerk, "/desk/imports", {"file": (io.BytesIO(data), "台账.xlsx"), "sectors": "procurement"})
    adopted = upload(Officer(clerk), [firm(9001), firm(9002, 列入日期="")]).location
    post(clerk, "/desk/filed/commendation/new", typed("commendation"))
    returned = post(clerk, "/desk/filed/commendation/new", typed("commendation")).location.rsplit("/", 1)[1]
    bureau.do("verifier", lambda work: commendations.send_back(work, returned, "日期与文书不符", StepInput()))
    record = bureau.published_penalty()
    body = {"reason": "经复议撤销", "changed_on": bureau.today}
    actor = bureau.people["verifier"].actor
    number = runtime.perform(
        actor, lambda work: proposed_steps.propose(work, "penalty", "withdraw", record, body, StepInput()).id
    )
    file = answer.location.split("#")[0]
    return {"file": file, "list": adopted, "returned": returned, "proposal": str(number)}


def _furnish_centre(app: Flask, bureau: Bureau) -> dict[str, str]:
    """Two looks at a tender with a review, and a watch."""
    bidders = invite(bureau)
    centre = browser_of(app, "centre")
    first = post(centre, "/centre/checks/new", TENDER | {"parties": bidders.text()}).location
    text = centre.get(first).text
    again = centre.get(f"/centre/checks/new?earlier={first.rsplit('/', 1)[1]}").text
    second = post(centre, "/centre/checks/new", filled(again, "/centre/checks/new")).location
    until = bureau.today + dt.timedelta(days=7)
    watch = post(centre, f"{first}/watch", {"until": until.isoformat()}).location
    book = {"file": (io.BytesIO(bidders.workbook()), "名单.xlsx")}
    parties = post(centre, "/centre/files", TENDER | {"code": ""} | book).location
    return {"parties": parties, "check": first, "second": second, "watch": watch, "review": str(reviews(text)[0])}


def _propose_law(bureau: Bureau) -> LawProposal:
    return proposed(bureau.people, restated("thresholds", "lookback_months", value=12))


def with_strange_parameters(path: str) -> str:
    """An address as it comes from a chat that adds to it, in whatever encoding."""
    return f"{path}{'&' if '?' in path else '?'}from=groupmessage&isappinstalled=0&%B0%A1=%FF&from=again"
