"""The whole matrix of who may open which page: every role, every route of the private pages, and the scope of records.

The table is written by hand: a new page fails here until somebody has said who may open it.
"""

import re

import pytest

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.domain.permissions import Role
from registry.services.cases import proposed_steps
from tests.support.bureau import PDF, papers
from tests.support.people import GRANTS
from tests.web.signing_in import post, sign_in

OFFICE = {Role.CLERK, Role.VERIFIER, Role.LEGAL_REVIEWER, Role.HEAD}
SECURITY, SYSTEM, AUDIT = {Role.SECURITY_ADMIN}, {Role.SYSTEM_ADMIN}, {Role.AUDIT_ADMIN}
CLERK, VERIFIER = {Role.CLERK}, {Role.VERIFIER}
CENTRE = {Role.TRADING_CENTRE}
EVERYBODY = OFFICE | SECURITY | SYSTEM | AUDIT | CENTRE
PAGES = {
    "GET /account": EVERYBODY,
    "GET /account/password": EVERYBODY,
    "POST /account/password": EVERYBODY,
    "GET /account/confirm": EVERYBODY,
    "POST /account/confirm": EVERYBODY,
    "GET /account/second-factor": EVERYBODY,
    "POST /account/second-factor": EVERYBODY,
    "POST /account/second-factor/draft": EVERYBODY,
    "POST /account/recovery-codes": EVERYBODY,
    "GET /account/passkeys": EVERYBODY,
    "POST /account/passkeys": EVERYBODY,
    "POST /account/passkeys/options": EVERYBODY,
    "POST /account/passkeys/<int:number>/end": EVERYBODY,
    "POST /account/sessions/<int:number>/end": EVERYBODY,
    "POST /account/sessions/end-others": EVERYBODY,
    "GET /components": EVERYBODY,
    "GET /centre": CENTRE,
    "GET /centre/checks/new": CENTRE,
    "POST /centre/checks/new": CENTRE,
    "GET /centre/checks/<check>": CENTRE,
    "GET /centre/checks/<check>/receipt.json": CENTRE,
    "GET /centre/checks/<check>/sheet.pdf": CENTRE,
    "GET /centre/checks/<check>/comparison": CENTRE,
    "GET /centre/checks/<check>/reviews/<int:number>": CENTRE,
    "POST /centre/checks/<check>/reviews/<int:number>": CENTRE,
    "GET /centre/checks/<check>/reviews/<int:number>/evidence/<decision>": CENTRE,
    "POST /centre/checks/<check>/watch": CENTRE,
    "GET /centre/files": CENTRE,
    "POST /centre/files": CENTRE,
    "GET /centre/files/<number>": CENTRE,
    "POST /centre/files/<number>/cancellation": CENTRE,
    "GET /centre/files/<number>/result.xlsx": CENTRE,
    "POST /centre/watches/<watch>/webhook": CENTRE,
    "POST /centre/watches/<watch>/mail": CENTRE,
    "POST /centre/watches/<watch>/mail/confirmation": CENTRE,
    "GET /centre/watches": CENTRE,
    "GET /centre/watches/<watch>": CENTRE,
    "POST /centre/watches/<watch>/end": CENTRE,
    "GET /proposals": OFFICE | SECURITY | SYSTEM,
    "GET /proposals/<int:number>": OFFICE | SECURITY | SYSTEM,
    "GET /proposals/<int:number>/documents/<int:place>": OFFICE | SECURITY | SYSTEM,
    "POST /proposals/<int:number>/confirm": OFFICE | SECURITY | SYSTEM,
    "POST /proposals/<int:number>/refuse": OFFICE | SECURITY | SYSTEM,
    "GET /desk": OFFICE,
    "GET /desk/statistics": OFFICE,
    "GET /desk/statistics/<int:year>": OFFICE,
    "GET /desk/imports": CLERK,
    "POST /desk/imports": CLERK,
    "GET /desk/imports/template": CLERK,
    "GET /desk/imports/<number>": CLERK,
    "POST /desk/imports/<number>/cells": CLERK,
    "GET /desk/imports/<number>/row": CLERK,
    "GET /desk/imports/<number>/mapping": CLERK,
    "POST /desk/imports/<number>/mapping": CLERK,
    "POST /desk/imports/<number>/submission": CLERK,
    "GET /desk/imports/<number>/workbook": CLERK,
    "GET /desk/penalties/new": CLERK,
    "POST /desk/penalties/new": CLERK,
    "POST /desk/penalties/file": CLERK,
    "GET /desk/penalties/<record>": OFFICE,
    "GET /desk/penalties/<record>/correction": CLERK,
    "POST /desk/penalties/<record>/correction": CLERK,
    "POST /desk/penalties/<record>/refile": CLERK,
    "POST /desk/penalties/<record>/return": VERIFIER,
    "POST /desk/drafts/discard": CLERK,
    "GET /desk/verification": VERIFIER,
    "POST /desk/verification/summary": VERIFIER,
    "POST /desk/verification/publication": VERIFIER,
    "GET /desk/listings": OFFICE,
    "GET /desk/listings/new": CLERK,
    "POST /desk/listings/new": CLERK,
    "GET /desk/listings/<record>": OFFICE,
    "GET /desk/listings/<record>/draft": CLERK,
    "POST /desk/listings/<record>/draft": CLERK,
    "GET /desk/reliefs": OFFICE,
    "GET /desk/reliefs/<record>": OFFICE,
    "GET /desk/filed": OFFICE,
    "GET /desk/filed/<noun>": OFFICE,
    "GET /desk/filed/<noun>/new": CLERK,
    "POST /desk/filed/<noun>/new": CLERK,
    "GET /desk/filed/<noun>/<record>": OFFICE,
    "GET /desk/filed/<noun>/<record>/correction": CLERK,
    "POST /desk/filed/<noun>/<record>/correction": CLERK,
    "GET /desk/adopted-lists": OFFICE,
    "POST /desk/adopted-lists": CLERK,
    "GET /desk/adopted-lists/<number>": OFFICE,
    "GET /desk/adopted-lists/<number>/workbook": CLERK,
    "POST /desk/adopted-lists/<number>/verification": VERIFIER,
    "POST /desk/adopted-lists/<number>/return": VERIFIER,
    "GET /desk/contacts/<record>": CLERK,
    "POST /desk/contacts/<record>/email": CLERK,
    "POST /desk/contacts/<record>/code": CLERK,
    "GET /desk/sampling": OFFICE,
    "GET /desk/documents/<number>": OFFICE,
    "GET /desk/cases/<noun>/<record>/<act>": OFFICE,
    "POST /desk/cases/<noun>/<record>/<act>": OFFICE,
    "GET /desk/cases/<noun>/<record>/papers/<kind>": OFFICE,
    "GET /admin": SECURITY | SYSTEM | AUDIT,
    "GET /admin/accounts": SECURITY,
    "GET /admin/accounts/new": SECURITY,
    "POST /admin/accounts/new": SECURITY,
    "GET /admin/accounts/<name>": SECURITY,
    "POST /admin/accounts/<name>/grant": SECURITY,
    "POST /admin/accounts/<name>/key": SECURITY,
    "POST /admin/accounts/<name>/password-code": SECURITY,
    "POST /admin/accounts/<name>/revoke-keys": SECURITY,
    "POST /admin/accounts/<name>/end-sessions": SECURITY,
    "POST /admin/accounts/<name>/end": SECURITY,
    "GET /admin/adopted-lists": SECURITY,
    "POST /admin/adopted-lists/<number>/confirm": SECURITY,
    "GET /admin/departments": SECURITY,
    "GET /admin/departments/set": SECURITY,
    "POST /admin/departments/set": SECURITY,
    "GET /admin/law/new": SYSTEM | {Role.LEGAL_REVIEWER},
    "POST /admin/law/new": SYSTEM | {Role.LEGAL_REVIEWER},
    "POST /admin/law/preview": SYSTEM | {Role.LEGAL_REVIEWER},
    "GET /admin/keys": SECURITY,
    "POST /admin/keys/rotate": SECURITY,
    "POST /admin/keys/revoke": SECURITY,
    "GET /admin/peers": SECURITY | SYSTEM,
    "POST /admin/peers": SYSTEM,
    "POST /admin/peers/<code>/remove": SYSTEM,
    "POST /admin/peers/<code>/release": SYSTEM,
    "GET /admin/exchange": SYSTEM,
    "GET /admin/exchange/delistings": SYSTEM,
    "GET /admin/exchange/<code>/statements": SYSTEM,
    "GET /admin/exchange/<code>/statements/<int:number>": SYSTEM,
    "POST /admin/exchange/<code>/pause": SYSTEM,
    "POST /admin/exchange/<code>/requeue": SYSTEM,
    "GET /admin/quarantine": SYSTEM,
    "POST /admin/quarantine/<int:number>/release": SYSTEM,
    "POST /admin/quarantine/<int:number>/drop": SYSTEM,
    "POST /admin/quarantine/bulk": SYSTEM,
    "POST /admin/quarantine/bulk/<int:number>/confirm": SYSTEM,
    "GET /admin/members": SECURITY | SYSTEM,
    "GET /admin/calendar": SECURITY | SYSTEM,
    "POST /admin/calendar": SYSTEM,
    "POST /admin/calendar/preview": SYSTEM,
    "GET /admin/law": SECURITY | SYSTEM | AUDIT | {Role.LEGAL_REVIEWER},
    "GET /admin/law/proposals/<int:number>": SECURITY | SYSTEM | AUDIT | {Role.LEGAL_REVIEWER},
    "POST /admin/law/proposals/<int:number>/confirm": SECURITY,
    "POST /admin/law/proposals/<int:number>/reject": SECURITY,
    "GET /admin/jobs": SYSTEM,
    "GET /admin/audit": AUDIT,
    "POST /admin/audit/verification": AUDIT,
}
"""Who may open each page: to everybody else it does not exist."""
BY_ROLE = {role: next(name for name, grant in GRANTS.items() if grant[0] == role) for role in EVERYBODY}


