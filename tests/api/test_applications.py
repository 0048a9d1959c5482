"""Relief over HTTP without an account: what programs of firms and agents send and read."""

import base64

import pytest

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.queries.publication import publications
from registry.services.cases import relief_applications, relief_confirmation, revisions
from registry.settings import Settings
from tests.support.bureau import Bureau
from tests.support.filings import PersonFactory

PDF = base64.b64encode(b"%PDF-1.7 an invented document").decode()


@pytest.fixture
def bureau(people, monkeypatch) -> Bureau:
    """Departments at work."""
    return Bureau(people, monkeypatch)


def document(kind: str, **special) -> dict:
    plain = {"kind": kind, "number": "示证1号", "issued_on": "2026-11-01", "filename": "a.pdf"}
    return plain | {"content_base64": PDF} | special


def evidence(**special) -> dict:
    return {"documents": [document("evidence", **special)]}


def application(bureau: Bureau, record: str, *kinds: str, **special) -> dict:
    firm = bureau.names[record]
    return {
        "record": record,
        "name": firm["subject_name"],
        "uscc": firm["uscc"] or None,
        "id_type": firm.get("id_type"),
        "id_number": firm.get("id_number"),
        "agent": None,
        "contact": "13900000000",
        "statement": "违法事实与决定书不一致。",
        "consent": True,
        "documents": [document(kind) for kind in kinds or ("evidence",)],
    } | special


def send(desk, bureau, record, *kinds, noun="disputes", **special):
    return desk.ask("POST", f"/api/v1/{noun}", json=application(bureau, record, *kinds, **special))


def body(record: str) -> dict:
    with runtime.begin() as work:
        return publications.body(revisions.newest(work, record))


class TestDispute:
    def test_gives_number_state_clocks_and_address(self, desk, bureau):
        record = bureau.published_penalty()
        answer = send(desk, bureau, record)
        assert answer.status_code == 201, answer.get_json()
        made = answer.get_json()
        assert (made["state"], made["kind"], made["record"]) == ("received", "dispute", record)
        assert {one["code"] for one in made["clocks"]} == {"dispute.mark", "dispute.accept", "dispute.decide"}
        assert answer.headers["Location"] == made["status"] == f"/api/v1/reliefs/{made['number']}"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "disputed_on" not in body(record)
        read = desk.ask("GET", made["status"])
        assert read.get_json() == made
        assert read.headers["Cache-Control"] == "no-store"

    def test_of_a_person_is_by_identity_number(self, desk, bureau):
        record = bureau.published_penalty(**PersonFactory())
        assert send(desk, bureau, record, id_number="320981198807150005").status_code == 422
        assert send(desk, bureau, record, id_number=None).get_json()["code"] == "applicant-unfit"
        assert send(desk, bureau, record).status_code == 201

    def test_repeats_nothing_personal(self, desk, bureau):
        record = bureau.published_penalty()
        number = send(desk, bureau, record).get_json()["number"]
        told = desk.get(f"/reliefs/{number}").get_data(as_text=True)
        assert "13900000000" not in told
        assert "违法事实" not in told
        assert bureau.names[record]["subject_name"] not in told

    @pytest.mark.parametrize(
        ("wrong", "pointer", "code"),
        [
            ({"consent": False}, "/consent", "consent-missing"),
            ({"uscc": "123"}, "/uscc", "uscc-malformed"),
            ({"documents": []}, "/documents/evidence", "document-missing"),
            (evidence(content_base64=""), "/documents/evidence", "document-refused"),
            (evidence(content_base64="%%"), "/documents/0/content_base64", "field-refused"),
            ({"documents": [document("evidence"), document("decision")]}, "/documents", "document-kind-unknown"),
            (evidence(number="320902199003074518"), "/documents/evidence", "personal-number"),
            ({"documents": [document("evidence")] * 6}, "/documents", "field-refused"),
            ({"agent": "卞代理"}, "/documents/authorisation", "document-missing"),
            ({"colour": "red"}, "/colour", "field-refused"),
            ({"statement": ""}, "/statement", "field-refused"),
        ],
        ids=lambda held: held if isinstance(held, str) else None,
    )
    def test_is_refused_with_a_pointer(self, desk, bureau, wrong, pointer, code):
        record = bureau.published_penalty()
        answer = send(desk, bureau, record, **wrong)
        assert answer.status_code == 422
        assert {"pointer": pointer, "code": code}.items() <= answer.get_json()["errors"][0].items()
        assert "320902199003074518" not in answer.get_data(as_text=True)

    def test_of_nothing_is_not_found(self, desk, bureau):
        record = bureau.published_penalty()
        asked = application(bureau, record) | {"record": "0" * 32}
        answer = desk.ask("POST", "/api/v1/disputes", json=asked)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "applicant-unfit")

    def test_is_open_once(self, desk, bureau):
        record = bureau.published_penalty()
        bureau.confirmed("dispute", record)
        assert send(desk, bureau, record).get_json()["code"] == "relief-open"


