"""What people do at the HTTP door, in one line each; every method gives the response."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry import runtime
from registry.services.publication import ledger
from tests.support.people import Person
from tools.synthetic import uscc

PENALTIES = "/api/v1/penalties"


@dataclass(frozen=True)
class Desk:
    """The door with the people who come to it."""

    client: FlaskClient
    people: dict[str, Person]

    def ask(self, method: str, path: str, by: str | None = None, **request: Any) -> TestResponse:
        """Any request, with the key of ``by``."""
        headers = dict(request.pop("headers", {})) | (self.people[by].headers if by else {})
        return self.client.open(path, method=method, headers=headers, **request)

    def file(self, filing: Any, by: str = "clerk", **request: Any) -> TestResponse:
        """Hand in one filing."""
        return self.ask("POST", PENALTIES, by, json=filing, **request)

    def filed(self, filing: Any, by: str = "clerk") -> str:
        """The id of a filing that was taken."""
        answer = self.file(filing, by)
        assert answer.status_code == 201, answer.get_json()
        return str(answer.get_json()["id"])

    def act(self, name: str, record: str, by: str = "verifier", **request: Any) -> TestResponse:
        """``verification``, ``return`` or ``withdrawal``; an empty name states the facts anew."""
        path = f"{PENALTIES}/{record}/{name}" if name else f"{PENALTIES}/{record}"
        return self.ask("PUT", path, by, **request)

    def published(self, filing: Any, clerk: str = "clerk", verifier: str = "verifier") -> str:
        """The id of a filing that a second person verified."""
        record = self.filed(filing, clerk)
        answer = self.act("verification", record, verifier)
        assert answer.status_code == 200, answer.get_json()
        return record

    def withdraw(self, record: str, day: str, reason: str = "经复议撤销") -> TestResponse:
        """Take a published penalty back by two persons: the refusal of the first, or the penalty afterwards."""
        answer = self.by_two(f"{PENALTIES}/{record}/withdrawal", json={"reason": reason, "changed_on": day})
        return self.ask("GET", f"{PENALTIES}/{record}", "verifier") if answer.status_code == 200 else answer

    def by_two(
        self, path: str, first: str = "verifier", second: str = "second-verifier", **request: Any
    ) -> TestResponse:
        """An act that takes two persons: the refusal of the first, or what the second is answered."""
        answer = self.ask("PUT", path, first, **request)
        return self.confirm(answer, second) if answer.status_code == 202 else answer

    def confirm(self, proposed: TestResponse, by: str = "second-verifier") -> TestResponse:
        """Confirm what another person proposed."""
        return self.ask("PUT", f"/api/v1/proposals/{proposed.get_json()['id']}/confirmation", by)

    def get(self, path: str, by: str | None = None, **request: Any) -> TestResponse:
        """A reading under ``/api/v1``."""
        return self.ask("GET", f"/api/v1{path}", by, **request)

    def found(self, **query: Any) -> list[str]:
        """The ids that the public search gives."""
        answer = self.get("/records", query_string=query)
        assert answer.status_code == 200, answer.get_json()
        return [item["id"] for item in answer.get_json()["items"]]

    def check(self, *parties: dict[str, Any], by: str = "centre", **special: Any) -> TestResponse:
        """An award check in government procurement; ``tender``, ``on`` and ``known_at`` may be special."""
        tender = {"code": "YC2026-0412", "sector": "procurement"} | special.pop("tender", {})
        numbered = [{"ref": str(place), **party} for place, party in enumerate(parties, start=1)]
        return self.ask("POST", "/api/v1/checks", by, json={"tender": tender, "parties": numbered, **special})

    def verdicts(self, *parties: dict[str, Any], **special: Any) -> list[str]:
        """Only the verdicts of a check."""
        answer = self.check(*parties, **special)
        assert answer.status_code == 201, answer.get_json()
        return [line["verdict"] for line in answer.get_json()["verdicts"]]


def bidder(filing: dict[str, str], **special: Any) -> dict[str, Any]:
    """The firm of a filing as a bidder."""
    return {"name": filing["subject_name"], "uscc": filing["uscc"], **special}


def stranger(number: int = 1) -> dict[str, Any]:
    """A bidder about whom nothing was ever filed."""
    return {"name": f"盐城盐都无名{number}商贸有限公司", "uscc": uscc("91320903", 900_000 + number)}


def seal() -> int:
    """Sign the head; its size."""
    with runtime.begin() as work:
        made = ledger.seal(work)
        return made.size if made else 0


def head(desk: Desk) -> int:
    """The ledger's size as the public sees it."""
    return int(desk.get("/changes").get_json()["head"])
