"""A list of another authority at the door: uploaded, worked on by the worker, verified; and by command."""

import datetime as dt
import json
import re

import pytest

from registry import runtime
from registry.services.cases import list_adoption
from tests.support.centre import Centre
from tests.support.lists import DAY, Office, firm, party, table
from tools.synthetic import write_xlsx

ROUTE = "/api/v1/listings/adoptions"


@pytest.fixture
def office(bureau):
    return Office(bureau)


def upload(client, people, rows, query="list=judgment-debtor", by="clerk"):
    return client.post(f"{ROUTE}?{query}", data=table(rows), headers=people[by].headers)


class TestRoutes:
    def test_file_is_taken_worked_on_and_verified(self, office, client, people):
        first = upload(
            client, people, [firm(1), firm(2, 列入日期="")], "list=judgment-debtor&full=true&as_of=2026-11-27"
        )
        assert (first.status_code, first.json["state"], first.json["as_of"]) == (202, "running", "2026-11-27")
        with runtime.reading() as session:
            waiting = [(number, people["clerk"].actor) for number, _ in list_adoption.pending_adoptions(session)]
        list_adoption.run_pending(runtime.perform, waiting)
        route = f"{ROUTE}/{first.json['id']}"
        told = client.get(route, headers=people["verifier"].headers).json
        assert (told["state"], told["came"], told["refused"], told["leaving"]) == ("finished", 1, 1, 0)
        faults = [finding for finding in told["findings"] if finding["kind"] == "fault"]
        assert [(fault["row"], fault["column"], fault["code"]) for fault in faults] == [(3, "列入日期", "required")]
        change = client.put(f"{route}/verification", headers=people["verifier"].headers).json
        assert (len(change["came"]), change["waiting"]) == (1, 0)
        public = client.get(f"/api/v1/records/{change['came'][0]}").json
        assert public["kind"] == "adopted_listing"
        page = client.get(f"/records/{change['came'][0]}").get_data(as_text=True)
        assert "名单未载明期限" in page
        assert "长期" in page

    def test_mapping_and_confirmation_reach_the_reader(self, office, client, people):
        row = {("失信主体" if name == "对象名称" else name): text for name, text in firm(1).items()}
        assert upload(client, people, [row]).status_code == 422
        taken = upload(client, people, [row], "list=judgment-debtor&mapping=失信主体=subject_name&confirm=row-hidden")
        assert (taken.status_code, taken.json["total"]) == (202, 1)
        refused = upload(client, people, [row], "list=judgment-debtor&mapping=失信主体=all&confirm=all")
        assert refused.status_code == 422 and refused.json["code"] == "query-refused"

    def test_unknown_number_is_not_found(self, client, people):
        for number in ("99", "x"):
            assert client.get(f"{ROUTE}/{number}", headers=people["clerk"].headers).status_code == 404

    def test_only_the_security_administrator_confirms(self, office, client, people):
        number = office.file([firm(1)])
        route = f"{ROUTE}/{number}/confirmation"
        assert client.put(route, headers=people["verifier"].headers).status_code == 403
        unstated = client.put(route, headers=people["security"].headers)
        assert (unstated.status_code, unstated.json["code"]) == (422, "seen-unstated")
        other = client.put(route, headers=people["security"].headers, json={"removals": "1 0"})
        assert (other.status_code, other.json["code"]) == (409, "removals-changed")
        seen = {"removals": unstated.json["seen"]}
        assert client.put(route, headers=people["security"].headers, json=seen).status_code == 204