class TestRepair:
    def test_waits_for_the_minimum_period(self, desk, bureau):
        record = bureau.published_penalty()
        kinds = ("performance_proof", "public_promise")
        answer = send(desk, bureau, record, *kinds, noun="repairs")
        assert (answer.status_code, answer.get_json()["code"]) == (409, "repair-too-early")
        bureau.go(type(bureau.today).fromisoformat(body(record)["repairable_from"]))
        made = send(desk, bureau, record, *kinds, noun="repairs").get_json()
        assert [one["code"] for one in made["clocks"]] == ["repair.accept"]


class TestStanding:
    def test_follows_the_steps(self, desk, bureau):
        number = send(desk, bureau, bureau.published_penalty()).get_json()["number"]
        bureau.do("clerk", lambda work: relief_applications.refuse(work, number, "不属于受理范围", StepInput()))
        told = desk.get(f"/reliefs/{number}").get_json()
        assert (told["state"], told["outcome"], told["reason"]) == ("refused", "refused", "不属于受理范围")
        assert [step["act"] for step in told["steps"]] == ["apply", "refuse"]
        assert told["ended_on"] == bureau.today.isoformat()
        assert {one["state"] for one in told["clocks"]} == {"met"}

    def test_of_an_unknown_number_is_not_found(self, desk):
        for method, path in (("GET", "/api/v1/reliefs/x"), ("PUT", "/api/v1/reliefs/x/cancellation")):
            answer = desk.ask(method, path)
            assert (answer.status_code, answer.get_json()["code"]) == (404, "relief-unknown")


class TestCancel:
    def test_ends_it_for_whoever_knows_the_number(self, desk, bureau):
        record = bureau.published_penalty()
        made = send(desk, bureau, record).get_json()
        bureau.do("clerk", lambda work: relief_confirmation.mark(work, made["number"], StepInput()))
        assert "disputed_on" in body(record)
        path = f"/api/v1/reliefs/{made['number']}/cancellation"
        assert desk.ask("PUT", path, headers={"If-Match": '"9"'}).status_code == 412
        assert desk.ask("PUT", path).get_json()["state"] == "cancelled"
        assert "disputed_on" not in body(record)
        assert desk.ask("PUT", path).get_json()["code"] == "transition-refused"


