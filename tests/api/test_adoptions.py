"""A list of another authority at the door: uploaded, worked on by the worker, verified; and by command."""

import pytest

from registry import runtime
from registry.services.cases import list_adoption
from tests.support.centre import Centre
from tests.support.lists import Office, firm, party, table

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

    def test_unknown_number_is_not_found(self, client, people):
        for number in ("99", "x"):
            assert client.get(f"{ROUTE}/{number}", headers=people["clerk"].headers).status_code == 404

    def test_only_the_security_administrator_confirms(self, office, client, people):
        number = office.file([firm(1)])
        assert client.put(f"{ROUTE}/{number}/confirmation", headers=people["verifier"].headers).status_code == 403
        assert client.put(f"{ROUTE}/{number}/confirmation", headers=people["security"].headers).status_code == 204


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
        assert typed("listings", "adopt-confirm", "1", "--as", "security")[0] == 0
        assert typed("listings", "adopt-confirm", "1", "--as", "verifier")[0] == 1

    def test_bad_row_ends_with_one(self, office, typed, tmp_path):
        path = tmp_path / "list.csv"
        path.write_bytes(table([firm(1, 列入日期="昨天")]))
        code, output = typed("file", "listings", path, "--as", "clerk", "--list", "judgment-debtor")
        assert code == 1
        assert "row 2 列入日期: fault date-malformed" in output
