"""Numbers of persons are typed into every field at every door, and are found in clear nowhere: no column of the store,
no page, no answer, no log, no error.

The long form has other numbers and other spellings in each field, round by round.
"""

import contextlib
import csv
import io
import itertools
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from registry import runtime
from registry.domain.cases.case_file import StepDocument
from registry.domain.exchange import batch
from registry.domain.filing.columns import FIELDS
from registry.domain.permissions import SYSTEM, Role
from registry.errors import Refusal
from registry.keys.signing import Signer
from registry.models import CheckFile, ListAdoption, PenaltyImport, Publication
from registry.queries import integrity, row_integrity
from registry.services.cases import list_adoption, list_verification, penalty_import, relief_applications
from registry.services.checks import batch_check
from registry.services.exchange import inbox, peers
from registry.services.node import accounts, audit, jobs, mail
from registry.settings import Settings
from tests.api import test_applications, test_commendations, test_law, test_listings, test_watches
from tests.support import filed
from tests.support.attacks import count
from tests.support.bureau import Bureau
from tests.support.desk import bidder, seal, stranger
from tests.support.filings import BanFactory, FilingFactory, PersonFactory, days_ago, today
from tests.support.lists import firm
from tests.support.membership import entitle
from tests.support.planting import Planter, PlantingDesk, stored
from tests.support.relations import firm as end_of
from tests.support.relations import relation
from tests.sync.bodies import batch_of, body, sealed, speaking