class TestStrangers:
    @pytest.fixture
    def settings(self, store, tmp_path) -> Settings:
        """A node that takes three applications an hour from one address, and two about one record."""
        limits = {"applications_per_hour_max": 3, "applications_per_record_max": 2}
        return Settings(home=str(tmp_path), database_url=store, node="city", proxies=1, **limits)

    def test_cannot_try_numbers_without_end(self, desk, bureau):
        """Of a person's record nobody may find out whose it is by trying."""
        record = bureau.published_penalty(**PersonFactory())
        codes = [send(desk, bureau, record, name=f"卞猜{n}").get_json()["code"] for n in range(4)]
        assert codes == ["applicant-unfit"] * 3 + ["too-many-applications"]
        audit = desk.get("/audit", "auditor").get_data(as_text=True)
        assert audit.count("relief.unfit") == 3
        assert "卞猜" not in audit

    def test_at_one_address_leave_the_others_alone(self, desk, bureau):
        for number in range(4):
            at(desk, bureau, bureau.published_penalty(), "203.0.113.9", name=f"示例{number}")
        firm = bureau.published_penalty()
        assert at(desk, bureau, firm, "203.0.113.9").get_json()["code"] == "too-many-applications"
        assert at(desk, bureau, firm, "198.51.100.7").status_code == 201

    @pytest.mark.parametrize("block", ["2001:db8:1:2"])
    def test_of_one_network_count_together(self, desk, bureau, block):
        records = [bureau.published_penalty() for _ in range(4)]
        codes = [at(desk, bureau, record, f"{block}::{place}").status_code for place, record in enumerate(records, 1)]
        assert codes == [201, 201, 201, 429]

    def test_mark_no_record(self, desk, bureau):
        """58 records were marked in 0.7 s by somebody who knew only what is public."""
        records = [bureau.published_penalty() for _ in range(3)]
        assert {send(desk, bureau, record).status_code for record in records} == {201}
        assert not [record for record in records if "disputed_on" in body(record)]

    def test_cannot_keep_the_firm_from_applying(self, desk, bureau):
        record = bureau.published_penalty()
        strangers = [at(desk, bureau, record, f"203.0.113.{place}").status_code for place in range(3)]
        assert strangers == [201, 201, 429]
        issued = desk.ask("POST", f"/api/v1/contacts/{record}/codes", "clerk")
        code = issued.get_json()["code"]
        early = at(desk, bureau, record, "198.51.100.8", code=code).get_json()
        assert (early["code"], desk.confirm(issued).status_code) == ("code-wrong", 200)
        wrong = at(desk, bureau, record, "198.51.100.7", code="AAAAA-AAAAA").get_json()
        own = at(desk, bureau, record, "198.51.100.7", code=f" {code[:5].lower()}-{code[5:]}")
        assert (wrong["code"], own.status_code, own.get_json()["state"]) == ("code-wrong", 201, "confirmed")
        assert body(record)["disputed_on"] == bureau.today.isoformat()
        again = at(desk, bureau, record, "198.51.100.7", code=code, noun="disputes").get_json()
        assert again["code"] == "code-wrong"

    def test_lose_nothing_of_the_firms_when_theirs_is_refused(self, desk, bureau):
        record = bureau.published_penalty()
        theirs = at(desk, bureau, record, "203.0.113.1").get_json()["number"]
        bureau.confirmed("dispute", record)
        bureau.do("clerk", lambda work: relief_applications.refuse(work, theirs, "非当事人", StepInput()))
        assert "disputed_on" in body(record)

    def test_learn_nothing_of_what_is_not_public(self, desk, bureau):
        hidden = bureau.published_penalty(**PersonFactory())
        name = {"name": "盐城他人有限公司", "uscc": "91320902MA0TR0027T", "id_type": None, "id_number": None}
        told = []
        for place, record in enumerate((hidden, "0" * 32, "f" * 32)):
            answer = at(desk, bureau, hidden, f"198.51.100.{place}", **name, record=record)
            told.append((answer.status_code, answer.get_data().replace(record.encode(), b"")))
        assert len(set(told)) == 1
        assert told[0][0] == 403
        pages = [desk.client.get(f"/records/{record}/dispute") for record in (hidden, "0" * 32)]
        assert {page.status_code for page in pages} == {200}
        assert len({page.get_data(as_text=True).replace(hidden, "").replace("0" * 32, "") for page in pages}) == 1
        assert hidden not in desk.get("/changes").get_data(as_text=True)


def at(desk, bureau, about, address, noun="disputes", **special):
    """An application that comes from an address."""
    headers = {"X-Forwarded-For": address}
    asked = application(bureau, about) | special
    return desk.ask("POST", f"/api/v1/{noun}", json=asked, headers=headers)
