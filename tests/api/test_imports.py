"""A file handed in at the door: progress, findings, verification; and files made to do harm."""

import io

import openpyxl
from sqlalchemy import select

from registry import runtime
from registry.api import imports
from registry.models import PenaltyFiling
from registry.services.cases import penalty_import
from tests.services.cases.test_penalty_import import firms, table
from tests.support.filings import FilingFactory
from tests.tabular.workbooks import workbook

PATH = "/api/v1/penalties/imports"


def worked(desk):
    """What the worker does."""
    clerk = desk.people["clerk"].actor
    with runtime.reading() as session:
        waiting = [(number, clerk) for number, _ in penalty_import.pending_imports(session)]
    penalty_import.run_pending(runtime.perform, waiting)


class TestHandIn:
    def test_goes_from_file_to_publication(self, desk):
        rows = firms(4)
        rows[1]["fine"] = "x"
        taken = desk.ask("POST", PATH, "clerk", data=table(rows)).get_json()
        assert (taken["state"], taken["total"], taken["done"]) == ("running", 4, 0)
        worked(desk)
        done = desk.get(f"/penalties/imports/{taken['id']}", "clerk").get_json()
        assert (done["state"], done["filed"], done["refused"]) == ("finished", 3, 1)
        assert (done["findings"][0]["row"], done["findings"][0]["column"]) == (3, "fine")
        verified = desk.ask("PUT", f"{PATH}/{taken['id']}/verification", "verifier").get_json()
        assert verified == {"verified": 3, "refused": [], "waiting": 0}
        assert len(desk.found()) == 3
        body = desk.get(f"/records/{desk.found()[0]}").get_json()
        assert body["source"]["channel"] == "file"

    def test_takes_a_form_and_a_workbook(self, desk):
        rows = firms(2)
        sheet = workbook([list(rows[0]), *(list(row.values()) for row in rows)])
        form = {"file": (io.BytesIO(sheet), "处罚.xlsx")}
        taken = desk.ask("POST", PATH, "clerk", data=form).get_json()
        assert taken["total"] == 2

    def test_names_the_unknown_code_of_a_query(self, desk):
        query = {"sectors": "shipping", "district": "999999", "authority_code": "x"}
        answer = desk.ask("POST", PATH, "clerk", data=table(firms(1)), query_string=query)
        assert (answer.status_code, answer.get_json()["code"]) == (422, "query-refused")
        assert {one["pointer"] for one in answer.get_json()["errors"]} == {
            "/sectors",
            "/district",
            "/authority_code",
        }

    def test_is_known_to_its_account_only(self, desk):
        taken = desk.ask("POST", PATH, "clerk", data=table(firms(1))).get_json()
        for number in (taken["id"], "0", "²", "9" * 30, "x"):
            answer = desk.get(f"/penalties/imports/{number}", "other-clerk")
            assert (answer.status_code, answer.get_json()["code"]) == (404, "import-unknown")
        foreign = desk.ask("PUT", f"{PATH}/{taken['id']}/verification", "other-verifier")
        assert (foreign.status_code, foreign.get_json()["code"]) == (404, "import-unknown")


class TestWorkbook:
    def test_comes_back_with_its_findings_and_is_kept_by_nobody(self, desk):
        rows = firms(2)
        rows[1]["fine"] = "x"
        sheet = workbook([list(rows[0]), *(list(row.values()) for row in rows)])
        number = desk.ask("POST", PATH, "clerk", data=sheet).get_json()["id"]
        path = f"/penalties/imports/{number}/workbook"
        waiting = desk.get(path, "clerk")
        assert (waiting.status_code, waiting.get_json()["code"]) == (409, "file-unfinished")
        worked(desk)
        answer = desk.get(path, "clerk")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert f"import-{number}.xlsx" in answer.headers["Content-Disposition"]
        read = openpyxl.load_workbook(io.BytesIO(answer.data)).active
        comment = read.cell(3, list(rows[0]).index("fine") + 1).comment
        assert "amount-malformed" in comment.text

    def test_is_for_its_account_only(self, desk):
        number = desk.ask("POST", PATH, "clerk", data=table(firms(1))).get_json()["id"]
        for by, status in (("other-clerk", 404), ("verifier", 403), (None, 401)):
            assert desk.get(f"/penalties/imports/{number}/workbook", by).status_code == status

    def test_of_a_file_without_findings_has_no_comment(self, desk):
        number = desk.ask("POST", PATH, "clerk", data=table(firms(1))).get_json()["id"]
        worked(desk)
        answer = desk.get(f"/penalties/imports/{number}/workbook", "clerk")
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
        assert not any(cell.comment for row in sheet.iter_rows() for cell in row)


