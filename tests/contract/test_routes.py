"""No route is forgotten: each has a permission, a peer's signature, or stands in the public list."""

import ast
import re
from pathlib import Path

import registry.commands
from registry.domain.cases.filed_kinds import FILED_KINDS
from registry.domain.permissions import GRANTS, Permission, Role

PUBLIC = {
    "GET /healthz", "GET /readyz",
    "GET /metrics",  # by its own address or token; tests/api/test_metrics.py
    "GET /api/v1/openapi.json", "GET /api/v1/docs", "GET /api/v1/docs/explorer",
    "GET /api/v1/records", "GET /api/v1/records/<record>", "GET /api/v1/records/<record>/history",
    "GET /api/v1/schemas/<kind>",
    "GET /api/v1/suggestions",
    "GET /api/v1/schemas/line", "GET /api/v1/snapshots", "GET /api/v1/snapshots/<snapshot>/manifest",
    "GET /api/v1/snapshots/<snapshot>/<file>", "GET /api/v1/dataset", "GET /api/v1/stream",
    "GET /api/v1/changes", "GET /api/v1/sectors", "GET /api/v1/behaviours", "GET /api/v1/schemes",
    "GET /api/v1/measures", "GET /api/v1/policies", "GET /api/v1/catalogue", "GET /api/v1/penalty-kinds",
    "GET /api/v1/districts", "GET /api/v1/time-limits", "GET /api/v1/thresholds", "GET /api/v1/id-types",
    "GET /api/v1/relation-kinds",
    "GET /api/v1/same-tender",
    "GET /api/v1/list-effects", "GET /api/v1/erasure-grounds",
    "GET /api/v1/departments", "GET /api/v1/calendar/<int:year>", "GET /api/v1/ledger/checkpoint",
    "GET /api/v1/ledger/tile/<path:tile>",
    "GET /api/v1/ledger/keys", "GET /api/v1/ledger/proofs/inclusion", "GET /api/v1/ledger/proofs/consistency",
    "GET /api/v1/ledger/proofs/cover", "POST /api/v1/receipts/verification", "GET /api/v1/statistics",
    "POST /api/v1/disputes", "POST /api/v1/repairs", "GET /api/v1/reliefs/<number>",
    "PUT /api/v1/reliefs/<number>/confirmation",

    "PUT /api/v1/reliefs/<number>/cancellation", "GET /api/v1/audit/summary",
}  # fmt: skip
PEERS = {
    "GET /exchange/v1/hello", "GET /exchange/v1/changes", "GET /exchange/v1/digest",
    "GET /exchange/v1/members", "GET /exchange/v1/kept",
    "POST /exchange/v1/batches", "POST /exchange/v1/receipts",
    "GET /exchange/v1/head", "POST /exchange/v1/cosignatures",
}  # fmt: skip
RESTRICTED = {
    "PUT /api/v1/records/<record>/erasure": Permission.ERASURE_PROPOSE,
    "POST /api/v1/penalties": Permission.PENALTY_FILE,
    "GET /api/v1/penalties": Permission.PENALTY_READ,
    "GET /api/v1/penalties/<record>": Permission.PENALTY_READ,
    "GET /api/v1/penalties/<record>/measure-reports": Permission.PENALTY_READ,
    "PUT /api/v1/penalties/<record>": Permission.PENALTY_FILE,
    "PUT /api/v1/penalties/<record>/verification": Permission.PENALTY_VERIFY,
    "PUT /api/v1/penalties/<record>/return": Permission.PENALTY_VERIFY,
    "PUT /api/v1/penalties/<record>/withdrawal": Permission.PENALTY_WITHDRAW,
    "POST /api/v1/penalties/imports": Permission.PENALTY_FILE,
    "GET /api/v1/penalties/imports/<number>": Permission.PENALTY_FILE,
    "GET /api/v1/templates/penalties": Permission.PENALTY_FILE,
    "GET /api/v1/templates/bidders": Permission.CHECK_MAKE,
    "GET /api/v1/templates/listings": Permission.LISTING_DRAFT,
    "GET /api/v1/penalties/imports/<number>/workbook": Permission.PENALTY_FILE,
    "PUT /api/v1/penalties/imports/<number>/verification": Permission.PENALTY_VERIFY,
    "GET /api/v1/adopted-listings": Permission.LISTING_READ,
    "GET /api/v1/adopted-listings/<record>": Permission.LISTING_READ,
    "GET /api/v1/adopted-listings/<record>/measure-reports": Permission.LISTING_READ,
    "PUT /api/v1/adopted-listings/<record>/return": Permission.LISTING_PUBLISH,
    "PUT /api/v1/adopted-listings/<record>/suspension": Permission.RECORD_SUSPEND,
    "PUT /api/v1/adopted-listings/<record>/resumption": Permission.RECORD_SUSPEND,
    "GET /api/v1/listings/adoptions/<number>/changes": Permission.LISTING_READ,
    "PUT /api/v1/listings/adoptions/<number>/return": Permission.LISTING_PUBLISH,
    "GET /api/v1/commendations": Permission.COMMENDATION_READ,
    "GET /api/v1/commendations/<record>": Permission.COMMENDATION_READ,
    "PUT /api/v1/contacts/<record>": Permission.RELIEF_HANDLE,
    "POST /api/v1/contacts/<record>/codes": Permission.RELIEF_HANDLE,
    "PUT /api/v1/disputes/<record>/mark": Permission.RELIEF_HANDLE,
    "PUT /api/v1/repairs/<record>/mark": Permission.RELIEF_HANDLE,
    "GET /api/v1/disputes": Permission.RELIEF_READ,
    "GET /api/v1/disputes/<record>": Permission.RELIEF_READ,
    "GET /api/v1/documents/<number>": Permission.RELIEF_READ,
    "GET /api/v1/listings": Permission.LISTING_READ,
    "GET /api/v1/listings/<record>": Permission.LISTING_READ,
    "GET /api/v1/listings/<record>/measure-reports": Permission.LISTING_READ,
    "GET /api/v1/repairs": Permission.RELIEF_READ,
    "GET /api/v1/repairs/<record>": Permission.RELIEF_READ,
    "POST /api/v1/commendations": Permission.COMMENDATION_FILE,
    "POST /api/v1/listings": Permission.LISTING_DRAFT,
    "POST /api/v1/relations": Permission.RELATION_FILE,
    "GET /api/v1/relations": Permission.RELATION_READ,
    "GET /api/v1/relations/<record>": Permission.RELATION_READ,
    "PUT /api/v1/relations/<record>": Permission.RELATION_FILE,
    "PUT /api/v1/relations/<record>/return": Permission.RELATION_VERIFY,
    "PUT /api/v1/relations/<record>/verification": Permission.RELATION_VERIFY,
    "PUT /api/v1/relations/<record>/withdrawal": Permission.RELATION_VERIFY,
    "PUT /api/v1/commendations/<record>": Permission.COMMENDATION_FILE,
    "PUT /api/v1/commendations/<record>/return": Permission.COMMENDATION_VERIFY,
    "PUT /api/v1/commendations/<record>/verification": Permission.COMMENDATION_VERIFY,
    "PUT /api/v1/commendations/<record>/withdrawal": Permission.COMMENDATION_VERIFY,
    "PUT /api/v1/disputes/<record>/acceptance": Permission.RELIEF_HANDLE,
    "PUT /api/v1/disputes/<record>/decision": Permission.RELIEF_DECIDE,
    "PUT /api/v1/disputes/<record>/extension": Permission.RELIEF_HANDLE,
    "PUT /api/v1/disputes/<record>/refusal": Permission.RELIEF_HANDLE,
    "GET /api/v1/listings/adoptions/<number>": Permission.LISTING_READ,
    "POST /api/v1/listings/adoptions": Permission.LISTING_DRAFT,
    "GET /api/v1/listings/adoptions/<number>/workbook": Permission.LISTING_DRAFT,
    "PUT /api/v1/listings/adoptions/<number>/confirmation": Permission.ADOPTION_CONFIRM,
    "PUT /api/v1/listings/adoptions/<number>/verification": Permission.LISTING_PUBLISH,
    "PUT /api/v1/listings/<record>": Permission.LISTING_DRAFT,
    "PUT /api/v1/listings/<record>/amendment": Permission.LISTING_DRAFT,
    "PUT /api/v1/listings/<record>/archive": Permission.LISTING_DRAFT,
    "PUT /api/v1/listings/<record>/closure": Permission.LISTING_DECIDE,
    "PUT /api/v1/listings/<record>/correction": Permission.LISTING_PUBLISH,
    "PUT /api/v1/listings/<record>/decision": Permission.LISTING_DECIDE,
    "PUT /api/v1/listings/<record>/extension": Permission.LISTING_DECIDE,
    "PUT /api/v1/listings/<record>/notice": Permission.LISTING_DRAFT,
    "PUT /api/v1/listings/<record>/publication": Permission.LISTING_PUBLISH,
    "PUT /api/v1/listings/<record>/rejection": Permission.LISTING_PUBLISH,
    "PUT /api/v1/listings/<record>/removal": Permission.LISTING_REMOVE,
    "PUT /api/v1/listings/<record>/change": Permission.LISTING_DRAFT,
    "PUT /api/v1/listings/<record>/change-clearance": Permission.LISTING_REMOVE,
    "PUT /api/v1/listings/<record>/resumption": Permission.RECORD_SUSPEND,
    "PUT /api/v1/listings/<record>/return": Permission.LISTING_REVIEW,
    "PUT /api/v1/listings/<record>/review": Permission.LISTING_REVIEW,
    "PUT /api/v1/listings/<record>/revocation": Permission.LISTING_REMOVE,
    "PUT /api/v1/listings/<record>/service": Permission.LISTING_DRAFT,
    "PUT /api/v1/listings/<record>/statement": Permission.LISTING_DRAFT,
    "PUT /api/v1/listings/<record>/suspension": Permission.RECORD_SUSPEND,
    "PUT /api/v1/listings/<record>/watch": Permission.LISTING_DRAFT,
    "PUT /api/v1/penalties/<record>/change": Permission.PENALTY_FILE,
    "PUT /api/v1/penalties/<record>/change-clearance": Permission.PENALTY_WITHDRAW,
    "PUT /api/v1/penalties/<record>/resumption": Permission.RECORD_SUSPEND,
    "PUT /api/v1/penalties/<record>/suspension": Permission.RECORD_SUSPEND,
    "PUT /api/v1/repairs/<record>/acceptance": Permission.RELIEF_HANDLE,
    "PUT /api/v1/repairs/<record>/extension": Permission.RELIEF_HANDLE,
    "PUT /api/v1/repairs/<record>/grant": Permission.RELIEF_DECIDE,
    "PUT /api/v1/repairs/<record>/refusal": Permission.RELIEF_HANDLE,
    "PUT /api/v1/repairs/<record>/rejection": Permission.RELIEF_DECIDE,
    "POST /api/v1/checks": Permission.CHECK_MAKE,
    "GET /api/v1/checks/<check>": Permission.CHECK_MAKE,
    "GET /api/v1/checks/<check>/receipt": Permission.CHECK_MAKE,
    "GET /api/v1/checks/<check>/receipt.json": Permission.CHECK_MAKE,
    "GET /api/v1/checks/<check>/receipt.pdf": Permission.CHECK_MAKE,
    "GET /api/v1/checks/<check>/sheet.pdf": Permission.CHECK_MAKE,
    "GET /api/v1/checks/<check>/reviews": Permission.CHECK_MAKE,
    "PUT /api/v1/checks/<check>/reviews/<int:number>": Permission.CHECK_MAKE,
    "POST /api/v1/checks/files": Permission.CHECK_MAKE,
    "GET /api/v1/checks/files/<number>": Permission.CHECK_MAKE,
    "GET /api/v1/checks/files/<number>/result.xlsx": Permission.CHECK_MAKE,
    "PUT /api/v1/checks/files/<number>/cancellation": Permission.CHECK_MAKE,
    "POST /api/v1/watches": Permission.WATCH_KEEP,
    "GET /api/v1/watches": Permission.WATCH_KEEP,
    "GET /api/v1/watches/<watch>": Permission.WATCH_KEEP,
    "DELETE /api/v1/watches/<watch>": Permission.WATCH_KEEP,
    "POST /api/v1/watches/<watch>/replay": Permission.WATCH_KEEP,
    "GET /api/v1/law/proposals": Permission.LAW_READ,
    "POST /api/v1/law/proposals": Permission.LAW_PROPOSE,
    "GET /api/v1/law/proposals/<number>": Permission.LAW_READ,
    "PUT /api/v1/law/proposals/<number>/confirmation": Permission.LAW_CONFIRM,
    "PUT /api/v1/law/proposals/<number>/rejection": Permission.LAW_CONFIRM,
    "GET /api/v1/deadlines": Permission.DEADLINE_READ,
    "GET /api/v1/audit": Permission.AUDIT_READ,
    "GET /api/v1/proposals": Permission.PROPOSAL_READ,
    "GET /api/v1/proposals/<number>": Permission.PROPOSAL_READ,
    "GET /api/v1/proposals/<number>/documents/<place>": Permission.PROPOSAL_READ,
    "PUT /api/v1/proposals/<number>/confirmation": Permission.PROPOSAL_READ,
    "PUT /api/v1/proposals/<number>/refusal": Permission.PROPOSAL_READ,
} | {
    f"{method} /api/v1/{kind.plural}{path}": permission
    for kind in FILED_KINDS.values()
    for method, path, permission in (
        ("GET", "", Permission.RECORD_READ),
        ("POST", "", Permission.RECORD_FILE),
        ("GET", "/<record>", Permission.RECORD_READ),
        ("PUT", "/<record>", Permission.RECORD_FILE),
        ("PUT", "/<record>/verification", Permission.RECORD_VERIFY),
        ("PUT", "/<record>/return", Permission.RECORD_VERIFY),
        ("PUT", "/<record>/withdrawal", Permission.RECORD_VERIFY),
    )
}