@pytest.fixture(scope="module")
def browsers(app, bureau):
    """One signed-in browser per role, and one without a session."""
    made = {None: app.test_client()}
    for role, name in BY_ROLE.items():
        made[role] = app.test_client()
        sign_in(made[role], name)
    return made


def routes(app):
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("private.") and hasattr(app.view_functions[rule.endpoint], "permissions")
        for method in rule.methods & {"GET", "POST"}
    }


def ask(client, page):
    """The answer to a page about nothing that is there; a form is complete but for what it is about."""
    method, rule = page.split(" ")
    path = re.sub(r"<int:\w+>", "999999", re.sub(r"<\w+>", "nothing-of-this-name", rule))
    return client.get(path) if method == "GET" else post(client, path)


def is_shut(answer):
    return answer.status_code == 404 and "page-unknown" in answer.text


class TestMatrix:
    def test_names_every_page(self, app):
        assert routes(app) == set(PAGES)

    @pytest.mark.parametrize("role", sorted(EVERYBODY))
    def test_shuts_every_page_to_whoever_is_not_named(self, browsers, role):
        shut = {page for page, roles in PAGES.items() if role not in roles}
        assert {page for page in shut if not is_shut(ask(browsers[role], page))} == set()

    @pytest.mark.parametrize("role", sorted(EVERYBODY))
    def test_opens_every_page_to_whoever_is_named(self, browsers, role):
        # Reading only: what the forms do has tests of its own.
        pages = {page for page, roles in PAGES.items() if role in roles and page.startswith("GET ")} - {
            "GET /components"
        }
        assert {page for page in pages if is_shut(ask(browsers[role], page))} == set()
        plain = {page for page in pages if "<" not in page} - {"GET /account/second-factor"}
        assert {page: ask(browsers[role], page).status_code for page in plain} == dict.fromkeys(plain, 200)

    def test_asks_whoever_has_no_session_to_sign_in(self, browsers):
        answers = {page: ask(browsers[None], page) for page in PAGES}
        assert {page for page, answer in answers.items() if answer.status_code != 303} == set()
        assert {page for page, answer in answers.items() if not answer.location.startswith("/login")} == set()

    @pytest.mark.parametrize("role", sorted(EVERYBODY))
    def test_offers_in_the_navigation_what_opens(self, browsers, role):
        client = browsers[role]
        navigation = client.get("/account").text.split("</nav>")[0]
        links = set(re.findall(r'href="(/[^"]+)"', navigation.split("工作导航")[1]))
        assert {path for path in links if client.get(path).status_code != 200} == set()


