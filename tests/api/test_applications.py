"""Relief over HTTP without an account: what programs of firms and agents send and read."""

import base64

import pytest

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.queries.publication import publications
from registry.services.cases import relief_applications, revisions
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
        assert body(record)["disputed_on"] == bureau.today.isoformat()
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
        assert (answer.status_code, answer.get_json()["code"]) == (404, "record-unknown")

    def test_is_open_once(self, desk, bureau):
        record = bureau.published_penalty()
        assert send(desk, bureau, record).status_code == 201
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
        path = f"/api/v1/reliefs/{made['number']}/cancellation"
        assert desk.ask("PUT", path, headers={"If-Match": '"9"'}).status_code == 412
        assert desk.ask("PUT", path).get_json()["state"] == "cancelled"
        assert "disputed_on" not in body(record)
        assert desk.ask("PUT", path).get_json()["code"] == "transition-refused"


class TestStrangers:
    @pytest.fixture
    def settings(self, store, tmp_path) -> Settings:
        """A node that takes three applications an hour."""
        return Settings(home=str(tmp_path), database_url=store, node="city", applications_per_hour_max=3)

    def test_cannot_try_numbers_without_end(self, desk, bureau):
        """Of a person's record nobody may find out whose it is by trying."""
        record = bureau.published_penalty(**PersonFactory())
        codes = [send(desk, bureau, record, name=f"卞猜{n}").get_json()["code"] for n in range(4)]
        assert codes == ["applicant-unfit"] * 3 + ["too-many-applications"]
        assert send(desk, bureau, record).get_json()["code"] == "too-many-applications"
        audit = desk.get("/audit", "auditor").get_data(as_text=True)
        assert audit.count("relief.unfit") == 3
        assert "卞猜" not in audit