class TestCommands:
    def test_list_is_filed_verified_and_bears(self, office, typed, people, tmp_path):
        path = tmp_path / "list.csv"
        path.write_bytes(table([firm(1), firm(2)]))
        done = typed("file", "listings", path, "--as", "clerk", "--list", "judgment-debtor", "--full")
        assert done[0] == 0
        assert "adoption 1: 2 came, 0 changed" in done[1]
        code, output = typed("listings", "adopt-verify", "1", "--as", "verifier")
        assert (code, "2 came, 0 changed, 0 renewed, 0 left" in output) == (0, True)
        assert Centre(people).look(party(firm(1)))["lines"][0]["verdict"] == "barred"
        code, output = typed("listings", "adopt-confirm", "1", "--as", "security")
        [seen] = re.findall("seen: (0 [0-9a-f]{32})", output)
        assert (code, "seen-unstated" in output) == (1, True)
        assert typed("listings", "adopt-confirm", "1", "--removals", seen, "--as", "security")[0] == 0
        assert typed("listings", "adopt-confirm", "1", "--as", "verifier")[0] == 1

    def test_heading_is_said_once(self, office, typed, tmp_path):
        path = tmp_path / "list.csv"
        words = ("file", "listings", path, "--as", "clerk", "--list", "judgment-debtor")
        for number, more in ((1, ("--map", "失信主体=subject_name", "--confirm", "row-hidden")), (2, ())):
            row = {("失信主体" if name == "对象名称" else name): text for name, text in firm(number).items()}
            path.write_bytes(table([row]))
            code, output = typed(*words, *more, "--annotated", tmp_path / "a.xlsx")
            assert (code, "1 came" in output) == (0, True)

    def test_bad_row_ends_with_one(self, office, typed, tmp_path):
        path = tmp_path / "list.csv"
        path.write_bytes(table([firm(1, 列入日期="昨天")]))
        code, output = typed("file", "listings", path, "--as", "clerk", "--list", "judgment-debtor")
        assert code == 1
        assert "row 2 列入日期: fault date-malformed" in output

    @pytest.mark.parametrize("ending", ["xlsx", "csv", "json"])
    def test_each_format_tells_the_same_mistakes(self, office, typed, tmp_path, ending):
        rows = [firm(1), firm(2, 列入日期="昨天"), firm(3, 对象名称="盐城＊＊公司"), firm(4, 统一社会信用代码="无")]
        path = tmp_path / f"list.{ending}"
        if ending == "xlsx":
            write_xlsx(path, rows, tuple(rows[0]))
        else:
            path.write_bytes(table(rows) if ending == "csv" else json.dumps(rows, ensure_ascii=False).encode())
        code, output = typed("file", "listings", path, "--as", "clerk", "--list", "judgment-debtor")
        first = 1 if ending == "json" else 2
        assert code == 1
        assert f"row {first + 1} 列入日期: fault date-malformed" in output
        assert f"row {first + 2} 对象名称: fault name-masked" in output
        assert f"row {first + 3} 对象名称: note kept-by-name" in output
        assert "2 came, 0 changed, 0 renewed, 0 unchanged, 0 off_list, 2 refused, of 4 rows" in output

    def test_update_is_told_before_and_after_and_can_be_sent_back(self, office, typed, tmp_path):
        office.adopt([firm(1), firm(2)], full=True)
        office.bureau.go(DAY + dt.timedelta(days=7))
        path = tmp_path / "list.csv"
        path.write_bytes(table([firm(1, 有效期至="2027-01-31"), firm(3)]))
        words = ("file", "listings", path, "--as", "clerk", "--list", "judgment-debtor", "--full")
        assert typed(*words)[0] == 0
        before = typed("listings", "adopt-changes", "2", "--as", "clerk")[1]
        assert "1 came, 1 changed, 1 left" in before
        assert typed("listings", "adopt-return", "2", "--as", "verifier", "--reason", "日期有误")[0] == 0
        assert typed("listings", "adopt-verify", "2", "--as", "verifier")[0] == 1
        assert typed(*words)[0] == 0
        after = typed("listings", "adopt-verify", "3", "--as", "verifier")[1]
        assert "1 came, 1 changed, 0 renewed, 1 left" in after
        assert sorted(line.split("\t")[0] for line in after.splitlines()[:3]) == ["came", "changed", "left"]

    def test_place_is_suspended_and_resumed_by_two_persons(self, office, typed, tmp_path):
        order = tmp_path / "order.pdf"
        order.write_bytes(b"%PDF-1.4 invented")
        [record] = office.adopt([firm(1)]).came
        acts = (
            ("suspension", "court_order", "since"),
            ("resumption", "resumption_order", "on"),
        )
        for path, document, day in acts:
            words = ("--set", f"{day}={DAY}", *(("--set", "reason=再审") if path == "suspension" else ()))
            done = typed(
                "adopted-listings",
                "act",
                record,
                path,
                *words,
                "--document",
                f"{document}:1号::{order}",
                "--as",
                "verifier",
            )
            number = done[1].split(":")[0].removeprefix("proposal ")
            done = typed("proposals", "confirm", number, "--as", "second-verifier")
            assert done[0] == 0, done[1]
        assert office.newest(record)["state"] == "published"
        assert "published" in typed("adopted-listings", "list", "--as", "clerk")[1]


class TestChangesRoute:
    def test_pages_follow_each_other_and_name_no_number(self, office, client, people):
        number = office.file([firm(n) for n in range(5)])
        found, token = [], None
        while True:
            query = f"limit=2&next={token}" if token else "limit=2"
            page = client.get(f"{ROUTE}/{number}/changes?{query}", headers=people["clerk"].headers).json
            found += page["items"]
            token = page["next"]
            if token is None:
                break
        assert [(item["change"], item["name"]) for item in found] == [("came", firm(n)["对象名称"]) for n in range(5)]

    def test_list_is_sent_back(self, office, client, people):
        number = office.file([firm(1)])
        answer = client.put(f"{ROUTE}/{number}/return", json={"reason": "错"}, headers=people["verifier"].headers)
        assert (answer.status_code, answer.json) == (200, {"waiting": 0})
        assert client.get(f"{ROUTE}/{number}", headers=people["clerk"].headers).json["state"] == "returned"

    def test_other_department_sees_nothing(self, office, client, people):
        number = office.file([firm(1)])
        assert client.get(f"{ROUTE}/{number}/changes", headers=people["other-clerk"].headers).status_code == 404
