"""The credit report of a firm: what stands published about its code, proven offline, and whether it is still so."""

import io
import json

import pytest
from lxml import html
from pypdf import PdfReader

from registry import runtime
from registry.domain.checks import credit_report
from registry.domain.permissions import PUBLIC
from registry.queries.publication import known_keys
from registry.refusals.acts import QueryRefused
from registry.refusals.content import ReceiptRefused
from registry.services.checks import credit_reports
from registry.unit_of_work import UnitOfWork
from registry.verifier import main as verify_offline
from registry.verifier import prove
from tests.support import printed as printed_papers
from tests.support.desk import stranger
from tests.support.filings import PERSON_NUMBER, BanFactory, PersonFactory, days_ago, filing
from tests.web.untranslated import untranslated


def work_of(session):
    return UnitOfWork(session, PUBLIC, runtime.clock(), runtime.keys(), runtime.settings())


def made(uscc):
    with runtime.reading() as session:
        return credit_reports.make(work_of(session), uscc)


def is_newest(report):
    statement = json.loads(report)["statement"]
    with runtime.reading() as session:
        return credit_reports.is_newest(work_of(session), statement["subject"]["uscc"], statement["content"])


def ring():
    with runtime.reading() as session:
        return known_keys.ring(session, "city", runtime.keys().signer)


@pytest.fixture
def ban(desk):
    facts = dict(BanFactory())
    return facts | {"record": desk.published(facts)}


class TestReport:
    def test_says_what_stands_published_at_an_entry(self, desk, ban):
        statement = json.loads(made(ban["uscc"]))["statement"]
        assert (statement["subject"]["name"], statement["entry"]) == (ban["subject_name"], 1)
        [record] = statement["records"]
        assert (record["record"], record["measures"][0]["code"]) == (ban["record"], "B1")

    def test_says_of_others_nothing(self, desk, ban):
        statement = json.loads(made(stranger()["uscc"]))["statement"]
        assert statement["records"] == []
        text = "\n".join(prove(made(stranger()["uscc"]), ring())["explanation"])
        assert "没有查到不等于没有失信行为" in text

    def test_leaves_out_what_is_not_published_any_more(self, desk, ban):
        desk.withdraw(ban["record"], days_ago(0))
        assert json.loads(made(ban["uscc"]))["statement"]["records"] == []

    @pytest.mark.parametrize("text", [PERSON_NUMBER, "", "盐城虚构建设有限公司", "91320902MA0TR0027X", "13900000000"])
    def test_is_made_of_codes_of_organisations_alone(self, desk, text):
        with pytest.raises(QueryRefused) as refused:
            made(text)
        assert not text or text not in str(refused.value.faults)

    def test_never_has_a_number_of_a_person(self, desk, ban):
        desk.published(PersonFactory())
        assert PERSON_NUMBER.encode() not in made(ban["uscc"])

    def test_is_proven_offline(self, desk, ban, tmp_path, capsys):
        (tmp_path / "report.json").write_bytes(made(ban["uscc"]))
        keys = desk.get("/ledger/keys").data
        (tmp_path / "keys.json").write_bytes(keys)
        assert verify_offline([str(tmp_path / "report.json"), "--keys", str(tmp_path / "keys.json")]) == 0
        assert ban["subject_name"] in capsys.readouterr().out

    def test_is_refused_with_any_field_changed(self, desk, ban):
        document = json.loads(made(ban["uscc"]))
        for name in document["statement"]:
            changed = {**document, "statement": {**document["statement"], name: "x"}}
            data = credit_report.canonical.dumps(changed)
            with pytest.raises(ReceiptRefused):
                credit_report.parse_report(data, ring().publics(), lambda *_: False)
            with pytest.raises(ReceiptRefused):
                prove(data, ring())