NOTHING_SEALED = {
    "GET /api/v1/penalties", "GET /api/v1/penalties/<record>", "GET /api/v1/penalties/imports/<number>",
    "GET /api/v1/templates/penalties", "GET /api/v1/templates/bidders", "GET /api/v1/templates/listings",
    "GET /api/v1/adopted-listings", "GET /api/v1/adopted-listings/<record>",
    "GET /api/v1/penalties/<record>/measure-reports", "GET /api/v1/listings/<record>/measure-reports",
    "GET /api/v1/adopted-listings/<record>/measure-reports",
    "GET /api/v1/listings/adoptions/<number>/changes", "GET /api/v1/listings/adoptions/<number>",
    "GET /api/v1/commendations", "GET /api/v1/listings", "GET /api/v1/relations",
    "GET /api/v1/checks/files/<number>", "GET /api/v1/watches", "GET /api/v1/proposals",
    "GET /api/v1/law/proposals", "GET /api/v1/law/proposals/<number>", "GET /api/v1/deadlines",
} | {f"GET /api/v1/{kind.plural}" for kind in FILED_KINDS.values()}  # fmt: skip
"""Restricted routes whose answers hold nothing sealed; every other one is noted in the audit trail when it is read."""
NOTED_BY_THEIR_ACT = {
    "GET /api/v1/penalties/imports/<number>/workbook", "GET /api/v1/listings/adoptions/<number>/workbook",
}  # fmt: skip
OPENERS = {"open", "unseal", "write_workbook", "describe_arguments", "answer_again", "describe"}
"""Calls that open what is sealed: ``open`` of a vault, ``describe`` of a case with its confidential statements."""


