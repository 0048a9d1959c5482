"""Every role at every route of the URL map, for what is its own, what is another department's and what is nowhere.

Own things are answered; of another department's nothing more is said than of what does not exist.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from registry import runtime
from registry.domain.cases.filed_kinds import FILED_KINDS
from registry.domain.cases.procedures import PROCEDURES
from registry.domain.permissions import EVERYWHERE, GRANTS, WITHOUT_ACCOUNT, Role
from registry.services.node import accounts
from tests.contract.test_routes import PEERS, PUBLIC
from tests.support.attacks import count
from tests.support.bureau import Bureau, confirming
from tests.support.desk import Desk, bidder, stranger
from tests.support.filings import BanFactory, filing
from tests.support.walker import Walker

pytestmark = pytest.mark.attack
ROLES = tuple(role for role in Role if role not in WITHOUT_ACCOUNT)
OWN, FOREIGN = "finance", "housing"
FIRM = stranger()
DEBTORS = (
    "名称,统一社会信用代码,主体类别,案号,列入事由,执行法院,列入日期\n"
    f"{FIRM['name']},{FIRM['uscc']},法人,（2025）苏09示执1号,示例,示例法院,2025-11-25\n"
).encode()
ABSENT = {"record": "0" * 32, "check": "0" * 32, "watch": "0" * 32, "number": "999999", "place": "0"}
OF_THE_NODE = frozenset({Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN})
"""Who administers the node does so for every department."""
METHODS = ("get", "put", "post", "delete")


@dataclass(frozen=True)
class Route:
    """A route of the application; ``permission`` is None for a public one."""

    method: str
    rule: str
    permission: Any

    @property
    def name(self) -> str:
        """As the list of routes names it."""
        return f"{self.method.upper()} {self.rule}"

    def path(self, values: dict[str, str]) -> str:
        """The address with these values; of what no value is named, one that fits."""
        return re.sub(
            r"<(?:(\w+):)?(\w+)>", lambda found: values.get(found[2], "2026" if found[1] == "int" else "x"), self.rule
        )


def routes(app: Any) -> list[Route]:
    """All of them, those that destroy last."""
    found = [
        Route(method.lower(), rule.rule, getattr(app.view_functions[rule.endpoint], "permission", None))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    ]
    return sorted(found, key=lambda one: (METHODS.index(one.method), one.rule))


def hired(desk: Desk, department: str) -> dict[Role, dict[str, str]]:
    """The headers of an account of every role in a department, each for every sector and district."""

    def act(work: Any) -> dict[Role, dict[str, str]]:
        made = {}
        for role in ROLES:
            name = f"{department}-{role}"
            account = accounts.create(work, accounts.NewAccount(name, role, department, (EVERYWHERE,), (EVERYWHERE,)))
            made[role] = {"Authorization": f"Bearer {accounts.issue_key(work, account.id, name)}"}
        return made

    return runtime.perform(desk.people["security"].actor, lambda work: act(confirming(work)))


def things(desk: Desk, walker: Walker, own: dict[Role, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Something of the own department under each beginning of an address that names things."""

    def made(role: Role, method: str, path: str, **request: Any) -> str:
        answer = desk.ask(method, f"/api/v1{path}", headers=own[role], **request)
        assert answer.status_code < 300, (path, answer.get_json())
        return str(answer.get_json()["id"])

    ban = BanFactory()
    tender = {"tender": {"code": "a", "sector": "procurement"}, "parties": [{"ref": "1", **bidder(ban)}]}
    debtors = "?list=judgment-debtor&as_of=2026-11-20&source=示例法院"
    published = desk.published(ban)
    withdrawal = {"reason": "经复议撤销", "changed_on": ban["decided_on"]}
    found = {
        "penalties": {"record": desk.filed(filing())},
        "penalties/imports": {"number": made(Role.CLERK, "POST", "/penalties/imports", json=[filing()])},
        "checks": {"check": made(Role.TRADING_CENTRE, "POST", "/checks", json=tender)},
        "checks/files": {
            "number": made(Role.TRADING_CENTRE, "POST", "/checks/files?sector=procurement", data="name\n甲\n".encode())
        },
        "watches": {"watch": made(Role.TRADING_CENTRE, "POST", "/watches", json={**tender, "until": "2999-01-01"})},
        "listings/adoptions": {"number": made(Role.CLERK, "POST", f"/listings/adoptions{debtors}", data=DEBTORS)},
        "proposals": {
            "number": str(desk.act("withdrawal", published, json=withdrawal).get_json()["id"]), "place": "0",
        },
    }  # fmt: skip
    for noun in PROCEDURES:
        if noun in ("penalty", "adopted_listing"):
            continue
        case = walker.case(noun, PROCEDURES[noun].steps[0].to, walker.bureau.today)
        plural = FILED_KINDS[noun].plural if noun in FILED_KINDS else f"{noun}s"
        found[plural] = {"record": case.record}
    return found


def beginning(rule: str, known: dict[str, dict[str, str]]) -> str | None:
    """Under which of the known beginnings the thing of a route stands; None when the route names none of them."""
    fitting = [name for name in known if rule.startswith(f"/api/v1/{name}/<")]
    return max(fitting, key=len) if fitting else None