pytestmark = [pytest.mark.attack, pytest.mark.long]
NUMBERS_OF_A_ROUND = 700
ROUNDS = max(1, count(NUMBERS_OF_A_ROUND, 10 * NUMBERS_OF_A_ROUND) // NUMBERS_OF_A_ROUND)
AT_LEAST = 200
WRITTEN_IN_TESTS = frozenset({"subject_kind", "kinds", "decided_on", "effect_until", "fine", "sectors"})
PLATFORM = Signer.generate()


@pytest.fixture(params=range(ROUNDS))
def planter(request: pytest.FixtureRequest) -> Planter:
    """Another set of numbers each round."""
    return Planter(seed=17 + request.param)


@pytest.fixture
def settings(store: str, tmp_path: Path) -> Settings:
    """A node that counts no applications: they are many here."""
    limits = dict.fromkeys(
        ("applications_per_hour_max", "applications_per_record_max", "applications_per_subject_max"), 100_000
    )
    return Settings(home=str(tmp_path), database_url=store, node="city", **limits)


@pytest.fixture
def desk(client, people, planter) -> PlantingDesk:
    """People who type a number into everything."""
    return PlantingDesk(client, people, planter)


def try_act(act) -> None:
    """An act that may be refused: what it said must be nowhere either way."""
    with contextlib.suppress(Refusal):
        act()


@pytest.fixture
def printed(caplog, capsys) -> Callable[[], list[tuple[str, str]]]:
    """(where, text) of everything logged and printed until now."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("factory").setLevel(logging.WARNING)  # it logs the filings that it makes

    def read() -> list[tuple[str, str]]:
        output = capsys.readouterr()
        logged = [(f"log {record.name}", record.getMessage()) for record in caplog.records]
        return [*logged, ("output", output.out), ("errors", output.err)]

    return read


class TestPlantedNumbers:
    def test_are_in_clear_nowhere(self, app: Flask, desk, bureau, typed, printed, attack):
        planter = desk.planter
        plant_filings(desk, planter)
        plant_files(desk, bureau, planter)
        plant_cases(desk)
        plant_listing(desk)
        plant_checks(desk, planter)
        plant_reliefs(desk, bureau, planter)
        plant_exchange(app, planter)
        plant_node(desk, planter, typed)
        seal()
        everything = [*stored(), *desk.answers, *public_surfaces(app, desk), *printed()]
        found = planter.found(everything)
        attack.tried, attack.notes["texts read"] = len(planter.numbers), len(everything)
        attack.require(len(planter.numbers) >= AT_LEAST, f"only {len(planter.numbers)} numbers planted")
        for place in sorted({place for place, _ in found}):
            attack.find("; ".join(f"{place}: {text[:900]}" for at, text in everything if at == place))
        attack.assert_nothing_found()
        with runtime.reading() as session:
            assert not list(integrity.findings(session, runtime.keys(), "city", lambda _: None))
            assert not list(row_integrity.findings(session, runtime.keys().vault))


def plant_filings(desk: PlantingDesk, planter: Planter) -> None:
    """Every field of a filing by itself, its return, refiling, verification, withdrawal; the key of the request."""
    for name in FIELDS:
        if name in desk.sealed_fields:
            continue
        for base in (FilingFactory, PersonFactory):
            planted = dict(base(override_reason="经集体讨论决定"))
            planted[name] = f"{planted.get(name) or ''}{planter.text()}"
            answer = desk._send("POST", "/api/v1/penalties", "clerk", json=planted)
            if answer.status_code == 201:
                record = answer.get_json()["id"]
                desk.act("return", record, json={"reason": "退回"})
                desk._send("PUT", f"/api/v1/penalties/{record}", "clerk", json=planted)
                desk.act("verification", record, json={"confirmation": "已核对"})
    record = desk.published(FilingFactory())
    desk.act("", record, "clerk", json=dict(FilingFactory()))
    desk.withdraw(record, days_ago(0))
    for key in (planter.text(plain=True), f"{planter.text(plain=True)}-1"):
        filing = dict(FilingFactory())
        for _ in range(2):
            answer = desk._send("POST", "/api/v1/penalties", "clerk", json=filing, headers={"Idempotency-Key": key})
            assert answer.status_code == 201


def plant_files(desk: PlantingDesk, bureau: Bureau, planter: Planter) -> None:
    """Files of penalties, lists and parties: their names, headings and every cell; what is said of headings."""
    rows = [dict(FilingFactory()) for _ in FIELDS]
    for name, row in zip(FIELDS, rows, strict=True):
        if name not in WRITTEN_IN_TESTS and name not in desk.sealed_fields:
            row[name] = f"{row.get(name) or ''}{planter.text()}"
    for extra in ({}, {planter.text(plain=True): "x"}):
        data = _table([row | extra for row in rows])
        query = {"filename": f"{planter.text(plain=True)}.csv"}
        desk._send("POST", "/api/v1/penalties/imports", "clerk", data=data, query_string=query)
        form = {"file": (io.BytesIO(data + b"\n"), f"{planter.text(plain=True)}.csv")}
        desk._send("POST", "/api/v1/penalties/imports", "clerk", data=form)
    heading = planter.text(plain=True)
    options = penalty_import.Options(mapping={heading: "remark"})
    try_act(
        lambda: bureau.do(
            "clerk",
            lambda work: penalty_import.store_import(
                work, _table([dict(FilingFactory()) | {heading: planter.text()}]), "a.csv", options
            ),
        )
    )
    clerk = desk.people["clerk"].actor
    with runtime.reading() as session:
        imports = [(row.id, clerk) for row in session.scalars(select(PenaltyImport))]
    penalty_import.run_pending(runtime.perform, imports)
    for number, _ in imports:
        for end in ("", "/workbook"):
            desk._send("GET", f"/api/v1/penalties/imports/{number}{end}", "clerk")
        desk._send("PUT", f"/api/v1/penalties/imports/{number}/verification", "verifier")
    _plant_lists(bureau, planter)
    _plant_bidders(desk, planter)


def _plant_lists(bureau: Bureau, planter: Planter) -> None:
    names = list(firm(1))
    rows = [firm(number) for number in range(len(names) + 2)]
    for name, row in zip(names, rows, strict=False):
        if name not in ("列入日期",):
            row[name] = f"{row[name]}{planter.text()}"
    stated = list_adoption.ListFileFacts("judgment-debtor", None, is_full=False, source="")
    data, name = _table(rows), f"{planter.text(plain=True)}.csv"
    bureau.do("clerk", lambda work: list_adoption.store_adoption(work, data, name, stated))
    clerk = bureau.people["clerk"].actor
    with runtime.reading() as session:
        adoptions = [row.id for row in session.scalars(select(ListAdoption))]
    for number in adoptions:
        list_adoption.run(lambda act: runtime.perform(clerk, act), clerk, number)
        try_act(lambda number=number: bureau.do("verifier", lambda work: list_verification.verify(work, number)))
    again = bureau.do("clerk", lambda work: list_adoption.store_adoption(work, data + b"\n", name, stated).id)
    reason = planter.sentence()
    list_adoption.run(lambda act: runtime.perform(clerk, act), clerk, again)
    try_act(lambda: bureau.do("verifier", lambda work: list_verification.send_back(work, again, reason)))


def _plant_bidders(desk: PlantingDesk, planter: Planter) -> None:
    rows = [
        {"name": f"盐城示列{number}有限公司", "uscc": "", "role": "bidder", "ref": f"R{number}", "section": ""}
        for number in range(6)
    ]
    for name, row in zip(("name", "uscc", "role", "ref", "section"), rows, strict=False):
        row[name] = f"{row[name]}{planter.text()}"
    query = {"sector": "procurement", "filename": f"{planter.text(plain=True)}.csv", "code": planter.text(plain=True)}
    desk._send("POST", "/api/v1/checks/files", "centre", data=_table(rows), query_string=query, content_type="text/csv")
    query.pop("code")
    desk._send("POST", "/api/v1/checks/files", "centre", data=_table(rows), query_string=query, content_type="text/csv")
    with runtime.reading() as session:
        waiting = [(row.id, desk.people["centre"].actor) for row in session.scalars(select(CheckFile))]
    batch_check.run_pending(runtime.perform, waiting)


def plant_cases(desk: PlantingDesk) -> None:
    """Commendations, relations, judgments and handling decisions, with their returns and withdrawals."""
    subject, other = FilingFactory(), FilingFactory()
    drafts = {
        "commendations": test_commendations.award(subject),
        "relations": relation("branch", subject, end_of(other), facts="登记所载"),
        "criminal-judgments": filed.draft("criminal_judgment", today=today()),
        "handling-decisions": filed.draft("handling_decision", today=today()),
    }
    for noun, draft in drafts.items():
        path = f"/api/v1/{noun}"
        answer = desk.ask("POST", path, "clerk", json=_jsonable(draft))
        if answer.status_code != 201:
            continue
        record = answer.get_json()["id"]
        desk.ask("PUT", f"{path}/{record}/return", "verifier", json={"reason": "缺少依据"})
        desk.ask("PUT", f"{path}/{record}", "clerk", json=_jsonable(draft))
        desk.ask("PUT", f"{path}/{record}/verification", "verifier", json={})
        desk.ask("PUT", f"{path}/{record}/withdrawal", "verifier", json={"reason": "登记有误"})


def plant_listing(desk: PlantingDesk) -> None:
    """A listing from its draft to its removal."""
    ban = BanFactory()
    penalty = desk._send("POST", "/api/v1/penalties", "clerk", json=dict(ban)).get_json()["id"]
    desk.act("verification", penalty)
    answer = desk.ask("POST", "/api/v1/listings", "clerk", json=test_listings.draft(ban, penalty))
    record = answer.get_json()["id"]
    day = today().isoformat()
    acts = (
        ("watch", "clerk", {}, ()),
        ("return", "reviewer", {"reason": "补充"}, ()),
        ("review", "reviewer", {}, ("legal_opinion",)),
        ("notice", "clerk", {"served_on": days_ago(0)}, ("notice", "service_proof")),
        ("statement", "clerk", {}, ("statement",)),
        ("suspension", "verifier", {"reason": "裁定停止执行", "since": day}, ("court_order",)),
        ("removal", "verifier", {"reason": "移出", "changed_on": day}, ("removal_decision",)),
        ("closure", "head", {"reason": "不予列入"}, ()),
    )
    for path, by, stated, kinds in acts:
        special = test_listings.papers(*kinds) if kinds else {}
        desk.ask("PUT", f"/api/v1/listings/{record}/{path}", by, json={**stated, **special})


def plant_checks(desk: PlantingDesk, planter: Planter) -> None:
    """Checks and watches: names, references, lots, tenders; the query of a receipt; searches of the public."""
    firm_filed = BanFactory()
    desk.check(bidder(firm_filed, section="1"), stranger(), tender={"product": "打印机"})
    check = desk._send(
        "POST",
        "/api/v1/checks",
        "centre",
        json={"tender": {"code": "YC-1", "sector": "procurement"}, "parties": [{"ref": "1", **bidder(firm_filed)}]},
    ).get_json()
    desk._send("GET", f"/api/v1/checks/{check['id']}/receipt", "centre", query_string={"ref": planter.text(plain=True)})
    desk.ask("POST", "/api/v1/watches", "centre", json=test_watches.asked(bidder(firm_filed)))
    for name in ("q", "name", "uscc", "number", planter.text(plain=True)):
        for path in ("/api/v1/records", "/records", "/api/v1/changes", "/reports"):
            desk._send("GET", path, None, query_string={name: planter.text()})


def plant_reliefs(desk: PlantingDesk, bureau: Bureau, planter: Planter) -> None:
    """Applications of subjects and what offices answer them; the names and numbers of their documents."""
    for noun, ends in (("disputes", ("refusal", "decision")), ("repairs", ("refusal", "rejection"))):
        for end in ends:
            record = _repairable(bureau)
            desk.ask("POST", f"/api/v1/{noun}", json=test_applications.application(bureau, record))
            number = bureau.applied(noun[:-1], record)
            desk.ask("PUT", f"/api/v1/{noun}/{number}/acceptance", "clerk", json={})
            desk.ask("PUT", f"/api/v1/{noun}/{number}/extension", "clerk", json={"reason": "须核对"})
            stated = {"reason": "核实", "documents": [{"kind": "relief_decision", "number": "盐示〔2026〕1号"}]}
            more = {"outcome": "reject", "changed_on": days_ago(0)} if end == "decision" else {}
            desk.ask("PUT", f"/api/v1/{noun}/{number}/{end}", "verifier", json=stated | more)
    record = bureau.published_penalty()
    document = StepDocument("evidence", planter.text(), None, None, f"{planter.text()}.pdf", b"%PDF-1.4 invented")
    papers = relief_applications.read_papers([document])
    application = bureau.application("dispute", record, statement=planter.sentence(), agent=None)
    try_act(lambda: bureau.do("public", lambda work: relief_applications.apply(work, application, papers)))
    desk.ask("PUT", f"/api/v1/contacts/{record}", "clerk", json={"address": "a@example.org"})
    runtime.perform(
        SYSTEM,
        lambda work: mail.queue(work, "code", f"{planter.text(plain=True)}@example.org", "核验码", planter.text()),
    )


def _repairable(bureau: Bureau) -> str:
    fined = {"content": "处以罚款一万元。", "decided_on": days_ago(400), "effect_until": days_ago(10)}
    return bureau.published_penalty(**fined)


def plant_exchange(app: Flask, planter: Planter) -> None:
    """Batches of a peer with a number in each text and in unknown fields; why it is paused, and an item dropped."""

    def introduce(work):
        peers.add(work, "platform", "平台", "https://platform.example", PLATFORM.public.hex(), [])
        entitle(work, "platform", speaking("platform"))

    runtime.perform(SYSTEM, introduce)

    def receive(work):
        records = []
        for name in ("facts", "title", "content", "basis", "document_number", "behaviour_text", "permit"):
            value = body(node="platform")
            records.append(sealed(PLATFORM, value | {name: planter.sentence()}))
        extra = planter.text(plain=True)
        records += [
            sealed(PLATFORM, body(node="platform", schema=2) | {extra: "x"}),
            sealed(PLATFORM, body(node="platform", schema=2, note=planter.sentence())),
            {planter.text(plain=True): "x"},
            planter.sentence(),
        ]
        return inbox.receive(work, peers.peer_messages.peer(work.session, "platform"), batch_of("platform", *records))

    receipt = runtime.perform(SYSTEM, receive)
    assert {line["outcome"] for line in batch.loads(receipt)["results"]} == {"rejected"}
    assert not planter.found([("receipt", receipt.decode())])
    with runtime.reading() as session:
        waiting = [row.item.id for row in peers.peer_messages.quarantined(session)]
    for number, reason in zip(waiting[:2], iter(planter.sentence, None), strict=False):
        runtime.perform(SYSTEM, lambda work, number=number, reason=reason: inbox.drop(work, number, reason))
    for number in waiting[2:4]:
        runtime.perform(SYSTEM, lambda work, number=number: inbox.release(work, number))
    pause = planter.sentence()
    runtime.perform(SYSTEM, lambda work: peers.pause(work, "platform", pause))


def plant_node(desk: PlantingDesk, planter: Planter, typed) -> None:
    """Names of accounts and departments, the audit trail, outcomes of jobs, reasons for changes of keys and of law."""
    name, place = planter.text(plain=True), planter.sentence()
    try_act(
        lambda: runtime.perform(
            SYSTEM, lambda work: accounts.create(work, accounts.NewAccount(name, Role.CLERK, "finance", ("*",), ("*",)))
        )
    )
    runtime.perform(
        SYSTEM, lambda work: accounts.ensure_department(work, accounts.NewDepartment("planted", place, "supervisor"))
    )
    detail, reference = planter.sentence(), planter.text()
    runtime.perform(SYSTEM, lambda work: audit.note(work, "planted", [reference], detail))

    def run_job(work):
        number = jobs.claim(work, "planted", 60, "worker")
        jobs.finish(work, "planted", number, planter.sentence())

    runtime.perform(SYSTEM, run_job)
    test_law.propose(desk)
    first = runtime.keys().signer.key_id
    assert typed("keys", "rotate")[0] == 0
    assert typed("keys", "revoke", first, "--reason", planter.sentence())[0] == 0
    for words in (("records", "show", planter.text(plain=True)), ("ledger", "show", planter.text(plain=True))):
        typed(*words)


def public_surfaces(app: Flask, desk: PlantingDesk):
    """(address, text) of every page and answer that anybody may read."""
    with runtime.reading() as session:
        records = sorted(set(session.scalars(select(Publication.record))))
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    paths = [rule.rule for rule in rules if not rule.arguments]
    paths += [f"/reports/{today().year}", f"/reports/{today().year}.xlsx"]
    for record, path in itertools.product(records, ("/api/v1/records/{}", "/api/v1/records/{}/history", "/records/{}")):
        paths.append(path.format(record))
    for path in paths:
        yield path, desk.client.get(path).get_data(as_text=False).decode("utf-8", "ignore")


def _table(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _jsonable(value):
    if isinstance(value, dict):
        return {name: _jsonable(item) for name, item in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else value
