"""What a subject keeps: the receipt of its application, and the certificate of the decision, for others to verify."""

import datetime as dt
import io
import json

import pytest
from lxml import html

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.queries.publication import known_keys, publications
from registry.refusals.content import ReceiptRefused
from registry.services.cases import relief_applications, relief_decisions, revisions
from registry.services.cases.relief_decisions import Ruling
from registry.verifier import prove
from tests.support.bureau import papers
from tests.support.filings import PERSON_NUMBER, PersonFactory
from tests.support.printed import text_of as words
from tests.support.printed import untranslated
from tests.web.untranslated import CJK
from tests.web.untranslated import untranslated as untranslated_page


def ring():
    with runtime.reading() as session:
        return known_keys.ring(session, runtime.settings().node, runtime.keys().signer)


def first_day_of_repair(record):
    with runtime.begin() as work:
        return dt.date.fromisoformat(publications.body(revisions.newest(work, record))["repairable_from"])


@pytest.fixture
def disputed(bureau):
    """The receipt number of an accepted dispute, and its record."""
    record = bureau.published_penalty()
    number = bureau.confirmed("dispute", record)
    bureau.do("clerk", lambda work: relief_applications.accept(work, number, StepInput()))
    return number, record


def keep(bureau, number):
    ruling = Ruling("keep", "经核实，记录无误。", bureau.today)
    bureau.do("verifier", lambda work: relief_decisions.decide(work, number, ruling, papers("relief_decision")))


@pytest.fixture
def repaired(bureau):
    """The receipt number of a granted repair, and its record."""
    record = bureau.published_penalty()
    with bureau.on(first_day_of_repair(record)):
        number = bureau.confirmed("repair", record)
        bureau.do("clerk", lambda work: relief_applications.accept(work, number, StepInput()))
        bureau.do(
            "verifier", lambda work: relief_decisions.grant(work, number, "义务已履行。", papers("relief_decision"))
        )
        yield number, record


class TestReceipt:
    def test_has_the_number_and_who_decides(self, client, disputed):
        answer = client.get(f"/relief/{disputed[0]}/receipt.pdf")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        text = words(answer.data)
        for part in ("异议申请回执", disputed[0], "盐城市示例财政局"):
            assert part in text
        english = client.get(f"/en/relief/{disputed[0]}/receipt.pdf").data
        assert "Receiptofanapplication(dispute)" in words(english)
        assert untranslated(english, "盐城市示例财政局") == []

    def test_of_an_unknown_number_is_not_found(self, client):
        assert client.get("/relief/20261122-AAAAAAAAAAAAAAAA/receipt.pdf").status_code == 404


class TestCertificate:
    def test_is_none_while_nothing_is_decided(self, client, disputed):
        assert client.get(f"/relief/{disputed[0]}/certificate.pdf").status_code == 409
        assert "certificate" not in client.get(f"/relief/{disputed[0]}").text

    def test_of_a_dispute_says_how_it_was_decided(self, client, bureau, disputed):
        number, record = disputed
        keep(bureau, number)
        assert f"/relief/{number}/certificate.pdf" in client.get(f"/relief/{number}").text
        data = client.get(f"/relief/{number}/certificate.json").data
        text = "\n".join(prove(data, ring())["explanation"])
        for part in (
            "异议处理结果",
            record,
            bureau.names[record]["subject_name"],
            "记录无误，予以维持",
            "经核实，记录无误。",
        ):
            assert part in text

    def test_of_a_repair_proves_it_to_others(self, client, bureau, repaired):
        number, record = repaired
        printed = client.get(f"/relief/{number}/certificate.pdf").data
        text = words(printed)
        for part in ("信用修复证明", "准予信用修复", bureau.names[record]["subject_name"]):
            assert part in text
        proven = client.post("/verify", data={"receipt": (io.BytesIO(printed), "证明.pdf")})
        assert proven.status_code == 200
        assert "出具本信用修复证明" in proven.text
        english = client.get(f"/en/relief/{number}/certificate.pdf").data
        assert "Certificateofcreditrepair" in words(english)
        assert untranslated(english) == []
        proven = client.post("/en/verify", data={"receipt": (io.BytesIO(english), "certificate.pdf")})
        assert proven.status_code == 200
        assert list(untranslated_page(html.fromstring(proven.text))) == []

    def test_gives_nobody_power_over_the_application(self, client, bureau, disputed):
        keep(bureau, disputed[0])
        for kind in ("json", "pdf"):
            data = client.get(f"/relief/{disputed[0]}/certificate.{kind}").data
            assert disputed[0].encode() not in data
        assert disputed[0] not in words(data)

    def test_of_a_person_names_nobody(self, client, bureau):
        record = bureau.published_penalty(**dict(PersonFactory()))
        number = bureau.confirmed("dispute", record)
        bureau.do("clerk", lambda work: relief_applications.accept(work, number, StepInput()))
        keep(bureau, number)
        data = client.get(f"/relief/{number}/certificate.json").data
        assert json.loads(data)["statement"]["subject"] is None
        assert PERSON_NUMBER.encode() not in data
        assert bureau.names[record]["subject_name"].encode() not in data

    def test_is_refused_when_changed(self, client, bureau, disputed):
        keep(bureau, disputed[0])
        data = client.get(f"/relief/{disputed[0]}/certificate.json").data
        with pytest.raises(ReceiptRefused):
            prove(data.replace("维持".encode(), "删除".encode()).replace(b'"keep"', b'"delete"'), ring())


class TestFormsInEnglish:
    def test_says_what_is_wrong_with_each_field(self, client, bureau):
        """Each kind of fault: missing, too long, malformed, a document missing, no document, one too many."""
        penalty = bureau.published_penalty()
        typed = {"uscc": "9132", "agent": "A" * 201, "contact": "a\u202eb", "evidence": (io.BytesIO(b"x"), "x.txt")}
        answer = client.post(f"/en/records/{penalty}/dispute", data=typed, content_type="multipart/form-data")
        assert answer.status_code == 422
        page = html.fromstring(answer.text)
        faults = [one.text_content().removeprefix("Wrong: ") for one in page.xpath("//*[contains(@id, '-fault')]")]
        assert len(faults) >= 7
        assert not any(CJK.search(fault) for fault in faults)
        assert list(untranslated_page(page)) == []

    def test_says_from_when_repair_is_possible(self, client, bureau):
        penalty = bureau.published_penalty()
        opens = first_day_of_repair(penalty)
        with bureau.on(opens - dt.timedelta(days=1)):
            answer = client.get(f"/en/records/{penalty}/repair")
        assert f"can be applied for from {opens}" in answer.text
