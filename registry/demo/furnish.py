"""Fill the demo nodes with accounts, records and peers.

Every firm, person and authority is invented; codes are synthetic.
"""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from flask import Flask

from registry import runtime
from registry.demo import lists, platforms, procedures
from registry.domain.exchange import membership
from registry.domain.exchange.membership import Administrator, AdministratorsStatement, MemberStatement, Signature
from registry.domain.permissions import SHELL, SYSTEM, Role
from registry.keys.signing import Signer
from registry.queries.cases import penalties
from registry.queries.exchange import member_statements, peer_messages
from registry.queries.node import account_lookup, sign_in_lookup
from registry.queries.publication import known_keys
from registry.services import proposed_acts
from registry.services.cases import penalty_import, penalty_verification
from registry.services.exchange import members
from registry.services.node import accounts, passwords, proposals
from registry.services.publication import row_state
from registry.settings import DEMO_FILE, Settings
from registry.unit_of_work import UnitOfWork, day_of

HERE = Path(__file__).parent
PASSWORD = "yancheng-demo-2026"  # noqa: S105 - good for nothing elsewhere
"""Of every demo account; printed at the start."""
KEYS_FILE = "public-keys.json"

DEPARTMENTS = (
    accounts.NewDepartment("demo-credit-office", "盐城市示例信用管理办公室", "supervisor"),
    accounts.NewDepartment("demo-finance", "盐城市示例财政局", "supervisor", "11320900MA0T000010"),
    accounts.NewDepartment("demo-housing", "盐城市示例住房和城乡建设局", "supervisor", "11320900MA0T000023"),
    accounts.NewDepartment("demo-trading-centre", "盐城市示例公共资源交易中心", "trading_centre"),
    accounts.NewDepartment("demo-administration", "登记簿运行管理", "platform"),
)
ACCOUNTS = (
    accounts.NewAccount("finance-clerk", Role.CLERK, "demo-finance", ("procurement",), ("*",)),
    accounts.NewAccount("finance-verifier", Role.VERIFIER, "demo-finance", ("procurement",), ("*",)),
    accounts.NewAccount("housing-clerk", Role.CLERK, "demo-housing", ("construction",), ("*",)),
    accounts.NewAccount("housing-verifier", Role.VERIFIER, "demo-housing", ("construction",), ("*",)),
    accounts.NewAccount("credit-clerk", Role.CLERK, "demo-credit-office", ("*",), ("*",)),
    accounts.NewAccount("credit-verifier", Role.VERIFIER, "demo-credit-office", ("*",), ("*",)),
    accounts.NewAccount("credit-reviewer", Role.LEGAL_REVIEWER, "demo-credit-office", ("*",), ("*",)),
    accounts.NewAccount("credit-head", Role.HEAD, "demo-credit-office", ("*",), ("*",)),
    accounts.NewAccount("trading-centre", Role.TRADING_CENTRE, "demo-trading-centre", ("*",), ("*",)),
    accounts.NewAccount("auditor", Role.AUDIT_ADMIN, "demo-administration", ("*",), ("*",)),
    accounts.NewAccount("finance-verifier-2", Role.VERIFIER, "demo-finance", ("procurement",), ("*",)),
    accounts.NewAccount("housing-verifier-2", Role.VERIFIER, "demo-housing", ("construction",), ("*",)),
    accounts.NewAccount("credit-verifier-2", Role.VERIFIER, "demo-credit-office", ("*",), ("*",)),
    accounts.NewAccount("operator", Role.SYSTEM_ADMIN, "demo-administration", ("*",), ("*",)),
    accounts.NewAccount("security-1", Role.SECURITY_ADMIN, "demo-administration", ("*",), ("*",)),
    accounts.NewAccount("security-2", Role.SECURITY_ADMIN, "demo-administration", ("*",), ("*",)),
)
"""The security administrators come last: with the second of them the node's shell loses its right to make accounts."""
AUTHORITIES = {
    "city": {
        "11320900MA0T000010": ["盐城市示例财政局"],
        "11320900MA0T000023": ["盐城市示例住房和城乡建设局"],
        "11320900MA0T000036": ["盐城市示例国有资产监督管理委员会"],
        "11320900MA0T000049": ["盐城市示例卫生健康委员会"],
    },
    "platform": {"11320900MA0T00005C": ["盐城市示例交通运输局"]},
}
"""Code and names of the authorities that each node speaks for."""
FILED = {"city": ("credit-clerk", "credit-verifier"), "platform": ("credit-clerk", "credit-verifier")}


def furnish(apps: Mapping[str, Flask], nodes: Sequence[Settings]) -> dict[str, str]:
    """Create accounts, records and peers on a first start, nothing on a later one; returns the city's keys."""
    for settings in nodes:
        with apps[settings.node].app_context():
            _create_accounts(settings)
            _set_passwords()
    for settings in nodes:
        with apps[settings.node].app_context():
            _introduce_peers(apps, settings, nodes)
            _state_members(nodes)
            if settings is nodes[0]:
                platforms.furnish(settings)  # before the records, so that they are told of them
            _file_records(settings)
            if settings is nodes[0]:
                procedures.furnish()
                lists.furnish()
                runtime.perform(SYSTEM, lambda work: bool(row_state.seal(work)))
    return _read_accounts(nodes[0])