def opens_sealed(call: ast.Call) -> bool:
    """Whether a call in a command opens something sealed."""
    if not isinstance(call.func, ast.Attribute):
        return isinstance(call.func, ast.Name) and call.func.id in OPENERS - {"open", "describe"}
    owner = ast.unparse(call.func.value)
    needed = {"open": "vault", "describe": "casework"}.get(call.func.attr, "")
    return call.func.attr in OPENERS and owner.endswith(needed)


def routes(app):
    """``METHOD rule`` to view, the pages left out."""
    return {
        f"{method} {rule.rule}": app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.startswith(("web.", "private."))
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


class TestRoutes:
    def test_are_public_signed_or_restricted(self, app):
        assert set(routes(app)) == PUBLIC | PEERS | set(RESTRICTED)

    def test_have_the_permission_listed(self, app):
        held = {
            name: view.permission for name, view in routes(app).items() if getattr(view, "permission", None) is not None
        }
        assert held == RESTRICTED

    def test_that_give_something_sealed_note_it(self, app):
        noted = {name for name, view in routes(app).items() if getattr(view, "reads", None)}
        reading = {name for name in RESTRICTED if name.startswith("GET ")}
        assert noted == reading - NOTHING_SEALED - NOTED_BY_THEIR_ACT
        assert reading >= NOTHING_SEALED | NOTED_BY_THEIR_ACT

    def test_declare_themselves_public(self, app):
        open_to_all = {name for name, view in routes(app).items() if getattr(view, "permission", "") is None}
        assert open_to_all == PUBLIC - {"GET /api/v1/openapi.json"}

    def test_pages_change_nothing_but_what_people_without_an_account_may(self, app):
        methods = {
            (rule.rule, method)
            for rule in app.url_map.iter_rules()
            if rule.endpoint.startswith("web.")
            for method in rule.methods - {"GET", "HEAD", "OPTIONS"}
        }
        assert methods == {
            ("/verify", "POST"),  # stores nothing
            ("/credit-report", "POST"),  # nor does this
            ("/records/<record_id>/dispute", "POST"),
            ("/records/<record_id>/repair", "POST"),
            ("/relief/<number>/confirm", "POST"),
            ("/relief/<number>/cancel", "POST"),
            ("/subscriptions", "POST"),  # a mail asks its reader to confirm
            ("/subscriptions/<token>/confirmation", "POST"),
            ("/subscriptions/<token>/end", "POST"),
        }

    def test_pages_for_signed_in_people_ask_for_a_session_but_those_of_signing_in(self, app):
        open_to_all = {
            rule.rule
            for rule in app.url_map.iter_rules()
            if rule.endpoint.startswith("private.") and not hasattr(app.view_functions[rule.endpoint], "permissions")
        }
        assert open_to_all == {
            "/login",
            "/login/second-factor",
            "/login/second-factor/new",
            "/login/code",
            "/login/demo",  # in the demo only
            "/login/passkey",  # after the password
            "/login/passkey/options",
            "/login/single-sign-on",  # with a provider only
            "/login/single-sign-on/return",
            "/login/single-sign-on/end",
            "/logout",
        }

    def test_of_peers_refuse_everybody_else(self, app):
        client = app.test_client()
        answers = {
            name: client.open(name.split(" ")[1], method=name.split(" ")[0], data=b"{}").status_code for name in PEERS
        }
        assert answers == dict.fromkeys(PEERS, 403)

    def test_of_actors_refuse_everybody_without_a_key(self, app):
        client = app.test_client()
        for name in RESTRICTED:
            method, rule = name.split(" ")
            answer = client.open(re.sub(r"<(?:int:)?\w+>", "1", rule), method=method, json={})
            assert (answer.status_code, answer.get_json()["code"]) == (401, "key-unknown"), name


class TestGrants:
    def test_name_every_permission(self):
        assert set(GRANTS) == set(Permission)

    def test_keep_filing_verifying_and_administering_apart(self):
        # Whoever proposes or confirms sees what waits, each of it only with the permission of its act.
        for permission, roles in GRANTS.items() - {(Permission.PROPOSAL_READ, GRANTS[Permission.PROPOSAL_READ])}:
            administering = roles & {Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN}
            assert not (administering and roles & {Role.CLERK, Role.VERIFIER, Role.TRADING_CENTRE}), permission
            assert not {Role.CLERK, Role.VERIFIER} <= roles or permission.endswith(".read")


class TestCommands:
    def test_that_open_something_sealed_note_it(self):
        seen = set()
        for file in sorted(Path(registry.commands.__path__[0]).glob("*.py")):
            for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(function, ast.FunctionDef):
                    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
                    if any(map(opens_sealed, calls)):
                        seen.add(file.stem)
                        names = {ast.unparse(call.func) for call in calls}
                        assert "access_trail.note_reading" in names, f"{file.stem}.{function.name}"
        assert seen >= {"procedures", "proposals", "receipts", "checks"}
