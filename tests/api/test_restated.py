"""A penalty as it was read is sent back as it came; and what awaits verification shows first what deserves a look."""

import json

import pytest

from tests.services.cases.test_penalty_import import received, run, table
from tests.support.filings import (
    BanFactory,
    FilingFactory,
    PersonFactory,
    TenderBanFactory,
    WarningFactory,
    days_ago,
    filing,
)

OLD = {
    "CF_XDR_MC": "subject_name",
    "CF_WSH": "document_number",
    "CF_SY": "facts",
    "CF_YJ": "basis",
    "CF_CFLB1": "kinds",
    "CF_JG": "content",
    "CF_JDRQ": "decided_on",
    "CF_XZJG": "authority_name",
    "CF_XDR_SHXYM": "uscc",
    "领域": "sectors",
}
FILINGS = {
    "fine": lambda: dict(FilingFactory()),
    "ban": lambda: dict(BanFactory()),
    "tender ban": lambda: dict(TenderBanFactory()),
    "warning": lambda: dict(WarningFactory()),
    "person": lambda: dict(PersonFactory()),
    "sole trader": lambda: dict(
        FilingFactory(subject_kind="个体工商户", uscc="92320902MA0TR0027F", override_reason="登记")
    ),
    "measures in columns": lambda: dict(
        BanFactory(confined_action="B1", confined_start=days_ago(12), confined_end=days_ago(-600))
    ),
    "wording": lambda: dict(FilingFactory(confined_action="停止供货；暂停合作", confined_start=days_ago(12))),
    "every field": lambda: dict(
        FilingFactory(
            kinds="罚款；没收违法所得；吊销许可证件",
            content="罚款一万元，没收违法所得五千元，吊销许可证。",
            confiscated="0.5",
            permit="资质证书D332",
            title="行政处罚决定书",
            remark="两行\n备注",
            behaviour="N1-01",
            district="320902",
            severity="2",
            legal_representative="卞知远",
            publicity_until=days_ago(-300),
            business_registration="320902000012345",
        )
    ),
    "history": lambda: dict(FilingFactory(first_published_on=days_ago(5), first_published_at="信用中国")),
}


class TestSentBack:
    @pytest.mark.parametrize("name", FILINGS)
    def test_as_it_came_it_is_the_same_filing(self, desk, name):
        record = desk.filed(FILINGS[name]())
        shown = desk.get(f"/penalties/{record}", "clerk").get_json()
        answer = desk.act("", record, "clerk", json=shown)
        assert answer.status_code == 200, answer.get_json()
        assert answer.get_json()["filing"] == shown["filing"]
        assert answer.get_json()["version"] == shown["version"] + 1
        again = desk.act("", record, "clerk", json=desk.get(f"/penalties/{record}", "clerk").get_json())
        assert again.get_json()["filing"] == shown["filing"]

    def test_of_the_columns_of_2016_it_is_the_same_filing(self, desk, people):
        given = filing()
        clerk = people["clerk"].actor
        row = {column: given[field] for column, field in OLD.items()}
        run(clerk, received(clerk, table([row]), authority_code=given["authority_code"]))
        [shown] = desk.get("/penalties", "clerk").get_json()["items"]
        answer = desk.act("", shown["id"], "clerk", json=shown)
        assert answer.get_json()["filing"] == shown["filing"]

    def test_with_a_change_it_is_read_like_any_filing(self, desk):
        record = desk.filed(filing())
        shown = desk.get(f"/penalties/{record}", "clerk").get_json()
        shown["filing"] |= {"fine_fen": 2_000_000, "content": "处以罚款二万元。"}
        assert desk.act("", record, "clerk", json=shown).get_json()["filing"]["fine_fen"] == 2_000_000
        shown["filing"]["decided_on"] = "昨天"
        answer = desk.act("", record, "clerk", json=shown, headers={"If-Match": "*"})
        assert answer.get_json()["code"] in ("filing-refused", "version-stale")

    def test_its_version_counts_as_the_version_meant(self, desk):
        record = desk.filed(filing())
        shown = desk.get(f"/penalties/{record}", "clerk").get_json()
        assert desk.act("", record, "clerk", json=shown).status_code == 200
        assert desk.act("", record, "clerk", json=shown).status_code == 412

    def test_a_person_keeps_the_number_that_is_never_shown(self, desk):
        record = desk.filed(dict(PersonFactory()))
        shown = desk.get(f"/penalties/{record}", "clerk").get_json()
        assert "id_number" not in json.dumps(shown)
        assert desk.act("", record, "clerk", json=shown).status_code == 200
        other = shown | {
            "version": 2,
            "filing": shown["filing"] | {"subject": shown["filing"]["subject"] | {"id_number": "320925201206150007"}},
        }
        assert desk.act("", record, "clerk", json=other).get_json()["code"] == "identity-changed"

    @pytest.mark.parametrize(
        "change",
        [
            {"colour": "red"},
            {"filing": {}},
            {"filing": {"subject": 1}},
            {"filing": {"colour": "red"}},
            {"filing": {"subject": {}, "kinds": 1}},
        ],
    )
    def test_of_another_shape_is_refused(self, desk, change):
        record = desk.filed(filing())
        shown = desk.get(f"/penalties/{record}", "clerk").get_json()
        assert desk.act("", record, "clerk", json=shown | change).status_code == 422

    def test_of_another_department_is_absent(self, desk):
        record = desk.filed(filing(sectors="construction"))
        shown = desk.get(f"/penalties/{record}", "clerk").get_json()
        assert desk.act("", record, "other-clerk", json=shown).status_code == 404