class TestNewest:
    def test_until_something_changes(self, desk, ban):
        report = made(ban["uscc"])
        desk.published(filing())  # of another
        assert is_newest(report)
        desk.published(BanFactory(subject_name=ban["subject_name"], uscc=ban["uscc"]))
        assert not is_newest(report)

    def test_of_nothing_until_there_is_something(self, desk):
        facts = dict(BanFactory())
        report = made(facts["uscc"])
        assert is_newest(report)
        desk.published(facts)
        assert not is_newest(report)


class TestPages:
    def test_print_the_report_and_prove_the_pdf(self, desk, ban):
        client = desk.client
        printed = client.post("/credit-report", data={"uscc": ban["uscc"], "format": "pdf"})
        assert printed.status_code == 200, printed.get_data(as_text=True)
        assert printed.headers["Cache-Control"] == "no-store"
        [(name, [report])] = PdfReader(io.BytesIO(printed.data)).attachments.items()
        assert name == f"report-{ban['uscc']}-1.json"
        assert json.loads(report)["statement"]["type"] == "credit-report"
        proven = client.post("/verify", data={"receipt": (io.BytesIO(printed.data), "r.pdf")})
        assert "出具本信用核查报告" in proven.get_data(as_text=True)

    def test_print_the_report_in_english_around_the_same_facts(self, desk, ban):
        client = desk.client
        page = client.get("/en/credit-report", query_string={"uscc": ban["uscc"]})
        assert list(untranslated(html.fromstring(page.text))) == []
        printed = client.post("/en/credit-report", data={"uscc": ban["uscc"], "format": "pdf"})
        assert "Creditreport" in printed_papers.text_of(printed.data)
        assert printed_papers.untranslated(printed.data) == []
        [[report]] = PdfReader(io.BytesIO(printed.data)).attachments.values()
        assert json.loads(report)["statement"]["content"] == json.loads(made(ban["uscc"]))["statement"]["content"]
        proven = client.post("/en/verify", data={"receipt": (io.BytesIO(printed.data), "r.pdf")})
        assert proven.status_code == 200
        assert list(untranslated(html.fromstring(proven.text))) == []

    def test_say_in_english_what_is_wrong_with_a_code(self, desk):
        answer = desk.client.get("/en/credit-report", query_string={"uscc": "91320902MA0TR0027X"})
        assert "check character of the unified social credit code is wrong" in answer.text

    def test_say_whether_a_report_is_still_the_newest(self, desk, ban):
        statement = json.loads(made(ban["uscc"]))["statement"]
        query = {"uscc": ban["uscc"], "entry": statement["entry"], "content": statement["content"]}
        assert "仍为最新" in desk.client.get("/credit-report", query_string=query).get_data(as_text=True)
        desk.published(BanFactory(subject_name=ban["subject_name"], uscc=ban["uscc"]))
        assert "已不是最新" in desk.client.get("/credit-report", query_string=query).get_data(as_text=True)

    def test_never_repeat_a_number_of_a_person(self, desk):
        answer = desk.client.get("/credit-report", query_string={"uscc": PERSON_NUMBER})
        assert answer.status_code == 422
        assert PERSON_NUMBER not in answer.get_data(as_text=True)
        refused = desk.client.post("/credit-report", data={"uscc": PERSON_NUMBER})
        assert PERSON_NUMBER not in refused.get_data(as_text=True)


class TestCommand:
    def test_writes_pdf_and_json_and_verify_takes_both(self, desk, ban, typed, tmp_path):
        (tmp_path / "keys.json").write_bytes(desk.get("/ledger/keys").data)
        for ending, language in (("pdf", "en"), ("json", "zh")):
            path = tmp_path / f"report.{ending}"
            code, output = typed("report", "subject", ban["uscc"], "--out", path, "--lang", language)
            assert code == 0, output
            code, output = typed("verify", path, "--keys", tmp_path / "keys.json")
            assert code == 0, output
            assert ban["subject_name"] in output
        assert printed_papers.untranslated((tmp_path / "report.pdf").read_bytes()) == []

    def test_refuses_another_ending(self, desk, ban, typed, tmp_path):
        assert typed("report", "subject", ban["uscc"], "--out", tmp_path / "report.txt")[0] == 2