def bodies(desk: Desk) -> dict[str, Any]:
    """A plain body for each operation that takes one, by its name, so that a request reaches more than its schema."""
    document = desk.get("/openapi.json").get_json()
    made = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS and "requestBody" in operation:
                content = operation["requestBody"]["content"]
                schema = next(iter(content.values())).get("schema", {})
                made[f"{method.upper()} {path}"] = plain(schema, document)
    return made


def plain(schema: dict[str, Any], document: dict[str, Any], depth: int = 0) -> Any:
    """The plainest value of a schema: what must be there, and no more."""
    if "$ref" in schema:
        at: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            at = at[part]
        return plain(at, document, depth + 1)
    for word in ("allOf", "oneOf", "anyOf"):
        if word in schema:
            return plain(schema[word][0], document, depth + 1)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        wanted = schema.get("required", [])
        return {name: plain(schema["properties"][name], document, depth + 1) for name in wanted} if depth < 9 else {}
    if kind == "array":
        return [plain(schema.get("items", {}), document, depth + 1)] * schema.get("minItems", 0)
    texts = {"date": "2026-11-02", "date-time": "2026-11-02T00:00:00Z"}
    return {
        "string": texts.get(schema.get("format", ""), "示例"),
        "integer": schema.get("minimum", 1),
        "boolean": True,
    }.get(kind, 1)


def fault_of(answer: Any, route: Route, document: dict[str, Any]) -> str:
    """What of a successful answer in JSON the document does not tell of; empty when it tells of all."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.rule)
    operation = document["paths"].get(path, {}).get(route.method)
    if operation is None or not answer.is_json or answer.status_code >= 300:
        return ""
    content = operation["responses"].get(str(answer.status_code), {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema is None:
        return f"status {answer.status_code}"
    found = Draft202012Validator({**schema, "components": document["components"]}).iter_errors(answer.get_json())
    return "; ".join(f"{error.json_path} {error.message[:120]}" for error in found)


def verdict(answer: Any) -> tuple[int, str]:
    """Status and code of an answer."""
    body = answer.get_json(silent=True) if answer.mimetype.endswith("json") else None
    return answer.status_code, (body or {}).get("code", "") if isinstance(body, dict) else ""


@pytest.fixture
def walker(bureau: Bureau) -> Walker:
    """Who brings records to their first state."""
    return Walker(bureau)


def scopes(route: Route, known: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    """(scope, address) of a route; the own thing last, because an act may change it."""
    begins = beginning(route.rule, known)
    yield "absent", route.path(ABSENT)
    if begins:
        yield "foreign", route.path(ABSENT | known[begins])
        yield "own", route.path(ABSENT | known[begins])


def test_everybody_is_answered_as_the_map_of_permissions_says(app, desk, walker, attack):
    own, foreign = hired(desk, OWN), hired(desk, FOREIGN)
    known, written = things(desk, walker, own), bodies(desk)
    document = desk.get("/openapi.json").get_json()
    asked_of = {route.rule for route in routes(app) if beginning(route.rule, known)}
    attack.require(len(asked_of) > 60, f"only {len(asked_of)} addresses name something that exists")
    for route in routes(app)[:: count(4, 1)]:
        body = written.get(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.name))
        request = {} if route.method == "get" else {"json": body if body is not None else {}}
        absent: dict[Role | None, Any] = {}
        for scope, path in scopes(route, known):
            for role in (None, *ROLES):
                headers = (foreign if scope == "foreign" else own)[role] if role else {}
                answer = desk.ask(route.method.upper(), path, headers=headers, **request)
                at = f"{scope} {route.name} as {role}"
                attack.look(at, answer)
                status, code = verdict(answer)
                if scope == "absent":
                    absent[role] = (status, code, answer.get_data() if status < 300 else b"")
                if route.name in PEERS:
                    attack.require(code == "peer-signature", f"{status} {code} {at}")
                elif route.permission is None:
                    attack.require(status not in (401, 403) or route.name not in PUBLIC, f"{status} {code} {at}")
                elif role is None:
                    attack.require((status, code) == (401, "key-unknown"), f"{status} {code} {at}")
                elif role not in GRANTS[route.permission]:
                    attack.require((status, code) == (403, "out-of-role"), f"{status} {code} {at}")
                elif scope == "absent" and beginning(route.rule, known):
                    attack.require(status >= 400, f"{status}, though there is none: {at}")
                elif scope == "foreign" and role not in OF_THE_NODE:
                    shown = (status, code, answer.get_data() if status < 300 else b"")
                    attack.require(shown == absent[role], f"{status} {code}, absent {absent[role]}: {at}")
                else:
                    attack.require(code not in ("out-of-role", "key-unknown"), f"{status} {code} {at}")
                    fault = fault_of(answer, route, document) if scope == "own" else ""
                    attack.require(not fault, f"{fault}: {at}")
                    if scope == "own" and status < 300:
                        attack.note("own things read" if route.method == "get" else "own acts done")
    attack.assert_nothing_found()