def _create_accounts(settings: Settings) -> None:
    path = Path(settings.home) / DEMO_FILE
    issued: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    lacking = [new for new in ACCOUNTS if new.name not in issued]
    if not lacking:
        return

    def act(work: UnitOfWork) -> dict[str, str]:
        departments = DEPARTMENTS if settings.node == "city" else map(_name_platform_department, DEPARTMENTS)
        for department in departments:
            accounts.ensure_department(work, department)
        keys = {new.name: accounts.draw_key() for new in lacking}
        for new in lacking:
            accounts.create(work, new, account_lookup.key_hash(keys[new.name]))
        return keys

    keys = issued | runtime.perform(SHELL, act)
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(keys, indent=1), encoding="utf-8")
    draft.rename(path)
    with runtime.reading() as session:
        document = known_keys.document(session, settings.node, runtime.keys().signer)
    (Path(settings.home) / KEYS_FILE).write_bytes(document)


def _set_passwords() -> None:
    """Give every demo account the password that is printed, unless it has one."""
    with runtime.reading() as session:
        without = sign_in_lookup.without_password(session, [new.name for new in ACCOUNTS])
    if without:
        hashed = passwords.hash_password(PASSWORD, PASSWORD, DEMO_FILE)

        def act(work: UnitOfWork) -> int:
            for account_id in without:
                passwords.set_password(work, account_id, hashed)
            return len(without)

        runtime.perform(SYSTEM, act)


def _name_platform_department(new: accounts.NewDepartment) -> accounts.NewDepartment:
    """No two nodes have a department in common: what one decides, the other cannot state."""
    return accounts.NewDepartment(new.code, f"演示平台{new.name.removeprefix('盐城市示例')}", new.kind)


def _state_members(nodes: Sequence[Settings]) -> None:
    """State for both nodes which authorities they speak for, signed by two invented administrators."""
    folder = Path(nodes[0].home) / "administrators"
    folder.mkdir(mode=0o700, exist_ok=True)
    signers = []
    for name in ("first", "second"):
        Signer.generate().save(folder / f"{name}.pem")  # keeps what is there
        signers.append(Signer.load(folder / f"{name}.pem"))
    today = day_of(runtime.clock())
    people = [
        Administrator(name=f"示例管理员{place}", public_key=signer.public.hex())
        for place, signer in enumerate(signers, start=1)
    ]
    statements: list[AdministratorsStatement | MemberStatement] = [
        AdministratorsStatement(revision=1, issued_on=today, administrators=people)
    ]
    statements += [
        MemberStatement(
            node=node,
            revision=1,
            issued_on=today,
            authorities=authorities,
            regions=["320900"],
            sources={"judgment-debtor": ["*"]} if node == "city" else {},
            effective_from=today,
            effective_until=None,
        )
        for node, authorities in AUTHORITIES.items()
    ]
    with runtime.reading() as session:
        if member_statements.administrators(session) is not None:
            return
    for statement in statements:
        data = membership.parse_statement(membership.build(statement)).data
        signatures = [Signature(signer.key_id, signer.sign(data).hex()) for signer in signers]
        runtime.perform(SYSTEM, partial(members.load, raw=membership.build(statement, signatures)))


def _read_accounts(settings: Settings) -> dict[str, str]:
    keys: dict[str, str] = json.loads((Path(settings.home) / DEMO_FILE).read_text(encoding="utf-8"))
    return keys


def _introduce_peers(apps: Mapping[str, Flask], settings: Settings, nodes: Sequence[Settings]) -> None:
    for other in nodes:
        if other is not settings:
            public = apps[other.node].extensions["registry_keys"].exchange.public.hex()
            _introduce_peer(other, public)


def _introduce_peer(other: Settings, public: str) -> None:
    """Add a peer, or change its address: the demo may run on another port than before. Two administrators do it."""
    with runtime.reading() as session:
        known = {peer.code: peer.url for peer in peer_messages.peers(session)}
        today = day_of(runtime.clock())
        operator = account_lookup.by_name(session, "operator", today)
        security = account_lookup.by_name(session, "security-1", today)
    if known.get(other.node) == other.base_url:
        return

    def propose(work: UnitOfWork) -> int:
        if other.node in known:
            return proposed_acts.propose_change_of_peer(work, other.node, other.base_url, None, distrust=False).id
        return proposed_acts.propose_peer(work, other.node, other.node_name, other.base_url, public, ()).id

    number = runtime.perform(operator, propose)
    runtime.perform(security, lambda work: proposals.confirm(work, proposed_acts.ACTS, number)[0].state)


def _file_records(settings: Settings) -> None:
    """File and verify the node's records with its own officers; the same file again changes nothing."""
    clerk_name, verifier_name = FILED[settings.node]
    with runtime.reading() as session:
        today = day_of(runtime.clock())
        clerk = account_lookup.by_name(session, clerk_name, today)
        verifier = account_lookup.by_name(session, verifier_name, today)
    path = HERE / f"{settings.node}.csv"
    data = path.read_bytes()
    import_id = runtime.perform(
        clerk, lambda work: penalty_import.store_import(work, data, path.name, penalty_import.Options()).id
    )
    penalty_import.run(lambda act: runtime.perform(clerk, act), clerk, import_id)
    with runtime.reading() as session:
        waiting = penalties.awaiting(session, verifier.department_id, import_id, penalty_import.CHUNK)
    if waiting:
        runtime.perform(verifier, lambda work: penalty_verification.verify(work, waiting))
        runtime.perform(SYSTEM, lambda work: bool(row_state.seal(work)))
