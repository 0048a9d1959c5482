"""What platforms report of measures, under the record of the department that decided."""

from tests.support.filings import FilingFactory
from tests.support.reports import report_measure


class TestReports:
    def test_are_read_by_the_department_of_the_record(self, desk):
        record = desk.published(FilingFactory())
        path = f"/api/v1/penalties/{record}/measure-reports"
        assert desk.ask("GET", path, "clerk").get_json() == {"items": []}
        report_measure(record)
        [item] = desk.ask("GET", path, "verifier").get_json()["items"]
        assert (item["peer"], item["kind"], item["state"], item["taken_on"]) == (
            "joint",
            "procurement",
            "taken",
            "2026-11-10",
        )
        assert desk.ask("GET", f"/api/v1/listings/{record}/measure-reports", "clerk").status_code == 404