@pytest.fixture(scope="module")
def proposal(bureau, browsers):
    """The number of a withdrawal that the verifier of one department proposed."""
    record = bureau.published_penalty()
    body = {"reason": "经复议撤销", "changed_on": bureau.today}

    def act(work):
        return proposed_steps.propose(work, "penalty", "withdraw", record, body, StepInput()).id

    return runtime.perform(bureau.people["verifier"].actor, act)


class TestScope:
    """Records of a department are there for that department only, and for its sectors."""

    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("verifier", 200), ("second-verifier", 200), ("other-verifier", 404), ("clerk", 404), ("security", 404),
            ("operator", 404), ("auditor", 404), ("centre", 404),
        ],
    )  # fmt: skip
    def test_of_a_proposal_is_that_of_its_record(self, app, proposal, name, status):
        client = app.test_client()
        sign_in(client, name)
        assert client.get(f"/proposals/{proposal}").status_code == status
        if status == 404:
            assert post(client, f"/proposals/{proposal}/confirm").status_code == 404
            assert post(client, f"/proposals/{proposal}/refuse", {"reason": "退回"}).status_code == 404

    def test_of_the_file_of_a_proposed_step_is_that_of_its_record(self, app, bureau, proposal):
        record = bureau.published_penalty()
        body = {"since": bureau.today, "until": None, "reason": "法院裁定"}

        def act(work):
            return proposed_steps.propose(work, "penalty", "suspend", record, body, papers("court_order")).id

        number = runtime.perform(bureau.people["verifier"].actor, act)
        answers = {}
        for name in ("second-verifier", "other-verifier", "security"):
            client = app.test_client()
            sign_in(client, name)
            answers[name] = client.get(f"/proposals/{number}/documents/1")
            assert client.get(f"/proposals/{number}/documents/2").status_code == 404
        assert answers["second-verifier"].data == PDF
        assert answers["second-verifier"].headers["Cache-Control"] == "no-store"
        assert "attachment" in answers["second-verifier"].headers["Content-Disposition"]
        assert {answers[name].status_code for name in ("other-verifier", "security")} == {404}