class TestVerification:
    def test_gets_past_what_it_refuses(self, desk, monkeypatch):
        monkeypatch.setattr(penalty_import, "CHUNK", 4)
        monkeypatch.setattr(imports, "PAGE", 2)
        taken = desk.ask("POST", PATH, "clerk", data=table(firms(12))).get_json()
        worked(desk)
        with runtime.begin() as work:
            own = work.session.scalars(select(PenaltyFiling).order_by(PenaltyFiling.penalty_id).limit(6))
            for held in own:
                held.filed_by = desk.people["verifier"].actor.account_id
            work.session.flush()
        path = f"{PATH}/{taken['id']}/verification"
        rounds = [desk.ask("PUT", path, "verifier").get_json() for _ in range(3)]
        assert [(one["verified"], len(one["refused"]), one["waiting"]) for one in rounds] == [
            (4, 6, 2),
            (2, 6, 0),
            (0, 6, 0),
        ]
        assert {one["code"] for one in rounds[0]["refused"]} == {"self-verification"}


class TestHostile:
    def test_files_are_refused_as_problems(self, desk, subtests):
        plain = table(firms(1))
        for name, data in {
            "empty": b"",
            "blank": b"\n\n",
            "truncated workbook": workbook([["a"], ["b"]])[:200],
            "zip in name only": b"PK\x03\x04" + b"\0" * 100,
            "old xls": b"\xd0\xcf\x11\xe0" + b"\0" * 100,
            "entities": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
            "nested json": b"[" * 100_000,
            "doubled keys": b'[{"fine":"1","fine":"2"}]',
            "NaN": b'[{"fine":NaN}]',
            "utf-16, cut": plain.decode().encode("utf-16")[:-1],
            "binary": bytes(range(256)) * 10,
            "unknown column": plain.replace(b"fine", "罚款币种".encode(), 1),
            "doubled column": plain.replace(b"fine", b"facts", 1),
            "nul": b"\x00",
        }.items():
            with subtests.test(name):
                answer = desk.ask("POST", PATH, "clerk", data=data)
                assert answer.status_code == 422, answer.get_json()
                assert answer.content_type == "application/problem+json"
        assert desk.get("/penalties", "clerk").get_json()["items"] == []

    def test_bodies_beyond_the_limit_are_not_read(self, desk, app):
        app.config["MAX_CONTENT_LENGTH"] = 1000
        answer = desk.ask("POST", PATH, "clerk", data=b"a" * 1001)
        assert (answer.status_code, answer.get_json()["code"]) == (413, "request-too-large")

    def test_cells_stay_text(self, desk):
        rows = [dict(FilingFactory(facts="=1+1的记载")), dict(FilingFactory(facts="a\u202eb"))]
        taken = desk.ask("POST", PATH, "clerk", data=table(rows)).get_json()
        worked(desk)
        done = desk.get(f"/penalties/imports/{taken['id']}", "clerk").get_json()
        assert [(one["row"], one["code"]) for one in done["findings"] if one["kind"] == "fault"] == [
            (3, "forbidden-character")
        ]
        assert desk.get("/penalties", "clerk").get_json()["items"][0]["filing"]["facts"] == "=1+1的记载"