class TestAwaitingVerification:
    def test_lists_first_what_deserves_a_look(self, desk):
        plain = [desk.filed(filing()) for _ in range(3)]
        doubtful = desk.filed(filing(fine="10000", content="处以罚款一万元。"))
        more = desk.filed(filing(fine="10000", content="处以罚款一万元。", facts="2099年1月1日串通投标。"))
        seen, token = [], None
        while True:
            query = {"state": "filed", "limit": 2} | ({"next": token} if token else {})
            page = desk.get("/penalties", "verifier", query_string=query).get_json()
            seen += [(item["id"], item["attention"]) for item in page["items"]]
            token = page["next"]
            if not token:
                break
        assert [record for record, _ in seen] == [more, doubtful, *plain]
        assert [attention for _, attention in seen][2:] == [0, 0, 0]
        assert seen[0][1] > seen[1][1] > 0

    def test_is_asked_for_one_file(self, desk, people):
        clerk = people["clerk"].actor
        number = received(clerk, table([dict(FilingFactory()) for _ in range(2)]))
        run(clerk, number)
        desk.filed(filing())
        page = desk.get("/penalties", "verifier", query_string={"state": "filed", "import": number}).get_json()
        assert len(page["items"]) == 2

    def test_may_leave_what_deserves_a_look(self, desk, people):
        clerk = people["clerk"].actor
        rows = [dict(FilingFactory()) for _ in range(3)]
        rows[1] |= {"fine": "10000"}
        number = received(clerk, table(rows))
        run(clerk, number)
        path = f"/api/v1/penalties/imports/{number}/verification"
        answer = desk.ask("PUT", path, "verifier", query_string={"attention": "leave"}).get_json()
        assert (answer["verified"], answer["waiting"]) == (2, 0)
        [left] = desk.get("/penalties", "verifier", query_string={"state": "filed"}).get_json()["items"]
        assert "amount-unit-doubtful" in {note["code"] for note in left["notes"]}
        assert desk.ask("PUT", path, "verifier").get_json()["verified"] == 1

    @pytest.mark.parametrize("by", ["other-verifier", "verifier"])
    def test_of_a_file_that_is_not_the_departments_is_refused(self, desk, people, by):
        other = people["other-clerk" if by == "verifier" else "clerk"].actor
        number = received(other, table([dict(FilingFactory(sectors="construction"))]))
        run(other, number)
        for named in (number, 999_999):
            answer = desk.ask("PUT", f"/api/v1/penalties/imports/{named}/verification", by)
            assert (answer.status_code, answer.get_json()["code"]) == (404, "import-unknown")

    def test_of_a_foreign_file_is_refused_to_the_command(self, desk, people, typed):
        clerk = people["other-clerk"].actor
        number = received(clerk, table([dict(FilingFactory(sectors="construction"))]))
        run(clerk, number)
        code, output = typed("penalties", "verify", "--import", number, "--as", "verifier")
        assert code == 1
        assert "import-unknown" in output

    def test_is_listed_by_the_command_before_it_publishes(self, desk, typed):
        desk.filed(filing())
        doubtful = desk.filed(filing(fine="10000"))
        code, output = typed("penalties", "verify", "--all", "--leave-attention", "--as", "verifier")
        assert (code, "1 published, 0 refused" in output) == (0, True)
        assert f"{doubtful} look: amount-unit-doubtful" in output
